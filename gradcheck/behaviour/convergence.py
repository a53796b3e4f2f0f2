"""Where the limit converges and where precision breaks down: a row for each error curve."""

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.curve import Curves, curves_of
from gradcheck.behaviour.order import Floors, Orders, floors, observed_orders
from gradcheck.behaviour.prediction import predict
from gradcheck.behaviour.recognition import BEHAVIOURS, recognise
from gradcheck.behaviour.table import COLUMNS as TABLE_COLUMNS
from gradcheck.behaviour.table import SweptCases
from gradcheck.differences.stencil import NAMED, Stencil
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

_ORDERED = ("convergent", "superconvergent", "reduced-order", "oscillation", "noise")


def convergence(
    table: "pd.DataFrame", *, cases: Case | Iterable[Case] | Mapping[str, Case] | None = None
) -> "pd.DataFrame":
    """Tell for every case, point, entry and stencil how the error behaves as h falls.

    Parameters
    ----------
    table : pandas.DataFrame
        An error table of `gradcheck.sweep`, whole or in part, in any order of rows.
    cases : Case, iterable of Case, or Registry, optional
        What the table was made of; by default what `sweep` remembers in the table. Without it (a
        table read from a file) nothing can be predicted, and noise of f is not told from rounding.

    Returns
    -------
    pandas.DataFrame
        A row for each curve, in the order of the table:

        ========================= ==============================================================
        case, point, x, output,   as in the error table
        input, stencil
        observed_order            slope of log error against log h on the truncation branch; NaN
                                  where there is none
        order_error               what rounding and further terms may add to it
        h_from, h_to              largest and smallest step of the truncation branch
        optimal_h                 step where the error, taken with its neighbours, is least
        best_error, best_rel_error  absolute and relative error there
        predicted_h               best step by theory, from f⁽ᵖ⁺¹⁾ and the noise of f; inf where
                                  there is no truncation error, 0 for the complex step
        predicted_error           absolute error there, by theory
        breakdown_h               step below which rounding dominates; NaN where it never does
        noise                     ε_f, the noise of one value of f
        behaviour                 one of `gradcheck.behaviour.recognition.BEHAVIOURS`
        ========================= ==============================================================

    Raises
    ------
    CaseError
        If the table lacks a column of the error table.

    Examples
    --------
    >>> import gradcheck as gc
    >>> sine = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
    >>> rows = convergence(gc.sweep(sine, stencils=[gc.FORWARD, gc.CENTRAL]))
    >>> [round(order, 2) for order in rows["observed_order"]], list(rows["behaviour"])
    ([1.0, 2.0], ['convergent', 'convergent'])
    """
    import pandas as pd

    missing = [name for name in TABLE_COLUMNS if name not in table.columns]
    if missing:
        raise CaseError(f"not an error table: it lacks {missing}; make one with gradcheck.sweep")
    if table.empty:
        return pd.DataFrame(columns=pd.Index(_COLUMNS))
    known, stencils = _provenance(table, cases)
    curves = curves_of(table)
    predicted = predict(curves, cases=known, stencils=stencils)
    with np.errstate(all="ignore"):  # errors may be as large as a float64
        floor = floors(curves.h, curves.error, predicted.rounding)
        orders = observed_orders(curves.h, curves.numeric, curves.error, floor.bound)
        expected = np.array(
            [stencils[n].order if n in stencils else np.nan for n in curves.stencils]
        )
        behaviour = recognise(curves, orders, floor, expected=expected, known=predicted)
        columns = {
            **{name: _of_same_type(values) for name, values in curves.keys.items()},
            **_orders(curves, orders, behaviour),
            **_optimum(curves, floor),
            "predicted_h": predicted.h,
            "predicted_error": predicted.error,
            "breakdown_h": _breakdown(curves, orders, floor, behaviour),
            "noise": predicted.noise,
            "behaviour": _as_category(behaviour),
        }
    return pd.DataFrame(columns)


_COLUMNS = (
    "case", "point", "x", "output", "input", "stencil", "observed_order", "order_error", "h_from",
    "h_to", "optimal_h", "best_error", "best_rel_error", "predicted_h", "predicted_error",
    "breakdown_h", "noise", "behaviour",
)  # fmt: skip


def _of_same_type(values: Any) -> Any:
    """Keep text of type object what it is; pandas would make it text of its own type."""
    import pandas as pd

    return pd.Series(values, dtype=object) if values.dtype == object else values


def _as_category(behaviour: Array) -> "pd.Categorical":
    import pandas as pd

    codes = [_CODES[word] for word in behaviour.tolist()]
    return pd.Categorical.from_codes(codes, dtype=_category())


_CODES = {word: code for code, word in enumerate(BEHAVIOURS)}


@functools.cache
def _category() -> "pd.CategoricalDtype":
    import pandas as pd

    return pd.CategoricalDtype(list(BEHAVIOURS))


def _provenance(
    table: "pd.DataFrame", cases: Case | Iterable[Case] | Mapping[str, Case] | None
) -> tuple[Mapping[str, Case], Mapping[str, Stencil]]:
    """Return the cases and stencils behind a table, as far as they are known."""
    remembered = table.attrs.get("cases")
    swept = remembered if isinstance(remembered, SweptCases) else SweptCases.of((), ())
    stencils = {**NAMED, **swept.stencils}
    if cases is None:
        return swept.cases, stencils
    if isinstance(cases, Case):
        return {cases.name: cases}, stencils
    listed = cases.values() if isinstance(cases, Mapping) else cases
    return {case.name: case for case in listed}, stencils


def _orders(curves: Curves, orders: Orders, behaviour: Array) -> dict[str, Array]:
    """Return the columns about the truncation branch: never an order where there is none."""
    lines = np.arange(len(behaviour))
    ordered = np.isin(behaviour, _ORDERED)
    return {
        "observed_order": np.where(ordered, orders.order, np.nan),
        "order_error": np.where(ordered, orders.order_error, np.nan),
        "h_from": np.where(
            ordered & (orders.start >= 0), curves.h[lines, np.maximum(orders.start, 0)], np.nan
        ),
        "h_to": np.where(
            ordered & (orders.stop >= 0), curves.h[lines, np.maximum(orders.stop, 0)], np.nan
        ),
    }


def _optimum(curves: Curves, floor: Floors) -> dict[str, Array]:
    lines = np.arange(len(floor.best))
    some = floor.best >= 0
    best = np.maximum(floor.best, 0)
    error = np.where(some, curves.error[lines, best], np.nan)
    size = np.fmax(np.abs(curves.numeric[lines, best]), np.abs(curves.analytic))
    with np.errstate(all="ignore"):
        relative = np.where(error == 0, 0.0, error / size)
    return {
        "optimal_h": np.where(some, curves.h[lines, best], np.nan),
        "best_error": error,
        "best_rel_error": relative,
    }


def _breakdown(curves: Curves, orders: Orders, floor: Floors, behaviour: Array) -> Array:
    """Return where the fitted truncation branch A hᵖ meets the typical rounding branch B / h."""
    with np.errstate(all="ignore"):
        crossing = (floor.typical / orders.constant) ** (1 / (orders.order + 1))
    crossing[behaviour == "exact"] = curves.h[behaviour == "exact", 0]
    crossing[~np.isin(behaviour, (*_ORDERED, "exact"))] = np.nan
    return np.asarray(crossing)
