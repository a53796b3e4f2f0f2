"""Runge's function, f(x) = 1 / (1 + 25x²): harmless on the real line, with poles at ±0.2i.

C. Runge (1901), Zeitschrift für Mathematik und Physik 46, 224-243. The Taylor series at x converges
within the distance to the poles only; an extrapolation that starts with larger steps goes astray.
"""

from gradcheck import Case

runge = Case(
    "runge",
    f=lambda x: 1.0 / (1.0 + 25.0 * x**2),
    df=lambda x: -50.0 * x / (1.0 + 25.0 * x**2) ** 2,
    points=[0.3, -0.25, 0.7],
    special_points={"the summit, closest to the poles": 0.0},
    formula=r"\frac{1}{1 + 25 x^2}",
    derivative_formula=r"-\frac{50 x}{(1 + 25 x^2)^2}",
    source="Runge (1901), Zeitschrift für Mathematik und Physik 46, 224-243",
    tags=("smooth", "trap", "published"),
)
