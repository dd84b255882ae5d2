import pytest

from forum.cache.lru import LRUCache
from forum.pages import fragments
from forum.serving.handler import Handler
from forum.serving.page_cache import PageCache

from .visitors import Visitor


@pytest.fixture
def guests(transactional_db, monkeypatch):
    """The pages of the forum, with nothing kept yet."""
    monkeypatch.setattr(fragments, "cache", LRUCache(2**20))
    return PageCache(Handler())


@pytest.fixture
def guest(guests):
    return Visitor(guests)
