"""The forum on two processes behind a real proxy that speaks TLS, as deploy/ and docs/deploy.md set
it up.
"""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

from tests.support.server import ROOT, Server, free_port

DEPLOY = ROOT / "deploy"
DEADLINE = 90  # seconds, as the machine may be busy


def until(condition):
    deadline = time.monotonic() + DEADLINE
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
    return found


class Site(Server):
    """`manage.py serve --processes 2` behind this proxy; `address` is where it answers without."""

    def __init__(self, proxy, **environment):
        settings = {
            "TRUSTED_PROXIES": "1",
            "SITE_URL": proxy.address,
            "STATIC_ROOT": str(proxy.static),
            "UPLOADS_ROOT": str(proxy.folder / "uploads"),
            "UPLOADS_ACCEL": "/stored-uploads/" if isinstance(proxy, Nginx) else "",
        }
        # writers of the tests go on for as long as something takes
        settings["RATE_POST"] = settings["RATE_WRITE"] = "10000/minute"
        super().__init__("serve", **settings, **environment)
        self.port, self.address = proxy.site_port, f"http://127.0.0.1:{proxy.site_port}"

    def workers(self):
        """The numbers of the processes that serve."""
        children = (
            Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        )
        return [int(pid) for pid in children if b"spawn_main" in command_of(pid)]

    def _answers(self):
        return len(self.workers()) == 2 and super()._answers()

    def _get(self, path):
        return super()._get(path, **{"X-Forwarded-Proto": "https"})


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""  # it has just ended


class Proxy:
    """nginx or Caddy in a folder of its own, until `stop`."""

    def __init__(self, folder):
        self.folder, self.port, self.plain_port, self.site_port = (
            folder,
            free_port(),
            free_port(),
            free_port(),
        )
        self.address = f"https://127.0.0.1:{self.port}"
        self.static = folder / "static"

    def start(self):
        certify(self.folder)
        self.process = subprocess.Popen(
            self.command(), cwd=self.folder, stderr=(self.folder / "errors").open("a")
        )
        until(self._listens)
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def _listens(self):
        assert self.process.poll() is None, (self.folder / "errors").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Nginx(Proxy):
    def command(self):
        (self.folder / "site.conf").write_text(self.site())
        (self.folder / "nginx.conf").write_text(self.main())
        return [
            "nginx",
            "-p",
            str(self.folder),
            "-c",
            "nginx.conf",
            "-e",
            str(self.folder / "errors"),
        ]

    def site(self):
        """deploy/nginx.conf with other places, and otherwise as it is."""
        text = (DEPLOY / "nginx.conf").read_text()
        text = re.sub(r"\n *listen \[::\].*", "", text)
        for place, here in {
            "server 127.0.0.1:8000;": f"server 127.0.0.1:{self.site_port};",
            "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 443 ": f"listen 127.0.0.1:{self.port} ",
            "/etc/letsencrypt/live/forum.example.org": str(self.folder),
            "/var/cache/nginx-parley": str(self.folder / "kept"),
            "/srv/parley/var/static": str(self.static),
            "/srv/parley/var/uploads": str(self.folder / "uploads"),
            "/srv/parley/deploy": str(DEPLOY),
            "server_tokens off;": (
                "server_tokens off; add_header X-Kept $upstream_cache_status always;"
            ),
        }.items():
            assert place in text
            text = text.replace(place, here)
        return text

    def main(self):
        temporary = "".join(
            f"{what}_temp_path temporary-{what};\n"
            for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""
            {user} daemon off; worker_processes 2; pid nginx.pid;
            events {{ worker_connections 512; }}
            http {{
                include /etc/nginx/mime.types;
                access_log off;
                keepalive_requests 1000000;
                add_header X-Kept $upstream_cache_status always;
                {temporary}
                include site.conf;
            }}"""


class Caddy(Proxy):
    def command(self):
        text = (DEPLOY / "Caddyfile").read_text()
        for place, here in {
            "\nforum.example.org {": (
                f"\n{self.address} {{\n\tbind 127.0.0.1\n\ttls fullchain.pem privkey.pem"
            ),
            "http://forum.example.org {": (
                f"http://127.0.0.1:{self.plain_port} {{\n\tbind 127.0.0.1"
            ),
            "127.0.0.1:8000": f"127.0.0.1:{self.site_port}",
            "/srv/parley/var/static": str(self.static),
            "/srv/parley/deploy": str(DEPLOY),
        }.items():
            assert place in text
            text = text.replace(place, here)
        globals_ = "{\n\tadmin off\n\tauto_https off\n}\n"
        (self.folder / "Caddyfile").write_text(globals_ + text)
        places = [f"XDG_{what}_HOME={self.folder}" for what in ("DATA", "CONFIG")]
        return ["env", *places, "caddy", "run", "--config", "Caddyfile"]


def certify(folder):
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj"
        " /CN=localhost"
    )
    files = [
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-keyout",
        "privkey.pem",
        "-out",
        "fullchain.pem",
    ]
    subprocess.run([*command.split(), *files], cwd=folder, check=True, capture_output=True)
