from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Leaves out type declarations, which only editors and `make check` need."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.d.ts"]
