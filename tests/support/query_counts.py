"""How often is enough: `make faults` counts in full, CI goes a tenth of the way, half of it in each
column.
"""

import os

FULL = os.environ.get("FAULTS") == "full"
