"""A small signal on a large offset, f(x) = 10⁸ + sin x with f'(x) = cos x.

The derivative does not notice the offset; the rounding of f does: its noise is 7e-9 (half the gap
between floats at 10⁸) instead of 1e-16, and the best central difference keeps five or six digits.
"""

import numpy as np

from gradcheck import Case

offset_sine = Case(
    "offset-sine",
    f=lambda x: 1e8 + np.sin(x),
    df=np.cos,
    points=[0.7, 1.2, 2.3],
    formula=r"10^8 + \sin x",
    derivative_formula=r"\cos x",
    source="Trap of the catalogue: the noise of f is that of its largest term",
    tags=("trap", "cancellation"),
)
