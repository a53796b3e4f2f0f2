"""The figures of a gradient check: differences over h, ratios by block, a map of the entries."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.lessons.markup import short
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import MARKERS, PALETTE, decades, power_of_ten
from gradcheck.output.svg import INK
from gradcheck.verdict.blocks import Block
from gradcheck.verdict.result import VERDICTS, Result, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

_COLOURS = (PALETTE[2], PALETTE[3], PALETTE[5], PALETTE[4])
_NEAR = {"flat": 0.01, "truncation": 0.1, "rounding": 0.3}
"""So far a slope may be from that of a shape."""
_BESIDE = {"flat": (24, 7), "truncation": (36, -44), "rounding": (92, 10)}
"""Where the name of a shape ends, in points from its place on the curve."""
_CELL, _HEAD = 26, 24
"""Of the map, in pixels: the side of a cell, and the line of a name."""
_FAIL = VERDICTS.index(Verdict.FAIL)


def curves(steps: Sequence[float], differences: Mapping[str, Array], words: Words) -> Markup:
    """Draw the differences over h, both logarithmic, with guides along h² and 1/h."""
    with sheet(height=3.1, labels=len(differences)) as axes:
        axes.set_xscale("log")
        axes.set_yscale("log")
        handles = [
            axes.plot(
                steps, values, marker=MARKERS[number], color=_COLOURS[number % len(_COLOURS)],
                linewidth=1.6, markersize=5.5,
            )[0]
            for number, values in enumerate(differences.values())
        ]  # fmt: skip
        low = min(float(values.min()) for values in differences.values())
        axes.set_ylim(low / 30, 30)
        _guides(axes, steps, differences, words)
        across = decades(min(steps), max(steps), most=8)
        up = decades(low / 30, 1, most=8)
        axes.set_xticks(across, list(map(power_of_ten, across)))
        axes.set_yticks(up, list(map(power_of_ten, up)))
        axes.minorticks_off()
        inscribe(axes, title=words("shapes.title"), x="h", y="")
        label(axes, handles, [words(f"shapes.{name}") for name in differences])
    return shown(axes, name=words("shapes.figure-label"), caption=words("shapes.caption"))


def _guides(
    axes: "Axes", steps: Sequence[float], differences: Mapping[str, Array], words: Words
) -> None:
    """Write each shape that occurs beside the first piece of a curve that has it."""
    told: set[str] = set()
    h = np.array(steps)
    for values in differences.values():
        for left in range(len(h) - 1):
            piece, ends = h[left : left + 2], values[left : left + 2]
            shape = _shape(float(np.diff(np.log(ends))[0] / np.diff(np.log(piece))[0]))
            if shape and shape not in told:
                told.add(shape)
                x, y = np.exp(np.log(piece).mean()), np.exp(np.log(ends).mean())
                axes.annotate(
                    words(f"shapes.{shape}"), (x, y), xytext=_BESIDE[shape],
                    textcoords="offset points", fontsize=9.5, fontweight="bold",
                    horizontalalignment="right", annotation_clip=False,
                )  # fmt: skip


def _shape(slope: float) -> str:
    """Name the shape of a piece of a curve by its slope in the logarithms."""
    near = {"flat": 0.0, "truncation": 2.0, "rounding": -1.0}
    name = min(near, key=lambda each: abs(slope - near[each]))
    return name if abs(slope - near[name]) < _NEAR[name] else ""


def bars(names: Sequence[str], ratios: Sequence[float], words: Words) -> Markup:
    """Draw a bar for each ratio a/n, with a line at 1."""
    with sheet(height=0.32 * len(names) + 0.3) as axes:
        places = np.arange(len(names))[::-1]
        colours = [PALETTE[5] if abs(ratio - 1) > 1e-3 else PALETTE[2] for ratio in ratios]
        axes.barh(places, ratios, height=0.62, color=colours)
        axes.axvline(1.0, color=INK, linewidth=1.0, linestyle="--")
        axes.set_yticks(places, names)
        axes.set_xlim(0, max(ratios) * 1.16)
        for place, ratio in zip(places.tolist(), ratios, strict=True):
            axes.annotate(
                f"{ratio:.3f}", (ratio, place), xytext=(5, 0), textcoords="offset points",
                verticalalignment="center",
            )  # fmt: skip
        inscribe(axes, title=words("shapes.bars"), x="a/n", y="")
    return shown(axes, name=words("shapes.bars-label"), caption=words("shapes.bars-caption"))


def cell_map(result: Result, words: Words) -> Markup:
    """Draw a cell for each entry of each block; the wrong ones are filled, and show a/n.

    The blocks stand side by side, or below each other where the page is narrow.
    """
    blocks = Markup("\n").join(_block(result, part) for part in result.parts(0))
    wrong = int(np.count_nonzero(result.entries.verdict == _FAIL))
    label = words("shapes.map-label", wrong=wrong, count=len(result.entries))
    return Markup(
        '<figure class="cells"><div role="img" aria-label="{}">\n{}\n</div>'
        "<figcaption>{}</figcaption></figure>"
    ).format(label, blocks, words("shapes.map-caption"))


def _block(result: Result, part: Block) -> Markup:
    rows, columns = (*part.shape, 1, 1)[:2]
    width, height = columns * _CELL + 2, _HEAD + rows * _CELL + 2
    cells = Markup().join(
        _cell(result, part.start + number, number % columns, number // columns)
        for number in range(part.size)
    )
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" '
        'aria-hidden="true"><text x="1" y="16" font-weight="600">{}</text>{}</svg>'
    ).format(width, height, width, part.name, cells)


def _cell(result: Result, row: int, column: int, line: int) -> Markup:
    """Draw a cell: a/n, or 0 where n is not known from 0."""
    entries = result.entries
    analytic, numeric = float(entries.analytic[row]), float(entries.numeric[row])
    is_zero = abs(numeric) <= entries.error_bar[row]
    kind = "wrong" if entries.verdict[row] == _FAIL else "zero" if is_zero else "right"
    x, y = 1 + column * _CELL, _HEAD + line * _CELL
    return Markup(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}"/>'
        '<text x="{:g}" y="{:g}" text-anchor="middle">{}</text></g>'
    ).format(
        kind, x, y, _CELL, _CELL, x + _CELL / 2, y + _CELL / 2 + 4.5,
        "0" if is_zero else short(analytic / numeric, 3),
    )  # fmt: skip
