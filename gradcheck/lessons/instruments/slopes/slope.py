"""The slope of a function at a point: from both sides, from one side, and the values nearby."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.differences.stencil import BACKWARD, CENTRAL, FORWARD
from gradcheck.lessons.parts.scalar import Scalar

SIDES = (BACKWARD, CENTRAL, FORWARD)
_PROBE = 2.0**-20
"""The step at which the slopes from both sides are compared: far from truncation and rounding."""
_AGREE = 1e-3
"""Slopes from both sides that differ by more than this share of themselves are two slopes."""


@dataclass(frozen=True, kw_only=True)
class Slope:
    """A function at one point."""

    function: Scalar
    x: float
    value: float
    """f(x)"""
    slope: float
    """The derivative by differences; NaN at a corner."""
    error_bar: float
    near: float
    """How far to the left and to the right the neighbours are."""
    left: float
    """f(x - near)"""
    right: float
    """f(x + near)"""
    steps: tuple[float, ...]
    sides: tuple[tuple[float, ...], ...]
    """The backward, central and forward quotient of every step."""

    @property
    def is_level(self) -> bool:
        """Whether the slope is 0 as far as can be told."""
        return abs(self.slope) <= self.error_bar

    @property
    def has_tangent(self) -> bool:
        """Whether the slopes from both sides are one."""
        return not math.isnan(self.slope)

    @property
    def sign(self) -> int:
        """-1, 0 or 1; 0 where there is no slope."""
        if self.is_level or not self.has_tangent:
            return 0
        return 1 if self.slope > 0 else -1

    @property
    def kind(self) -> str:
        """What the values nearby say: "minimum", "maximum", or "neither"."""
        if self.left > self.value < self.right:
            return "minimum"
        if self.left < self.value > self.right:
            return "maximum"
        return "neither"


def read_slope(function: Scalar, x: float, *, near: float, steps: Sequence[float]) -> Slope:
    """Measure a function at a point, with the values at a distance `near` on both sides."""
    left, value, right = function.values([x - near, x, x + near]).tolist()
    sides = tuple(
        tuple(float(function.quotients([x], stencil, h)[0]) for stencil in SIDES) for h in steps
    )
    backward, forward = (
        float(function.quotients([x], each, _PROBE)[0]) for each in (BACKWARD, FORWARD)
    )
    estimate = function.estimate(x)
    slope = float(estimate.value)
    if abs(forward - backward) > _AGREE * max(1.0, abs(forward), abs(backward)):
        slope = math.nan
    return Slope(
        function=function,
        x=x,
        value=value,
        slope=slope,
        error_bar=float(estimate.error_bar),
        near=near,
        left=left,
        right=right,
        steps=tuple(steps),
        sides=sides,
    )
