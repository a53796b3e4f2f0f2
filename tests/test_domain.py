"""Domains: intervals in the notation of mathematics, or a predicate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.model.domain import Domain, Interval

ENDS = [
    # text            below the lower end, the lower end, inside, the upper end, above it
    ("(-1, 1)", [False, False, True, False, False]),
    ("[-1, 1)", [False, True, True, False, False]),
    ("(-1, 1]", [False, False, True, True, False]),
    ("[-1, 1]", [False, True, True, True, False]),
]


@pytest.mark.parametrize(("text", "inside"), ENDS)
def test_an_end_belongs_to_the_interval_if_its_bracket_is_square(
    text: str, inside: list[bool]
) -> None:
    """Round brackets leave the end out."""
    x = np.array([-1.5, -1.0, 0.0, 1.0, 1.5])

    assert inside == Interval.parse(text).contains(x).tolist()


@pytest.mark.parametrize("text", [text for text, _ in ENDS] + ["(0, inf)", "(-inf, inf)"])
def test_an_interval_prints_as_it_is_written(text: str) -> None:
    """Text, interval, text."""
    assert text == str(Interval.parse(text))


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_printed_interval_reads_back_as_itself(a: float, b: float) -> None:
    """No digit of an end is lost in print."""
    if a == b:
        return
    interval = Interval(min(a, b), max(a, b), "closed", "open")

    assert interval == Interval.parse(str(interval))


def test_spaces_and_infinity_are_read_as_python_reads_them() -> None:
    """The numbers are those that float() knows."""
    assert Interval(0.5, math.inf, "closed", "open") == Interval.parse("  [ 5e-1 ,  +inf ) ")


def test_nan_lies_in_no_interval() -> None:
    """Not even in the whole line."""
    assert Interval().contains(np.array([math.nan])).tolist() == [False]


WRONG = {
    "x > 0": r"""'x > 0' is no interval; write "\(0, inf\)" or "\[-1, 1\]\"""",
    "(0, one)": "'\\(0, one\\)' is no interval",
    "(0; 1)": "'\\(0; 1\\)' is no interval",
    "(1, 0)": r"an interval needs lower < upper, got 1\.0 and 0\.0",
    "[1, 1]": r"an interval needs lower < upper, got 1\.0 and 1\.0",
    "(nan, 1)": "an interval needs lower < upper, got nan",
}


@pytest.mark.parametrize("text", WRONG)
def test_nonsense_is_no_interval(text: str) -> None:
    """The message shows what came, and how an interval is written."""
    with pytest.raises(ValueError, match=WRONG[text]):
        Interval.parse(text)


def test_an_end_is_open_or_closed() -> None:
    """Nothing else is understood."""
    with pytest.raises(ValueError, match='an end is "open" or "closed", not \'half\''):
        Interval(0.0, 1.0, "half")


POINTS = np.array([[0.5, 0.5], [0.5, 2.0], [2.0, 0.5]])


def test_one_interval_holds_for_every_input() -> None:
    """A point is inside if each of its numbers is."""
    assert Domain.of("(0, 1)").box_contains(POINTS).tolist() == [True, False, False]


def test_several_intervals_hold_for_one_input_each() -> None:
    """They are in the order of the flattened point."""
    domain = Domain.of(["(0, 1)", Interval(0.0, 3.0)])

    assert domain.box_contains(POINTS).tolist() == [True, True, False]
    assert domain.box_contains(POINTS[:2].reshape(2, 2, 1)).tolist() == [True, True]


def test_without_intervals_everything_is_inside() -> None:
    """The empty product is everything."""
    assert Domain.of(None).box_contains(POINTS).tolist() == [True] * 3
    assert Domain.of(None).is_everywhere
    assert not Domain.of("(0, 1)").is_everywhere
    assert not Domain.of(lambda _: True).is_everywhere


def test_a_domain_is_taken_as_it_is() -> None:
    """`Domain.of` of a domain is that domain."""
    domain = Domain.of("(0, 1)")

    assert domain is Domain.of(domain)


def positive(x: float) -> bool:
    """X > 0."""
    return x > 0


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        (None, "everywhere"),
        ("(0, inf)", "(0, inf)"),
        (["(0, inf)", "[0, 1]"], "(0, inf) × [0, 1]"),
        (positive, "X > 0."),
        (lambda x: x > 0, "where its predicate holds"),
    ],
)
def test_a_domain_prints_for_a_table(domain: object, text: str) -> None:
    """Intervals as a product, a predicate as its docstring."""
    assert text == str(Domain.of(domain))  # type: ignore[arg-type]


def test_the_distance_is_that_to_the_nearest_end_of_each_input() -> None:
    """One interval serves every input; a point on an end is not held back by it."""
    points = np.array([[0.25, 3.0], [0.0, 1.0]])
    one, several = Domain.of("[0, inf)"), Domain.of(["[0, 1)", "(-2, 4)"])

    assert one.distance(points).tolist() == [[0.25, 3.0], [math.inf, 1.0]]
    assert several.distance(points).tolist() == [[0.25, 1.0], [math.inf, 3.0]]


def test_without_intervals_the_distance_is_infinite() -> None:
    """Nothing bounds a coordinate, or nobody knows what does."""
    for domain in (Domain(), Domain.of(lambda _: True)):
        assert domain.distance(np.ones((2, 3, 1))).tolist() == [[math.inf] * 3] * 2
