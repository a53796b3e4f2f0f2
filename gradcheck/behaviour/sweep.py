"""The error table: analytic derivatives against difference quotients over varying step size h."""

from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.table import allocate, frame
from gradcheck.behaviour.taking import Manner
from gradcheck.differences.sampling import Offsets
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    Stencil,
)
from gradcheck.differences.steps import listed_steps
from gradcheck.errors import CaseError, StencilError, StepError
from gradcheck.model.case import Case
from gradcheck.model.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

DEFAULT_STENCILS = (FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, COMPLEX_STEP)


def sweep(
    cases: Case | Iterable[Case] | Mapping[str, Case],
    *,
    stencils: Iterable[Stencil] = DEFAULT_STENCILS,
    steps: npt.ArrayLike | None = None,
    directions: int | None = None,
    seed: int = 0,
) -> "pd.DataFrame":
    """Compare df with difference quotients for every case, point, entry, stencil and step.

    Parameters
    ----------
    cases : Case, iterable of Case, or Registry
        What is compared, at all points of each case.
    stencils : iterable of Stencil
        First-derivative formulas.
    steps : array_like, optional
        Step sizes, used literally and in this order. By default 65 powers of two, from twice the
        scale of x down (`gradcheck.differences.steps.default_steps`).
    directions : int, optional
        Instead of moving every input by itself, move all of them along this many random unit
        directions v; `input` then counts directions and `analytic` is df(x) · v.
    seed : int
        Seed of the directions.

    Returns
    -------
    pandas.DataFrame
        One row a number, sorted by case, point, output, input, stencil, step; see
        `gradcheck.behaviour.table.COLUMNS`.

    Raises
    ------
    CaseError
        If a case has no points, f has no value anywhere near a point, f or df returns something
        that is not a number, or df has the wrong shape.
    StepError, StencilError
        If steps or stencils cannot be used.

    Examples
    --------
    >>> square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[1.0])
    >>> table = sweep(square, stencils=[FORWARD], steps=[1.0, 0.5])
    >>> table[["h", "numeric", "analytic", "abs_error"]]
         h  numeric  analytic  abs_error
    0  1.0      3.0       2.0        1.0
    1  0.5      2.5       2.0        0.5
    """
    swept = _listed_cases(cases)
    formulas = _listed_stencils(stencils)
    literal = None if steps is None else listed_steps(steps)
    _require_count(directions)
    manner = Manner(steps=literal, directions=directions, seed=seed, offsets=Offsets.of(formulas))
    with np.errstate(all="ignore"):
        parts = list(manner.parts(swept))
        each = len(formulas) * manner.count
        columns = allocate(
            sum(part.lines for part in parts) * each, cases=len(swept), stencils=len(formulas)
        )
        stop = 0
        for part in parts:
            start, stop = stop, stop + part.lines * each
            rows = {name: column[start:stop] for name, column in columns.items()}
            part.fill(rows, formulas, manner.offsets)
    return frame(columns, cases=swept, stencils=formulas)


def _listed_cases(cases: Case | Iterable[Case] | Mapping[str, Case]) -> tuple[Case, ...]:
    if isinstance(cases, Case):
        return (cases,)
    if isinstance(cases, str) or not isinstance(cases, Iterable):
        cases = [cases]  # named below as what is no case
    listed = tuple(cases.values() if isinstance(cases, Mapping) else cases)
    for case in listed:
        if not isinstance(case, Case):
            raise CaseError(f"a sweep needs cases, got {case!r}; make one with gradcheck.Case(...)")
    if not listed:
        raise CaseError("a sweep needs at least one case, got none")
    return tuple(Registry(listed).values())


def _listed_stencils(stencils: Iterable[Stencil]) -> tuple[Stencil, ...]:
    single = isinstance(stencils, str) or not isinstance(stencils, Iterable)
    listed: tuple[Any, ...] = (stencils,) if single else tuple(stencils)
    if not listed:
        raise StencilError("a sweep needs at least one stencil, got none")
    for formula in listed:
        if not isinstance(formula, Stencil):
            raise StencilError(f"{formula!r} is no stencil; choose gradcheck.CENTRAL, or make one")
        if formula.derivative != 1:
            raise StencilError(
                f"{formula.name} approximates derivative {formula.derivative}, but df is the "
                "first one; use derivative=1"
            )
    if len({formula.name for formula in listed}) != len(listed):
        raise StencilError(f"two stencils share a name: {[formula.name for formula in listed]}")
    return listed


def _require_count(directions: int | None) -> None:
    if directions is None:
        return
    if isinstance(directions, bool) or not isinstance(directions, Integral) or directions < 1:
        raise StepError(f"directions must be an integer of at least 1, got {directions!r}")
