import pytest

from forum.models.posts import page_of
from forum.pages.pagination import Page, address


@pytest.mark.parametrize(
    ("number", "page"), [(0, 1), (1, 1), (20, 1), (21, 2), (40, 2), (41, 3), (20_000, 1000)]
)
def test_twenty_numbers_make_a_page(number, page):
    assert page_of(number) == page


def test_every_number_lies_on_exactly_one_page():
    last = 95
    seen = [
        n
        for number in range(1, Page(1, last).count + 1)
        for n in range(Page(number, last).first, Page(number, last).last + 1)
    ]

    assert seen[:last] == list(range(1, last + 1))


@pytest.mark.parametrize(
    ("number", "count", "steps"),
    [
        (1, 1, [1]),
        (1, 2, [1, 2]),
        (1, 9, [1, 2, None, 9]),
        (3, 9, [1, 2, 3, 4, None, 9]),
        (4, 9, [1, 2, 3, 4, 5, None, 9]),
        (5, 9, [1, None, 4, 5, 6, None, 9]),
        (9, 9, [1, None, 8, 9]),
        (3, 4, [1, 2, 3, 4]),
    ],
)
def test_steps_leave_out_what_is_far_but_never_a_single_one(number, count, steps):
    assert Page(number, count * 20).steps == steps


def test_the_ends_have_no_neighbour():
    assert (Page(1, 60).previous, Page(1, 60).next) == (None, 2)
    assert (Page(3, 60).previous, Page(3, 60).next, Page(3, 60).is_last) == (2, None, True)
    assert (Page(1, 0).count, Page(1, 0).next) == (1, None)


def test_an_address_names_the_page_only_after_the_first(topic):
    assert address(topic, 20) == f"{topic.get_absolute_url()}#post-20"
    assert address(topic, 21) == f"{topic.get_absolute_url()}?page=2#post-21"
