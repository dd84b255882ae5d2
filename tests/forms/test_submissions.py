from django.forms import Form

from forum.forms.submissions import TokenField


class Sent(Form):
    token = TokenField()


def test_a_token_is_thirty_two_digits_and_nothing_before_or_after_them():
    token = "0123456789abcdef" * 2

    assert Sent({"token": token}).is_valid()
    for other in (token[1:], f"9{token}", f"{token}9", f"{token}\n9", token.upper()):
        assert not Sent({"token": other}).is_valid(), other
