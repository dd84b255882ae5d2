"""Classifies a failed delivery: permanent for this mail, temporary for this mail, or the server is
down.
"""

import smtplib

TOO_LARGE = 552


class Refused(Exception):
    """The server won't ever take this mail."""


class Postponed(Exception):
    """The server takes others, and this one perhaps later."""


class ServerAway(Exception):
    """Nothing is wrong with the mail: the server can't be had, or takes nothing from this site."""


def meaning(error):
    """One of the above, with words for owners."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _words in error.recipients.values()]
            kind = Refused if min(codes) >= 500 else Postponed
            return kind(
                "; ".join(
                    f"{address}: {said(*answer)}" for address, answer in error.recipients.items()
                )
            )
        case smtplib.SMTPSenderRefused() if error.smtp_code != TOO_LARGE:
            return ServerAway(said(error.smtp_code, error.smtp_error))
        case smtplib.SMTPDataError() | smtplib.SMTPSenderRefused():
            kind = Refused if error.smtp_code >= 500 else Postponed
            return kind(said(error.smtp_code, error.smtp_error))
        case smtplib.SMTPResponseException():
            return ServerAway(said(error.smtp_code, error.smtp_error))
        # smtplib's own, time-outs, refused connections, names that are not found, TLS
        case OSError():
            return ServerAway(str(error) or type(error).__name__)
        case _:
            return Refused(f"{type(error).__name__}: {error}")


def said(code, words):
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
