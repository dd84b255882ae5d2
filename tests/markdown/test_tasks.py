from forum.markdown import render
from tests.markdown.allowed import elements

LIST = "- [ ] water the plants\n- [x] feed the cat\n- sleep"


def test_tasks_are_checkboxes_that_nobody_can_click():
    boxes = elements(render(LIST), "input")

    assert [("disabled" in box, "checked" in box) for box in boxes] == [(True, False), (True, True)]


def test_checkboxes_say_aloud_whether_something_is_done():
    assert [box["aria-label"] for box in elements(render(LIST), "input")] == ["not done", "done"]


def test_task_lists_can_be_told_from_others():
    html = render(LIST)

    assert elements(html, "ul")[0]["class"] == "contains-task-list"
    assert [item.get("class") for item in elements(html, "li")] == [
        "task-list-item",
        "task-list-item",
        None,
    ]


def test_brackets_elsewhere_stay_text():
    assert not elements(render("[ ] not a task"), "input")
