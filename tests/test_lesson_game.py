"""The game: ten wrong gradients that the tool names, five names each, one of them right."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck.errors import DefinitionError
from gradcheck.lessons.definition import read
from gradcheck.lessons.instruments import answers, reading
from gradcheck.lessons.instruments.game.instrument import Game, Round, measure
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import lessons_folder, words_of
from gradcheck.model.loading import load_cases
from gradcheck.output.toml_file import Value, parse
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Verdict
from tests.test_diagnosis_codes import documented

ROUNDS = (
    "sign", "factor-two", "swapped", "mean", "regulariser", "log-base", "transposed", "branch",
    "stale", "projection",
)  # fmt: skip
LANGUAGES = ("en", "ja")


@pytest.fixture(scope="module")
def game() -> Game:
    """Measure the game of the lesson."""
    return measure(read("find-the-bug").settings()["game"])


@pytest.fixture(scope="module", params=LANGUAGES)
def page(game: Game, request: pytest.FixtureRequest) -> str:
    """Return the game as HTML in one language."""
    return str(game.view(words_of(request.param)).play)


def of(game: Game, name: str) -> Round:
    """Return a round by its name."""
    return next(each for each in game.rounds if each.name == name)


def test_there_are_ten_rounds_on_ten_mistakes(game: Game) -> None:
    """Each mistake is the answer once."""
    assert tuple(each.name for each in game.rounds) == ROUNDS
    assert len({each.answer for each in game.rounds}) == len(ROUNDS)


@pytest.mark.parametrize("name", ROUNDS)
def test_every_wrong_gradient_fails_and_is_named(game: Game, name: str) -> None:
    """The check at three points finds it, and its only cause, of certainty A, is the expected."""
    found = of(game, name).result

    assert found.verdict is Verdict.FAIL
    assert [(each.code, each.certainty) for each in found.findings] == [
        (of(game, name).finding, "A")
    ]


def test_the_view_counts_what_the_tool_names(game: Game) -> None:
    """The text says how many rounds there are, and how many the tool names."""
    view = game.view(words_of("en"))

    assert (view.count, view.named) == (len(ROUNDS), len(ROUNDS))


@pytest.mark.parametrize("name", ROUNDS)
def test_the_mended_gradient_passes(name: str) -> None:
    """The right line of code makes it right."""
    cases = load_cases(lessons_folder() / "cases")
    mended, wrong = cases[f"mended-{name}"], cases[f"bug-{name}"]

    assert check(mended)
    assert mended.f is wrong.f
    assert "wrong" in wrong.tags


def test_without_being_told_sizes_a_sum_for_a_mean_is_a_number() -> None:
    """Seven is named as a number of the problem only if the check knows of it."""
    case = load_cases(lessons_folder() / "cases")["bug-mean"]
    (finding,) = check(case).findings

    assert (finding.code, finding.certainty) == ("factor", "B")
    assert "7 times" in finding.message


SHOWN: dict[str, Callable[[Any, Any, Any], Any]] = {
    "sign": lambda a, n, _: a / n + 1,
    "factor-two": lambda a, n, _: a / n - 0.5,
    "mean": lambda a, n, _: a / n - 7,
    "log-base": lambda a, n, _: a / n - np.log(10),
    "regulariser": lambda a, n, x: a - n + 0.3 * x,
    "branch": lambda a, n, x: np.where(np.abs(x) <= 1, a - n, a - x),
    "swapped": lambda a, n, _: a - n[[0, 2, 1, 3]],
    "transposed": lambda a, n, _: a - n.reshape(3, 3).T.ravel(),
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_table_shows_what_the_feedback_says(game: Game, name: str) -> None:
    """The relation that names the mistake holds for every entry at each point that is shown."""
    each = of(game, name)
    for point in each.points:
        a, n, x = columns(each, point)
        np.testing.assert_allclose(SHOWN[name](a, n, x), 0, atol=1e-8)


def columns(each: Round, point: int) -> tuple[Any, Any, Any]:
    """Return a, n and x at a point."""
    entries = each.result.entries
    rows = entries.point == point
    return entries.analytic[rows], entries.numeric[rows], each.case.points[point].ravel()


def test_the_stale_gradient_repeats_the_first_point(game: Game) -> None:
    """At the second point a is what was right at the first."""
    each = of(game, "stale")
    (first, right, _), (second, n, _) = (columns(each, point) for point in each.points)

    np.testing.assert_allclose(first, right, rtol=1e-9)
    np.testing.assert_array_equal(first, second)
    assert np.all(np.abs(second - n) > 1)


def test_the_lost_projection_is_parallel_to_x(game: Game) -> None:
    """Here a - n is a multiple of x, and another one at each point; n is orthogonal to x."""
    each = of(game, "projection")
    multiples = []
    for point in each.points:
        a, n, x = columns(each, point)
        multiple = (a - n) / x
        np.testing.assert_allclose(multiple, multiple[0], rtol=1e-8)
        assert n @ x == pytest.approx(0, abs=1e-9)
        multiples.append(multiple[0])

    assert abs(multiples[0] - multiples[1]) > 0.1


def test_building_twice_gives_the_same_numbers(game: Game) -> None:
    """Also of the gradient that remembers."""
    again = measure(read("find-the-bug").settings()["game"])

    for one, other in zip(game.rounds, again.rounds, strict=True):
        np.testing.assert_array_equal(one.result.entries.analytic, other.result.entries.analytic)
        np.testing.assert_array_equal(one.result.entries.numeric, other.result.entries.numeric)


def test_one_of_five_options_is_right(page: str) -> None:
    """Each round has five names, each with its own feedback, and the right ones vary in place."""
    places = []
    for part in page.split('<section class="round"')[1:]:
        kinds = re.findall(r'<div class="option (right|wrong)">', part)
        assert Counter(kinds) == {"right": 1, "wrong": 4}
        places.append(kinds.index("right"))
        feedback = re.findall(r'<p class="feedback"><b>.*?</b> (.*?)</p>', part)
        assert len(set(feedback)) == 5

    assert set(places) == {0, 1, 2, 3, 4}


def test_the_solutions_show_the_line_and_the_diagnosis(game: Game, page: str) -> None:
    """In every round the code differs in one place, and the tool is quoted in its own language."""
    for part, each in zip(page.split('<section class="round"')[1:], game.rounds, strict=True):
        solution = part.partition("<details")[2]
        assert 1 <= solution.count("<del>") <= 3
        assert 1 <= solution.count("<ins>") <= 3
        assert f'<span class="printed" lang="en">FAIL: the derivative of {each.case.name}' in part
        assert f"<code>{each.finding}</code>" in solution
        assert each.case.df.__name__ in solution


def test_the_table_does_not_give_the_answer_away(game: Game, page: str) -> None:
    """Before the solution a round names neither the case nor the function of its gradient."""
    for part, each in zip(page.split('<section class="round"')[1:], game.rounds, strict=True):
        question = part.partition("<fieldset")[0]
        assert each.case.name not in question
        assert each.case.df.__name__ not in re.sub(r'id="[^"]*"|labelledby="[^"]*"', "", question)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_the_game_are_all_used(game: Game, lang: str) -> None:
    """Every feedback belongs to an option, and every name is an option somewhere."""
    asked = {f"{each.name}-{option}" for each in game.rounds for option in each.options}
    words = set(words_of(lang).group("game"))
    told = {
        word
        for word in words
        if word.startswith(tuple(f"{name}-" for name in ROUNDS))
        and not word.endswith(("-title", "-statement"))
    }

    assert told == asked
    assert {word.removeprefix("option-") for word in words if word.startswith("option-")} == {
        option for each in game.rounds for option in each.options
    }


def test_every_finding_has_a_name_in_both_languages() -> None:
    """The codes of the words are exactly those that a diagnosis can give."""
    assert sorted(parse(lessons_folder() / "words/finding.toml")) == sorted(documented())


def test_the_reading_guide_keeps_its_promises() -> None:
    """What it says of a/n and a - n holds for its examples."""
    found = reading.measure(read("find-the-bug").settings()["guide"])
    columns = {
        name: (result.entries.analytic, result.entries.numeric, result.case.points[0])
        for name, result in found.results.items()
    }
    ratios = {name: a / n for name, (a, n, _) in columns.items()}
    apart = {name: a - n for name, (a, n, _) in columns.items()}
    a, n, x = columns["reading-penalty"]

    np.testing.assert_allclose(ratios["reading-sign"], -1)
    np.testing.assert_allclose(ratios["reading-factor"], 3)
    np.testing.assert_allclose(apart["reading-offset"], 1, rtol=1e-9)
    np.testing.assert_allclose((a - n) / x, 0.5, rtol=1e-9)
    np.testing.assert_allclose(sum(apart["reading-swap"]), 0, atol=1e-9)
    np.testing.assert_allclose(sorted(columns["reading-swap"][0]), sorted(n), rtol=1e-9)
    np.testing.assert_allclose(ratios["reading-one"], [1, 1, -1])
    assert all(result.verdict is Verdict.FAIL for result in found.results.values())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reading_guide_shows_no_rounding(lang: str) -> None:
    """A difference within the error bar stands there as 0."""
    found = reading.measure(read("find-the-bug").settings()["guide"])
    view = found.view(words_of(lang))

    assert re.findall(r">[^<]*e-\d+<", view.table) == []
    assert re.sub(r"<[^>]*>", "", view.numeric) == "7, −2, 5.5"
    assert re.sub(r"<[^>]*>", "", view.x) == "1, −2, 0.5"


def test_what_no_table_can_show() -> None:
    """A sign times zero passes, x³ with 3x passes at 1 alone, and three points name the rule."""
    found = answers.measure(read("find-the-bug").settings()["blind"])
    verdicts = {name: result.verdict for name, result in found.results.items()}
    (finding,) = found.results["power-elsewhere"].findings

    assert verdicts == {
        "sign-times-zero": Verdict.PASS,
        "power-at-one": Verdict.PASS,
        "power-elsewhere": Verdict.FAIL,
    }
    assert (finding.code, finding.certainty) == ("power-rule", "A")
    assert "exponent" in found.view(words_of("en")).says("power-elsewhere")
    assert found.view(words_of("ja")).table.count("<tr>") == 4


def changed(**values: Any) -> Setting:
    """Return the setting of a game with one round that is changed so."""
    table = {
        "name": "sign", "case": "bug-sign", "mended": "mended-sign", "points": [0],
        "options": ["sign", "stale"], "answer": "sign", "finding": "sign",
    } | values  # fmt: skip
    given = {key: value for key, value in table.items() if value is not None}
    cases = load_cases(lessons_folder() / "cases")
    return Setting(Value(Path("a.toml"), "game", {"kind": "game", "rounds": [given]}), {}, cases)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"answer": "mean"}, r"game.rounds\[0\].answer: expected one of the options.*'mean'"),
        ({"options": ["sign", "sign"]}, "expected one of the options, which all differ"),
        ({"points": [3]}, r"points\[0\]: expected the number of a point, from 0 to 2, got 3"),
        ({"points": [True]}, "expected the number of a point"),
        ({"points": []}, "expected a list of numbers of points"),
        ({"case": None}, r"game.rounds\[0\].case: expected the name of a case, got None"),
        ({"case": "bug-sing"}, "bug-sign"),
        ({"constants": 7}, r"constants: expected a table of numbers, such as {samples = 7}"),
        ({"colour": "red"}, "unknown key.*there are: name, case"),
    ],
)
def test_a_round_that_cannot_be_used_is_refused(values: dict[str, Any], message: str) -> None:
    """The message names file, round and key, what was expected and what came."""
    with pytest.raises(DefinitionError, match=f"^a.toml: .*{message}"):
        measure(changed(**values))


def test_rounds_are_tables() -> None:
    """A list of something else is refused."""
    table = {"kind": "game", "rounds": ["sign"]}
    setting = Setting(Value(Path("a.toml"), "game", table), {}, load_cases())

    with pytest.raises(DefinitionError, match=r"rounds\[0\]: expected a round"):
        measure(setting)


def test_a_round_without_words_is_refused() -> None:
    """A name of which words/game.toml knows nothing leads to a message that says so."""
    game = measure(changed(name="mine"))

    with pytest.raises(DefinitionError, match=r"no words for 'game\.mine-"):
        _ = game.view(words_of("en")).play
