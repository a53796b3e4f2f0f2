"""The worst entry of a check over all step sizes, and what its error curves say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.behaviour.convergence import convergence
from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.stencil import BACKWARD, CENTRAL, FORWARD, Stencil
from gradcheck.errors import GradcheckError
from gradcheck.model.case import Case
from gradcheck.model.restriction import along_direction, along_input
from gradcheck.output import verdict_number as number
from gradcheck.output.entry import printable, records
from gradcheck.output.explanation import explain
from gradcheck.output.verdict_name import entry_names, point_name
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class StencilCurve:
    """The error of one stencil, largest step first."""

    name: str
    h: Array
    error: Array
    """|numeric - analytic|; NaN where there is no quotient."""
    facts: Mapping[str, Any]
    """A row of the convergence table."""

    @property
    def behaviour(self) -> str:
        """How the error behaves, in a word."""
        return str(self.facts["behaviour"])


@dataclass(frozen=True, kw_only=True, eq=False)
class WorstCurve:
    """Error curves of one entry; or why there are none."""

    name: str = ""
    """The entry: "∂f/∂x[1]"."""
    x: str = ""
    """The point, in few digits."""
    point: int = 0
    analytic: float = float("nan")
    numeric: float = float("nan")
    error_bar: float = float("nan")
    curves: tuple[StencilCurve, ...] = ()
    reading: tuple[str, ...] = ()
    """What the curves say, a sentence or two each; why there are none, if so."""


def worst_curve(result: Result) -> WorstCurve:
    """Sweep the worst entry of a check over h.

    Only this entry is looked at, along its input or direction, however many there are.
    """
    if not _rests_on_entries(result):
        why = "the verdict rests on no entry, but on what f or df did"
        return WorstCurve(reading=(f"There is no error curve: {why}.",))
    entries = result.entries
    row = int(entries.worst_first()[0])
    point = int(entries.point[row])
    found = WorstCurve(
        name=entry_names(result, [row])[0],
        point=point,
        x=point_name(result, point),
        analytic=float(entries.analytic[row]),
        numeric=float(entries.numeric[row]),
        error_bar=float(entries.error_bar[row]),
    )
    if not np.isfinite(found.analytic):
        why = f"df gives {found.analytic} for {found.name}, and no number is near that"
        return replace(found, reading=(f"There is no error curve: {why}.",))
    sides = FORWARD, BACKWARD if entries.reason[row] is Reason.KINK else CENTRAL
    try:
        curves = _swept(_restricted(result, row), sides)
    except GradcheckError as error:
        return replace(found, reading=(f"There is no error curve: {printable(str(error))}",))
    return replace(found, curves=curves, reading=tuple(_reading(result, row, curves)))


def _rests_on_entries(result: Result) -> bool:
    if not len(result.entries):
        return False
    return result.verdict is Verdict.PASS or bool((result.entries.reason == result.reason).any())


def _restricted(result: Result, row: int) -> Case:
    """Return the function of one number whose derivative the entry is."""
    entries, case = result.entries, result.case
    x = case.all_points[int(entries.point[row])]
    output, moved = int(entries.output[row]), int(entries.input[row])
    slope = float(entries.analytic[row])
    if result.directions is not None:
        direction = np.asarray(result.directions[moved])
        return along_direction(case, x, direction=direction, output=output, slope=slope)
    return along_input(case, x, input_=moved, output=output, slope=slope)


def _swept(case: Case, stencils: Sequence[Stencil]) -> tuple[StencilCurve, ...]:
    table = sweep(case, stencils=stencils)
    rows = records(convergence(table))
    curves = []
    for facts in rows:
        here = table[(table["stencil"] == facts["stencil"]).to_numpy()]
        error = here["abs_error"].to_numpy(dtype=np.float64)
        usable = (here["status"].astype(str) == "ok").to_numpy()
        curves.append(
            StencilCurve(
                name=str(facts["stencil"]),
                h=here["h"].to_numpy(dtype=np.float64),
                error=np.where(usable, error, np.nan),
                facts=facts,
            )
        )
    return tuple(curves)


def _reading(result: Result, row: int, curves: Sequence[StencilCurve]) -> list[str]:
    """Say what the curves show: what both do alike, what each does, and what follows."""
    behaviours = [each.behaviour for each in curves]
    words = [] if _all_stall(result, behaviours) else _each(curves)
    return words + conclusion(result, row, behaviours)


def conclusion(result: Result, row: int, behaviours: Sequence[str]) -> list[str]:
    """Say what follows for an entry from the behaviours of its curves.

    Parameters
    ----------
    result : Result
        What was checked.
    row : int
        The entry, a row of `Entries`.
    behaviours : sequence of str
        One for each stencil.
    """
    entries = result.entries
    bar = float(entries.error_bar[row])
    gap = float(entries.abs_error[row])
    analytic = number.analytic(
        float(entries.analytic[row]), like=float(entries.numeric[row]), error_bar=bar
    )
    found = number.plus_minus(float(entries.numeric[row]), bar)
    if _all_stall(result, behaviours):
        both = "Both" if len(behaviours) == 2 else "All"
        return [
            f"{both} curves stall at {gap:.2g}: the quotients stay so far from df, for any h.",
            f"They settle on {found}, but df says {analytic}, which is wrong by that much.",
        ]
    words: list[str] = []
    if result.verdict is Verdict.PASS:
        words.append(
            "The error has no floor but rounding, as it must be if df is right: a mistake in df "
            "would hold the curve up at its own size, for all smaller h."
            if all(each not in _UNTOLD for each in behaviours)
            else "The check puts many steps together, and sees more than a single curve does."
        )
    if result.verdict is Verdict.FAIL and entries.reason[row] is Reason.DISAGREES:
        words.append(
            f"The check puts many steps together, and finds {found}, but df says {analytic}."
        )
    if result.verdict is not Verdict.FAIL:
        words += _knowledge(result, row)
    return words


def _all_stall(result: Result, behaviours: Sequence[str]) -> bool:
    return result.verdict is Verdict.FAIL and all(each == "stalled" for each in behaviours)


_UNTOLD = frozenset({"stalled", "noise", "oscillation", "domain", "underflow", "kink", "jump"})
"""Behaviours that show no clear fall to rounding."""


def _each(curves: Sequence[StencilCurve]) -> list[str]:
    """Explain each curve; once, if the same is true of all."""
    said = {each.name: explain(each.facts) for each in curves}
    if len(set(said.values())) == 1:
        return [next(iter(said.values()))]
    return [f"{name}: {words}" for name, words in said.items()]


def _knowledge(result: Result, row: int) -> list[str]:
    """Say how well the check knows the entry, and what it would have seen."""
    entries = result.entries
    claimed, found, bar = (
        float(column[row]) for column in (entries.analytic, entries.numeric, entries.error_bar)
    )
    if entries.reason[row] is Reason.KINK or not np.isfinite(found) or not np.isfinite(bar):
        return []
    gap = abs(claimed - found)
    apart = f"differs by {gap:.1g}" if gap else "says exactly that"
    estimate = number.plus_minus(found, bar)
    words = [
        f"Several steps together give {estimate}, from values of f alone; df {apart}.",
    ]
    if result.verdict is Verdict.PASS and result.resolution < 1:
        words.append(
            f"An error above {number.bound(result.resolution)} of the largest derivative would "
            "have been seen, in every entry."
        )
    return words
