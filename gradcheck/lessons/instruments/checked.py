"""Several derivatives, each checked by itself: the steps of a derivation, right and wrong ones."""

from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.lessons.markup import Column, formula, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.parts.derivations import derivation
from gradcheck.lessons.parts.scalar import Scalar, numbered, scalars
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case
from gradcheck.output.toml_file import Value
from gradcheck.verdict.result import Result


@dataclass(frozen=True)
class Step:
    """One derivative, at its own points."""

    subject: Scalar
    variable: str
    result: Result


@dataclass(frozen=True)
class Checked:
    """Derivatives that were checked one by one."""

    key: Value
    label: str
    """Which words name the table."""
    steps: tuple[Step, ...]
    derived: Case | None
    """The case whose derivation is told."""

    def view(self, words: Words) -> "View":
        """Show it in one language."""
        return View(self, words)


def measure(setting: Setting) -> Checked:
    """Check several derivatives, each at the points of its case.

    Raises
    ------
    DefinitionError
        If the block cannot be used.
    """
    setting.require_known("cases", "variables", "derivation", "label")
    subjects, variables = scalars(setting, "cases"), setting.texts("variables")
    if len(variables) != len(subjects):
        raise setting.value("variables").wrong(f"{len(subjects)} letters, one for each case")
    return Checked(
        setting.value("cases"),
        setting.text("label", "checked.table"),
        tuple(
            Step(each, variable, each.check([float(x) for x in each.case.points]))
            for each, variable in zip(subjects, variables, strict=True)
        ),
        setting.case("derivation") if setting.has("derivation") else None,
    )


class View:
    """What a text says about the steps."""

    def __init__(self, found: Checked, words: Words) -> None:
        self._found = found
        self._words = words
        self.count = len(found.steps)
        self.passed = sum(bool(each.result) for each in found.steps)

    def says(self, number: int) -> Markup:
        """Write the causes that the tool names for a step; steps count from 1."""
        return said.causes(numbered(self._found.steps, number, self._found.key).result)

    def explained(self, number: int) -> str:
        """Say what they mean."""
        return said.explained(
            self._words, numbered(self._found.steps, number, self._found.key).result
        )

    @property
    def derivation(self) -> Markup:
        """The derivation as the calculus tells it, if the block names a case."""
        derived = self._found.derived
        return Markup() if derived is None else derivation(derived, self._words)

    @property
    def table(self) -> Markup:
        """The table: a row a step."""
        words = self._words
        return table(
            [
                Column(words("checked.function"), "said"),
                Column(words("checked.derivative"), "said"),
                Column(words("checked.points"), "said"),
                Column(words("checked.verdict"), "said"),
                Column(words("checked.cause"), "words"),
            ],
            [
                [
                    said.named(words, each.subject.formula(each.variable)),
                    each.subject.derivative_formula(each.variable),
                    _points(each),
                    said.verdict(words, each.result),
                    said.explained(words, each.result) or "–",
                ]
                for each in self._found.steps
            ],
            label=words(self._found.label),
        )


def _points(step: Step) -> Markup:
    numbers = ", ".join(f"{float(x):g}" for x in step.subject.case.points)
    return formula(f"{step.variable} = {numbers}")
