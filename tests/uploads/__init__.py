import pytest

pytestmark = [pytest.mark.servers]
