"""Post review: the replies that others wrote meanwhile are shown once before a reply is posted.

For forms sent without scripts; open pages show new replies as they come.
"""

from forum.pages import fragments

MOST = 10  # replies in one review


def missed(request, topic):
    """The HTML of the replies that the author of this form has not been shown, at most MOST.

    `last_seen` is the topic's last number when the form was made. Empty if there are none, and for
    members who have switched this off.
    """
    seen = request.POST.get("last_seen", "")
    is_number = seen.isascii() and seen.isdigit() and len(seen) < 10
    if "X-Requested-With" in request.headers or not request.user.reviews_replies or not is_number:
        return []
    if int(seen) >= topic.last_number:
        return []
    posts = topic.posts.for_display().shown().in_range(int(seen) + 1, topic.last_number)
    others = posts.exclude(author=request.user)[:MOST]
    return [fragments.post(post, topic.edition) for post in others]
