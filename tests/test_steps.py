"""Steps: exactly representable powers of two by default, or literally what the caller lists."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.differences.steps import COUNT, default_steps, listed_steps
from gradcheck.errors import GradcheckError, StepError

positive = st.floats(min_value=1e-300, max_value=1e300)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_default_steps_are_65_halvings_of_a_power_of_two(x: float) -> None:
    """Each step is a power of two, half of the one before it, for every float x."""
    steps = default_steps(x)

    assert steps.shape == (COUNT,)
    assert (np.frexp(steps)[0] == 0.5).all()
    assert (steps[1:] * 2 == steps[:-1]).all()


@given(st.floats(-1e300, 1e300))
def test_the_second_default_step_is_at_most_the_scale_of_x(x: float) -> None:
    """The ladder starts above max(1, |x|), at most at twice that."""
    scale = max(1.0, abs(x))
    first, second = default_steps(x)[:2]

    assert second <= scale < first


@given(st.floats(-1e15, 1e15))
def test_default_steps_end_where_x_no_longer_moves(x: float) -> None:
    """The last step is below half a unit in the last place of the scale of x."""
    assert default_steps(x)[-1] < np.spacing(max(1.0, abs(x))) / 2


def test_default_steps_have_a_row_for_each_number() -> None:
    """The steps stand along a new last axis."""
    steps = default_steps([[0.0, 3.0], [-5.0, 1e8]])

    assert steps.shape == (2, 2, COUNT)
    assert steps[..., 0].tolist() == [[2.0, 4.0], [8.0, 2.0**27]]


@given(st.lists(positive, min_size=1, max_size=9))
def test_listed_steps_are_kept_to_the_bit_and_in_their_order(steps: list[float]) -> None:
    """Nothing is sorted, rounded, or merged."""
    assert steps == listed_steps(steps).tolist()


def test_steps_may_be_one_number_integers_or_a_range() -> None:
    """What converts to float without loss is a list of steps."""
    assert listed_steps(0.5).tolist() == [0.5]
    assert listed_steps(np.array([2, 1], dtype=np.int16)).tolist() == [2.0, 1.0]
    assert listed_steps(range(1, 4)).tolist() == [1.0, 2.0, 3.0]


WRONG = {
    "none at all":   ([], r"got \[\]"),
    "two axes":      ([[1.0, 2.0]], r"got \[\[1\.0, 2\.0\]\]"),
    "ragged":        ([[1.0], [1.0, 2.0]], r"got \[\[1\.0\], \[1\.0, 2\.0\]\]"),
    "zero":          ([0.1, 0.0], r"got 0\.0 among them; leave it out"),
    "negative":      ([-0.1], r"got -0\.1 among them; leave it out"),
    "nan":           ([math.nan], r"got nan among them"),
    "infinite":      ([1.0, math.inf], r"got inf among them"),
    "text":          (["0.1"], r"got \['0\.1'\]"),
    "one text":      ("small", r"got 'small'"),
    "nothing":       ([None], r"got \[None\]"),
    "complex":       ([1j], r"got \[1j\]"),
    "a mapping":     ({0.1: 1}, r"got \{0\.1: 1\}"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_steps_that_cannot_be_used_are_refused_in_words(name: str) -> None:
    """The message says what steps are, and what came."""
    steps: Any
    steps, came = WRONG[name]
    expected = r"steps must be positive finite numbers, such as \[1e-1, 1e-2\], "

    with pytest.raises(StepError, match=expected + came) as caught:
        listed_steps(steps)
    assert isinstance(caught.value, GradcheckError)
    assert isinstance(caught.value, ValueError)


def test_a_near_edge_of_the_domain_sets_the_scale() -> None:
    """At 1e-9 from the edge the ladder starts at the edge; at 1e-3 it starts at the scale of x."""
    first = default_steps([1e-9, 1e-3, 5.0], distance=[1e-9, 1e-3, np.inf])[:, 0]

    assert 1e-9 < first[0] <= 2e-9
    assert first[1:].tolist() == [2.0, 8.0]
