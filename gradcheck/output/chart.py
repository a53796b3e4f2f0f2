"""What the small figures of a page share: ticks, texts, and the frame, as inline SVG."""

import math
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from gradcheck.output.html import markup

if TYPE_CHECKING:
    from markupsafe import Markup

WIDTH = 640


def svg(body: Iterable[str], *, height: int, label: str) -> "Markup":
    """Put the parts of a figure together; the label is what a screen reader says."""
    return markup(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(body)}</svg>'
    )


def text(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    """Write a text at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, *, css: str, title: str) -> str:
    """Draw a rectangle with a class and a title."""
    return (
        f'<path class="{css}" d="M{x:.1f} {y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z">'
        f"<title>{escape(title, quote=False)}</title></path>"
    )


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers between two others, at most so many.

    Examples
    --------
    >>> ticks(0.05, 2.2), ticks(-3.0, 3.0, 4), ticks(1.0, 1.0)
    ([0.5, 1.0, 1.5, 2.0], [-2.0, 0.0, 2.0], [1.0])
    """
    span = high - low
    if not span > 0 or not math.isfinite(span):
        return [low]
    rough = span / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{place * step:.12g}") for place in range(first, last + 1)]
