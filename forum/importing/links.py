"""URLs and email addresses in plain text."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

URL = re.compile(r"https?://[^\s<>\"\x00-\x1f]+", re.I)
BRACKETED_URL = re.compile(r"<\s?(https?://[^\s<>\"\x00-\x1f]+)\s?>", re.I)
ANY_URL = re.compile(f"{BRACKETED_URL.pattern}|{URL.pattern}", re.I)
SECOND = re.compile(r"<(https?://)([^\s<>\"]{4,2000})>", re.I)
SCHEME_AT_END = re.compile(r"https?://$", re.I)
MAILTO = re.compile(r"[<\[(]mailto:[^\s<>\[\]()]+[>\])]|\bmailto:(?=[\w.+-]+@)", re.I)

# Not `git@host.org:path`, which isn't a mailbox.
ADDRESS = re.compile(r"([\w.+%=-]{1,64})@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b(?!:[\w~/])", re.I)

WRAPPERS = re.compile(
    r"^https?://[\w.-]*(safelinks\.protection\.outlook\.com|urldefense\.(?:proofpoint\.)?com)/",
    re.I,
)
DEFENSE = re.compile(r"/v3/__(.+?)__;", re.I)


def tidy(text):
    """The text with email addresses masked, and without `mailto:` and duplicated links."""
    if "@" in text:
        text = "".join(part if URL.match(part) else _masked(part) for part in _split(text))
    return _deduplicated(text) if "<http" in text else text


def _deduplicated(text):
    """Replaces `a.example <https://a.example/>` by `<https://a.example/>`."""
    kept, at = [], 0
    for match in SECOND.finditer(text):
        kept.append(_without_repetition(text[at : match.start()], match[2].removesuffix("/")))
        at = match.start()
    return "".join([*kept, text[at:]])


def _without_repetition(before, address):
    first = before.removesuffix(" ").removesuffix("/")
    if not first.lower().endswith(address.lower()):
        return before
    return SCHEME_AT_END.sub("", first[: -len(address)])


def _split(text):
    at = 0
    for match in URL.finditer(text):
        yield text[at : match.start()]
        yield match[0]
        at = match.end()
    yield text[at:]


def _masked(text):
    return ADDRESS.sub(r"\1@…", MAILTO.sub("", text))


def pieces(text):
    """(text, url) pairs in order, one of the two empty. URLs are unwrapped."""
    at = 0
    for match in ANY_URL.finditer(text) if "://" in text else ():
        url = match[1] or _without_punctuation(match[0])
        yield text[at : match.start()], ""
        yield "", unwrapped(url)
        at = match.end() if match[1] else match.start() + len(url)
    yield text[at:], ""


def _without_punctuation(url):
    while url[-1:] and url[-1] in ".,;:!?'*_)]}”’>|":
        if url[-1] == ")" and url.count("(") >= url.count(")"):
            break
        url = url[:-1]
    return url


def unwrapped(url):
    """The target of a mail gateway's redirect; other URLs as they are."""
    if not WRAPPERS.match(url):
        return url
    try:
        found = _target(url)
    except ValueError:
        return url
    return found if URL.fullmatch(found) else url


def _target(url):
    if match := DEFENSE.search(url):
        return re.sub(r"^(https?:)/(?!/)", r"\1//", match[1])
    query = parse_qs(urlsplit(url).query)
    if "url" in query:
        return query["url"][0]
    return unquote(query.get("u", [""])[0].replace("-", "%").replace("_", "/"))
