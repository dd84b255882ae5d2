"""The forum: a Django project with its core nouns, and the apps inside."""

__version__ = "0.1.dev0"  # the only place; docs/releasing.md says when it changes
