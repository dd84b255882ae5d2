"""Timing of the sign-up and password reset forms, with known and unknown addresses."""

import os
import time
from statistics import median

from bench.report import record, title
from bench.site import prepared

ROUNDS = 20
PASSWORD = "a good long password"


def main():
    os.environ |= {"RATE_MAIL_TO": "10000/minute", "RATE_MAIL_BY": "10000/minute"}
    with prepared():
        from django.conf import settings

        settings.ACCOUNT_RATE_LIMITS = False
        from forum.models import User

        User.objects.create_user("ada", "ada@example.org", PASSWORD)
        title("Known and unknown addresses")
        compare("signing up, address known", "/accounts/signup/", sign_up_fields)
        compare(
            "asking for a new password, address known", "/accounts/password/reset/", reset_fields
        )


def reset_fields(number, email):
    return {"email": email}


def sign_up_fields(number, email):
    return {"username": f"member{number}", "email": email, "password1": PASSWORD}


def compare(figure, path, fields):
    """Measure alternately, so that other load affects both."""
    times = {"known": [], "new": []}
    for number in range(ROUNDS):
        times["known"].append(seconds(path, fields(2 * number, "ada@example.org")))
        times["new"].append(seconds(path, fields(2 * number + 1, f"member{number}@example.org")))
    known, new = (1000 * median(times[kind]) for kind in ("known", "new"))
    record(figure, known, "ms", reference=new, at_most=1.2, of_reference=True)


def seconds(path, fields):
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1")
    began = time.perf_counter()
    assert client.post(path, fields).status_code == 302
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
