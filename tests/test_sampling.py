"""Every abscissa that some formula needs is evaluated once."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.sampling import offsets_of
from gradcheck.differences.stencil import (
    BACKWARD,
    CENTRAL,
    CENTRAL4,
    CENTRAL6,
    COMPLEX_STEP,
    FORWARD,
    Stencil,
    stencil,
)
from gradcheck.model.case import Case


@pytest.mark.parametrize(
    ("formulas", "offsets"),
    [
        ([FORWARD], {0, 1}),
        ([CENTRAL], {-1, 1}),
        ([stencil((-1, 0, 1))], {-1, 1}),
        ([FORWARD, BACKWARD, CENTRAL], {-1, 0, 1}),
        ([CENTRAL, CENTRAL4, CENTRAL6], {-3, -2, -1, 1, 2, 3}),
        ([COMPLEX_STEP, FORWARD], {1j, 0, 1}),
    ],
)
def test_shared_offsets_are_listed_once(formulas: list[Stencil], offsets: set[complex]) -> None:
    """Offsets with weight zero are not listed at all."""
    listed = offsets_of(formulas)

    assert len(listed) == len(offsets)
    assert offsets == set(listed)


@pytest.mark.parametrize("inputs", [1, 3])
def test_f_is_not_asked_twice_for_what_it_has_said(inputs: int) -> None:
    """For six stencils and four steps: 7 abscissae a step and input, and f(x) once a point."""
    asked: list[tuple[complex, ...]] = []

    def f(x: Any) -> Any:
        asked.append(tuple(x.tolist()))
        return np.sum(x * x)

    points = [np.arange(1.0, inputs + 1), np.arange(2.0, inputs + 2)]
    case = Case("count", f=f, df=lambda x: 2 * x, points=points)
    sweep(case, steps=[0.5, 0.25, 0.0625, 0.03125])
    # 2 · 0.25 = 1 · 0.5 is asked for at both steps: steps are swept side by side
    assert 2 * (1 + inputs * 4 * 7) == len(asked)


def test_a_formula_gives_the_same_rows_alone_and_in_company() -> None:
    """Sharing values between formulas changes none of their numbers."""
    case = Case("sine", f=np.sin, df=np.cos, points=[0.7, 2.5])
    formulas = [FORWARD, BACKWARD, CENTRAL, CENTRAL4, CENTRAL6, COMPLEX_STEP]
    together = sweep(case, stencils=formulas)
    for formula in formulas:
        alone = sweep(case, stencils=[formula])
        among = together[together["stencil"] == formula.name].reset_index(drop=True)
        columns = ["point", "h", "numeric", "abs_error"]

        pd.testing.assert_frame_equal(alone[columns], among[columns], rtol=0, atol=0)
