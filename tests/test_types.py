"""What mypy leaves to us: `make check` runs it over forum/ and realtime/."""

import re

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

EXCUSED = re.compile(r"# type: ignore\[[a-z, -]+\]  # \w+")


def test_each_type_error_that_is_ignored_has_its_code_and_a_reason():
    lines = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for folder in ("forum", "realtime")
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "type: ignore" in line and not EXCUSED.search(line)
    ]
    assert lines == []
