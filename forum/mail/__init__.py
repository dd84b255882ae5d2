"""Mail leaves outside of requests: settings.EMAIL_BACKEND writes rows, a job sends them by settings.MAIL_BACKEND."""
