"""A ripple on a smooth curve, f(x) = sin x + 10⁻⁶ sin(10⁶x): a millionth of f, and all of f'.

f'(x) = cos x + cos(10⁶x). Steps above the ripple's wavelength 6e-6 converge neatly to cos x, a
plateau that looks like an answer; smaller steps reveal the other term.
"""

import numpy as np

from gradcheck import Case

ripple = Case(
    "ripple",
    f=lambda x: np.sin(x) + 1e-6 * np.sin(1e6 * x),
    df=lambda x: np.cos(x) + np.cos(1e6 * x),
    points=[0.7, 1.3, 2.2],
    formula=r"\sin x + 10^{-6} \sin(10^6 x)",
    derivative_formula=r"\cos x + \cos(10^6 x)",
    source="The sum rule; two lengths, a million apart",
    tags=("trap", "oscillation"),
)
