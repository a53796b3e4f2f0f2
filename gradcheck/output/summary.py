"""The numbers of a report's first page: a row for each case and stencil."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from gradcheck.behaviour.recognition import BEHAVIOURS
from gradcheck.output.case_verdict import CaseVerdict
from gradcheck.output.explanation import digits

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "theme", "case", "stencil", "entries", "observed_order", "best_h", "best_error", "digits",
    "behaviour", "behaviours", "problem",
)  # fmt: skip
"""The columns of the summary; medians are taken over the points and entries of the case."""

VERDICT_COLUMNS = (
    "theme", "case", "verdict", "reason", "findings", "resolution", "evaluations", "entries",
    "wrong", "sentence",
)  # fmt: skip
"""The columns of the table of verdicts; `findings` holds codes, `wrong` counts what fails."""

ENTRY = ["point", "output", "input"]


def with_digits(convergence: "pd.DataFrame", table: "pd.DataFrame") -> "pd.DataFrame":
    """Add what df says (`analytic`) and the digits reached (`digits`) to a convergence table.

    Parameters
    ----------
    convergence : pandas.DataFrame
        The convergence table of one case.
    table : pandas.DataFrame
        The error table that it was made of.
    """
    claims = table.drop_duplicates(ENTRY)[[*ENTRY, "analytic"]]
    joined = convergence.merge(claims, on=ENTRY, how="left", validate="many_to_one")
    pairs = zip(joined["best_error"], joined["analytic"], strict=True)
    return joined.assign(digits=[digits(error, analytic) for error, analytic in pairs])


def summarise(convergence: "pd.DataFrame", *, theme: str) -> "pd.DataFrame":
    """Summarise the convergence table of one case, a row for each stencil.

    Returns
    -------
    pandas.DataFrame
        The columns `COLUMNS`. `observed_order`, `best_h`, `best_error` and `digits` are medians
        over points and entries (those that have the number); `behaviour` is the most frequent
        one, `behaviours` lists all: "convergent 3, kink 1".
    """
    import pandas as pd

    rows = [
        {
            "theme": theme,
            "case": str(convergence["case"].iloc[0]),
            "stencil": str(stencil),
            "entries": len(group),
            "observed_order": _median(group["observed_order"]),
            "best_h": _median(group["optimal_h"]),
            "best_error": _median(group["best_error"]),
            "digits": _median(group["digits"]),
            **_behaviours(group["behaviour"]),
            "problem": "",
        }
        for stencil, group in convergence.groupby("stencil", sort=False, observed=True)
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def failed(case: str, *, theme: str, problem: str) -> "pd.DataFrame":
    """Return the one row of a case that could not be compared."""
    import pandas as pd

    row = {"theme": theme, "case": case, "stencil": "", "entries": 0, "behaviour": "",
           "behaviours": "", "problem": problem}  # fmt: skip
    return pd.DataFrame([row], columns=pd.Index(COLUMNS))


def verdict_table(verdicts: Iterable[tuple[str, str, CaseVerdict]]) -> "pd.DataFrame":
    """Tabulate the verdicts, given with theme and name, a row a case; `VERDICT_COLUMNS`."""
    import pandas as pd

    rows = [
        {
            "theme": theme,
            "case": name,
            "verdict": verdict.word,
            "reason": verdict.reason,
            "findings": verdict.codes,
            "resolution": verdict.resolution,
            "evaluations": verdict.evaluations,
            "entries": verdict.entries,
            "wrong": verdict.wrong,
            "sentence": verdict.sentence,
        }
        for theme, name, verdict in verdicts
    ]
    return pd.DataFrame(rows, columns=pd.Index(VERDICT_COLUMNS))


def joined(parts: "list[pd.DataFrame]") -> "pd.DataFrame":
    """Put the summaries of all cases into one table, in their order."""
    import pandas as pd

    if not parts:
        return pd.DataFrame(columns=pd.Index(COLUMNS))
    records = [record for part in parts for record in part.to_dict("records")]
    return pd.DataFrame(records, columns=pd.Index(COLUMNS))


def behaviour_counts(behaviours: "pd.Series[str]") -> dict[str, int]:
    """Count the behaviours, in the order of the closed list."""
    counts = Counter(str(behaviour) for behaviour in behaviours)
    return {name: counts[name] for name in BEHAVIOURS if counts[name]}


def _behaviours(behaviours: "pd.Series[str]") -> dict[str, str]:
    counts = sorted(behaviour_counts(behaviours).items(), key=lambda item: -item[1])
    text = ", ".join(f"{name} {count}" for name, count in counts)
    return {"behaviour": counts[0][0] if counts else "", "behaviours": text}


def _median(numbers: "pd.Series[float]") -> float:
    """Return the lower median of the numbers there are, so that it is one of them."""
    known = np.sort(numbers[~numbers.isna()].to_numpy(dtype=float))
    return float(known[(len(known) - 1) // 2]) if len(known) else float("nan")
