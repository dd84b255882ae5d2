import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("module", ["bench.site", "bench.engine.contenders", "docs.screenshots"])
def test_what_makes_a_database_of_its_own_reads_no_settings_before_it_has_chosen_one(module):
    code = f"import {module}; from django.conf import settings; print(settings.configured)"
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}

    asked = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert asked.stdout == "False\n"
