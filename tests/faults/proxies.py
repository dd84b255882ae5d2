"""nginx in front of the servers of a run, with deploy/nginx.conf, without TLS."""

import re
import signal

from tests.deploy.site import Nginx


class PlainNginx(Nginx):
    """Passes on to all of `ports`; `static` is the folder with the collected static files."""

    def __init__(self, folder, static, ports):
        super().__init__(folder)
        self.static, self.ports = static, ports
        self.address = f"http://127.0.0.1:{self.port}"

    def reload(self):
        """Like `nginx -s reload`: old processes stay until their last socket is closed."""
        self.process.send_signal(signal.SIGHUP)

    def site(self):
        text = super().site()
        text = re.sub(r"\n *ssl_.*", "", text).replace(" ssl http2", "")
        text = text.replace("Host $host;", "Host $http_host;")  # the port here is not the usual one
        servers = "".join(f"server 127.0.0.1:{port};" for port in self.ports)
        return text.replace(f"server 127.0.0.1:{self.site_port};", servers)

    def main(self):
        return super().main().replace("worker_connections 512", "worker_connections 9000")
