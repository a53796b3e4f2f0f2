"""The V plot as a small multiple: error curves without axes, to compare many at a glance."""

import math
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]

WIDTH, HEIGHT = 240, 120
"""The size of a sketch in its own units; the page decides how large they are."""

_LOWEST = -20.0
"""Errors of zero, and below 1e-20, run along the bottom."""


def sketch(rows: "pd.DataFrame", *, label: str) -> str:
    """Draw the errors of one entry against h, a line a stencil, both logarithmic.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows of one entry of the error table.
    label : str
        What a screen reader says instead.

    Returns
    -------
    str
        An ``<svg>`` element whose lines have the classes ``s0``, ``s1``, ...: the page colours
        them, in the order of the stencils. A grid line stands at every fourth power of ten.

    Examples
    --------
    >>> import gradcheck as gc
    >>> square = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0])
    >>> sketch(gc.sweep(square, stencils=[gc.FORWARD]), label="square").count("<polyline")
    1
    """
    import pandas as pd

    opening = (
        f'<svg class=sketch viewBox="0 0 {WIDTH} {HEIGHT}" role=img aria-label="{escape(label)}">'
    )
    h, error = rows["h"].to_numpy(), rows["abs_error"].to_numpy()
    stencil, names = pd.factorize(rows["stencil"])
    usable = (rows["status"] == "ok").to_numpy() & np.isfinite(error)
    if not usable.any():
        return f"{opening}</svg>"
    x, y = (
        np.log10(h),
        np.log10(np.maximum(error, 10.0**_LOWEST, where=usable, out=np.ones_like(error))),
    )
    top = max(0.0, min(4.0, float(y[usable].max())))
    bottom = min(-16.0, float(y[usable].min()))
    across = 2 + (x - x.min()) / ((x.max() - x.min()) or 1.0) * (WIDTH - 4)
    down = HEIGHT - 2 - np.clip((y - bottom) / (top - bottom), 0.0, 1.0) * (HEIGHT - 4)
    lines = [
        _line(number, across[chosen], down[chosen])
        for number in range(len(names))
        if (chosen := usable & (stencil == number)).any()
    ]
    return f"{opening}{_grid(bottom, top)}{''.join(lines)}</svg>"


def _line(number: int, across: Array, down: Array) -> str:
    order = np.argsort(across, kind="stable")
    pairs = zip(across[order].tolist(), down[order].tolist(), strict=True)
    points = " ".join(f"{a:.0f},{b:.0f}" for a, b in pairs)
    return f'<polyline class=s{number % 8} points="{points}"/>'


def _grid(bottom: float, top: float) -> str:
    exponents = range(4 * math.ceil(bottom / 4), math.floor(top) + 1, 4)
    heights = [HEIGHT - 2 - (k - bottom) / (top - bottom) * (HEIGHT - 4) for k in exponents]
    path = "".join(f"M0 {y:.0f}H{WIDTH}" for y in heights)
    return f'<path class=g d="{path}"/>'
