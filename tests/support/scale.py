"""How long the fault tests run: FULL for `make faults`; CI runs a tenth, half in each column."""

import os

FULL = os.environ.get("FAULTS") == "full"
