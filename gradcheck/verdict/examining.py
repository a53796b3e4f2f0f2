"""Examine an operator: look at it, compare it, and put both together into one result."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.comparing import compare
from gradcheck.verdict.faults import Fault
from gradcheck.verdict.inquiry import Inquiry, Look, look_at, map_at, points_text
from gradcheck.verdict.result import VERDICTS, Entries, Finding, Reason, Result, Verdict
from gradcheck.verdict.roles import retold
from gradcheck.verdict.state import untouched
from gradcheck.verdict.summing_up import entries_of
from gradcheck.verdict.wording import sentence

Array = npt.NDArray[Any]
Extra = Callable[[Look], Finding | None]
"""What else is to be looked at, where the operator is linear: a finding if it is wrong."""

_OTHER = {"jvp": "vjp", "vjp": "jvp"}
_CONCLUSIVE = frozenset({"not-linear", "argument-order", "transposed"})
"""Findings that leave nothing else to explain."""
_GLANCE = 2.0**-13
"""The step of a difference that only has to be right roughly."""
_ROUGHLY = 1e-2


def examine(asked: Inquiry, extra: Extra | None = None, note: str = "") -> Result:
    """Examine an operator; where it fails, see whether it is another one than it should be.

    Parameters
    ----------
    asked : Inquiry
        The operator.
    extra : callable, optional
        A further test at each point, such as for symmetry.
    note : str
        What that test shows if it finds nothing.
    """
    began = time.perf_counter()
    result = _examined(asked, extra, note)
    if result.verdict is Verdict.FAIL and not _is_explained(result):
        finding, calls = _mistaken(asked, result)
        if finding is not None:
            result = with_findings(result, [finding])
            if result.reason is Reason.DISAGREES:
                result = replace(result, message=f"{finding.message}.")
        result = replace(result, evaluations=result.evaluations + calls)
    return replace(result, seconds=time.perf_counter() - began, roles=asked.called)


def with_findings(result: Result, found: Sequence[Finding]) -> Result:
    """Put findings in the place of those of the comparison, of which they are the cause.

    What the comparison found beside them is noted. That two functions are not adjoint is no cause:
    it is noted where the comparison knows one.
    """
    if not found:
        return result
    own = [each for each in result.findings if each.certainty != "C"]
    if found[0].code == "not-adjoint" and own:
        return replace(result, notes=(*result.notes, *(each.message for each in found)))
    others = [] if found[0].code in _CONCLUSIVE else [*found[1:], *own[:1]]
    others = [each for each in others if each.code != found[0].code]
    return replace(
        result,
        findings=tuple(found[:1]),
        notes=(*result.notes, *(each.message for each in others)),
    )


def failed(result: Result, found: Sequence[Finding], where: str = "") -> Result:
    """Return the result with findings for which it fails, whatever the comparison says."""
    if not found:
        return result
    told = with_findings(result, found)
    if found[0] not in told.findings:
        return told
    return replace(
        told,
        verdict=Verdict.FAIL,
        reason=Reason.DISAGREES,
        message=f"{where}{found[0].message}.",
    )


def without_advice(result: Result) -> Result:
    """Return the result with a message that asks for nothing which only `check` takes."""
    if result.verdict is not Verdict.FAIL or result.reason is not Reason.DISAGREES:
        return result
    points = result.case.points
    worst = points[int(result.entries.point[result.entries.worst_first()[0]])]
    message = sentence(result.verdict, result.reason)
    return replace(result, message=f"{points_text(points, worst)}{message}")


def _examined(asked: Inquiry, extra: Extra | None = None, note: str = "") -> Result:
    points = asked.case.points
    with untouched():
        looks = [look_at(asked, point) for point in points]
    sound = [number for number, look in enumerate(looks) if look.fault is None]
    result = _nothing(asked.case)
    if sound:
        result = _compared(asked, looks, sound)
        found, remarks = _tested(asked, [looks[number] for number in sound], extra, note)
        result = replace(result, notes=(*result.notes, *remarks))
        for look, finding in reversed(found):
            result = failed(result, [finding], points_text(points, look.point))
    result = _with_faults(result, [look for look in looks if look.fault is not None])
    return replace(result, evaluations=result.evaluations + len(looks))


def _compared(asked: Inquiry, looks: Sequence[Look], sound: Sequence[int]) -> Result:
    """Compare at the points where nothing is at fault."""
    if len({looks[number].output for number in sound}) > 1:
        raise CaseError(f"{asked.case.name}: f must return one shape at all points")
    compared, how = compare(asked, [looks[number] for number in sound])
    result = without_advice(_at_points(compared, asked.case, sound))
    result = retold(result, {"df": asked.role})
    return replace(result, notes=(how, *result.notes) if how else result.notes)


def _tested(
    asked: Inquiry, looks: Sequence[Look], extra: Extra | None, note: str
) -> tuple[list[tuple[Look, Finding]], list[str]]:
    """Return what the tests found, and what they found in order."""
    found = [(look, look.finding) for look in looks if look.finding is not None]
    if found:
        return found, []
    words = asked.words
    remarks = [f"{words.role} is linear in {words.vector}, to rounding"]
    if extra is not None:
        with untouched():
            found = [(look, each) for look in looks if (each := extra(look)) is not None]
        remarks += [] if found or not note else [note]
    return found, remarks


def _with_faults(result: Result, looks: Sequence[Look]) -> Result:
    """Let the gravest fault decide, unless the comparison found something graver."""
    faults = [look.fault for look in looks if look.fault is not None]
    if not faults:
        return result
    gravest: Fault = max(faults, key=lambda fault: VERDICTS.index(fault.verdict))
    if len(result.entries) and _gravity(gravest) < VERDICTS.index(result.verdict):
        return result
    return replace(result, verdict=gravest.verdict, reason=gravest.reason, message=gravest.message)


def _gravity(fault: Fault) -> int:
    return VERDICTS.index(fault.verdict)


def _nothing(case: Case) -> Result:
    """Return a result without entries."""
    return Result(
        case=case,
        verdict=Verdict.PASS,
        reason=Reason.AGREES,
        message="",
        entries=entries_of([]),
        evaluations=0,
        output_shape=None,
    )


def _at_points(result: Result, case: Case, sound: Sequence[int]) -> Result:
    """Count the points of a result as the case does."""
    number = np.array(sound, dtype=np.intp)
    columns = {name: getattr(result.entries, name) for name in Entries.__dataclass_fields__}
    columns["point"] = number[result.entries.point]
    return replace(result, case=case, entries=Entries(**columns))


def _is_explained(result: Result) -> bool:
    """Tell whether a mistake is known, other than that it is not linear."""
    return any(each.certainty != "C" and each.code != "not-linear" for each in result.findings)


def _mistaken(asked: Inquiry, result: Result) -> tuple[Finding | None, int]:
    """Try whether the operator is right if it is taken for something else."""
    codes = {finding.code for finding in result.findings}
    calls, rows = 0, tuple(np.flatnonzero(result.entries.verdict == 2).tolist())
    operator, vector = asked.case.df, asked.words.vector

    def swapped(x: Any, v: Any) -> Any:
        return operator(v, x)

    trials = [
        (
            "argument-order",
            f"{asked.role} takes its arguments in the other order, {asked.role}({vector}, x)",
            replace(asked, case=_with_operator(asked.case, swapped)),
        ),
    ]
    if asked.role in _OTHER and "not-linear" not in codes:
        trials.append(
            (
                "transposed",
                f"{asked.role} applies the transposed Jacobian: it is a {_OTHER[asked.role]}",
                replace(asked, adjoint=not asked.adjoint),
            )
        )
    for code, message, other in trials:
        passes, cost = _passes(other)
        calls += cost
        if passes:
            return Finding(code, message, "A", rows), calls
    return None, calls


def _passes(asked: Inquiry) -> tuple[bool, int]:
    """Tell whether an operator passes, and how many evaluations it took to see that."""
    points = asked.case.points
    try:
        with untouched():
            looks = [look_at(asked, point) for point in points]
        if any(look.fault is not None or look.finding is not None for look in looks):
            return False, len(looks)
        if not all(_is_plausible(asked, look) for look in looks):
            return False, 3 * len(looks)
        result = _compared(asked, looks, range(len(looks)))
    except CaseError:  # the user's function cannot be called in this way
        return False, len(points)
    return bool(result), 3 * len(looks) + result.evaluations


def _is_plausible(asked: Inquiry, look: Look) -> bool:
    """Tell by a single central difference whether a closer look is worth while."""
    point, output = look.point.reshape(-1), look.output
    direction = replace(asked, adjoint=False).vectors(look.point, output)[0]
    moved = _GLANCE * direction
    above, below = look.f.rows(np.stack([point + moved, point - moved]))
    numeric = (above - below) / (2 * _GLANCE)
    map_ = map_at(asked, asked.action(), look.point, output)
    vector = asked.vectors(look.point, output)[0]
    claimed = map_.at(vector)
    if claimed is None:
        return False
    if asked.adjoint:
        numeric, claimed = vector * numeric, claimed * direction
        error = abs(float(numeric.sum() - claimed.sum()))
    else:
        error = float(np.linalg.norm(numeric - claimed))
    return error <= _ROUGHLY * float(np.linalg.norm(numeric) + np.linalg.norm(claimed))


def _with_operator(case: Case, operator: Callable[..., Any]) -> Case:
    return Case(case.name, f=case.f, df=operator, points=case.points)
