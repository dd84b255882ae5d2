"""Mails are taken from a mailbox: marked once they are stored, and stored once."""

import ssl
import threading

import pytest
from django.core.management import CommandError, call_command

from forum.cache import circuit_breaker
from forum.incoming import fetching, health, imap
from forum.incoming.checks import check_mailbox
from forum.incoming.fetching import fetch, last_error, look, take_all
from forum.incoming.imap import BadUrl, parsed
from forum.incoming.models import MAX_SIZE, InboxFull, IncomingMail
from forum.observability.health import Degraded
from tests.importing import mails
from tests.incoming.letters import answers, reply_to
from tests.support.imap_server import ImapServer

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Jobs run at once, and the circuit breaker is closed before and after."""
    monkeypatch.setattr(fetching, "run_soon", lambda function: function())
    circuit_breaker.mailbox.record_success()
    yield
    circuit_breaker.mailbox.record_success()


@pytest.fixture
def mailbox(settings):
    """A function: mails come from this server from now on."""

    def use(server):
        settings.IMAP_URL = server.url
        return server

    return use


def mail(number):
    return mails.mail(f"Mail {number}", message_id=f"<{number}@mail.example.org>").replace(
        b"\n", b"\r\n"
    )


def test_answers_are_fetched_posted_and_marked(topic, post, ada, mailbox):
    raw = reply_to(post, ada).replace(b"\n", b"\r\n")
    with mailbox(ImapServer(mail(1), raw)) as server:
        look()
        assert server.seen == {1, 2}
        look()

    assert [one.body for one in topic.posts.filter(number__gt=1)] == ["Tea, of course."]
    assert IncomingMail.objects.count() == 2
    assert (
        sum("FETCH" in command for command, _encrypted in server.commands) == 4
    )  # none a second time


def test_a_mail_is_marked_after_it_is_stored(mailbox, monkeypatch):
    stored, mark = [], imap.Mailbox.mark_taken

    def marked(self, uid):
        stored.append(IncomingMail.objects.count())
        mark(self, uid)

    monkeypatch.setattr(imap.Mailbox, "mark_taken", marked)
    with mailbox(ImapServer(mail(1), mail(2))):
        assert take_all() == 2

    assert stored == [1, 2]


def test_what_was_stored_but_not_marked_is_stored_once(mailbox):
    with mailbox(ImapServer(mail(1), answers={"STORE": "NO Read-only"})) as server:
        fetch()
        fetch()

    assert server.seen == set()
    assert IncomingMail.objects.count() == 1
    assert "STORE" in last_error()


def test_a_mail_that_is_not_handed_over_holds_up_no_others(mailbox):
    with mailbox(ImapServer(mail(1), mail(2))) as server:
        fetched = server._fetched
        server._fetched = lambda uid, rest: b"" if uid == 1 else fetched(uid, rest)
        fetch()

    assert server.seen == {2}
    assert IncomingMail.objects.get().message_id == "2@mail.example.org"
    assert "no mail" in last_error()


def test_of_a_mail_that_is_too_large_only_the_headers_are_fetched(post, ada, mailbox):
    raw = reply_to(post, ada, "x" * MAX_SIZE).replace(b"\n", b"\r\n")
    with mailbox(ImapServer(raw)) as server:
        fetch()

    assert not any("BODY.PEEK[]" in command for command, _encrypted in server.commands)
    assert server.seen == {1}
    (answer,) = answers()
    assert "too large" in answer.body


def test_a_full_inbox_leaves_the_mails_there(mailbox, monkeypatch):
    monkeypatch.setattr("forum.incoming.models.MAX_WAITING", 1)
    IncomingMail.objects.store(mails.mail("Waits"))
    with mailbox(ImapServer(mail(1))) as server, pytest.raises(InboxFull):
        fetch()

    assert server.seen == set()


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH"])
def test_what_the_server_refuses_is_noted_until_it_is_over(mailbox, command):
    with mailbox(ImapServer(mail(1), answers={command: "NO Not now"})) as server:
        fetch()
        assert "Not now" in last_error()
        server.answers.clear()
        fetch()

    assert last_error() == ""
    assert IncomingMail.objects.count() == 1


def test_a_silent_server_holds_nobody_up(mailbox, monkeypatch):
    monkeypatch.setattr(imap, "TIMEOUT", 0.2)
    with mailbox(ImapServer(silent=True)):
        fetch()

    assert "timed out" in last_error()


def test_a_slow_server_is_left_after_a_while(mailbox, monkeypatch):
    monkeypatch.setattr(imap, "DEADLINE", 0.3)
    left = threading.Event()

    def wait(command):
        if command == "SEARCH":
            left.wait(20)

    with mailbox(ImapServer(mail(1), before=wait)):
        fetch()
        left.set()

    assert last_error()
    assert not IncomingMail.objects.exists()


def test_nobody_gets_the_password_without_encryption(mailbox, settings, monkeypatch):
    monkeypatch.setattr(imap, "LOCAL", ())
    with mailbox(ImapServer(mail(1))) as server:
        fetch()

    assert "no encryption" in last_error()
    assert not any("secret" in command for command, _encrypted in server.commands)


def test_only_a_trusted_certificate_gets_the_password(mailbox, tmp_path, monkeypatch):
    context, certificate = certified(tmp_path)
    with mailbox(ImapServer(mail(1), tls=context)) as server:
        fetch()
        assert "CERTIFICATE_VERIFY_FAILED" in last_error()
        assert server.commands == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        fetch()

    assert last_error() == ""
    assert server.seen == {1}


def test_a_server_that_offers_encryption_gets_the_password_encrypted(
    mailbox, tmp_path, monkeypatch
):
    context, certificate = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailbox(ImapServer(mail(1), tls=context, capabilities="STARTTLS")) as server:
        fetch()

    assert last_error() == ""
    assert server.seen == {1}
    assert all(encrypted for command, encrypted in server.commands if "LOGIN" in command)


def test_a_password_may_have_any_characters(mailbox, settings):
    with mailbox(ImapServer(mail(1), capabilities="AUTH=PLAIN")) as server:
        settings.IMAP_URL = server.url.replace("secret%40word", "gehe%C3%AFm%20%22")
        fetch()

    assert server.secret.decode() == '\0forum\0geheïm "'
    assert server.seen == {1}


def certified(folder):
    """(a server's SSLContext for 127.0.0.1, the path of its certificate)."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_the_command_says_what_it_stored_or_what_is_wrong(mailbox, capsys, settings):
    with mailbox(ImapServer(mail(1), mail(2))):
        call_command("fetch_mail")
    assert "Stored 2 mails." in capsys.readouterr().out

    with pytest.raises(CommandError, match="can't be read"):
        call_command("fetch_mail")  # the server is gone
    settings.IMAP_URL = ""
    with pytest.raises(CommandError, match="Set IMAP_URL"):
        call_command("fetch_mail")


def test_nothing_is_fetched_without_the_setting(settings, monkeypatch):
    settings.IMAP_URL = ""
    monkeypatch.setattr(fetching, "fetch", None)

    look()


def test_a_url_names_all_there_is():
    url = parsed("imaps://forum%40example.org:p%40ss%2Fword@mail.example.org/INBOX/Forum")

    assert (url.is_encrypted, url.host, url.port) == (True, "mail.example.org", 993)
    assert (url.user, url.password, url.folder) == ("forum@example.org", "p@ss/word", "INBOX/Forum")
    assert parsed("imap://u:p@localhost").port == 143
    assert parsed("imap://u:p@localhost/").folder == "INBOX"


@pytest.mark.parametrize(
    "wrong",
    [
        "mail.example.org",
        "https://u:p@host/",
        "imaps://host/INBOX",
        "imaps://u@host/",
        "imaps://u:p@host:port/",
        "imaps://u:p@[::1/",
        "imaps://u:p@/INBOX",
    ],
)
def test_a_url_that_can_not_work_is_refused_with_what_to_do(settings, wrong):
    settings.IMAP_URL = wrong
    with pytest.raises(BadUrl):
        parsed(wrong)

    (error,) = check_mailbox(None)
    assert "imaps://user:password@" in error.hint
    assert ":p@" not in error.msg


@pytest.mark.django_db(transaction=True)
async def test_health_names_a_mailbox_that_can_not_be_read(settings):
    settings.IMAP_URL = "imap://u:p@127.0.0.1:1/"
    await health.in_thread(fetch)

    with pytest.raises(Degraded, match="can't be read"):
        await health.inbox()
