"""Search: finds posts by their words, in every script, as far as the reader may see them.

docs/search.md says how it works.
"""
