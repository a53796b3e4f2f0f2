"""The instrument "poster": the V of a right derivative, and the flat line of a wrong one.

[poster]
kind = "poster"
case = "exp-2x"
wrong = "exp-2x-inner-lost"      # the same f with a wrong df
x = 0.5
stencil = "central"
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.behaviour.sweep import sweep
from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError, DefinitionError
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.setting import Setting, at_points
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case
from gradcheck.output.drawing import MARKERS, PALETTE, decades, power_of_ten, superscript
from gradcheck.output.svg import INK
from gradcheck.output.toml_file import read_stencil

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]

KEYS = ("case", "wrong", "x", "stencil")
_STEPS = tuple(float(f"{mantissa}e{exponent}") for exponent in range(-15, 0) for mantissa in (1, 3))
_LOWEST = 1e-17


@dataclass(frozen=True)
class Poster:
    """What a check sees of a right and of a wrong derivative."""

    stencil: Stencil
    right: Array
    """|numeric - analytic| for each step."""
    wrong: Array

    def view(self, words: Words) -> "PosterView":
        """Show it in one language."""
        return PosterView(self, words)


def measure(setting: Setting) -> Poster:
    """Compare both derivatives with the same quotients.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    stencil = read_stencil(setting.value("stencil"))
    right, wrong = (
        _gap(
            setting,
            key,
            at_points(setting.case(key), [setting.point()], setting.value("x")),
            stencil,
        )
        for key in ("case", "wrong")
    )
    return Poster(stencil, right, wrong)


def _gap(setting: Setting, key: str, case: Case, stencil: Stencil) -> Array:
    if case.all_points[0].ndim:
        raise setting.value(key).wrong("a function of one number")
    try:
        found = sweep(case, stencils=[stencil], steps=_STEPS).set_index("h")
    except CaseError as problem:
        value = setting.value(key)
        raise DefinitionError(f"{value.file}: {value.key}: {problem}") from None
    return found.loc[list(_STEPS), "abs_error"].to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class PosterView:
    """The poster in one language."""

    measured: Poster
    words: Words

    @property
    def flat(self) -> float:
        """Where the flat line lies: the median gap of the wrong derivative."""
        return float(np.median(self.measured.wrong))

    @property
    def figure(self) -> Markup:
        """The three shapes, each with its name."""
        from matplotlib.ticker import FuncFormatter

        found, words = self.measured, self.words
        with sheet(height=3.2, labels=2) as axes:
            axes.set_xscale("log")
            axes.set_yscale("log")
            handles = []
            for number, gap in enumerate((found.right, found.wrong)):
                (line,) = axes.plot(
                    _STEPS,
                    np.maximum(gap, _LOWEST),
                    marker=MARKERS[number],
                    color=PALETTE[(2, 5)[number]],
                    linewidth=1.4,
                    markersize=4.5,
                )
                handles.append(line)
            low = max(float(np.maximum(found.right, _LOWEST).min()) / 30, 1e-18)
            axes.set_ylim(low, 30 * self.flat)
            axes.set_xticks(decades(_STEPS[0], 1.0, most=9), minor=False)
            axes.set_yticks(decades(low, 30 * self.flat, most=9), minor=False)
            axes.minorticks_off()
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_formatter(FuncFormatter(power_of_ten))
            self._names(axes)
            inscribe(axes, title=words("laboratory.poster"), x="h", y=words("laboratory.gap"))
            label(axes, handles, [words("laboratory.right"), words("laboratory.wrong")])
        return shown(
            axes,
            name=words("laboratory.poster-label"),
            caption=words("laboratory.poster-caption"),
        )

    def _names(self, axes: "Axes") -> None:
        """Write what each shape means beside it."""
        found = self.measured
        power = "h" + (superscript(found.stencil.order) if found.stencil.order > 1 else "")
        best = int(np.argmin(found.right))
        left, right = best // 4, (best + len(_STEPS)) // 2
        places: tuple[tuple[Any, ...], ...] = (
            ("rounding", left, found.right, (16, 7), "left", {}),
            ("truncation", right, found.right, (-12, -4), "right", {"power": power}),
            ("bug", len(_STEPS) // 2, found.wrong, (0, 8), "center", {}),
        )
        for name, at, gap, offset, side, values in places:
            axes.annotate(
                self.words(f"laboratory.poster-{name}", **values),
                (_STEPS[at], max(float(gap[at]), _LOWEST)),
                xytext=offset,
                textcoords="offset points",
                horizontalalignment=side,
                fontsize=9.5,
                fontweight="bold",
                color=INK,
                annotation_clip=False,
            ).set_parse_math(False)
