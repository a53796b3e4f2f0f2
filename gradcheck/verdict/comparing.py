"""Compare an operator with differences of f: its whole matrix, or what it does to some vectors."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import text_of
from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import scale_of
from gradcheck.model.case import Case
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.checking import check
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.inquiry import Inquiry, Look
from gradcheck.verdict.result import VERDICTS, Entries, Finding, Result
from gradcheck.verdict.subject import speciality
from gradcheck.verdict.wording import special_point

Array = npt.NDArray[Any]

SMALL = 50
"""Up to so many unit vectors, the whole matrix is made."""
VECTORS = 3
"""So many random vectors stand for more."""

_FITTING = frozenset({"sign", "factor", "log-base", "units"})
"""Findings that hold for derivatives along any direction, as they do for entries."""
_COUNTS = "the number of "
"""How a message speaks of inputs and outputs."""


def compare(asked: Inquiry, looks: Sequence[Look]) -> tuple[Result, str]:
    """Compare at all points, and say how.

    Returns
    -------
    Result
        Of the comparison, with the points in the order of the looks.
    str
        A note.
    """
    inputs, outputs = looks[0].point.size, int(np.prod(looks[0].output))
    count, vector = (outputs if asked.adjoint else inputs), asked.words.vector
    if asked.adjoint:
        if count <= SMALL:
            return _by_unit_vectors(asked, looks, asked.directions), _whole(asked, count)
        note = (
            f"{asked.role} was applied to {VECTORS} random vectors {vector} instead of {count:,} "
            f"unit vectors: f[k] stands for the product of the k-th of them with f"
        )
        return _by_products(asked, looks), note
    if count <= SMALL and asked.directions is None:
        return _by_unit_vectors(asked, looks, None), _whole(asked, count)
    count = asked.directions or VECTORS
    plural = "" if count == 1 else "s"
    note = (
        f"{asked.role} was applied to {count} random vector{plural} {vector} instead of "
        f"{inputs:,} unit vectors, and compared with the derivative of f along each"
    )
    return _by_directions(asked, looks, count), note


def _whole(asked: Inquiry, count: int) -> str:
    if count == 1:
        return ""
    return f"{asked.role} was applied to all {count} unit vectors: each entry is compared"


def _by_unit_vectors(asked: Inquiry, looks: Sequence[Look], directions: int | None) -> Result:
    """Compare the matrix that the operator makes of unit vectors, entry by entry."""
    action, output, shape = asked.action(), looks[0].output, looks[0].point.shape
    given, _ = asked.shapes(looks[0].point, output)
    units = np.eye(int(np.prod(given)))

    def jacobian(x: Array | float) -> Array:
        rows = action.matrix(x, units, given).reshape(len(units), -1)
        return (rows if asked.adjoint else rows.T).reshape((*output, *shape))

    return check(
        asked.case.f,
        jacobian,
        points=[look.point for look in looks],
        directions=directions,
        **asked.options,
    )


def _by_products(asked: Inquiry, looks: Sequence[Look]) -> Result:
    """Compare gradients of w · f for some random w."""
    action, output, shape = asked.action(), looks[0].output, looks[0].point.shape
    size = int(np.prod(output))
    drawn = Directions(blocks=whole(output), each=VECTORS, scale=np.ones(size), seed=asked.seed)
    vectors, f = np.stack(list(drawn)), looks[0].f

    def products(x: Array | float) -> Array:
        return np.asarray(vectors @ f.rows(np.reshape(x, (1, -1)))[0])

    def gradients(x: Array | float) -> Array:
        return action.matrix(x, vectors, output).reshape((VECTORS, *shape))

    found = check(
        products,
        gradients,
        points=[look.point for look in looks],
        directions=asked.directions,
        **asked.options,
    )
    found = replace(found, notes=(*found.notes, *_left_out(f)))
    if found.directions is None:
        return found
    return replace(found, findings=tuple(filter(_is_fitting, found.findings)))


def _left_out(f: Probe) -> list[str]:
    """Say that f has no value at some steps."""
    if not f.failure:
        return []
    return [f"at a step away from x, {f.failure}; such steps were left out"]


def _is_fitting(finding: Finding) -> bool:
    """Tell whether a finding means for sums over many entries what it means for an entry.

    A small mistake in one of many entries looks like a lack of precision in their sum, and the
    number of vectors is none that f knows.
    """
    if finding.code == "precision":
        return finding.certainty == "A"
    return finding.code in _FITTING and _COUNTS not in finding.message


def _by_directions(asked: Inquiry, looks: Sequence[Look], count: int) -> Result:
    """Compare along random vectors, each point on its own."""
    return _merged([_along(asked, look, count) for look in looks])


def _along(asked: Inquiry, look: Look, count: int) -> Result:
    """Compare the derivatives of f(x + t · V) by t with what the operator makes of the rows of V.

    The t at x are numbers in general position, so that x itself is all that is special about it.
    """
    action, output, point = asked.action(), look.output, look.point
    x = point.reshape(-1)
    directions = Directions(
        blocks=whole(point.shape), each=count, scale=scale_of(x), seed=asked.seed
    )
    vectors = np.stack(list(directions))
    origin = 1 + np.ldexp(np.round(np.ldexp((np.arange(count) + 0.5) / count, 20)), -20) / 2

    def moved(t: Array) -> Array:
        return np.asarray(x + (t - origin) @ vectors)

    def f_along(t: Array) -> Array:
        return np.asarray(look.f.rows(moved(t)[None])[0].reshape(output))

    def claims(t: Array) -> Array:
        columns = action.matrix(moved(t).reshape(point.shape), vectors, point.shape)
        return np.moveaxis(columns, 0, -1)

    found = check(f_along, claims, origin, **asked.options)
    remarks = [note.replace(text_of(origin), text_of(point)) for note in found.notes]
    remarks += _left_out(look.f)
    if special := speciality(point):
        remarks.append(special_point(text_of(point), special))
    return replace(
        found,
        message=found.message.replace(text_of(origin), text_of(point)),
        case=Case(asked.case.name, f=asked.case.f, df=asked.case.df, points=[point]),
        directions=directions,
        notes=tuple(remarks),
        findings=tuple(filter(_is_fitting, found.findings)),
    )


def _merged(results: Sequence[Result]) -> Result:
    """Make one result of those at single points; the gravest decides."""
    gravest = max(results, key=lambda result: VERDICTS.index(result.verdict))
    if len(results) == 1:
        return gravest
    rows = np.cumsum([0, *(len(result.entries) for result in results)])
    columns = {
        name: np.concatenate([getattr(result.entries, name) for result in results])
        for name in Entries.__dataclass_fields__
    }
    columns["point"] = np.repeat(np.arange(len(results)), np.diff(rows))
    suspects = [
        {each.code: each for each in result.findings}
        for result in results
        if result.verdict is gravest.verdict
    ]
    common = set(suspects[0]).intersection(*suspects[1:])
    findings = tuple(
        replace(
            each,
            entries=tuple(
                int(start + row)
                for start, result in zip(rows.tolist(), results, strict=False)
                for other in result.findings
                if other.code == each.code
                for row in other.entries
            ),
        )
        for each in gravest.findings
        if each.code in common
    )
    return replace(
        gravest,
        entries=Entries(**columns),
        findings=findings,
        notes=tuple(dict.fromkeys(note for result in results for note in result.notes)),
        evaluations=sum(result.evaluations for result in results),
    )
