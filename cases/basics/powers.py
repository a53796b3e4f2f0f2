"""Powers, f(x) = x^n with f'(x) = n x^(n-1), for n = 2, 3, 4, 5, 10, -1 and -2.

The rules (x²)' = 2x and (xⁿ)' = n xⁿ⁻¹ of the Chainer Tutorial's 微分の基礎. A formula of order p
is exact up to degree p: the central difference of x² has no truncation error, that of x³ has
exactly h².
"""

from gradcheck import Case

RULE = "Chainer Tutorial, 微分の基礎 (basics of differentiation): the derivative of a power"

square = Case(
    "square",
    f=lambda x: x**2,
    df=lambda x: 2.0 * x,
    points=[-1.7, 0.6, 2.3],
    special_points={
        "the secant's slope is 2 + h": 1.0,
        "the lesson's card: forward error h, central error 0": 3.0,
        "the minimum: the slope is 0": 0.0,
    },
    formula=r"x^2",
    derivative_formula=r"2 x",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

cube = Case(
    "cube",
    f=lambda x: x**3,
    df=lambda x: 3.0 * x**2,
    points=[-1.7, 0.6, 2.3],
    special_points={
        "the central error is exactly h²": 2.0,
        "slope 0 and no minimum; f'' vanishes as well": 0.0,
    },
    formula=r"x^3",
    derivative_formula=r"3 x^2",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

power_4 = Case(
    "power-4",
    f=lambda x: x**4,
    df=lambda x: 4.0 * x**3,
    points=[-1.7, 0.6, 2.3],
    special_points={"a minimum so flat that f'' and f''' vanish": 0.0},
    formula=r"x^4",
    derivative_formula=r"4 x^3",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

power_5 = Case(
    "power-5",
    f=lambda x: x**5,
    df=lambda x: 5.0 * x**4,
    points=[-1.7, 0.6, 1.2],
    formula=r"x^5",
    derivative_formula=r"5 x^4",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

power_10 = Case(
    "power-10",
    f=lambda x: x**10,
    df=lambda x: 10.0 * x**9,
    points=[-1.3, 0.7, 1.2],
    formula=r"x^{10}",
    derivative_formula=r"10 x^9",
    source=RULE,
    tags=("seed", "smooth", "polynomial"),
)

reciprocal = Case(
    "reciprocal",
    f=lambda x: 1.0 / x,
    df=lambda x: -1.0 / x**2,
    points=[0.7, 1.3, 2.9],
    special_points={
        "numericalderivative's problem 'inverse'": 1.0,
        "close to the pole": 0.001,
    },
    domain="(0, inf)",
    formula=r"\frac{1}{x}",
    derivative_formula=r"-\frac{1}{x^2}",
    source=f"{RULE}, n = -1",
    tags=("seed", "smooth"),
)

power_minus_2 = Case(
    "power-minus-2",
    f=lambda x: x**-2,
    df=lambda x: -2.0 * x**-3,
    points=[0.7, 1.3, 2.9],
    domain="(0, inf)",
    formula=r"x^{-2}",
    derivative_formula=r"-2 x^{-3}",
    source=f"{RULE}, n = -2",
    tags=("seed", "smooth"),
)
