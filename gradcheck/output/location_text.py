"""The wrong entries of a large derivative, as a table and in words."""

from typing import TYPE_CHECKING

import numpy as np

from gradcheck.output import verdict_number as number
from gradcheck.output.entry import printable
from gradcheck.output.verdict_name import indexed
from gradcheck.verdict.blocks import numbers_of
from gradcheck.verdict.location import Location

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 10
"""So many entries and ranges are listed."""


def names(location: Location, first: int | None = None) -> list[str]:
    """Name the wrong entries, or the first of them.

    As "x[17]", "W1[2, 3]", or "∂f[1]/∂x[17]" where f has many outputs.
    """
    entries, parts = location.entries, location.parts
    found = []
    inputs = entries.input[:first]
    for row, block in enumerate(numbers_of(parts, inputs).tolist() if len(inputs) else []):
        part = parts[block]
        (x,) = indexed(part.name, part.shape, entries.input[row : row + 1] - part.start)
        if location.output_shape:
            (f,) = indexed("f", location.output_shape, entries.output[row : row + 1])
            x = f"∂{f}/∂{x}"
        found.append(printable(x))
    return found


def table(location: Location) -> "pd.DataFrame":
    """Tabulate the wrong entries, a row each, in the order of df(x).

    Returns
    -------
    pandas.DataFrame
        With the columns `entry` (int64, the position in the flattened df(x)), `name`, `analytic`,
        `numeric`, `error_bar`, and `ratio`, analytic / numeric.
    """
    import pandas as pd

    entries = location.entries
    with np.errstate(all="ignore"):
        ratio = entries.analytic / entries.numeric
    return pd.DataFrame(
        {
            "entry": location.wrong.astype(np.int64),
            "name": pd.Series(names(location), dtype=object),
            "analytic": entries.analytic,
            "numeric": entries.numeric,
            "error_bar": entries.error_bar,
            "ratio": ratio,
        }
    )


def text(location: Location) -> str:
    """Tell which entries are wrong, and whether these are all."""
    parts = ([headline(location)], causes(location), _rows(location), rest(location))
    return "\n".join(line for part in parts for line in part)


def headline(location: Location) -> str:
    """Say in one line how many entries are wrong."""
    name, calls = printable(location.case.name), f"{location.evaluations:,} evaluations of f"
    inputs = sum(part.size for part in location.parts)
    if not len(location):
        if location.exact:
            return f"{name}: no wrong entry among {inputs:,} was found ({calls})"
        return f"{name}: entries are wrong, but none could be singled out ({calls})"
    count = f"{len(location):,} {'entry is' if len(location) == 1 else 'entries are'} wrong"
    others = "all others agree" if location.exact else "there are more"
    return f"{name}: {count}, {others} ({calls})"


def causes(location: Location) -> list[str]:
    """Say what the wrong entries have in common."""
    sure = {"A": "cause", "B": "probable cause", "C": "look at"}
    where = "here, " if len(location) == 1 else "in these entries, "
    return [
        f"{sure[finding.certainty]} ({finding.certainty}): {where}{printable(finding.message)}"
        for finding in location.findings
    ]


def _rows(location: Location) -> list[str]:
    entries = location.entries
    shown = range(min(_SHOWN, len(entries)))
    labels = names(location, _SHOWN)
    width = max(map(len, labels), default=0)
    lines = []
    for row, label in zip(shown, labels, strict=True):
        claimed, true = float(entries.analytic[row]), float(entries.numeric[row])
        bar = float(entries.error_bar[row])
        lines.append(
            f"  {label:{width}}  {number.analytic(claimed, like=true, error_bar=bar)} instead of "
            f"{number.plus_minus(true, bar)}"
        )
    more = len(entries) - len(lines)
    return lines + ([f"  … and {more:,} more"] if more else [])


def rest(location: Location) -> list[str]:
    """Say what may be wrong besides."""
    if location.exact:
        resolution = number.bound(location.resolution)
        shows = f"would show if it were wrong by more than {resolution} of itself"
        return [f"any other entry of average size {shows}"]
    inputs = sum(part.size for part in location.parts)
    ranges = [f"{start:,} to {stop - 1:,}" for start, stop in location.unresolved[:_SHOWN]]
    if location.unresolved == ((0, inputs),):
        where = "anywhere"
    else:
        more = len(location.unresolved) - len(ranges)
        where = f"among the inputs {', '.join(ranges)}" + (f" and {more:,} more" if more else "")
    advice = "raise limit=..., check blocks one by one, or see what check(f, df, x) says of all"
    return [f"more mistakes are {where}: {advice}"]
