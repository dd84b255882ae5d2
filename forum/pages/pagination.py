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
        """How many tenths of the topic lie before this page; js/topic/position.js has the same."""
        return 10 * (self.first - 1) // max(self.last_number - 1, 1)

    @property
    def steps(self):
        """Page numbers to offer, None where some are left out: 1 … 4 [5] 6 … 9."""
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
    """(first, last) number of the posts that fit on a page."""
    return (page_number - 1) * PAGE_SIZE + 1, page_number * PAGE_SIZE


def canonical(request, found):
    """The present address of what `found` is now called, with the query of this request."""
    query = request.GET.urlencode()
    return found.get_absolute_url() + (f"?{query}" if query else "")


def address(topic, number):
    """Where the post of this number stands: its topic's page, and the place on it."""
    page = page_of(number)
    return topic.get_absolute_url() + (f"?page={page}" if page > 1 else "") + f"#post-{number}"
