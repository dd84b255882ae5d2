"""Closes polls when their time is over."""
