"""Which candidates for claimed / true agree with the wrong entries, with what number before it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradcheck.verdict.diagnosis.candidates import Candidate
from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.ratios import SIZES, survive, vary


@dataclass(frozen=True, kw_only=True)
class Survivor:
    """A candidate that agrees: claimed / true is size g, or 1/(size g)."""

    number: int
    """Which of the candidates."""
    size: float
    inverse: bool
    varies: bool
    """Whether the candidate has several values among the entries looked at."""

    @property
    def pieces(self) -> int:
        """How much it takes to say it."""
        return 1 if self.size == 1 else 2


def survivors(some: Evidence, candidates: Sequence[Candidate]) -> tuple[list[Survivor], int]:
    """Return the candidates that agree with all given entries, the simplest first.

    Returns
    -------
    found : list of Survivor
    tried : int
        Among so many.
    """
    plans = [
        (number, size, inverse)
        for number in range(len(candidates))
        for size in SIZES
        for inverse in (True, False)
    ]
    ratios, errors = zip(
        *(candidates[number].ratio(size, inverse=inverse) for number, size, inverse in plans),
        strict=True,
    )
    fits = survive(some, np.array(ratios), np.array(errors))
    found = []
    for place in np.flatnonzero(fits).tolist():
        number, size, inverse = plans[place]
        values = candidates[number].values
        if size != 1 and np.allclose(np.abs(values), 1, rtol=0, atol=1e-9):
            continue  # a constant alone says it
        found.append(Survivor(number=number, size=size, inverse=inverse, varies=vary(values)))
    return sorted(found, key=lambda each: each.pieces), len(plans)
