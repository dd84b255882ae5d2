"""Tags: keys of what a post is, beside those of its words."""

TITLE = "title "  # before the keys of a title's words; the opening post has them


def author(pk):
    return f"author:{pk}"


def topic(pk):
    return f"topic:{pk}"


def category(pk):
    return f"category:{pk}"


def tag(pk):
    """A tag that members have given the topic."""
    return f"tag:{pk}"


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
        *(tag(one.pk) for one in topic_row.tags),
    }
