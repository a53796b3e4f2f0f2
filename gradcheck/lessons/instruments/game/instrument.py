"""The instrument "game": wrong gradients to be named from the table of a, n, a/n and a - n.

    [game]
    kind = "game"

    [[game.rounds]]
    name = "sign"                # its words are those of words/game.toml that begin so
    case = "bug-sign"            # a case whose derivative is wrong
    mended = "mended-sign"       # the same with the right one
    points = [0]                 # the points of the case whose entries are shown
    options = ["factor-two", "sign", "swapped"]
    answer = "sign"
    finding = "sign"             # what the diagnosis calls it

A round may have `constants`, such as {samples = 7}: numbers that the check is told of.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from gradcheck.lessons.instruments.game.mending import Line, mending
from gradcheck.lessons.instruments.game.page import RoundWords, key, page
from gradcheck.lessons.parts.entry_table import entry_table
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.model.case import Case
from gradcheck.output.toml_file import Value, require_known
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Result

KEYS = ("name", "case", "mended", "points", "options", "answer", "finding", "constants")


@dataclass(frozen=True, kw_only=True)
class Round:
    """One wrong gradient, what a check says about it, and the names to choose from."""

    name: str
    case: Case
    result: Result
    """Of the check at all points of the case."""
    points: tuple[int, ...]
    """Those whose entries are shown."""
    options: tuple[str, ...]
    answer: str
    finding: str
    """The code by which the diagnosis should name the mistake."""
    lines: tuple[Line, ...]

    @property
    def is_named(self) -> bool:
        """Whether the expected finding is the one that the tool is surest of."""
        return bool(self.result.findings) and self.result.findings[0].code == self.finding


@dataclass(frozen=True)
class Game:
    """All rounds."""

    rounds: tuple[Round, ...]

    def view(self, words: Words) -> "GameView":
        """Return the game in one language."""
        return GameView(self, words)


@dataclass(frozen=True)
class GameView:
    """What a text uses of the game."""

    measured: Game
    words: Words

    @property
    def count(self) -> int:
        """How many rounds there are."""
        return len(self.measured.rounds)

    @property
    def named(self) -> int:
        """How many mistakes the tool names as expected, by its first finding."""
        return sum(each.is_named for each in self.measured.rounds)

    @property
    def play(self) -> Markup:
        """The whole game."""
        return page(self._rounds, self.words)

    @property
    def key(self) -> Markup:
        """The table of all rounds with their answers, for those who teach."""
        return key(self._rounds, self.words)

    @cached_property
    def _rounds(self) -> tuple[RoundWords, ...]:
        return tuple(
            self._round(number, each) for number, each in enumerate(self.measured.rounds, start=1)
        )

    def _round(self, number: int, each: Round) -> RoundWords:
        return RoundWords(
            number=number,
            name=each.name,
            formula=each.case.formula,
            tables=tuple(
                entry_table(
                    each.result, point, self.words,
                    label=self.words("game.at-point", round=number, point=place + 1),
                )
                for place, point in enumerate(each.points)
            ),
            options=each.options,
            answer=each.answer,
            result=each.result,
            lines=each.lines,
        )  # fmt: skip


def measure(setting: Setting) -> Game:
    """Check the wrong gradient of each round.

    Raises
    ------
    DefinitionError
        If a round lacks a key or has an unknown one, or its answer is not among its options.
    """
    setting.require_known("rounds")
    items = setting.value("rounds").items("a list of rounds, [[game.rounds]]")
    return Game(tuple(_round(setting, item) for item in items))


def _round(setting: Setting, item: Value) -> Round:
    if not isinstance(item.value, dict):
        raise item.wrong("a round, [[game.rounds]]")
    require_known(item.file, f"{item.key}.", item.value, KEYS)
    name, answer, finding = (_text(item, key) for key in ("name", "answer", "finding"))
    case = setting.case_at(_at(item, "case"))
    mended = setting.case_at(_at(item, "mended"))
    options = tuple(each.text("text") for each in _at(item, "options").items("a list of names"))
    if len(set(options)) != len(options) or answer not in options:
        raise item.at("answer").wrong("one of the options, which all differ")
    return Round(
        name=name,
        case=case,
        result=check(case, constants=_constants(item)),
        points=_points(item, case),
        options=options,
        answer=answer,
        finding=finding,
        lines=mending(case.df, mended.df),
    )


def _at(item: Value, key: str) -> Value:
    return item.at(key) if key in item.value else Value(item.file, f"{item.key}.{key}", None)


def _text(item: Value, key: str) -> str:
    return _at(item, key).text("text")


def _points(item: Value, case: Case) -> tuple[int, ...]:
    numbers = _at(item, "points").items("a list of numbers of points, such as [0, 1]")
    for each in numbers:
        if type(each.value) is not int or each.value not in range(len(case.points)):
            raise each.wrong(f"the number of a point, from 0 to {len(case.points) - 1}")
    return tuple(each.value for each in numbers)


def _constants(item: Value) -> Mapping[str, float] | None:
    if "constants" not in item.value:
        return None
    given = item.at("constants")
    if not isinstance(given.value, dict):
        raise given.wrong("a table of numbers, such as {samples = 7}")
    return {name: float(given.at(name).number("a number")) for name in given.value}
