"""Sends email outside of requests: EMAIL_BACKEND writes outbox rows, a job sends them through
MAIL_BACKEND.
"""
