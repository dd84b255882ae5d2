import pytest

from forum.cache.lru import Kept
from forum.pages import fragments
from forum.serving.handler import Pages
from forum.serving.page_cache import Guests

from .visitors import Visitor


@pytest.fixture
def guests(transactional_db, monkeypatch):
    """The pages of the forum, with nothing kept yet."""
    monkeypatch.setattr(fragments, "kept", Kept(2**20))
    return Guests(Pages())


@pytest.fixture
def guest(guests):
    return Visitor(guests)
