import pytest

from tests.support.chromium import SHELL

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(300),  # seconds on a busy machine, where to start a server takes many
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SHELL, reason="needs Chromium: make services"),
]
