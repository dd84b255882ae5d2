"""Pages of a topic as ranges of post numbers, so every page costs the same."""

from dataclasses import dataclass

from forum.models.posts import PAGE_SIZE, page_of


@dataclass(frozen=True)
class Page:
    number: int
    last_number: int

    @property
    def first(self):
        return range_of(self.number)[0]

    @property
    def last(self):
        return range_of(self.number)[1]

    @property
    def last_shown(self):
        return min(self.last, self.last_number)

    @property
    def count(self):
        return page_of(self.last_number)

    @property
    def is_last(self):
        return self.number == self.count

    @property
    def previous(self):
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self):
        return self.number + 1 if self.number < self.count else None

    @property
    def tenth(self):
        """How many tenths of the topic precede this page; the same as in js/topic/position.js."""
        return 10 * (self.first - 1) // max(self.last_number - 1, 1)

    @property
    def steps(self):
        """Page numbers to link, with None for an ellipsis: 1 … 4 [5] 6 … 9."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        numbers = sorted(n for n in near if 1 <= n <= self.count)
        steps = []
        for n in numbers:
            if steps and n - steps[-1] == 2:
                steps.append(n - 1)
            elif steps and n - steps[-1] > 2:
                steps.append(None)
            steps.append(n)
        return steps


def range_of(page_number):
    """(first, last) post number of a page."""
    return (page_number - 1) * PAGE_SIZE + 1, page_number * PAGE_SIZE


def canonical(request, found):
    """The canonical URL of `found`, with the query string of this request."""
    query = request.GET.urlencode()
    return found.get_absolute_url() + (f"?{query}" if query else "")


def address(topic, number):
    """The URL of the post with this number: the page of its topic, with a fragment."""
    page = page_of(number)
    return topic.get_absolute_url() + (f"?page={page}" if page > 1 else "") + f"#post-{number}"
