"""Mails that members send: answers to notifications, and new topics of categories."""
