"""Password reset tokens, revoked together with a member's sessions."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator


class TokenGenerator(PasswordResetTokenGenerator):
    """Tokens that expire on use, and when the member's password, address or sessions change."""

    def _make_hash_value(self, user, timestamp):
        return f"{super()._make_hash_value(user, timestamp)}{user.security_stamp}{user.is_active}"
