"""Suggests members, topics and categories to somebody who types @ or # in a text."""
