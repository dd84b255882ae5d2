"""Password reset tokens, revoked together with a member's sessions."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class TokenGenerator(PasswordResetTokenGenerator):
    """Used once, and only as long as password, address and sessions of the member stay as they
    are.
    """

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.security_stamp}{user.is_active}"
