"""The documentation hangs together: every page can be found, and every link leads somewhere."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.M | re.S)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
NAMED = re.compile(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.(?:py|js|css|html))`")
FOLDERS = ("bench", "deploy", "docs", "forum", "realtime", "static", "templates", "tests")
OUR_FILES = [
    f"/{path.relative_to(ROOT)}"
    for folder in FOLDERS
    for path in ROOT.glob(f"{folder}/**/*")
    if path.suffix
]
HEADING = re.compile(r"^#+ +(.+?) *$|<a id=\"([^\"]+)\">", re.M)


def links(page):
    """(path, part) of each link to something in this repository."""
    for address in LINK.findall(CODE.sub("", page.read_text())):
        if not re.match(r"[a-z][a-z0-9+.-]*:|/", address):
            path, _, part = unquote(address).partition("#")
            yield (page.parent / path).resolve() if path else page, part


def anchors(page):
    """What a link may name behind `#`, as the usual code hosts make it from headings."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    for heading, name in HEADING.findall(text):
        yield name or re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_something(page):
    broken = [
        f"{path.name}#{part}" for path, part in links(page) if not leads_somewhere(path, part)
    ]

    assert broken == []


def leads_somewhere(path, part):
    return path.exists() and (not part or part in anchors(path))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page):
    """Whole paths or their ends; `APP` and `NOUN` stand for what somebody adds."""
    if page.name == "CHANGELOG.md":
        return  # it names what there was
    missing = [name for name in NAMED.findall(page.read_text()) if not is_ours(name)]

    assert missing == []


def is_ours(name):
    return (ROOT / name).exists() or any(path.endswith(f"/{name}") for path in OUR_FILES)


def test_every_page_is_in_the_index():
    index = ROOT / "docs" / "index.md"
    listed = {path for path, _ in links(index)}

    assert {page for page in PAGES if page != index} - listed == set()


def test_the_readme_leads_to_the_index():
    assert (ROOT / "docs" / "index.md", "") in links(ROOT / "README.md")


def test_broken_links_are_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One part\n[a](page.md#one-part) [b](gone.md) [c](#no-part) `[d](code.md)` [e](https://example.org/)"
    )

    assert not is_ours("serving/guests_of_yesterday.py")
    assert [leads_somewhere(*link) for link in links(page)] == [True, False, False]
