from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Types of the scripts are for editors and `make check`: they are neither collected nor
    served.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.d.ts"]
