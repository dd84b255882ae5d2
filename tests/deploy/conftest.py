import shutil

import pytest

from tests.deploy.site import Caddy, Nginx, Site
from tests.deploy.visitors import Visitor
from tests.support.redis_server import RedisServer
from tests.support.static_files import collected  # noqa: F401


@pytest.fixture(scope="package")
def redis_between(tmp_path_factory):
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="package")
def nginx(tmp_path_factory, collected):  # noqa: F811
    proxy = Nginx(tmp_path_factory.mktemp("nginx"))
    shutil.copytree(collected, proxy.static)
    proxy.static.chmod(0o755)  # nginx is another user
    yield proxy.start()
    proxy.stop()


@pytest.fixture(scope="package")
def site(nginx, redis_between, django_db_setup, django_db_blocker):
    """The forum behind nginx."""
    with django_db_blocker.unblock():
        site = Site(nginx, REDIS_URL=redis_between.address).start()
    yield site
    site.stop()


@pytest.fixture
def caddy(site, nginx, tmp_path):
    """Caddy in front of the same forum."""
    proxy = Caddy(tmp_path)
    proxy.site_port, proxy.static = site.port, nginx.static
    yield proxy.start()
    proxy.stop()


@pytest.fixture
def visit(nginx, site, transactional_db):
    """A function that gives a visitor: `visit(ada)`, or `visit()` for a guest."""
    visitors = []

    def arrive(user=None, address=nginx.address, **options):
        visitors.append(Visitor(address, user, **options))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.leave()
