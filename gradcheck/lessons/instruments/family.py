"""Ever more layers: how the derivative falls, and when no difference can confirm it any more."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.differences.stencil import CENTRAL
from gradcheck.errors import DefinitionError
from gradcheck.lessons.markup import Column, count, data, error, number, percent, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.parts.scalar import numbered, relative_error, scalars
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE
from gradcheck.output.svg import INK
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Result, Verdict

Array = npt.NDArray[np.float64]

KEYS = ("cases", "x", "h", "bound", "shown", "label")


@dataclass(frozen=True)
class Member:
    """One case of the family: so many layers."""

    layers: int
    truth: float
    """The derivative, certified."""
    value: float
    """f."""
    numeric: float
    """The central difference for the step of the block."""
    result: Result

    @property
    def error(self) -> float:
        """The relative error of the central difference."""
        return float(relative_error(self.numeric, self.truth))


@dataclass(frozen=True)
class Family:
    """Cases of 1, 2, 3, ... layers at one point."""

    key: Value
    label: str
    """Which words name the table."""
    members: tuple[Member, ...]
    x: float
    h: float
    bound: float
    """No factor of the derivative is greater."""
    shown: tuple[int, ...]
    """The numbers of layers in the table."""

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)


def measure(setting: Setting) -> Family:
    """Compare derivatives with central differences, from one layer to many.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    listed = scalars(setting, "cases")
    x, h, bound = (setting.number(key) for key in ("x", "h", "bound"))
    for key, value in (("h", h), ("bound", bound)):
        if not value > 0:
            raise setting.value(key).wrong("a number above 0")
    chosen = setting.numbers("shown")
    if not all(n == int(n) and 1 <= n <= len(listed) for n in chosen):
        raise setting.value("shown").wrong(f"whole numbers from 1 to {len(listed)}")
    return Family(
        setting.value("cases"),
        setting.text("label", "family.table"),
        tuple(
            Member(
                layers,
                truth=each.truth(x),
                value=float(each.values([x])[0]),
                numeric=float(each.quotients([x], CENTRAL, h)[0]),
                result=each.check([x]),
            )
            for layers, each in enumerate(listed, start=1)
        ),
        x,
        h,
        bound,
        tuple(map(int, chosen)),
    )


class View:
    """What a text says about the family; the layers count from 1."""

    def __init__(self, found: Family, words: Words) -> None:
        self._found = found
        self._words = words
        self.x, self.h, self.bound = found.x, found.h, found.bound
        self.count = len(found.members)

    def truth(self, layers: int) -> float:
        """Return the derivative, certified."""
        return self._member(layers).truth

    def value(self, layers: int) -> float:
        """Return f."""
        return self._member(layers).value

    def limit(self, layers: int) -> float:
        """Return the bound to the power of the number of layers."""
        return float(self.bound**layers)

    def factor(self, layers: int) -> float:
        """Return by what factor the last of so many layers shrank the derivative."""
        before = self._member(layers - 1).truth if layers > 1 else 1.0
        return self._member(layers).truth / before

    def error(self, layers: int) -> float:
        """Return the relative error of the central difference."""
        return self._member(layers).error

    def floor(self, layers: int) -> float:
        """Return the relative error that the rounding of f alone explains: ε |f| / (h |f′|)."""
        member = self._member(layers)
        eps = float(np.finfo(float).eps)
        return eps * abs(member.value) / (self.h * abs(member.truth))

    def resolution(self, layers: int) -> float:
        """Return the smallest relative error that the check would have seen."""
        return self._member(layers).result.resolution

    def says(self, layers: int) -> Markup:
        """Write what the tool prints."""
        return said.sentences(self._member(layers).result)

    @property
    def crossing(self) -> int:
        """The first number of layers where the floor is above the derivative itself."""
        return self._first(
            [each.layers for each in self._found.members if self.floor(each.layers) >= 1],
            "that falls below the floor",
        )

    @property
    def undecided(self) -> int:
        """The first number of layers that the check cannot confirm."""
        undecided = [
            each.layers
            for each in self._found.members
            if each.result.verdict is Verdict.INCONCLUSIVE
        ]
        return self._first(undecided, "that a check cannot decide about")

    @property
    def failures(self) -> int:
        """How many of the derivatives the check calls wrong."""
        return sum(each.result.verdict is Verdict.FAIL for each in self._found.members)

    @property
    def passes(self) -> int:
        """How many of the derivatives the check confirms."""
        return sum(each.result.verdict is Verdict.PASS for each in self._found.members)

    def _first(self, found: list[int], what: str) -> int:
        key = self._found.key
        if not found:
            raise DefinitionError(
                f"{key.file}: {key.key}: the text tells of the first derivative {what}; list more"
            )
        return found[0]

    def _member(self, layers: int) -> Member:
        return numbered(self._found.members, layers, self._found.key)

    @property
    def table(self) -> Markup:
        """The table: a row a number of layers."""
        words = self._words
        return table(
            [
                Column(words("family.layers")),
                *(
                    Column(words(f"family.{name}", bound=f"{self.bound:g}"))
                    for name in ("truth", "limit", "error", "floor")
                ),
                Column(words("family.verdict"), "said"),
            ],
            [
                [
                    count(layers),
                    number(self.truth(layers), 2),
                    number(self.limit(layers), 2),
                    _relative(self.error(layers)),
                    _relative(self.floor(layers)),
                    said.verdict(words, self._member(layers).result),
                ]
                for layers in self._found.shown
            ],
            label=words(self._found.label),
            style="wrapped",
        )

    @property
    def figure(self) -> Markup:
        """The derivative and the floor of the central difference, and where they cross."""
        words, members = self._words, self._found.members
        layers = [each.layers for each in members]
        eps = float(np.finfo(float).eps)
        floor = [eps * abs(each.value) / self.h for each in members]
        with sheet(height=2.6, labels=4) as axes:
            axes.set_yscale("log")
            handles = [
                *axes.plot(layers, [abs(each.truth) for each in members], "o-", color=PALETTE[2]),
                *axes.plot(layers, [self.limit(n) for n in layers], "--", color=PALETTE[3]),
                *axes.plot(layers, floor, color=PALETTE[5], linewidth=1.6),
                *axes.plot(
                    layers,
                    [abs(each.numeric - each.truth) for each in members],
                    "^",
                    color=PALETTE[4],
                    markersize=4.5,
                ),
            ]
            crossing = [n for n in layers if self.floor(n) >= 1]
            if crossing:
                axes.axvline(crossing[0], color=INK, linewidth=0.8, linestyle=":")
                axes.text(crossing[0] + 0.2, 0.05, f"n = {crossing[0]}", fontsize=9, color=INK)
            axes.set_xlim(0.5, len(layers) + 0.5)
            axes.set_xticks([n for n in layers if n == 1 or n % 5 == 0])
            inscribe(
                axes, title=words("family.title"), x=words("family.layers"), y=words("family.size")
            )
            names = ("truth", "limit", "floor-line", "distance")
            label(
                axes, handles, [words(f"family.{name}", bound=f"{self.bound:g}") for name in names]
            )
        return shown(axes, name=words("family.label"), caption=words("family.caption"))


def _relative(value: float) -> Markup:
    if value < 1e-3:
        return error(value)
    return data(value, f"{100 * value:,.0f} %") if value >= 0.995 else percent(value)
