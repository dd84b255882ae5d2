"""What fails is left alone for a while, so that nobody waits for it in vain again and again."""

import logging
import time

logger = logging.getLogger(__name__)


class Rest:
    """Of one thing, in this process, for all threads. `what` begins the lines in the log; `pause` is in seconds."""

    def __init__(self, what, pause):
        self.what, self.pause = what, pause
        self._until, self._failed = 0.0, False

    def allows(self):
        """Whether to try it now: always while it works, and one try after each pause while it does not."""
        if not self._failed:
            return True
        if time.monotonic() < self._until:
            return False
        self._until = time.monotonic() + self.pause  # who comes now tries for all
        return True

    def begin(self, error):
        """It has failed."""
        self._until = time.monotonic() + self.pause
        if not self._failed:
            self._failed = True
            logger.warning("%s is away: %s", self.what, error)

    def end(self):
        """It has answered."""
        if self._failed:
            self._failed = False
            logger.warning("%s is back.", self.what)


redis = Rest("Redis", 5.0)
database = Rest("The database", 1.0)
queue = Rest("The queue of jobs", 5.0)
mail = Rest("The mail server", 15.0)
schedule = Rest("The schedule of periodic jobs", 5.0)
