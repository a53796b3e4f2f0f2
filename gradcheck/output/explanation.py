"""How an error curve behaves, in words with its numbers, and the sign that stands for it."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gradcheck.behaviour.recognition import BEHAVIOURS

SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "convergent": "●", "exact": "◎", "superconvergent": "▲", "reduced-order": "▽",
        "stalled": "✕", "kink": "∧", "jump": "↕", "vertical-tangent": "│", "oscillation": "≈",
        "noise": "▒", "underflow": "↓", "domain": "∅",
    }
)  # fmt: skip
"""A shape for each behaviour, so that nothing rests on colour."""

EXACT_DIGITS = 16.0
"""What an error of zero counts as: all digits that a float has."""


def digits(error: float, analytic: float) -> float:
    """Return how many decimal digits an error leaves, NaN where df is 0 and has no digits.

    Examples
    --------
    >>> digits(2e-9, 2.0), digits(0.0, 2.0), digits(1e-3, 0.0)
    (9.0, 16.0, nan)
    """
    if analytic == 0 or not math.isfinite(analytic) or not error >= 0:
        return math.nan
    ratio = error / abs(analytic)
    if ratio == 0:
        return EXACT_DIGITS
    return min(EXACT_DIGITS, max(0.0, -math.log10(ratio))) if math.isfinite(ratio) else 0.0


def explain(row: Mapping[str, Any]) -> str:
    """Explain one row of the convergence table in a sentence or two.

    Examples
    --------
    >>> explain({"behaviour": "exact", "best_error": 0.0, "optimal_h": 0.5})
    'No truncation error here: rounding is all there is. Smallest error 0 at h = 5.00e-01.'
    """
    numbers = {key: _number(row.get(key)) for key in _NUMBERS}
    what = _SENTENCES.get(str(row["behaviour"]), _meaning(str(row["behaviour"])))(numbers)
    return " ".join(part for part in (what, _best(numbers), _theory(numbers)) if part)


_NUMBERS = (
    "observed_order", "order_error", "h_from", "h_to", "optimal_h", "best_error", "predicted_h",
    "predicted_error", "breakdown_h",
)  # fmt: skip


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _ordered(numbers: Mapping[str, float]) -> str:
    """Say how the error falls: "falls like h^2.00 from h = 1e-1 to 1e-5"."""
    order, start, stop = numbers["observed_order"], numbers["h_from"], numbers["h_to"]
    if math.isnan(order):
        return "The error falls as h does"
    between = f" from h = {start:.2e} to {stop:.2e}" if math.isfinite(start + stop) else ""
    return f"The error falls like h^{order:.2f}{between}"


def _convergent(numbers: Mapping[str, float]) -> str:
    breakdown = numbers["breakdown_h"]
    below = f"; below {breakdown:.2e} rounding dominates" if math.isfinite(breakdown) else ""
    return f"{_ordered(numbers)}{below}."


def _superconvergent(numbers: Mapping[str, float]) -> str:
    return (
        f"{_ordered(numbers)}, faster than the order of the stencil: the leading term of the "
        "truncation error vanishes here."
    )


def _reduced(numbers: Mapping[str, float]) -> str:
    return (
        f"{_ordered(numbers)}, slower than the order of the stencil: f is not smooth enough here."
    )


def _exact(_: Mapping[str, float]) -> str:
    return "No truncation error here: rounding is all there is."


def _meaning(behaviour: str) -> Callable[[Mapping[str, float]], str]:
    text = BEHAVIOURS.get(behaviour, behaviour)
    return lambda _: f"{text[:1].upper()}{text[1:]}."


_SENTENCES: Mapping[str, Callable[[Mapping[str, float]], str]] = {
    "convergent": _convergent,
    "superconvergent": _superconvergent,
    "reduced-order": _reduced,
    "exact": _exact,
}


def _best(numbers: Mapping[str, float]) -> str:
    error, h = numbers["best_error"], numbers["optimal_h"]
    if math.isnan(error) or math.isnan(h):
        return ""
    return f"Smallest error {'0' if error == 0 else format(error, '.1e')} at h = {h:.2e}."


def _theory(numbers: Mapping[str, float]) -> str:
    """Say what theory expects, where it expects a definite step."""
    error, h = numbers["predicted_error"], numbers["predicted_h"]
    if not (math.isfinite(error) and math.isfinite(h) and h > 0):
        return ""
    return f"Theory expects {error:.1e} at {h:.2e}."
