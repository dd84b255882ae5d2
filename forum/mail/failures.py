"""Classifies failed deliveries: permanent or temporary for this email, or the server is down."""

import smtplib

TOO_LARGE = 552


class Refused(Exception):
    """The server will never accept this email."""


class Postponed(Exception):
    """The server may accept this email later; it accepts others."""


class ServerAway(Exception):
    """The server can't be reached, or accepts nothing from this site."""


def classified(error):
    """The error as one of the exceptions above, with a message for owners."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _text in error.recipients.values()]
            kind = Refused if min(codes) >= 500 else Postponed
            return kind(
                "; ".join(
                    f"{address}: {response_text(*answer)}"
                    for address, answer in error.recipients.items()
                )
            )
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


def response_text(code, text):
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
