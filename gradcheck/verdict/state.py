"""What a check must leave as it was: error handling, warnings filters, random numbers."""

import contextlib
import random
import sys
import warnings
from collections.abc import Iterator

import numpy as np


@contextlib.contextmanager
def untouched() -> Iterator[None]:
    """Silence floating-point warnings, and put back whatever the user's functions change."""
    drawn = random.getstate()
    numpy_random = sys.modules.get("numpy.random")
    state = numpy_random.get_state(legacy=False) if numpy_random else None
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            yield
    finally:
        random.setstate(drawn)
        if numpy_random is not None and state is not None:
            numpy_random.set_state(state)
