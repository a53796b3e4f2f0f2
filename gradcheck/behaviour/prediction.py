"""What theory predicts for an error curve: the best step and the error there.

The total error E(h) = A hᵖ + B / h, with A = |C f⁽ᵖ⁺¹⁾(x)| and B = Σ|w| ε_f, is least at
h* = (B / (p A))^(1/(p+1)), where it is E* = (1 + p) A h*ᵖ.

References
----------
P. E. Gill, W. Murray, M. A. Saunders and M. H. Wright (1983), Computing forward-difference
intervals for numerical optimization, SIAM Journal on Scientific and Statistical Computing 4(2),
310-321.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.curve import Curves
from gradcheck.differences.evaluate import evaluate
from gradcheck.differences.noise import measure_noise
from gradcheck.differences.reference import derivatives
from gradcheck.differences.stencil import Stencil
from gradcheck.differences.window import UNIT_ROUNDOFF
from gradcheck.errors import NotCertifiable
from gradcheck.model.case import Case

Array = npt.NDArray[Any]

_BEYOND = 4
"""How many orders above the stencil's are looked at where the leading terms vanish."""


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """Per curve, NaN where unknown."""

    h: Array
    error: Array
    noise: Array
    """ε_f, the noise of one value of f."""
    noise_ratio: Array
    """ε_f over the rounding error of f(x) and of x."""
    rounding: Array
    """B = Σ|w| ε_f, 0 for a stencil that cancels nothing."""


def predict(
    curves: Curves, *, cases: Mapping[str, Case], stencils: Mapping[str, Stencil]
) -> Predictions:
    """Predict the best step and error of each curve whose case is known."""
    shape = len(curves.site)
    h, error, noise, ratio, rounding = (np.full(shape, np.nan) for _ in range(5))
    formulas = [stencils.get(name) for name in curves.stencils]
    reach = max((formula.order for formula in formulas if formula), default=1) + 1 + _BEYOND
    outputs = np.asarray(curves.keys["output"]).tolist()
    for (name, point, move), rows in _lines_of_points(curves).items():
        case = cases.get(name)
        if case is None:
            continue
        local = _Local.at(case, point, move, reach)
        for row in rows:
            output, formula = outputs[row], formulas[row]
            noise[row] = local.noise[output]
            ratio[row] = local.ratio[output]
            if formula is None:
                continue
            rounding[row] = 0.0 if formula.is_complex else formula.condition * noise[row]
            if local.taylor is not None:
                h[row], error[row] = optimum(
                    formula, local.taylor[:, output], noise=local.noise[output]
                )
    return Predictions(h=h, error=error, noise=noise, noise_ratio=ratio, rounding=rounding)


def _lines_of_points(curves: Curves) -> dict[tuple[str, int, int], list[int]]:
    """Return the curves of each case, point and input; none where several inputs move at once."""
    found: dict[tuple[str, int, int], list[int]] = {}
    points, moves = (np.asarray(curves.keys[name]).tolist() for name in ("point", "input"))
    moved = ~np.isnan(np.asarray(curves.keys["x"], dtype=np.float64))
    for row in np.flatnonzero(moved).tolist():
        place = (curves.cases[row], int(points[row]), int(moves[row]))
        found.setdefault(place, []).append(row)
    return found


def optimum(formula: Stencil, taylor: Array, *, noise: float) -> tuple[float, float]:
    """Return the best step and the error there, by theory.

    Parameters
    ----------
    formula : Stencil
        The formula.
    taylor : array of shape (orders,)
        f(x), f'(x), f''(x), …; exact zeros where a derivative vanishes.
    noise : float
        ε_f, the noise of one value of f.

    Returns
    -------
    h, error : float
        ``inf, 0`` where there is no truncation error (the larger the step, the better), ``0`` for a
        stencil that cancels nothing (the complex step: the smaller, the better).

    Examples
    --------
    >>> from gradcheck.differences.stencil import FORWARD
    >>> e = np.full(3, np.e)  # e^x at 1, all derivatives
    >>> "%.3e %.3e" % optimum(FORWARD, e, noise=1e-16)
    '1.213e-08 3.297e-08'
    """
    first = formula.derivative + formula.order
    power = next((k for k in range(first, len(taylor)) if _contributes(formula, taylor, k)), 0)
    order, truncation = power - 1, 0.0
    if power:
        truncation = abs(formula.taylor_coefficient(power) * float(taylor[power]))
    if formula.is_complex:
        return 0.0, UNIT_ROUNDOFF * abs(float(taylor[1]))
    if not math.isfinite(truncation):
        return math.nan, math.nan
    if truncation == 0:
        return math.inf, 0.0
    rounding = formula.condition * noise
    h = float((rounding / (order * truncation)) ** (1 / (order + 1)))
    return h, float(truncation * h**order * (1 + order))


def _contributes(formula: Stencil, taylor: Array, power: int) -> bool:
    return bool(taylor[power] != 0) and formula.taylor_coefficient(power) != 0


@dataclass(frozen=True, kw_only=True)
class _Local:
    """What is known of f around one point, along one input."""

    noise: Array
    ratio: Array
    taylor: Array | None
    """Shape (orders, outputs); None if not certifiable."""

    @classmethod
    def at(cls, case: Case, number: int, move: int, reach: int) -> "_Local":
        point = case.all_points[number]
        direction = np.eye(point.size)[move].reshape(point.shape)
        here = evaluate(case, point[None])
        output = here.output
        if output is None:
            unknown = np.full(here.values.shape[1], np.nan)
            return cls(noise=unknown, ratio=unknown, taylor=None)
        size = np.abs(here.values[0])
        levels = measure_noise(case, point, direction, output=output)
        measured = np.array([found.level for found in levels])
        noise = np.fmax(measured, UNIT_ROUNDOFF * size)
        taylor = _taylor(case, point, direction, reach)
        with np.errstate(all="ignore"):
            slope = 0.0 if taylor is None else np.abs(taylor[1] * point.reshape(-1)[move])
            ratio = noise / (UNIT_ROUNDOFF * (size + slope))
        return cls(noise=noise, ratio=ratio, taylor=taylor)


def _taylor(case: Case, point: Array, direction: Array, order: int) -> Array | None:
    """Return certified derivatives, with 0 where the enclosure holds 0; None if not certifiable."""
    try:
        enclosed = derivatives(case, point, direction, order=order)
    except NotCertifiable:
        return None
    return np.where(np.abs(enclosed.mid) <= enclosed.radius, 0.0, enclosed.mid)
