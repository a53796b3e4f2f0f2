"""A df that keeps what it computed at another point."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis

Array = npt.NDArray[Any]


def stale(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df gives the derivative at the point before, or at the first one."""
    samples = evidence.samples
    sizes = {sample.rows.stop - sample.rows.start for sample in samples}
    if len(samples) < 2 or len(sizes) > 1 or evidence.layout is Layout.DIRECTIONS:
        return
    count = len(samples)
    proposals = (
        ([0] * count, "first", "df keeps the derivative of its first point"),
        ([0, *range(count - 1)], "one before", "df gives the derivative of the point before"),
    )
    for sources, which, message in proposals[: 1 if count == 2 else 2]:
        kept = [samples[source].rows for source in sources]
        yield Hypothesis(
            code="stale",
            message=(
                f"{message}: what it says at points[{samples[-1].number}] is right at "
                f"points[{samples[sources[-1]].number}], the {which}; clear the cache, or "
                "let its key be all of x"
            ),
            certainty="A",
            predicted=np.concatenate([evidence.numeric[rows] for rows in kept]),
            bar=np.concatenate([evidence.bar[rows] for rows in kept]),
            tried=2,
        )
