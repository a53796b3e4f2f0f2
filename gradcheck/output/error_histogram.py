"""How the errors of many entries compare with their error bars: quantiles and a histogram."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.output.chart import WIDTH, box, svg, text
from gradcheck.output.excess import FAIL, excess, ratio
from gradcheck.output.outcome import SIGNS
from gradcheck.verdict.result import VERDICTS, Result

if TYPE_CHECKING:
    from markupsafe import Markup

Array = npt.NDArray[Any]

ENOUGH = 20
"""Fewer entries are a list, not a distribution."""
_LEAST, _LARGEST = -5, 10
"""Powers of ten; what lies beyond is counted in the outer bins."""
_WIDE = 8
"""So many powers of ten have two bins each; more have one each."""
_MANY = 10_000
_LEFT, _RIGHT, _TOP, _BASE, _HEIGHT = 8, 8, 22, 168, 204
_LEVELS = {"smallest": 0.0, "25 % below": 0.25, "median": 0.5, "90 % below": 0.9,
           "99 % below": 0.99, "largest": 1.0}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Quantile:
    """A quantile of both ratios, as text."""

    name: str
    in_bars: str
    """Of the error in units of the error bar."""
    in_bounds: str
    """Of the error in units of what is tolerated."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """How errors are spread over the entries."""

    count: int
    quantiles: tuple[Quantile, ...]
    svg: "Markup"


def spread(result: Result) -> Spread | None:
    """Describe the errors in units of their error bars; None for a few entries only."""
    entries = result.entries
    if len(entries) < ENOUGH:
        return None
    bars = ratio(entries.abs_error, entries.error_bar)
    bounds = excess(entries)
    return Spread(
        count=len(entries),
        quantiles=tuple(
            Quantile(name=name, in_bars=in_bars, in_bounds=in_bounds)
            for name, in_bars, in_bounds in zip(
                _LEVELS, _quantiles(bars), _quantiles(bounds), strict=True
            )
        ),
        svg=_histogram(bars, entries.verdict),
    )


def _quantiles(values: Array) -> list[str]:
    """Return values that occur, so that infinite ones are no trouble."""
    found = np.quantile(values, list(_LEVELS.values()), method="closest_observation")
    return ["0" if v == 0 else f"{v:.1e}" if np.isfinite(v) else "no number" for v in found]


def _histogram(values: Array, verdict: Array) -> "Markup":
    with np.errstate(divide="ignore"):
        places = np.log10(values)
    inner = places[np.isfinite(places)]
    low = max(_LEAST, int(np.floor(inner.min(initial=0.0))))
    high = max(1, min(_LARGEST, int(np.ceil(inner.max(initial=0.0)))))
    edges = np.linspace(low, high, (high - low) * (2 if high - low <= _WIDE else 1) + 1)
    # values below the first edge share a bin at the left, those above the last one at the right
    numbers = np.searchsorted(edges, places, side="right")
    counts = np.zeros((len(VERDICTS), len(edges) + 1), dtype=np.int64)
    np.add.at(counts, (verdict, numbers), 1)
    over = int((values > 1).sum())
    label = (
        f"Histogram of the error in units of the error bar, logarithmic: {over:,} of "
        f"{len(values):,} entries are beyond their error bar, {int((verdict == FAIL).sum()):,} "
        "are wrong."
    )
    return svg(_drawn(counts, edges), height=_HEIGHT, label=label)


def _drawn(counts: npt.NDArray[np.int64], edges: Array) -> Iterator[str]:
    bins = counts.shape[1]
    wide = (WIDTH - _LEFT - _RIGHT) / bins
    tallest = np.log10(1 + counts.sum(axis=0).max())
    for number in range(bins):
        yield from _bar(
            counts[:, number], _name(number, edges), _LEFT + number * wide, wide, tallest
        )
    yield f'<path class="axis" d="M{_LEFT} {_BASE}H{WIDTH - _RIGHT}"/>'
    for number, edge in enumerate(edges.tolist()):
        at = _LEFT + (number + 1) * wide
        if edge == 0:
            yield f'<path class="limit" d="M{at:.1f} {_TOP - 8}V{_BASE}"/>'
            yield text(at, _TOP - 11, "error = error bar")
        if edge == round(edge):
            yield f'<path class="axis" d="M{at:.1f} {_BASE}v5"/>'
            yield text(at, _BASE + 19, f"1e{edge:.0f}" if edge else "1")


def _bar(counts: Array, name: str, at: float, wide: float, tallest: float) -> Iterator[str]:
    """Draw a bar with its count; its parts, by verdict, keep their share of its height."""
    total = int(counts.sum())
    if not total:
        return
    room = _BASE - _TOP - 16
    height = np.log10(1 + total) / tallest * room
    below = _BASE
    for code in range(len(VERDICTS)):
        count = int(counts[code])
        if not count:
            continue
        word = VERDICTS[code].value
        part = height * count / total
        below -= part
        yield box(at + 1, below, wide - 2, part, css=f"v {word}", title=f"{name}: {count:,} {word}")
    sign = SIGNS["fail"] if counts[FAIL] else ""
    yield text(at + wide / 2, _BASE - height - 4, f"{sign}{_short(total)}")


def _short(count: int) -> str:
    """Write a count so that it fits above a bar; its title has every digit."""
    return f"{count:,}" if count < _MANY else f"{count / 1000:,.0f}k"


def _name(number: int, edges: Array) -> str:
    if number == 0:
        return f"below {10.0 ** edges[0]:.1e}, or exactly 0"
    if number == len(edges):
        return f"above {10.0 ** edges[-1]:.1e}, or no number"
    return f"{10.0 ** edges[number - 1]:.1e} to {10.0 ** edges[number]:.1e}"
