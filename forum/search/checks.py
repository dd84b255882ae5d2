import Stemmer
from django.conf import settings
from django.core.checks import Error, register


@register()
def check_language(app_configs, **kwargs):
    language, known = settings.SEARCH_LANGUAGE, Stemmer.algorithms()
    if not language or language in known:
        return []
    return [
        Error(
            f"SEARCH_LANGUAGE is {language!r}, for which there are no word stems: nothing could be"
            " posted.",
            hint=f"Choose one of {', '.join(known)}, or leave it empty.",
            id="search.E001",
        )
    ]
