"""How a run is carried out: by whom, within which limits, and when it ends early."""

import uuid
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from gradcheck.batch.crew import Crew, children, cores, elsewhere, here, hired
from gradcheck.batch.outpost import Errand
from gradcheck.batch.settings import Limits
from gradcheck.errors import CaseError

Progress = Callable[[int, int, int, str], object]
"""Called as ``progress(done, failed, total, name)``, at the start and after each case."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a run is carried out; nothing of it decides its rows, but for the limits."""

    workers: int
    """How many at the start."""
    slots: Callable[[], int]
    """Tells how many an executor has now."""
    executor: Executor | None
    limits: Limits
    maxfail: int | None
    progress: Progress

    @classmethod
    def of(
        cls,
        *,
        workers: int | None,
        executor: Any,
        limits: Limits,
        maxfail: int | None,
        progress: Progress | None,
    ) -> "Manner":
        """Take the options of `run`.

        Raises
        ------
        CaseError
            If one cannot be used.
        """
        for name, value, least in (("workers", workers, 0), ("maxfail", maxfail, 1)):
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int) or value < least
            ):
                raise CaseError(f"{name} must be a whole number of at least {least}, got {value!r}")
        slots = cores
        if executor is not None:
            executor, slots = hired(executor, workers)
            workers = slots()
        return cls(
            workers=slots() if workers is None else workers,
            slots=slots,
            executor=executor,
            limits=limits,
            maxfail=maxfail,
            progress=progress or (lambda _done, _failed, _total, _name: None),
        )

    @property
    def in_process(self) -> bool:
        """Whether this process does the work itself."""
        return self.executor is None and self.workers == 0

    def crew(self) -> AbstractContextManager[Crew]:
        """Return who does the work."""
        if self.in_process:
            return here()
        if self.executor is None:
            return children(self.workers, self.limits)
        errand = Errand(run=uuid.uuid4().hex, limits=self.limits)
        return elsewhere(self.executor, self.slots, errand)
