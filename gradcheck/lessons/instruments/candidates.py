"""Several claims about one derivative: what each says, where it is right, what a check says."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.lessons.markup import Column, number, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.parts.scalar import Scalar, numbered, scalar, scalars, variable_of
from gradcheck.lessons.parts.sheet import inscribe, label, sheet, shown
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.drawing import PALETTE
from gradcheck.output.svg import INK
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Result, Verdict

Array = npt.NDArray[np.float64]

KEYS = ("case", "candidates", "labels", "points", "alone", "together", "view", "variable")
_SAMPLES = 241
_CLOSE = 1e-12
_COLOURS = (PALETTE[5], PALETTE[2], PALETTE[3], PALETTE[4], PALETTE[6], PALETTE[7])
_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


@dataclass(frozen=True)
class Claim:
    """A claimed derivative."""

    subject: Scalar
    label: str
    """Its formula in plain text, for the figure."""
    values: Array
    """What it says at the points of the table."""
    here: float
    """What it says at the single point."""
    alone: Result
    """A check at the single point."""
    together: Result
    """A check at several points in general position."""


@dataclass(frozen=True)
class Candidates:
    """Claims about the derivative of one f."""

    key: Value
    subject: Scalar
    variable: str
    points: tuple[float, ...]
    truths: Array
    """The derivative at these points, certified."""
    alone: float
    """The point at which each claim is checked by itself."""
    here: float
    """The derivative there, certified."""
    together: tuple[float, ...]
    window: tuple[float, float, float, float]
    """What the figure shows: left, right, bottom, top."""
    claims: tuple[Claim, ...]

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)


def measure(setting: Setting) -> Candidates:
    """Check several claims about one derivative, at a point alone and at points together.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known(*KEYS)
    subject, claimed = scalar(setting), scalars(setting, "candidates")
    labels, points = setting.texts("labels"), setting.numbers("points")
    if len(labels) != len(claimed):
        raise setting.value("labels").wrong(f"{len(claimed)} labels, one for each candidate")
    alone, together = setting.number("alone"), setting.numbers("together")
    return Candidates(
        setting.value("candidates"),
        subject,
        variable_of(setting),
        points,
        truths=subject.truths(points),
        alone=alone,
        here=subject.truth(alone),
        together=together,
        window=_window(setting),
        claims=tuple(
            Claim(
                each,
                text,
                values=each.slopes(points),
                here=float(each.slopes([alone])[0]),
                alone=each.check([alone]),
                together=each.check(together),
            )
            for each, text in zip(claimed, labels, strict=True)
        ),
    )


def _window(setting: Setting) -> tuple[float, float, float, float]:
    numbers = setting.numbers("view")
    if len(numbers) != 4 or not (numbers[0] < numbers[1] and numbers[2] < numbers[3]):
        raise setting.value("view").wrong("left, right, bottom and top of the figure")
    return numbers[0], numbers[1], numbers[2], numbers[3]


class View:
    """What a text says about the claims."""

    def __init__(self, found: Candidates, words: Words) -> None:
        self._found = found
        self._words = words
        self.alone = found.alone
        self.here = found.here
        self.count = len(found.claims)
        self.unnoticed = sum(each.alone.verdict is Verdict.PASS for each in found.claims)
        self.noticed_together = sum(each.together.verdict is Verdict.FAIL for each in found.claims)
        self.points_together = len(found.together)

    def at(self, number: int, x: float) -> float:
        """Return what a claim says at a number; claims count from 1."""
        return float(self._claim(number).subject.slopes([x])[0])

    def truth(self, x: float) -> float:
        """Return the derivative at a number, certified."""
        return self._found.subject.truth(x)

    def formula(self, number: int) -> Markup:
        """Write what a claim says; claims count from 1."""
        return self._claim(number).subject.derivative_formula(self._found.variable)

    def alone_verdict(self, number: int) -> Markup:
        """Write what the tool prints about a claim at the single point."""
        return said.headline(self._claim(number).alone)

    def says(self, number: int) -> Markup:
        """Write the causes that the tool names for a claim, at several points."""
        return said.causes(self._claim(number).together)

    def _claim(self, number: int) -> Claim:
        return numbered(self._found.claims, number, self._found.key)

    @property
    def values(self) -> Markup:
        """The table of values: a row a claim, the derivative last."""
        found, words = self._found, self._words
        z = found.variable
        heads = [Column(words("candidates.claim"), "said")]
        for x in found.points:
            heads += [
                Column(Markup("{} {} {}").format(said.letter(z), "=", number(x))),
                Column(words("candidates.ratio")),
            ]
        rows = [
            [
                said.named(words, each.subject.derivative_formula(z)),
                *_with_ratios(each.values, found.truths, words),
            ]
            for each in found.claims
        ]
        truth = [
            cell for value in found.truths.tolist() for cell in (number(value, 4), number(1.0))
        ]
        last = Markup("{}: {}").format(
            words("candidates.truth"), found.subject.derivative_formula(z)
        )
        return table(
            heads,
            [*rows, [last, *truth]],
            label=words("candidates.values"),
            marks=["" for _ in rows] + ["good"],
        )

    @property
    def diagnosis(self) -> Markup:
        """The table of verdicts, with what the tool prints and what that means."""
        found, words = self._found, self._words
        z = found.variable
        at_all = ", ".join(f"{x:g}".replace("-", "−") for x in found.together)
        return said.told_table(
            [
                Column(words("candidates.claim"), "said"),
                Column(Markup("{} {} {}").format(said.letter(z), "=", number(found.alone)), "said"),
                Column(Markup("{} {} {}").format(said.letter(z), "=", at_all), "said"),
            ],
            [
                [
                    said.named(words, each.subject.derivative_formula(z)),
                    said.verdict(words, each.alone),
                    said.verdict(words, each.together),
                ]
                for each in found.claims
            ],
            [
                Markup("{}<br><strong>→ {}</strong>").format(
                    said.causes(each.together), said.explained(words, each.together)
                )
                for each in found.claims
            ],
            label=words("candidates.diagnosis"),
        )

    @property
    def figure(self) -> Markup:
        """The claims as curves; those that are right at the single point are drawn broad."""
        found, words = self._found, self._words
        left, right, bottom, top = found.window
        x = np.linspace(left, right, _SAMPLES)
        with sheet(height=2.7, labels=len(found.claims) + 2) as axes:
            axes.set_xlim(left, right)
            axes.set_ylim(bottom, top)
            handles = axes.plot(x, found.subject.slopes(x), color=INK, linewidth=3.0, alpha=0.85)
            names = [words("candidates.truth")]
            for row, each in enumerate(found.claims):
                meets = abs(each.here - found.here) <= _CLOSE * abs(found.here)
                handles += axes.plot(
                    x,
                    each.subject.slopes(x),
                    color=_COLOURS[row % len(_COLOURS)],
                    linestyle=_STYLES[row % len(_STYLES)],
                    linewidth=3.0 if meets else 1.3,
                )
                names.append(words("candidates.meets", claim=each.label) if meets else each.label)
            handles += axes.plot(
                found.alone, found.here, "o", color=INK, markersize=8, zorder=5, clip_on=False
            )
            names.append(
                words(
                    "candidates.point",
                    variable=found.variable,
                    x=f"{found.alone:g}",
                    value=f"{found.here:g}",
                )
            )
            inscribe(
                axes, title=words("candidates.title"), x=found.variable, y=words("candidates.slope")
            )
            label(axes, handles, names)
        return shown(axes, name=words("candidates.label"), caption=words("candidates.caption"))


def _with_ratios(values: Array, truths: Array, words: Words) -> list[Markup]:
    cells: list[Markup] = []
    for value, truth in zip(values.tolist(), truths.tolist(), strict=True):
        close = abs(value - truth) <= _CLOSE * abs(truth)
        ratio = number(value / truth, 4) if truth else number(float("nan"))
        mark = Markup(' <strong class="caught">{}</strong>').format(words("candidates.agrees"))
        cells += [number(value, 4) + (mark if close else Markup()), ratio]
    return cells
