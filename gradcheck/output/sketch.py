"""The V plot as a small multiple: error curves without axes, to compare many at a glance."""

import math
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

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
    usable = rows[(rows["status"] == "ok").to_numpy() & np.isfinite(rows["abs_error"]).to_numpy()]
    opening = (
        f'<svg class=sketch viewBox="0 0 {WIDTH} {HEIGHT}" role=img aria-label="{escape(label)}">'
    )
    if usable.empty:
        return f"{opening}</svg>"
    logs = _logarithms(usable["abs_error"].to_numpy())
    floor = min(-16.0, float(logs.min()))
    frame = (math.log10(float(rows["h"].min())), math.log10(float(rows["h"].max())), floor,
             max(0.0, min(4.0, float(logs.max()))))  # fmt: skip
    lines = [
        _line(number, usable[(usable["stencil"] == name).to_numpy()], frame)
        for number, name in enumerate(rows["stencil"].unique())
    ]
    return f"{opening}{_grid(frame)}{''.join(lines)}</svg>"


def _logarithms(error: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.asarray(np.log10(np.maximum(error, 10.0**_LOWEST)))


def _line(number: int, rows: "pd.DataFrame", frame: tuple[float, float, float, float]) -> str:
    left, right, bottom, top = frame
    ordered = rows.sort_values("h", kind="stable")
    width = (right - left) or 1.0
    x = (np.log10(ordered["h"].to_numpy()) - left) / width * (WIDTH - 4) + 2
    share = (_logarithms(ordered["abs_error"].to_numpy()) - bottom) / (top - bottom)
    y = HEIGHT - 2 - np.clip(share, 0.0, 1.0) * (HEIGHT - 4)
    points = " ".join(f"{a:.0f},{b:.0f}" for a, b in zip(x, y, strict=True))
    return f'<polyline class=s{number % 8} points="{points}"/>' if points else ""


def _grid(frame: tuple[float, float, float, float]) -> str:
    *_, bottom, top = frame
    exponents = range(4 * math.ceil(bottom / 4), math.floor(top) + 1, 4)
    heights = [HEIGHT - 2 - (k - bottom) / (top - bottom) * (HEIGHT - 4) for k in exponents]
    path = "".join(f"M0 {y:.0f}H{WIDTH}" for y in heights)
    return f'<path class=g d="{path}"/>'
