"""Requests end in time, follow no redirects, and go to the address that was checked."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from forum.outbound import requests
from forum.outbound.guard import Forbidden, Unreachable
from tests.support.push_receiver import PushReceiver

pytestmark = [pytest.mark.once, pytest.mark.servers]


@pytest.fixture
def receiver(settings):
    with PushReceiver() as receiver:
        settings.OUTBOUND_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """The ssl.SSLContext of a server called push.example, which clients trust."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push.example")])
    names = x509.SubjectAlternativeName([x509.DNSName("push.example")])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + signed.public_bytes(Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    requests.tls.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    yield context
    requests.tls.cache_clear()


def test_a_request_is_sent_and_its_answer_read(receiver):
    receiver.answers["/1?a=b"] = (429, {"Retry-After": "7"})

    answer = requests.send("POST", f"{receiver.origin}/1?a=b", {"TTL": "60"}, b"text")

    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
    (received,) = receiver.received
    assert (received.body, received.headers["TTL"]) == (b"text", "60")
    assert received.headers["Host"] == receiver.host


def test_redirects_are_not_followed(receiver):
    receiver.answers["/1"] = (307, {"Location": "/2"})

    assert requests.send("POST", f"{receiver.origin}/1").status == 307
    assert [one.path for one in receiver.received] == ["/1"]


def test_what_is_not_public_is_never_connected_to(receiver, settings):
    settings.OUTBOUND_HOSTS = []

    with pytest.raises(Forbidden):
        requests.send("POST", f"https://127.0.0.1:{receiver.port}/1")
    with pytest.raises(Forbidden):
        requests.send("POST", "https://localhost/1")
    assert not receiver.received


def test_a_second_answer_of_the_name_server_changes_nothing(receiver, settings, monkeypatch):
    answers = iter([receiver.host.partition(":")[0], "192.0.2.1"])

    def look_up(host, port, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    settings.OUTBOUND_HOSTS = [f"push.example:{receiver.port}"]
    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    assert requests.send("POST", f"http://push.example:{receiver.port}/1").status == 201


def test_certificates_are_checked_for_the_host_and_not_for_its_address(
    settings, certificate, monkeypatch
):
    with PushReceiver(tls=certificate) as receiver:
        names = ("push.example", "other.example")
        settings.OUTBOUND_HOSTS = [f"{name}:{receiver.port}" for name in names]
        here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: [here])

        assert requests.send("POST", f"https://push.example:{receiver.port}/").status == 201
        with pytest.raises(Unreachable, match="certificate"):
            requests.send("POST", f"https://other.example:{receiver.port}/")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_server_that_answers_without_end_is_left_in_time(settings, sent):
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    settings.OUTBOUND_HOSTS = [host]
    is_over = threading.Event()

    def drip():
        connection, _address = listener.accept()
        with connection, listener:
            connection.sendall(sent)
            with suppress(OSError):
                while sent and not is_over.wait(0.02):
                    connection.sendall(b"x")
            is_over.wait()

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises(Unreachable, match="too late"):
        requests.send("POST", f"http://{host}/", seconds=0.3)
    is_over.set()


def test_of_a_long_answer_only_the_beginning_is_read(settings):
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    settings.OUTBOUND_HOSTS = [host]

    def pour():
        connection, _address = listener.accept()
        with connection, listener, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)

    threading.Thread(target=pour, daemon=True).start()
    assert len(requests.send("GET", f"http://{host}/", most=100).body) == 100
