"""How long the fault tests run: FULL for `make faults`; CI runs a few of everything."""

import os

FULL = os.environ.get("FAULTS") == "full"
