"""A sheet to draw a lesson's figure on: as wide as a phone can show, its legend below the axes.

The labels may be Japanese, which matplotlib cannot measure; so a legend has one label a line.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gradcheck.lessons.markup import svg_figure
from gradcheck.lessons.parts.colours import themed_svg
from gradcheck.output.drawing import canvas, draw_grid, set_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 4.8
"""In inches; a font of 9.5 points is then 9 pixels high on a phone."""
_LEFT, _RIGHT, _TOP = 0.72, 0.15, 0.34
_BELOW, _LINE = 0.52, 0.19


@contextmanager
def sheet(*, height: float, labels: int = 0) -> Iterator["Axes"]:
    """Give axes `height` inches high, with room for so many labels of a legend below."""
    bottom = _BELOW + _LINE * labels + (0.06 if labels else 0.0)
    whole = height + bottom + _TOP
    with canvas(None) as axes:
        drawn: Any = axes.get_figure()
        drawn.set_size_inches(WIDTH, whole)
        axes.set_position(
            (_LEFT / WIDTH, bottom / whole, 1 - (_LEFT + _RIGHT) / WIDTH, height / whole)
        )
        axes.xaxis.set_label_coords(0.5, -0.30 / height)
        axes.yaxis.set_label_coords(-0.56 / (WIDTH - _LEFT - _RIGHT), 0.5)
        yield axes


def inscribe(axes: "Axes", *, title: str, x: str, y: str) -> None:
    """Write title and labels, and draw the grid."""
    set_words(axes, title=title, x=x, y=y)
    axes.set_title(axes.get_title(loc="left"), loc="left", y=1.0, parse_math=False)
    draw_grid(axes)


def label(axes: "Axes", handles: Sequence[Any], labels: Sequence[str]) -> None:
    """Put the legend below the axes."""
    drawn: Any = axes.get_figure()
    height = axes.get_position().height * drawn.get_size_inches()[1]
    legend = axes.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(0.0, -0.44 / height),
        borderaxespad=0.0,
        borderpad=0.0,
        labelspacing=0.35,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)


def shown(axes: "Axes", *, name: str, caption: str) -> Markup:
    """Write the figure as SVG, not wider than it reads well."""
    drawn: Any = axes.get_figure()
    return Markup('<div class="sheet">{}</div>').format(
        svg_figure(themed_svg(drawn), label=name, caption=caption)
    )
