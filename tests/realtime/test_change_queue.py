"""The Python model of the change queue passes the same cases as the browser's own."""

import json
from pathlib import Path

import pytest

from tests.support.change_queue import ChangeQueue

pytestmark = pytest.mark.once

CASES = json.loads((Path(__file__).parents[1] / "cases/change_queue.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_model_applies_events_as_the_browser_does(case):
    applied = []
    queue = ChangeQueue("first", case["have"], lambda event: applied.append(event["change"]))

    for step in case["steps"]:
        take(queue, **{"epoch": "first", **step})

    assert applied == case["applied"]
    assert {"have": queue.have, "asked": queue.asked, "reloads": queue.reloads} == case["then"]


def take(
    queue,
    epoch,
    event=None,
    since=None,
    heartbeat=None,
    restart=None,
    wait=None,
    lost=None,
    answer=None,
):
    if event is not None:
        stands_for = {} if since is None else {"since": since}
        queue.receive({"change": event, "epoch": epoch, **stands_for})
    elif heartbeat is not None:
        queue.compare((epoch, heartbeat))
    elif restart is not None:
        queue.restart(epoch, restart)
    elif wait is not None:
        queue.wait(wait)
    elif lost:
        queue.answered(None)
    else:
        events = [{"change": change} for change in answer["events"]]
        answer = {"more": False, **answer, "epoch": epoch, "events": events}
        (queue.answered if queue.is_asking else queue.catch_up)(answer)
