"""What came of one case, in plain values that another process can hand over."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

TIMED_OUT = "timed-out"
CRASHED = "crashed"
SKIPPED = "skipped"
ERROR = "error"

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "fail": "the derivative is wrong",
        CRASHED: "the case ended its process",
        TIMED_OUT: "the case took longer than the time limit",
        ERROR: "the case could not be examined",
        "inconclusive": "differences cannot tell",
        SKIPPED: "the run ended before the case, as it was asked to",
        "pass": "the derivative is right",
    }
)
"""What can come of a case, the gravest first, and what it means."""

FAILURES = ("fail", CRASHED, TIMED_OUT, ERROR)
"""The outcomes that make a run fail; strictly, inconclusive does so too."""

CURVE_COLUMNS = (
    "point", "output", "input", "stencil", "x", "observed_order", "order_error", "h_from", "h_to",
    "optimal_h", "best_error", "best_rel_error", "predicted_h", "predicted_error", "breakdown_h",
    "noise", "behaviour",
)  # fmt: skip
"""The columns of `gradcheck.convergence`, but for the case."""

NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A finding without its entries."""

    code: str
    certainty: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """The outcome of examining one case."""

    outcome: str
    """One of `OUTCOMES`."""
    reason: str = ""
    """The `Reason` of a verdict; "" for the other outcomes."""
    message: str = ""
    """What was found or what went wrong, and what to do."""
    findings: tuple[Cause, ...] = ()
    resolution: float = NAN
    """As `Result.resolution`."""
    error: float = NAN
    """The largest |analytic - numeric|, in units of the largest derivative of its block."""
    noise: float = NAN
    """The largest error bar, in the same units: smaller errors cannot be told from none."""
    excess: float = NAN
    """The largest |analytic - numeric| in units of error bar + what is tolerated: 1 is the limit.
    """
    evaluations: int = 0
    entries: int = 0
    wrong: int = 0
    points: int = 0
    seconds: float = 0.0
    result: bytes = b""
    """The whole `Result`, packed; empty if there is none."""
    table: bytes = b""
    """The error table, packed; empty if it was not asked for or could not be made."""
    curves: tuple[tuple[Any, ...], ...] = ()
    """The error curves, as `CURVE_COLUMNS`."""
