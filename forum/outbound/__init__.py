"""Requests to addresses that members enter: never into the site's own network, never without end.

Whoever enters an address must not be able to use the server to reach what they can't reach
themselves (server-side request forgery).
"""
