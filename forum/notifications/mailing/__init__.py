"""Notices by email.

A notice whose member wants an email has a Delivery, written with it (recording.py). When it is due,
everything is asked again, and the email goes to the outbox in the same transaction (sending.py).
"""
