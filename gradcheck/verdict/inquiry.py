"""What is asked about an operator, and what one look at it at a point shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.action import Action
from gradcheck.differences.evaluate import text_of
from gradcheck.differences.probe import Probe
from gradcheck.differences.tracks import scale_of
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.directions import Directions, require_directions
from gradcheck.verdict.faults import Fault, Start, repeat
from gradcheck.verdict.judging import Tolerance
from gradcheck.verdict.linearity import Words, not_linear
from gradcheck.verdict.result import Called, Finding, Reason, Verdict
from gradcheck.verdict.roles import renamed, speaking
from gradcheck.verdict.subject import case_of, listed_points, tolerance_of
from gradcheck.verdict.tree import has_trees
from gradcheck.verdict.wording import options_text

Array = npt.NDArray[Any]
Function = Callable[..., Any]
Shape = tuple[int, ...]

_PAIRS = 2
"""So many pairs of vectors show whether a map is linear."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Inquiry:
    """An operator, the function whose derivative it is, and how they are to be compared."""

    case: Case
    """f, with the operator as df."""
    role: str
    """What the operator is called: "jvp", "vjp" or "hess"."""
    adjoint: bool
    """Whether it takes vectors of f's shape to those of x's."""
    tolerance: Tolerance
    directions: int | None
    seed: int
    also: str = ""
    """What else the caller gave, as it was written: "jvp=jvp"."""

    @property
    def called(self) -> Called:
        """Who was asked, and what the function and its derivative are called there."""
        f = "df" if self.role == "hess" else "f"
        options = options_text(self.tolerance, self.also)
        return Called(f"check_{_CALLED[self.role]}", f, self.role, options)

    @property
    def words(self) -> Words:
        """How to speak of the operator."""
        return Words(role=self.role, vector="w" if self.adjoint else "v")

    @property
    def options(self) -> dict[str, Any]:
        """The options to hand on to `check`."""
        return {
            "rtol": self.tolerance.rtol,
            "atol": self.tolerance.atol,
            "seed": self.seed,
        }

    def action(self) -> Action:
        """Return the operator as something that can be called safely."""
        return Action(self.case.df, self.case.name, self.role)

    def shapes(self, point: Array, output: Shape) -> tuple[Shape, Shape]:
        """Return the shapes of the vectors that go in, and of those that come out."""
        return (output, point.shape) if self.adjoint else (point.shape, output)

    def vectors(self, point: Array, output: Shape) -> list[Array]:
        """Draw vectors in general position that go in, flattened."""
        sizes = scale_of(point.reshape(-1))
        if self.adjoint:
            sizes = np.ones(int(np.prod(output)))
        shape, _ = self.shapes(point, output)
        return list(Directions(blocks=whole(shape), each=2 * _PAIRS, scale=sizes, seed=self.seed))


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """What f and the operator showed at one point, before they were compared."""

    point: Array
    f: Probe
    output: Shape
    """The shape of f(x); () if there is none."""
    fault: Fault | None
    finding: Finding | None
    """That the operator is not linear."""


def inquiry(  # noqa: PLR0913  (the subject, and options that are all named)
    f: Any,
    operator: Any,
    x: Any,
    *,
    role: str,
    points: Any,
    rtol: float | None,
    atol: float,
    directions: int | None,
    seed: int,
) -> Inquiry:
    """Return what is asked, or say why it cannot be.

    Raises
    ------
    CaseError
        If a function is none, a point is no array of finite numbers, points differ in shape, or
        an option cannot be used.
    """
    if (x is None) == (points is None):
        raise CaseError(f"check_{_CALLED[role]}: give either x or points=[...]")
    if operator is None or not callable(operator):
        raise CaseError(f"{role} must be a function, got {operator!r}")
    require_directions(directions)
    listed = (x,) if points is None else listed_points(points)
    if listed is not None and has_trees(listed):
        raise CaseError(
            f"check_{_CALLED[role]} needs an x that is a number or an array, got a container: "
            "flatten it, and let the functions unflatten it"
        )
    case = case_of(f, operator, listed, None)
    if role == "hess" and case.name == "f":  # a function without a name of its own
        case = Case("df", f=f, df=operator, points=case.points)
    if len(shapes := {point.shape for point in case.points}) > 1:
        raise CaseError(f"{case.name}: all points must have one shape, got {sorted(shapes)}")
    return Inquiry(
        case=case,
        role=role,
        adjoint=role == "vjp",
        tolerance=tolerance_of(rtol, atol),
        directions=directions,
        seed=seed,
    )


_CALLED = {"jvp": "jvp", "vjp": "vjp", "hess": "hessian"}


def look_at(asked: Inquiry, point: Array) -> Look:
    """Look at f and at the operator at a point: faults first, then whether it is linear."""
    f = Probe(asked.case, "f", point.shape)
    fault: Fault | None = None
    finding: Finding | None = None
    try:
        _require_value(f, point)
        finding = _operate(asked, point, f.output or ())
    except Fault as found:
        fault = found
    return Look(point=point, f=f, output=f.output or (), fault=fault, finding=finding)


def map_at(asked: Inquiry, action: Action, point: Array, output: Shape) -> Probe:
    """Return the operator at a point as a function of the vector."""
    return action.at(point, asked.shapes(point, output)[0])


def _require_value(f: Probe, point: Array) -> None:
    center = f.at(point)
    if f.mutation:
        raise Fault(
            Verdict.FAIL,
            Reason.MUTATES_INPUT,
            f"{f.mutation}; let it work on a copy (x = x.copy())",
        )
    if center is None:
        message = f"{f.failure}; choose a point at which f has a value"
        raise Fault(Verdict.INCONCLUSIVE, Reason.RAISED, message)
    if not len(center):
        raise CaseError("f must return a number or an array of numbers, got an empty array")
    if not np.isfinite(center).all():
        message = f"f is not finite at x = {text_of(point)}; choose a point at which it is"
        raise Fault(Verdict.INCONCLUSIVE, Reason.NOT_FINITE, message)


def _operate(asked: Inquiry, point: Array, output: Shape) -> Finding | None:
    """Call the operator with some vectors.

    Raises
    ------
    Fault
        If it raises, changes an argument, gives a wrong shape, something that is not finite, or
        two values for the same arguments.
    """
    words, action = asked.words, asked.action()
    roles = {"f": words.role, "x": words.vector}
    vectors = asked.vectors(point, output)
    map_ = map_at(asked, action, point, output)
    with speaking(roles):
        values = [map_.at(vectors[k]) for k in range(2)]
    _require_same_x(action)
    if map_.mutation:
        message = f"{renamed(map_.mutation, roles)}; let it work on a copy"
        raise Fault(Verdict.FAIL, Reason.MUTATES_INPUT, message)
    if values[0] is None or values[1] is None:
        raise Fault(
            Verdict.FAIL,
            Reason.RAISED,
            f"{renamed(map_.failure, roles)}{_mistaken(asked, point, output)}",
        )
    _require_shape(asked, map_.output or (), point, output)
    if not np.isfinite(np.concatenate([values[0], values[1]])).all():
        raise Fault(
            Verdict.FAIL,
            Reason.NOT_FINITE,
            f"{words.role} is not finite at x = {text_of(point)} for {words.vector} = "
            f"{text_of(vectors[0])}",
        )
    try:
        shaped = vectors[0].reshape(asked.shapes(point, output)[0])
        repeat(map_, shaped, Start(values[0], values[0], elementwise=False))
    except Fault as fault:
        raise Fault(fault.verdict, fault.reason, renamed(fault.message, roles)) from None
    return not_linear(map_, vectors, asked.tolerance, words)


def _require_same_x(action: Action) -> None:
    if action.mutation:
        message = f"{action.mutation}; let it work on a copy (x = x.copy())"
        raise Fault(Verdict.FAIL, Reason.MUTATES_INPUT, message)


def _require_shape(asked: Inquiry, got: Shape, point: Array, output: Shape) -> None:
    given, expected = asked.shapes(point, output)
    if got == expected:
        return
    owner = "x's" if asked.adjoint or asked.role == "hess" else "f's"
    message = f"{asked.role} must return {owner} shape {expected}, got {got}"
    if got == given:
        message += f": is it a {_OTHER[asked.role]}?" if asked.role in _OTHER else ""
    elif got == (*output, *point.shape):
        vector = asked.words.vector
        message += f": is it the whole derivative? Return its product with {vector}"
    raise Fault(Verdict.FAIL, Reason.WRONG_SHAPE, message)


_OTHER = {"jvp": "vjp", "vjp": "jvp"}


def _mistaken(asked: Inquiry, point: Array, output: Shape) -> str:
    """Say what takes the other kind of vector, if the operator does."""
    given, expected = asked.shapes(point, output)
    if given == expected or asked.role not in _OTHER:
        return ""
    other = asked.action().at(point, expected)
    try:
        other.at(np.ones(int(np.prod(expected))))
    except CaseError:
        return ""
    if other.output != given:
        return ""
    return (
        f"; it takes a vector of the shape {expected} and returns {given}: is it a "
        f"{_OTHER[asked.role]}?"
    )


def points_text(points: Sequence[Array], point: Array) -> str:
    """Say at which of several points something was seen."""
    return f"At x = {text_of(point)}: " if len(points) > 1 else ""
