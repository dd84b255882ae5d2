"""How often is enough: `make faults` counts in full, CI goes a part of the way."""

import os

FULL = os.environ.get("FAULTS") == "full"
