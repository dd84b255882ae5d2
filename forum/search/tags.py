"""Tags: keys of what a post is, beside those of its words."""

TITLE = "title "  # before the keys of a title's words; the opening post has them


def author(pk):
    return f"author:{pk}"


def topic(pk):
    return f"topic:{pk}"


def category(pk):
    return f"category:{pk}"


def year(number):
    return f"year:{number}"


def month(year, number):
    return f"month:{year}-{number}"


def of_post(post, topic_row):
    at = post.created_at
    return {
        author(post.author_id),
        topic(topic_row.pk),
        category(topic_row.category_id),
        year(at.year),
        month(at.year, at.month),
    }
