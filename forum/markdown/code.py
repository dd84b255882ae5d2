"""Syntax highlighting of fenced code: classes of static/css/code.css, within a time limit."""

from functools import cache
from itertools import groupby
from operator import itemgetter
from time import thread_time

from markdown_it.common.utils import escapeHtml
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String

NAMES = {
    "bash": "sh shell zsh",
    "c": "h",
    "cpp": "c++ cxx hpp",
    "css": "",
    "diff": "patch udiff",
    "go": "golang",
    "html": "",
    "java": "",
    "javascript": "js jsx",
    "json": "",
    "kotlin": "kt",
    "lua": "",
    "php": "",
    "python": "py python3",
    "r": "",
    "ruby": "rb",
    "rust": "rs",
    "sql": "",
    "swift": "",
    "toml": "",
    "typescript": "ts",
    "xml": "svg",
    "yaml": "yml",
}
LANGUAGES = set(NAMES)
ALIASES = {alias: name for name, aliases in NAMES.items() for alias in [name, *aliases.split()]}

COLOURS = [
    (Comment, "c"),
    (Keyword, "k"),
    (String, "s"),
    (Number, "m"),
    (Literal, "m"),
    (Operator.Word, "k"),
    (Name.Function, "nf"),
    (Name.Class, "nc"),
    (Name.Namespace, "nc"),
    (Name.Decorator, "nd"),
    (Name.Builtin, "nb"),
    (Name.Tag, "nt"),
    (Name.Attribute, "na"),
    (Name.Variable, "nv"),
    (Name.Constant, "nv"),
    (Generic.Deleted, "gd"),
    (Generic.Inserted, "gi"),
    (Generic.Heading, "gh"),
    (Generic.Subheading, "gh"),
]
CLASSES = {css_class for _token, css_class in COLOURS}

MAX_LENGTH = 20_000  # characters of a highlighted block
# CPU seconds for all highlighting of one text; many lexers are quadratic on malicious input.
SECONDS = 0.08
LEXER, CHARACTER, SPAN = 60, 2, 4  # units of the budget


def highlight(code, info, budget):
    """(language, HTML) of a fenced block.

    The language is "" if it isn't supported; the HTML is plain if highlighting costs too much.
    """
    language = ALIASES.get(info.split(maxsplit=1)[0].lower(), "") if info.strip() else ""
    runs = language and _runs_in_time(code, language, budget)
    if not runs or not budget.afford(
        len(runs) * SPAN, elements=sum(1 for css_class, _text in runs if css_class)
    ):
        return language, escapeHtml(code)
    return language, "".join(_span(css_class, text) for css_class, text in runs)


def _runs_in_time(code, language, budget):
    """(CSS class, text) pairs, or None if the code is too long or takes too much time."""
    if len(code) > MAX_LENGTH or not budget.afford(LEXER + len(code) * CHARACTER):
        return None
    # Outside of the time limit: the first lexer of a language takes long to build.
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    started = thread_time()
    try:
        return list(_runs(lexer.get_tokens(code), started + SECONDS - budget.colouring))
    except TimeoutError:
        return None
    finally:
        budget.colouring += thread_time() - started


def _runs(tokens, deadline):
    """(CSS class, text) pairs; adjacent tokens of one class are merged, for a smaller page."""
    classes = ((_css_class(kind), text) for kind, text in _until(deadline, tokens))
    for css_class, same in groupby(classes, itemgetter(0)):
        yield css_class, "".join(text for _css, text in same)


def _until(deadline, tokens):
    for token in tokens:
        if thread_time() > deadline:
            raise TimeoutError
        yield token


@cache
def _css_class(token_type):
    return next((css_class for kind, css_class in COLOURS if token_type in kind), "")


def _span(css_class, text):
    return f'<span class="{css_class}">{escapeHtml(text)}</span>' if css_class else escapeHtml(text)
