"""Where precision breaks down: the digits that df and differences share, against x."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.output.chart import WIDTH, box, svg, text, ticks
from gradcheck.output.excess import FAIL, OPEN, Level, excess
from gradcheck.output.verdict_name import indexed
from gradcheck.verdict.result import VERDICTS, Result

if TYPE_CHECKING:
    from markupsafe import Markup

Array = npt.NDArray[Any]

ENOUGH = 20
"""With fewer values of x there is nothing to see."""
_MOST = 128
"""So many slices at most; each shows the worst that lies in it."""
_MOST_INPUTS = 1000
"""Of a longer x only the norm is looked at."""
_DECADES = 3.0
"""Positive values that spread so far are set on a logarithmic axis."""
_LEFT, _RIGHT, _TOP, _TALL, _HEIGHT = 8, 8, 20, 34, 84

DIGITS = tuple(
    Level(css=f"d{place}", words=words)
    for place, words in enumerate(("12 or more", "9 to 12", "6 to 9", "3 to 6", "fewer than 3"))
)
"""The key: digits that agree."""
_BOUNDS = (12.0, 9.0, 6.0, 3.0)
_ALL = 16.0


@dataclass(frozen=True, kw_only=True)
class Strip:
    """The strip, and what is said about it."""

    svg: "Markup"
    against: str
    """What runs along it: "x", "x[2]", "the norm of x"."""
    count: int
    """How many values of x there are."""
    sentence: str
    """Where entries are wrong, if that is one end or one part of the strip."""
    key: tuple[Level, ...]
    pooled: bool
    """Whether slices hold several values of x."""
    chosen: bool
    """Whether there are several inputs, of which this goes with the error the most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Series:
    """A value for each x: the worst of its entries."""

    name: str
    x: Array
    digits: Array
    verdict: Array


def strip(result: Result) -> Strip | None:
    """Draw the digits that agree against x; None where there are few values of x.

    Along a case of one input runs x, along one that acts elementwise the elements of x. Of several
    inputs, that one is taken, or the norm of x, whose order goes most with that of the verdicts;
    where all are alike, with that of the errors.
    """
    series = _series(result)
    if series is None or len(series.x) < ENOUGH or not np.ptp(series.x) > 0:
        return None
    is_log = bool(series.x.min() > 0 and np.log10(series.x.max() / series.x.min()) >= _DECADES)
    pooled = len(series.x) > _MOST
    sentence = _sentence(series)
    label = f"Strip of the digits that agree, against {series.name}. {sentence}"
    return Strip(
        svg=svg(_drawn(series, is_log=is_log, pooled=pooled), height=_HEIGHT, label=label),
        against=series.name,
        count=len(series.x),
        sentence=sentence,
        key=_key(series.digits),
        pooled=pooled,
        chosen=series.name != "x",
    )


def _series(result: Result) -> _Series | None:
    entries = result.entries
    points = result.case.all_points
    if not len(entries):
        return None
    digits = _digits(result)
    compared = np.unique(entries.point)
    if result.elementwise:
        x = np.concatenate(
            [points[p].reshape(-1)[entries.input[entries.point == p]] for p in compared]
        )
        return _sorted("x", x, digits, entries.verdict)
    worst, verdict = np.full(len(points), np.inf), np.zeros(len(points), dtype=np.int8)
    np.minimum.at(worst, entries.point, digits)
    np.maximum.at(verdict, entries.point, entries.verdict)
    worst, verdict = worst[compared], verdict[compared]
    if len({points[p].shape for p in compared}) > 1 or len(compared) < ENOUGH:
        return None
    x = np.stack([points[p].reshape(-1) for p in compared])
    if x.shape[1] == 1:
        return _sorted("x", x[:, 0], worst, verdict)
    size = np.full(len(points), -np.inf)
    np.maximum.at(size, entries.point, excess(entries))
    target = size[compared] if np.ptp(verdict) == 0 else verdict
    return _sorted(*_chosen(x, target, points[compared[0]].shape), worst, verdict)


def _digits(result: Result) -> Array:
    """Return the digits that df shares with differences, relative to the largest derivative."""
    entries = result.entries
    with np.errstate(all="ignore"):
        digits = -np.log10(entries.abs_error / entries.scale)
    digits = np.where(entries.abs_error == 0, _ALL, digits)
    return np.clip(np.where(np.isnan(digits), 0.0, digits), 0.0, _ALL)


def _sorted(name: str, x: Array, digits: Array, verdict: Array) -> _Series:
    order = np.argsort(x, kind="stable")
    return _Series(name=name, x=x[order], digits=digits[order], verdict=verdict[order])


def _chosen(x: Array, target: Array, shape: tuple[int, ...]) -> tuple[str, Array]:
    """Return the input or the norm whose ranks go most with those of the target."""
    inputs = x.shape[1] if x.shape[1] <= _MOST_INPUTS else 0
    candidates = np.column_stack([x[:, :inputs], np.linalg.norm(x, axis=1)])
    ranks, sizes = _ranks(candidates), _ranks(target[:, None])
    together = np.abs((ranks - ranks.mean(axis=0)).T @ (sizes - sizes.mean()))
    best = int(together.argmax())
    if best == inputs:
        return "the norm of x", candidates[:, best]
    return indexed("x", shape, np.array([best]))[0], candidates[:, best]


def _ranks(values: Array) -> Array:
    """Return the ranks in each column; equal values share one."""
    return np.column_stack([np.unique(each, return_inverse=True)[1] for each in values.T])


def _sentence(series: _Series) -> str:
    """Say where entries are wrong, if that is one part of the values of x."""
    wrong = np.flatnonzero(series.verdict == FAIL)
    total, name = len(series.x), series.name
    if not len(wrong):
        return ""
    if len(wrong) == total:
        return "Wrong everywhere."
    first, last = int(wrong[0]), int(wrong[-1])
    if last - first + 1 > len(wrong):
        return f"Wrong at {len(wrong):,} of {total:,} values of {name}, with right ones between."
    low, high = (f"{series.x[place]:.6g}" for place in (first, last))
    if last == total - 1:
        before = f"{series.x[first - 1]:.6g}"
        return f"Wrong from {name} = {low} on; right up to {before}."
    if first == 0:
        return f"Wrong up to {name} = {high}; right from {series.x[last + 1]:.6g} on."
    where = f"at {name} = {low}" if first == last else f"from {name} = {low} to {high}"
    return f"Wrong {where}, and nowhere else."


def _drawn(series: _Series, *, is_log: bool, pooled: bool) -> Iterator[str]:
    scale = np.log10(series.x) if is_log else series.x
    low, high = float(scale[0]), float(scale[-1])
    wide = WIDTH - _LEFT - _RIGHT
    edges, starts = _slices(scale, pooled=pooled)
    at = _LEFT + (edges - low) / (high - low) * wide
    crosses: list[float] = []
    strokes: list[float] = []
    for slice_, (first, stop) in enumerate(pairwise(starts.tolist())):
        digits = float(series.digits[first:stop].min())
        code = int(series.verdict[first:stop].max())
        here, width = float(at[slice_]), float(at[slice_ + 1] - at[slice_])
        title = f"{_place(series, first, stop)}: {digits:.1f} digits, {VERDICTS[code].value}"
        css = DIGITS[_number(digits)].css
        yield box(here, _TOP, width, _TALL, css=css, title=title)
        (crosses if code == FAIL else strokes if code == OPEN else []).append(here + width / 2)
    yield _marks(crosses, "l6 6m0 -6l-6 6")
    yield _marks(strokes, "m0 6l6 -6")
    yield f'<path class="axis" d="M{_LEFT} {_TOP + _TALL + 4}H{WIDTH - _RIGHT}"/>'
    for value in ticks(low, high):
        place = _LEFT + (value - low) / (high - low) * wide
        yield f'<path class="axis" d="M{place:.1f} {_TOP + _TALL + 4}v5"/>'
        yield text(place, _HEIGHT - 6, f"{10.0**value:.3g}" if is_log else f"{value:g}")


def _slices(scale: Array, *, pooled: bool) -> tuple[Array, Array]:
    """Return the edges of the slices, and where the values of each begin."""
    if not pooled:
        values, first = np.unique(scale, return_index=True)
        middles = (values[1:] + values[:-1]) / 2
        return (
            np.concatenate([values[:1], middles, values[-1:]]),
            np.append(first, len(scale)),
        )
    bins = np.linspace(scale[0], scale[-1], _MOST + 1)
    starts = np.searchsorted(scale, bins)
    starts[0], starts[-1] = 0, len(scale)
    kept = np.flatnonzero(np.diff(starts) > 0)
    # an empty slice leaves its room to the one before it
    return np.append(bins[kept], bins[-1]), np.append(starts[kept], len(scale))


def _place(series: _Series, first: int, stop: int) -> str:
    name, low, high = series.name, series.x[first], series.x[stop - 1]
    if low == high:
        return f"{name} = {low:.6g}"
    return f"{name} from {low:.6g} to {high:.6g}"


def _marks(places: list[float], drawn: str) -> str:
    """Draw a sign above each of the places, where they are not too close to tell apart."""
    shown: list[float] = []
    for place in places:
        if not shown or place - shown[-1] >= _APART:
            shown.append(place)
    path = "".join(f"M{place - 3:.1f} {_TOP - 11}{drawn}" for place in shown)
    return f'<path class="over" d="{path}"/>' if path else ""


_APART = 9.0


def _number(digits: float) -> int:
    return next((place for place, bound in enumerate(_BOUNDS) if digits >= bound), len(_BOUNDS))


def _key(digits: Array) -> tuple[Level, ...]:
    places = sorted({_number(value) for value in digits.tolist()})
    return DIGITS[places[0] : places[-1] + 1]
