import pytest

from forum.markdown import excerpt, mentioned, quote, render

FOLDED = "<details>\n<summary>Quoted text</summary>\n"


def test_a_quote_is_folded_below_the_words_that_say_who_is_quoted():
    assert (
        render("> [!quote]- Ada, [in May](/p/3/):\n>\n> Up?\n>\n> > Down?\n\nYes.")
        == f'<blockquote>\n<p dir="auto">Ada, <a href="/p/3/">in May</a>:</p>\n{FOLDED}<p'
        ' dir="auto">Up?</p>\n<blockquote>\n<p'
        ' dir="auto">Down?</p>\n</blockquote>\n</details>\n</blockquote>\n<p'
        ' dir="auto">Yes.</p>\n'
    )


@pytest.mark.parametrize(
    "source", ["> [!quote]-\n> Up?", "> [!QUOTE]- \n>\n> Up?", ">[!quote]-\n> Up?"]
)
def test_it_needs_no_words(source):
    assert (
        render(source)
        == f'<blockquote>\n{FOLDED}<p dir="auto">Up?</p>\n</details>\n</blockquote>\n'
    )


def test_anything_may_be_folded():
    html = render("> [!quote]- Ada:\n> - one\n> - two\n>\n> ```\n> code\n> ```")

    assert (
        html.index("<details>")
        < html.index("<li>one")
        < html.index("<pre")
        < html.index("</details>")
    )


def test_quotes_in_quotes_fold_by_themselves():
    html = render("> > [!quote]- Ada:\n> > Up?\n>\n> Yes.")

    assert html.index("</details>") < html.index("Yes.")


@pytest.mark.parametrize(
    "source",
    [
        "> [!quote]- Ada",
        "[!quote]- Ada\nx",
        "> \\[!quote]- Ada\n> x",
        "> [!quote] Ada\n> x",
        "> x\n> [!quote]- y",
        "> [!quote]-x\n> y",
    ],
)
def test_what_is_no_folded_quote_stays_as_it_was_written(source):
    html = render(source)

    assert "<details>" not in html
    assert "[!quote]" in html


def test_nobody_is_mentioned_in_a_folded_quote():
    def known(names):
        return {name: (number, name) for number, name in enumerate(sorted(names))}

    assert mentioned("> [!quote]- @ada\n> @grace\n\n@olive", known).members == {2}


def test_an_excerpt_leaves_out_what_is_folded():
    assert excerpt(render("> [!quote]- Ada:\n> Up?\n\nYes.")) == "Ada: Yes."
    assert excerpt(render("> [!quote]-\n> " + "Up? " * 5000)) == "…"


def test_a_quote_of_a_post_leaves_out_what_is_folded_in_it():
    quoted = quote("> [!quote]- Ada: [#3](/t/1/3/)\n>\n> Up?\n> ```\n> x\n\nYes.", "ines", "/p/1/")

    assert quoted == "> [@ines](/p/1/):\n>\n> > Ada: [#3](/t/1/3/)\n>\n> Yes.\n\n"


@pytest.mark.parametrize(
    "source",
    ["> [!quote]- a\n> b\n\n" * 1000, "> [!quote]-\n" * 2000, "> " * 30 + "[!quote]- a\n> b"],
)
def test_it_is_counted_like_other_quotes(source):
    try:
        assert render(source).count("<details>") == render(source).count("</details>")
    except ValueError as error:
        assert "too much formatting" in str(error)  # noqa: PT017
