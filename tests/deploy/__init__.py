import shutil

import pytest

pytestmark = [
    pytest.mark.servers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not all(map(shutil.which, ("nginx", "caddy", "redis-server"))),
        reason="needs nginx, Caddy and Redis: make services",
    ),
]
