"""The entries of a check as a table, worst first, and many checks as an overview."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gradcheck.output.verdict_name import input_names
from gradcheck.verdict.result import COLUMNS, VERDICTS, Result, Verdict

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]


def table(result: Result) -> "pd.DataFrame":
    """Tabulate the entries of a check, a row an entry, worst first.

    Returns
    -------
    pandas.DataFrame
        With the columns

        - `point`, `output`, `input` (int32): which of the case's points, and the positions in the
          flattened f(x) and x; or the number of the direction;
        - `name` (category): the input, as "x", "x[2, 3]" or "direction 3";
        - `analytic`, `numeric`, `error_bar`, `abs_error` (float64);
        - `rel_error` (float64): abs_error / max(|numeric|, |analytic|), 0 where both are 0;
        - `ratio` (float64): analytic / numeric, NaN for 0 / 0;
        - `resolution` (float64): the relative error, in units of the largest derivative at the same
          point and output, that would be caught;
        - `verdict` (category, ordered): "pass" < "inconclusive" < "fail".
    """
    import pandas as pd

    entries = result.entries
    order = entries.worst_first()
    analytic, numeric, error_bar, abs_error, resolution = (
        np.asarray(column, dtype=np.float64)[order]
        for column in (
            entries.analytic, entries.numeric, entries.error_bar, entries.abs_error,
            entries.resolution,
        )
    )  # fmt: skip
    with np.errstate(all="ignore"):
        larger = np.maximum(np.abs(analytic), np.abs(numeric))
        columns = {
            "point": entries.point[order].astype(np.int32),
            "output": entries.output[order].astype(np.int32),
            "input": entries.input[order].astype(np.int32),
            "name": _names(result, order),
            "analytic": analytic,
            "numeric": numeric,
            "error_bar": error_bar,
            "abs_error": abs_error,
            "rel_error": np.where(larger == 0, 0.0, abs_error / larger),
            "ratio": analytic / numeric,
            "resolution": resolution,
            "verdict": _verdicts(entries.verdict[order]),
        }
    return pd.DataFrame({name: columns[name] for name in COLUMNS}, copy=False)


def overview(results: Mapping[str, Result]) -> "pd.DataFrame":
    """Tabulate many checks, a row a case, in their order.

    Returns
    -------
    pandas.DataFrame
        With the columns `case` (text), `verdict` (category, ordered: "pass" < "inconclusive" <
        "fail"), `reason` (text), `findings` (text: their codes, the surest first, joined by ", "),
        `resolution` (float64), `evaluations`, `entries`, and `wrong`, how many entries fail
        (int64), and `seconds` (float64).
    """
    import pandas as pd

    fail, each = VERDICTS.index(Verdict.FAIL), list(results.values())
    verdicts = np.array([VERDICTS.index(result.verdict) for result in each], dtype=np.int8)
    columns = {
        "case": pd.Series(list(results), dtype=object),
        "verdict": _verdicts(verdicts),
        "reason": pd.Series([result.reason.value for result in each], dtype=object),
        "findings": pd.Series([_codes(result) for result in each], dtype=object),
        "resolution": np.array([result.resolution for result in each], dtype=np.float64),
        "evaluations": np.array([result.evaluations for result in each], dtype=np.int64),
        "entries": np.array([len(result.entries) for result in each], dtype=np.int64),
        "wrong": np.array(
            [np.count_nonzero(result.entries.verdict == fail) for result in each], dtype=np.int64
        ),
        "seconds": np.array([result.seconds for result in each], dtype=np.float64),
    }
    return pd.DataFrame(columns)


def _codes(result: Result) -> str:
    return ", ".join(dict.fromkeys(finding.code for finding in result.findings))


def _verdicts(codes: npt.NDArray[np.int8]) -> "pd.Categorical[Any]":
    import pandas as pd

    return pd.Categorical.from_codes(
        codes, dtype=pd.CategoricalDtype([each.value for each in VERDICTS], ordered=True)
    )


def _names(result: Result, order: npt.NDArray[np.intp]) -> "pd.Categorical[Any]":
    """Name each input once, in its natural order, and repeat the names by number."""
    import pandas as pd

    points, inputs = result.entries.point[order], result.entries.input[order]
    codes = np.empty(len(order), dtype=np.intp)
    names: list[str] = []
    for alike in _points_alike(result):
        rows = np.isin(points, alike)
        used, position = np.unique(inputs[rows], return_inverse=True)
        codes[rows] = len(names) + position
        names += input_names(result, alike[0], used)
    number, categories = pd.factorize(np.array(names, dtype=object))
    return pd.Categorical.from_codes(number[codes], dtype=pd.CategoricalDtype(pd.Index(categories)))


def _points_alike(result: Result) -> list[list[int]]:
    """Group the numbers of the points whose inputs have the same names."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for number in np.unique(result.entries.point).tolist():
        x = result.case.all_points[number]
        groups.setdefault(x.shape if result.directions is None else (), []).append(number)
    return list(groups.values())
