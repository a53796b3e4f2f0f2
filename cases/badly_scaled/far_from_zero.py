"""Far from zero: x² and sin x near 10⁸, where x + h = x for every h up to 7e-9.

x is a multiple of 1.5e-8 there, so that a step below half of that is lost, and a decimal step is
rounded to a multiple: h = 1e-6 is off by 0.2 %. Steps that are powers of two lose nothing on the
way down, and sin keeps 11 digits with them, although its wavelength is a hundred-millionth of x.
"""

import numpy as np

from gradcheck import Case

square_far_out = Case(
    "square-at-1e8",
    f=lambda x: x**2,
    df=lambda x: 2.0 * x,
    points=[1e8, -1.3e8, 2.7e8],
    formula=r"x^2",
    derivative_formula=r"2 x",
    source="Trap of the catalogue: x + h = x",
    tags=("trap", "polynomial"),
)

sine_far_out = Case(
    "sin-at-1e8",
    f=np.sin,
    df=np.cos,
    points=[1e8 + 0.25, 1.3e8 + 0.5, -2.7e8],
    formula=r"\sin x",
    derivative_formula=r"\cos x",
    source="Trap of the catalogue: x is far larger than the length on which f varies",
    tags=("trap",),
)
