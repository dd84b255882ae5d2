"""Classifies failed deliveries: permanent or temporary for this email, or the server is down."""

import re
import smtplib

TOO_LARGE = 552
# RFC 3463: refused for what the sender is or sends, and a full mailbox; all others say that the
# address is wrong.
NOT_OF_ADDRESS = re.compile(r"5\d\d[ -](?:5\.7\.|5\.2\.2\b)")


class Refused(Exception):
    """The server will never accept this email.

    addresses: the recipients that it says can't be reached at all.
    """

    addresses: tuple[str, ...] = ()


class Postponed(Exception):
    """The server may accept this email later; it accepts others."""


class ServerAway(Exception):
    """The server can't be reached, or accepts nothing from this site."""


def classified(error):
    """The error as one of the exceptions above, with a message for owners."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _text in error.recipients.values()]
            texts = {to: response_text(*answer) for to, answer in error.recipients.items()}
            reason = "; ".join(f"{to}: {text}" for to, text in texts.items())
            if min(codes) < 500:
                return Postponed(reason)
            refused = Refused(reason)
            refused.addresses = tuple(to for to, text in texts.items() if is_bounce(text))
            return refused
        case smtplib.SMTPSenderRefused() if error.smtp_code != TOO_LARGE:
            return ServerAway(response_text(error.smtp_code, error.smtp_error))
        case smtplib.SMTPDataError() | smtplib.SMTPSenderRefused():
            kind = Refused if error.smtp_code >= 500 else Postponed
            return kind(response_text(error.smtp_code, error.smtp_error))
        case smtplib.SMTPResponseException():
            return ServerAway(response_text(error.smtp_code, error.smtp_error))
        # smtplib's other errors, time-outs, refused connections, DNS, TLS.
        case OSError():
            return ServerAway(str(error) or type(error).__name__)
        case _:
            return Refused(f"{type(error).__name__}: {error}")


def is_bounce(text):
    return NOT_OF_ADDRESS.match(text) is None


def response_text(code, text):
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
