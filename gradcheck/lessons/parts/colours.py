"""The colours of the lessons' figures, as the variables of the page's style sheet.

So a figure is light or dark as the page is, and its marks stand out from the paper in both.
"""

import re
from typing import TYPE_CHECKING

from gradcheck.output.drawing import PALETTE
from gradcheck.output.svg import to_svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TRUNCATION, ROUNDING, BALANCE = "#0b63a5", "#a94200", "#6b5b00"
"""The colours of the regimes on a light page."""

_VARIABLES = {
    **{colour.lower(): f"--series{place}" for place, colour in enumerate(PALETTE)},
    TRUNCATION: "--truncation",
    ROUNDING: "--rounding",
    BALANCE: "--balance",
}


def themed_svg(figure: "Figure") -> str:
    """Draw a figure as SVG whose colours follow the page."""
    return re.sub(r"#[0-9a-f]{6}\b", _variable, to_svg(figure))


def _variable(match: re.Match[str]) -> str:
    name = _VARIABLES.get(match[0])
    return f"var({name}, {match[0]})" if name else match[0]
