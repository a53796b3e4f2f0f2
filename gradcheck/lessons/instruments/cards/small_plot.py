"""V plots as small as a thumbnail, written directly as SVG, all with the same axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.lessons.instruments.errors.rows import Reading, Readings, Row
from gradcheck.output.drawing import decades, power_of_ten

WIDTH, HEIGHT = 276.0, 190.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 58.0, 8.0, 8.0, 40.0
_ZERO = 14.0
"""The height of the strip of errors that are exactly 0."""
_SIZE = 2.3


@dataclass(frozen=True)
class Frame:
    """The part of the plane that all small plots of a page show, as exponents of ten."""

    left: float
    right: float
    bottom: float
    top: float

    @classmethod
    def around(cls, found: Sequence[Readings]) -> "Frame":
        """Fit a frame to all the curves."""
        rows = [row for each in found for one in each.by_stencil.values() for row in one.curve]
        rows = [row for row in rows if math.isfinite(row.error)]
        steps = [math.log10(row.h) for row in rows]
        sizes = [math.log10(row.abs_error) for row in rows if row.error != 0] or [-16.0, 0.0]
        return cls(min(steps) - 0.4, max(steps) + 0.4, min(sizes) - 0.4, max(sizes) + 0.4)

    def x(self, h: float) -> float:
        """Return where a step stands."""
        share = (math.log10(h) - self.left) / (self.right - self.left)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, error: float) -> float:
        """Return the height of an error; of exactly 0, in the strip at the bottom."""
        low = HEIGHT - _BOTTOM - _ZERO
        if error == 0:
            return low + _ZERO / 2
        share = (math.log10(error) - self.bottom) / (self.top - self.bottom)
        return low - share * (low - _TOP)


def small_plot(found: Readings, frame: Frame, *, label: str, axes: tuple[str, str]) -> Markup:
    """Draw the error of every formula against h, as an ``<svg>`` element.

    Parameters
    ----------
    found : Readings
        Whose curves.
    frame : Frame
        What part of the plane.
    label : str
        What is seen, for those who cannot see it.
    axes : tuple of str
        The words at the axis of h and at that of the error.
    """
    curves = Markup().join(_curve(each, frame) for each in found.by_stencil.values())
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {:g} {:g}" role="img" '
        'aria-label="{}" font-family="system-ui, sans-serif" font-size="11">{}{}</svg>'
    ).format(WIDTH, HEIGHT, label, _axes(frame, *axes), curves)


def _axes(frame: Frame, below: str, beside: str) -> Markup:
    low, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    parts = [
        Markup(
            '<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}" fill="currentColor" '
            'fill-opacity=".07"/>'
        ).format(_LEFT, low - _ZERO, right - _LEFT, _ZERO),
        Markup(
            '<path d="M{:g} {:g}V{:g}H{:g}" fill="none" stroke="currentColor" stroke-width=".8"/>'
        ).format(_LEFT, _TOP, low, right),
        _text(_LEFT - 5, low - _ZERO / 2, "0", "end"),
        _text((_LEFT + right) / 2, HEIGHT - 7, below, "middle"),
        Markup(
            '<text transform="translate(10 {:g}) rotate(-90)" text-anchor="middle" '
            'fill="currentColor">{}</text>'
        ).format((_TOP + low) / 2, beside),
    ]
    for h in decades(10.0**frame.left, 10.0**frame.right, most=4):
        parts.append(_text(frame.x(h), low + 14, power_of_ten(h), "middle"))
        parts.append(_tick(frame.x(h), _TOP, frame.x(h), low))
    for error in decades(10.0**frame.bottom, 10.0**frame.top, most=5):
        parts.append(_text(_LEFT - 5, frame.y(error), power_of_ten(error), "end"))
        parts.append(_tick(_LEFT, frame.y(error), right, frame.y(error)))
    return Markup().join(parts)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup(
        '<text x="{:.1f}" y="{:.1f}" text-anchor="{}" dominant-baseline="central" '
        'fill="currentColor">{}</text>'
    ).format(x, y, anchor, text)


def _tick(x: float, y: float, to_x: float, to_y: float) -> Markup:
    return Markup(
        '<path d="M{:.1f} {:.1f}L{:.1f} {:.1f}" stroke="currentColor" stroke-opacity=".14"/>'
    ).format(x, y, to_x, to_y)


def _curve(reading: Reading, frame: Frame) -> Markup:
    """Draw the line, and marks that are open where rounding dominates: round or square."""
    name = reading.stencil.name
    colour = f"var(--series{_SERIES.get(name, 7)})"
    rows = [row for row in reading.curve if math.isfinite(row.error)]
    shape = _square if name == "central" else _circle
    filled, opened = (
        "".join(
            shape(frame.x(row.h), frame.y(row.abs_error)) for row in rows if _is_open(row) is wanted
        )
        for wanted in (False, True)
    )
    return Markup(
        '<path d="{}" fill="none" stroke="{}" stroke-width="1" stroke-opacity=".8"/>'
        '<path d="{}" fill="{}" stroke="{}"/><path d="{}" fill="var(--paper)" stroke="{}"/>'
    ).format(_line(rows, frame), colour, filled, colour, colour, opened, colour)


_SERIES = {"forward": 0, "backward": 1, "central": 2, "central4": 3, "complex-step": 5}
"""The colours of the formulas, those of the large figures."""


def _is_open(row: Row) -> bool:
    return row.regime not in ("truncation", "balance", "")


def _line(rows: Sequence[Row], frame: Frame) -> str:
    """Join the marks, with gaps where the error is exactly 0."""
    path, is_down = [], False
    for row in rows:
        if row.error != 0:
            path.append(
                f"{'L' if is_down else 'M'}{frame.x(row.h):.1f} {frame.y(row.abs_error):.1f}"
            )
        is_down = row.error != 0
    return "".join(path)


def _circle(x: float, y: float) -> str:
    r = _SIZE
    return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0z"


def _square(x: float, y: float) -> str:
    side = 1.8 * _SIZE
    return f"M{x - side / 2:.1f} {y - side / 2:.1f}h{side:.1f}v{side:.1f}h{-side:.1f}z"
