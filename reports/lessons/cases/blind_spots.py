"""Mistakes that a check cannot see: a sign times zero, and a wrong rule at a single point.

The first is 3x² + 4x + 5, differentiated with a minus before 5', which is 0; the second x³ with the
derivative 3x, which is right at 0 and at 1, and nowhere else.
"""

from typing import Any

from gradcheck import Case


def polynomial(x: Any) -> Any:
    return 3.0 * x**2 + 4.0 * x + 5.0


def slip_times_zero(x: Any) -> Any:
    constant = 0.0
    return 6.0 * x + 4.0 - 5.0 * constant


def cube(x: Any) -> Any:
    return x**3


def lost_power(x: Any) -> Any:
    return 3.0 * x


sign_times_zero = Case("sign-times-zero", f=polynomial, df=slip_times_zero, points=[1.0, 0.7, -2.3])
power_at_one = Case("power-at-one", f=cube, df=lost_power, points=[1.0], tags=("wrong",))
power_elsewhere = Case(
    "power-elsewhere", f=cube, df=lost_power, points=[1.0, 1.3, -0.6], tags=("wrong",)
)
