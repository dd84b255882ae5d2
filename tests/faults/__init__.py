import pytest

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]
