"""The derivative as a map of its entries, coloured by their error, the wrong ones crossed out."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.output import verdict_number as number
from gradcheck.output.excess import FAIL, LEVELS, OPEN, Level, excess, level_numbers, times, used
from gradcheck.output.heat_grid import SIDE, Grid, grid
from gradcheck.output.html import markup
from gradcheck.output.verdict_name import indexed, input_names, point_name
from gradcheck.verdict.result import Result

if TYPE_CHECKING:
    from markupsafe import Markup

Array = npt.NDArray[Any]
Numbers = npt.NDArray[np.intp]

MOST = 4
"""So many points have a map, the worst ones."""
_WIDTHS = {False: 640, True: 430}
"""In pixels, of a map alone and of one that stands beside others."""
_LEAST, _LARGEST = 8, 28
"""The side of a cell, in pixels."""
_LEFT, _TOP, _EDGE = 40, 22, 2
_FEW = 3
"""So many rows or columns of wrong entries are named."""


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """The map of one point, and what is said about it."""

    svg: "Markup"
    point: str
    """Where: "[1, 2]"; "" if there is one point alone."""
    layout: str
    """What stands where."""
    wrong: str
    """Which entries are wrong."""


@dataclass(frozen=True, kw_only=True)
class HeatMaps:
    """The maps of the worst points; none where no point has several entries."""

    maps: tuple[HeatMap, ...] = ()
    key: tuple[Level, ...] = ()
    """The colours that occur."""


def heat_maps(result: Result) -> HeatMaps:
    """Draw a map a point, the worst first, of some points at most."""
    entries = result.entries
    order = entries.worst_first()
    points, first = np.unique(entries.point[order], return_index=True)
    chosen = points[np.argsort(first)][:MOST].tolist()
    rows = [order[entries.point[order] == point] for point in chosen]
    if max(map(len, rows), default=0) < 2:
        return HeatMaps()
    errors = excess(entries)
    side = _side(result, chosen, rows)
    return HeatMaps(
        maps=tuple(
            _map(result, point, here, errors, side=side, several=len(chosen) > 1)
            for point, here in zip(chosen, rows, strict=True)
        ),
        key=used(level_numbers(errors[np.concatenate(rows)])),
    )


def _side(result: Result, points: Sequence[int], rows: Sequence[Numbers]) -> int:
    """Return how many rows and columns a map may have, so that all together stay small."""
    grids = (grid(result, point, here) for point, here in zip(points, rows, strict=True))
    if sum(each.lines * each.columns for each in grids) <= SIDE**2:
        return SIDE
    return SIDE // math.ceil(math.sqrt(len(rows)))


def _map(
    result: Result, point: int, here: Numbers, errors: Array, *, side: int, several: bool
) -> HeatMap:
    entries = result.entries
    laid = grid(result, point, here, side)
    cells, shown = _worst_a_cell(laid.cell, here)
    levels = level_numbers(errors[shown])
    size = max(_LEAST, min(_LARGEST, _WIDTHS[several] // laid.columns))
    body = "".join(_cells(laid, cells, levels, list(_titles(result, laid, cells, shown, errors))))
    marks = _marks(laid, cells, entries.verdict[shown])
    wrong = _wrong(result, point, here)
    layout = f"{laid.layout} A cell shows its worst entry." if laid.pooled else laid.layout
    width, height = _LEFT + laid.columns * size + _EDGE, _TOP + laid.lines * size + _EDGE
    return HeatMap(
        svg=markup(
            f'<svg class="map" viewBox="0 0 {width} {height}" width="{width}" role="img" '
            f'aria-label="{escape(f"Map of errors. {layout} {wrong}")}">{_labels(laid, size)}'
            f'<g transform="translate({_LEFT} {_TOP}) scale({size})">{body}{marks}</g></svg>'
        ),
        point=point_name(result, point) if several else "",
        layout=layout,
        wrong=wrong,
    )


def _worst_a_cell(cell: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
    """Return the cells that are not empty, and the first row of each: rows come worst first."""
    cells, first = np.unique(cell, return_index=True)
    return cells, rows[first]


def _cells(laid: Grid, cells: Numbers, levels: Numbers, titles: Sequence[str]) -> Iterator[str]:
    """Write the cells, those of one colour together, each with its title."""
    for level in np.unique(levels).tolist():
        yield f'<g class="{LEVELS[level].css}">'
        for place in np.flatnonzero(levels == level).tolist():
            line, column = divmod(int(cells[place]), laid.columns)
            yield f'<path d="M{column} {line}h1v1h-1z"><title>{titles[place]}</title></path>'
        yield "</g>"


def _titles(
    result: Result, laid: Grid, cells: Numbers, shown: Numbers, errors: Array
) -> Iterator[str]:
    """Tell each cell's entry and its error; of a wrong one also both numbers."""
    entries = result.entries
    for cell, row in zip(cells.tolist(), shown.tolist(), strict=True):
        told = times(float(errors[row]))
        if entries.verdict[row] == FAIL and not laid.pooled:
            claimed, found, bar = (
                float(column[row])
                for column in (entries.analytic, entries.numeric, entries.error_bar)
            )
            told += f": {claimed:.6g} is not {number.plus_minus(found, bar)}"
        yield escape(f"{laid.name(cell)}: {told}", quote=False)


def _marks(laid: Grid, cells: Numbers, verdict: Array) -> str:
    """Cross out wrong cells, and strike through those that nobody can tell."""
    crosses, strokes = (
        "".join(
            f"M{cell % laid.columns}.25 {cell // laid.columns}{drawn}"
            for cell in cells[verdict == code].tolist()
        )
        for code, drawn in ((FAIL, ".25l.5 .5m0-.5l-.5 .5"), (OPEN, ".75l.5-.5"))
    )
    return f'<path class="x" d="{crosses}{strokes}"/>' if crosses or strokes else ""


def _labels(laid: Grid, size: int) -> str:
    """Write numbers beside rows and columns, as many as there is room for."""
    across = "".join(
        f'<text x="{_LEFT + (place + 0.5) * size:g}" y="{_TOP - 7}">{laid.across[place]}</text>'
        for place in _spread(len(laid.across), 46 / size)
    )
    down = "".join(
        f'<text x="{_LEFT - 7}" y="{_TOP + (place + 0.5) * size + 4:g}">{laid.down[place]}</text>'
        for place in _spread(len(laid.down), 26 / size)
    )
    return f'<g text-anchor="middle">{across}</g><g text-anchor="end">{down}</g>'


def _spread(count: int, apart: float) -> range:
    """Return every place, every second, fifth, tenth, ... so that labels stand so far apart."""
    steps = (digit * 10**power for power in range(7) for digit in (1, 2, 5))
    return range(0, count, next(step for step in steps if step >= apart))


def _wrong(result: Result, point: int, here: Numbers) -> str:
    """Say how many entries are wrong, and what they have in common if that is a row or column."""
    entries = result.entries
    wrong = here[entries.verdict[here] == FAIL]
    if not len(wrong):
        return f"None of the {len(here):,} entries is wrong."
    counted = f"{len(wrong):,} of {len(here):,} entries {'is' if len(wrong) == 1 else 'are'} wrong"
    inputs, outputs = np.unique(entries.input[wrong]), np.unique(entries.output[wrong])
    names: list[str] = []
    if len(inputs) <= _FEW and not result.elementwise:
        names = input_names(result, point, inputs)
    elif len(outputs) <= _FEW and len(np.unique(entries.output[here])) > _FEW:
        names = indexed(result.roles.f, result.output_shape or (int(outputs[-1]) + 1,), outputs)
    if not names:
        return f"{counted}."
    return f"{counted}, {'' if len(wrong) == 1 else 'all '}those of {' and '.join(names)}."
