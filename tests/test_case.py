"""A case: a frozen record of f, df, and where they are compared."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck.model.case import Case, DerivationStep, Origin
from gradcheck.model.domain import Domain, Interval


def sine(**fields: Any) -> Case:
    """Make a case with some fields."""
    return Case("sine", f=np.sin, df=np.cos, **fields)


def test_what_is_left_out_is_empty() -> None:
    """A case needs a name, f and df, nothing else."""
    case = sine()

    assert () == case.points == case.derivation
    assert case.special_points == {}
    assert Domain() == case.domain
    assert "" == case.formula == case.derivative_formula == case.source == case.theme
    assert frozenset() == case.tags
    assert case.rule is None
    assert case.origin is None


def test_a_case_keeps_what_it_is_given() -> None:
    """Fields are normalised to immutable types, and else as given."""
    step = DerivationStep("outer", "the sine becomes a cosine", r"\cos u")
    origin = Origin(Path("smooth/sine.py"), 7, "smooth")
    case = sine(
        points=[0.5, 1], domain="[0, 4]", formula=r"\sin x", derivative_formula=r"\cos x",
        derivation=[step], source="Euler", tags=["smooth", "smooth"], origin=origin,
    )  # fmt: skip

    assert [point.item() for point in case.points] == [0.5, 1.0]
    assert (Interval(0.0, 4.0, "closed", "closed"),) == case.domain.intervals
    assert (step,) == case.derivation
    assert frozenset({"smooth"}) == case.tags
    assert case.theme == "smooth"
    assert str(case.origin) == "smooth/sine.py:7"
    assert (case.formula, case.derivative_formula, case.source) == (r"\sin x", r"\cos x", "Euler")


def test_points_are_arrays_of_float64_in_the_shape_that_was_given() -> None:
    """Numbers, lists, integer and boolean arrays; shapes may differ within a case."""
    case = Case("sum", f=np.sum, df=np.ones_like, points=[1, [1, 2], np.eye(2, dtype=bool)])

    assert [point.shape for point in case.points] == [(), (2,), (2, 2)]
    assert {np.dtype(np.float64)} == {point.dtype for point in case.points}


def test_the_rows_of_an_array_are_points() -> None:
    """An array of shape (count, n) is count points of n inputs."""
    assert [p.tolist() for p in sine(points=np.array(
        [[1.0, 2.0], [3.0, 4.0]])).points] == [[1.0, 2.0], [3.0, 4.0]]  # fmt: skip


def test_special_points_follow_the_points() -> None:
    """`all_points` is what the column `point` counts along."""
    case = sine(points=[0.7], special_points={"a zero": 0.0, "a maximum": np.pi / 2})

    assert [0.7, 0.0, np.pi / 2] == [point.item() for point in case.all_points]
    assert list(case.special_points) == ["a zero", "a maximum"]
    assert repr(case) == "Case('sine', points=3)"


def test_a_case_cannot_be_changed() -> None:
    """Neither its fields, nor its points, nor its special points."""
    given = np.array([1.0, 2.0])
    case = sine(points=[given], special_points={"zero": 0.0})
    given[0] = 9.0

    assert case.points[0].tolist() == [1.0, 2.0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        case.name = "cosine"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        case.points[0][0] = 5.0
    with pytest.raises(TypeError):
        case.special_points["one"] = np.array(1.0)  # type: ignore[index]


def test_a_case_can_be_replaced_in_part() -> None:
    """`dataclasses.replace` keeps the other fields and checks the new ones."""
    case = sine(points=[0.5], special_points={"zero": 0.0}, domain="(-1, 1)", tags=("t",))
    moved = dataclasses.replace(case, points=(np.array(0.25),))

    assert [point.item() for point in moved.all_points] == [0.25, 0.0]
    assert (case.f, case.df, case.domain, case.tags) == (
        moved.f, moved.df, moved.domain, moved.tags,
    )  # fmt: skip


def test_cases_are_equal_only_to_themselves() -> None:
    """Functions cannot be compared, so identity decides, and cases can stand in sets."""
    one, other = sine(), sine()

    assert one != other
    assert {one} != {other}


def test_points_on_a_closed_end_are_inside() -> None:
    """The square root is defined at 0."""
    assert sine(points=[0.0], domain="[0, inf)").points[0] == 0


def test_a_predicate_is_not_called_when_a_case_is_made() -> None:
    """User code runs in evaluate only."""

    def never(_: Any) -> bool:
        raise AssertionError

    assert sine(points=[1.0], domain=never).domain.predicate is never
