import socket

import pytest

from forum.serving.sockets import bound, inherited

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("address", ["127.0.0.1:0", "[::1]:0"])
def test_a_host_and_a_port_can_be_listened_on(address):
    with bound(address) as listener, socket.create_connection(listener.getsockname()[:2]):
        pass


@pytest.mark.parametrize("address", ["8000", "127.0.0.1", "127.0.0.1:http", ":8000"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match="HOST:PORT or unix:PATH"):
        bound(address)


def test_a_port_that_can_not_be_is_refused():
    with pytest.raises(ValueError, match="port 99999 is out of range"):
        bound("127.0.0.1:99999")


def test_a_socket_that_a_killed_server_left_behind_is_replaced(tmp_path):
    path = f"unix:{tmp_path}/parley.sock"
    bound(path).close()

    with bound(path) as listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(listener.getsockname())


def test_a_socket_that_is_in_use_is_not_taken_away(tmp_path):
    path = f"unix:{tmp_path}/parley.sock"
    with bound(path), pytest.raises(OSError, match="in use"):
        bound(path)


def test_a_file_that_is_no_socket_stays(tmp_path):
    (tmp_path / "notes").write_text("mine")

    with pytest.raises(OSError, match="in use"):
        bound(f"unix:{tmp_path}/notes")
    assert (tmp_path / "notes").read_text() == "mine"


def test_a_listening_socket_can_be_handed_over():
    with socket.create_server(("127.0.0.1", 0)) as original:
        name = original.getsockname()
        with inherited(original.detach()) as listener:
            assert listener.getsockname() == name
