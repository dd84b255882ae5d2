"""Email outside of requests: EMAIL_BACKEND writes outbox rows, jobs send them via MAIL_BACKEND."""
