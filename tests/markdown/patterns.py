"""Texts made to cost time: fragments that are repeated to any length, and a few that are built."""

FRAGMENTS = [
    # emphasis, strikethrough, escapes, entities
    "*",
    "_",
    "~~",
    "**a ",
    "*a_ ",
    "_a ",
    "*a**a ",
    "a**b",
    "**a*",
    "~~a~~ ",
    "~a~",
    "*a* ",
    "***a*** ",
    "_a*_a* ",
    "\\",
    "\\*",
    "&",
    "&amp;",
    "&#1;",
    "&#xFFFF;",
    "&x",
    "`",
    "``a`",
    "`a",
    "`a` ",
    # spoilers, sections, footnotes
    "||",
    "||a ",
    "||a||",
    "a||b",
    "||a ||b|| ",
    "||[a||b||](/c)",
    "<details>\n",
    "<details>\n\n</details>\n",
    "<details><summary>a</summary>\n",
    "</details>\n",
    "> <details>\n",
    "- <details>\n",
    "[^",
    "[^a",
    "[^a]",
    "[^a]:",
    "[^a]: b\n",
    "[^a]: [^a]\n",
    "[^a]\n\n[^a]: b\n\n",
    "[^a]: <details>\n",
    # emoji
    ":",
    ":a",
    ":smile:",
    ":+1: ",
    # links, pictures, references
    "[",
    "![",
    "[a",
    "[a](",
    "[a](<b",
    "[a](b",
    "![[]()",
    "[a][b]",
    "]",
    "[](",
    "[]()",
    '[a](b "c',
    "[a](b 'c",
    "[[a]](b",
    "[*a*](b)",
    "*[a*](b)",
    "[a](/b) ",
    "![a](/b) ",
    "[a](/b 'c') ",
    "[a]: b\n",
    '[a]: /b "t\n',
    "[a]: <b\n",
    "[a]:",
    "[a]\n",
    "[a]: /b 'c\n",
    "[a](</b\\",
    "![a](/b)[a](/b)",
    "[a](/((((",
    "[\\",
    "[`",
    # raw HTML
    "<",
    "<a",
    "<!--",
    "<a href=",
    "<?",
    "<![CDATA[",
    "<a>",
    "</a>",
    "<div>\n",
    "<!a ",
    "<!-- -->",
    "<a\n",
    # addresses, mentions
    "<http://a>",
    "<http://a",
    "<a@b.c>",
    "http://",
    "http://a",
    "http://a.b ",
    "http://a.b,",
    "www.",
    "www.a.b ",
    "www.a.b/(",
    "www.a",
    "w",
    "a.b.",
    "a.com ",
    "a@b.c ",
    "@",
    "@a",
    "@abc ",
    "@abc.",
    "@abc_",
    "mailto:",
    "mailto:a@b.c ",
    "mailto:a",
    ":",
    "://",
    "a://",
    "//",
    "http:",
    "http://a:b@",
    "http://a/((",
    "http://a/'",
    "https://a.b/[",
    "http://a-",
    "http://a.",
    "http://é ",
    "http://a/é ",
    "http:///",
    "http://a/)",
    "http://a/&a;",
    "http://a/（",
    "http://a/）",
    "http://a。",
    "http://a/…",
    "看https://a.看",
    "http://a-_",
    "http://é🍄.",
    "http://xn--a.b ",
    "http://a:9",
    "http://[::1]/ ",
    "http://[:",
    "http://1.",
    "http://a.b:99999/ ",
    "[a](http://1.2.3.4.5/) ",
    "[a](http://é/) ",
    "http://é.é/ ",
    "<http://é.é>",
    "看www.a.b",
    "@李",
    "@李小龙",
    "看@ada看",
    "@李小龙a ",
    "@ก่",
    "@क\u094d\u200d",
    "~~~a",
    "~~~",
    # blocks
    "> ",
    ">",
    "- ",
    "-",
    "1. ",
    "1) ",
    "* a\n",
    "- a\n",
    "> a\n",
    "1. a\n",
    "# a\n",
    "a\n",
    "a\n\n",
    "a\n=\n",
    "a\n-\n",
    "***\n",
    "---\n",
    "    a\n",
    "```\n",
    "~~~\n",
    "```\na\n",
    "\t",
    "\t-",
    "- \n",
    "-\n",
    "\n",
    " ",
    "- [ ] a\n",
    "- [x] ",
    "> > > a\n\n",
    "*a\n",
    "a\\\n",
    "a  \n",
    "> - ",
    "- > ",
    "- a\n  - b\n",
    "> ```\n",
    "* * *",
    "+ a\n- a\n",
    "#\n",
    # tables
    "|",
    "|a",
    "|a|\n",
    "|-",
    "|a|b|\n|-|-|\n",
    "|a|\n|-|\n",
    "\\|",
    "|-|\n|a|\n",
    # characters
    "\0",
    "\u00a0",
    "\u200f",
    "\u202e",
    "é",
    "\U0001f600",
    "a",
    "ab ",
    '"',
    "'",
    "(",
    "\r",
    "\u2028",
    "\ufeff",
]


def repeated(fragment, length):
    return (fragment * (length // len(fragment) + 1))[:length]


def deep_quotes(length):
    depth = max(2, int(length**0.5))
    return "".join(">" * min(line, depth) + " a\n" for line in range(length // depth))[:length]


def deep_lists(length):
    lines, total, level = [], 0, 0
    while total < length:
        lines.append("  " * (level % 60) + "- a\n")
        total += len(lines[-1])
        level += 1
    return "".join(lines)[:length]


def backticks_of_every_length(length):
    runs, total, size = [], 0, 1
    while total < length:
        runs.append("e" + "`" * size)
        total += size + 1
        size += 1
    return "".join(runs)[:length]


def nested_brackets(length):
    return "[" * (length // 2) + "a" + "]" * (length // 2 - 1)


def nested_emphasis(length):
    return "*a **a " * (length // 14) + "b" + " a** a*" * (length // 14 - 1)


def nested_strong_links(length):
    return "*[" * (length // 9) + "a" + "](/b)*" * (length // 9)


def wide_table(length):
    columns = length // 8
    return "|a" * columns + "|\n" + "|-" * columns + "|\n" + "|b" * columns + "|\n"


def table_of_short_rows(length):
    return "|a" * 40 + "|\n" + "|-" * 40 + "|\n" + "|\n" * ((length - 164) // 2)


def table_of_full_rows(length):
    return "|a" * 20 + "|\n" + "|-" * 20 + "|\n" + ("|b" * 20 + "|\n") * ((length - 84) // 42)


def many_references(length):
    half = length // 20
    return "".join(f"[{n:x}]: /{n:x}\n" for n in range(half)) + "".join(
        f"[{n:x}]" for n in range(half)
    )


def long_reference_label(length):
    return "[" + "a\n" * (length // 2 - 4) + "]: /b"


def quoted_list_with_lazy_lines(length):
    return "> - a\n" + "b\n" * (length // 2 - 3)


def fences_in_quotes(length):
    return "> ```py\n> x = 1\n\n" * (length // 19)


def coloured_code(language, fragment):
    def build(length):
        return (
            f"```{language}\n"
            + repeated(fragment, min(length, 19_900))
            + "\n```\n"
            + "a *b*\n" * (length // 12)
        )

    build.__name__ = f"{language}_of_{fragment!r}"
    return build


BUILT = [
    deep_quotes,
    deep_lists,
    backticks_of_every_length,
    nested_brackets,
    nested_emphasis,
    nested_strong_links,
    wide_table,
    table_of_short_rows,
    table_of_full_rows,
    many_references,
    long_reference_label,
    quoted_list_with_lazy_lines,
    fences_in_quotes,
    coloured_code("java", "a b "),
    coloured_code("python", "  \n"),
    coloured_code("c", "{"),
    coloured_code("typescript", "a?"),
    coloured_code("html", "&"),
    coloured_code("yaml", "**"),
    coloured_code("json", "1,"),
    coloured_code("css", "'\\"),
]


def all_patterns():
    """(name, function from a length to a text) of each."""
    for fragment in FRAGMENTS:
        yield repr(fragment), lambda length, fragment=fragment: repeated(fragment, length)
    for build in BUILT:
        yield build.__name__, lambda length, build=build: build(length)[:length]
