import pytest

from tests.support.chromium import SHELL

pytestmark = [
    pytest.mark.servers,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SHELL, reason="needs Chromium: make services"),
]
