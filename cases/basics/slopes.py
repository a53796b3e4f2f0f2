"""Slopes that guide a descent: a bowl, a dome and a terrace, all level at x = 2.

f(x) = (x - 2)², -(x - 2)² and (x - 2)³. The Chainer Tutorial's 微分の基礎 reads the slopes +3, -1
and 0 off a valley, and says in a footnote that a slope of 0 makes a candidate only: the dome is
level at a maximum, the terrace at neither. (The corner |x - 2|, without any tangent, is among the
kinked cases.)
"""

from gradcheck import Case

TEXT = "Chainer Tutorial, 微分の基礎 (basics of differentiation)"

bowl = Case(
    "bowl",
    f=lambda x: (x - 2.0) ** 2,
    df=lambda x: 2.0 * (x - 2.0),
    points=[3.5, 1.5, 0.3],
    special_points={"the valley: the slope is 0, and it is the minimum": 2.0},
    formula=r"(x - 2)^2",
    derivative_formula=r"2 (x - 2)",
    source=f"{TEXT}: slopes +3, -1 and 0",
    tags=("seed", "smooth", "polynomial"),
)

dome = Case(
    "dome",
    f=lambda x: -((x - 2.0) ** 2),
    df=lambda x: -2.0 * (x - 2.0),
    points=[3.5, 1.5, 0.3],
    special_points={"the summit: the slope is 0, and it is no minimum": 2.0},
    formula=r"-(x - 2)^2",
    derivative_formula=r"-2 (x - 2)",
    source=f"{TEXT}, footnote 2: a summit is level, too",
    tags=("seed", "smooth", "polynomial"),
)

terrace = Case(
    "terrace",
    f=lambda x: (x - 2.0) ** 3,
    df=lambda x: 3.0 * (x - 2.0) ** 2,
    points=[3.4, 1.3, 0.6],
    special_points={"a terrace: the slope is 0, and it is neither minimum nor maximum": 2.0},
    formula=r"(x - 2)^3",
    derivative_formula=r"3 (x - 2)^2",
    source=f"{TEXT}, footnote 2: a slope of 0 makes a candidate only",
    tags=("seed", "smooth", "polynomial"),
)
