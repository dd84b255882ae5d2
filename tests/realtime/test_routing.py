import pytest

from realtime import routing


@pytest.mark.parametrize(
    "dear", [b'a="' + b"\\" * 4000 + b'"', b'sessionid="' + b'\\"' * 2000 + b'"', b'theme="\\000"']
)
async def test_a_handshake_keeps_only_cookies_that_are_cheap_to_parse(monkeypatch, dear):
    """Django's reading of these takes time that grows with the square of their length."""
    scopes = []

    async def keep(scope, receive, send):
        scopes.append(scope)

    monkeypatch.setattr(routing.with_cookies, "inner", keep)
    headers = [(b"host", b"here"), (b"cookie", b"b=2; " + dear + b"; c=3")]
    await routing.page({"type": "websocket", "headers": headers}, None, None)

    assert scopes[0]["headers"] == [(b"host", b"here"), (b"cookie", b"b=2; c=3")]
    assert scopes[0]["cookies"] == {"b": "2", "c": "3"}
