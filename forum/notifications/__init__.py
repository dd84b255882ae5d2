"""Notifications: tells members what concerns them and what they follow.

What happens is an Event, a row of the transaction in which it happens. A worker finds out whom it
concerns and stores a Notice for each of them (telling.py); pages, pushes and emails show those.
"""
