"""The instrument "answers": what the tool says about some cases, each at its own points.

[blind]
kind = "answers"
cases = ["sign-times-zero", "power-at-one"]
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.lessons.instruments.game.page import diagnosis
from gradcheck.lessons.markup import Column, count, table
from gradcheck.lessons.parts import said
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Result


@dataclass(frozen=True)
class Answers:
    """The checks by the name of the case."""

    results: Mapping[str, Result]

    def view(self, words: Words) -> "AnswersView":
        """Return them in one language."""
        return AnswersView(self, words)


def measure(setting: Setting) -> Answers:
    """Check each case at its points.

    Raises
    ------
    DefinitionError
        If a key is missing or unknown, or there is no such case.
    """
    setting.require_known("cases")
    return Answers({case.name: check(case) for case in setting.listed_cases()})


@dataclass(frozen=True)
class AnswersView:
    """What a text uses of them."""

    measured: Answers
    words: Words

    @property
    def table(self) -> Markup:
        """What is claimed, at how many points it was checked, and the verdict: a row a case."""
        columns = [
            Column(self.words("answers.claim"), "words"),
            Column(self.words("answers.points")),
            Column(self.words("answers.verdict"), "words"),
        ]
        rows = [
            [
                self.words(f"answers.{name}"),
                count(len(result.points)),
                said.verdict(self.words, result),
            ]
            for name, result in self.measured.results.items()
        ]
        return table(columns, rows, label=self.words("answers.table"))

    def verdict(self, name: str) -> Markup:
        """Return the verdict on a case."""
        return said.verdict(self.words, self.measured.results[name])

    def says(self, name: str) -> Markup:
        """Return what the tool prints about a case, and what its findings mean."""
        return diagnosis(self.measured.results[name], self.words)
