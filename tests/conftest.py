"""Before numpy is there: one thread for linear algebra. The arrays of the tests are small, and threads only spin."""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
