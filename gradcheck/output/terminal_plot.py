"""Error curves drawn with characters, for the terminal: plain text, without any escape code."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

MARKS = ("+", "•")
"""One for each curve, in their order; later curves are drawn over earlier ones."""
BAR = "┈"
"""What the line of an error bar consists of."""

_LEAST, _MOST = 30, 92
_HEIGHT = 19
_MARGIN = 0.2
"""In powers of ten, between the curves and the frame."""
_CELLS = 9
"""So many columns a tick and its label need."""


@dataclass(frozen=True, kw_only=True)
class Curve:
    """An error over h, of which what is positive and finite can be drawn."""

    name: str
    h: Array
    error: Array

    @property
    def drawn(self) -> npt.NDArray[np.bool_]:
        """Which points a logarithm can show."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.isfinite(self.error) & (self.error > 0) & (self.h > 0))


def draw(curves: Sequence[Curve], *, bar: float = math.nan, width: int = _MOST) -> str:
    """Draw errors against h, both logarithmic, and the error bar as a line.

    Parameters
    ----------
    curves : sequence of Curve
        At most two.
    bar : float
        Where the line is drawn; none if it is not positive and finite.
    width : int
        Of the terminal, in characters; from 30 to 92 of them are used.

    Returns
    -------
    str
        Lines of equal height, without colours; "" if there is no point to draw.

    Examples
    --------
    >>> h = 10.0 ** -np.arange(1, 13)
    >>> draw([Curve(name="forward", h=h, error=h + 1e-16 / h)], width=40).splitlines()[-1].split()
    ['1e-13', '1e-8', '1e-3']
    """
    shown = [(mark, each) for mark, each in zip(MARKS, curves, strict=False) if each.drawn.any()]
    if not shown:
        return ""
    from plotext import figure, terminal, uncolorize

    columns = min(max(width, _LEAST), _MOST)
    x = _range(np.concatenate([each.h[each.drawn] for _, each in shown]))
    levels = [each.error[each.drawn] for _, each in shown]
    has_bar = math.isfinite(bar) and bar > 0
    y = _range(np.concatenate([*levels, [bar]] if has_bar else levels))
    figure.clear.all()
    terminal.limit(False, False)  # noqa: FBT003  (positional in plotext)
    figure.plot_size(columns, _HEIGHT)
    if has_bar:
        figure.line(math.log10(bar), style="dotted")
    for mark, each in shown:
        figure.draw(
            figure.signal(
                np.log10(each.h[each.drawn]).tolist(),
                np.log10(each.error[each.drawn]).tolist(),
                marker=mark,
            )
        )
    for axis, (low, high), most in (("x", x, columns // _CELLS), ("y", y, 6)):
        powers = _powers(low, high, most)
        figure.ruler(axis).lim(low, high)
        figure.ruler(axis).ticks(powers, ["1" if power == 0 else f"1e{power}" for power in powers])
    text: str = uncolorize(figure.build())
    figure.clear.all()
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n")


def _range(values: Array) -> tuple[float, float]:
    """Return whole powers of ten around the values, and not too close to them."""
    exponents = np.log10(values)
    return math.floor(exponents.min() - _MARGIN), math.ceil(exponents.max() + _MARGIN)


def _powers(low: float, high: float, most: int) -> list[int]:
    """List at most so many whole powers of ten, evenly spaced."""
    first, last = math.ceil(low), math.floor(high)
    step = max(1, math.ceil((last - first) / max(most - 1, 1)))
    return list(range(first, last + 1, step))
