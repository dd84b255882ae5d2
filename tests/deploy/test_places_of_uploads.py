"""What serves uploads and what prepares them have the same place for them, and may write to it."""

import re

import pytest

from tests.support.server import ROOT

pytestmark = pytest.mark.once

PLACE = "/srv/parley/var"


def test_the_containers_of_pages_and_work_share_a_volume():
    text = (ROOT / "deploy/compose.yaml").read_text()

    for name in ("app", "worker"):
        service = re.search(rf"^  {name}:\n(    .*\n)+", text, re.MULTILINE)[0]
        assert f"volumes: [var:{PLACE}]" in service


@pytest.mark.parametrize("unit", ["parley", "parley-worker"])
def test_the_units_may_write_to_it(unit):
    text = (ROOT / f"deploy/{unit}.service").read_text()

    assert f"ReadWritePaths={PLACE}\n" in text


def test_nginx_sends_files_from_there():
    text = (ROOT / "deploy/nginx.conf").read_text()

    assert re.search(rf"internal;\s+alias {PLACE}/uploads/;", text)
