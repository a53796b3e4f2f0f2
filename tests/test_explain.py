"""`gradcheck explain`: the whole story of one case, in the terminal and as data."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import gradcheck as gc
from gradcheck.cli import ExitCode, cli
from gradcheck.model.case import Case
from gradcheck.model.restriction import along_direction, along_input
from gradcheck.output.outcome import outcome_of
from gradcheck.output.terminal_plot import BAR, MARKS, Curve, draw
from gradcheck.output.whole_story import story_record, story_text, styled_story, whole_story

CASES = """\
import numpy as np
import gradcheck as gc

GENERAL = [[0.7, 0.2, 1.1], [0.3, 1.7, -0.4], [1.3, -2.1, 0.6]]


def waves(x):
    return np.sum(np.array([1.0, 2.0, 5.0]) * np.sin(x))


def slopes(x):
    print("some words")
    return np.array([1.0, 2.0, 5.0]) * np.cos(x)


def negated(x):
    return slopes(x) * np.array([1.0, -1.0, -1.0])


def scattered(x):
    return slopes(x) + np.array([0.0, np.cosh(x[0]) * 1.3, 0.77 * x[2] ** 4])


def raising(x):
    raise ValueError("no derivative today")


right = gc.Case("right", f=waves, df=slopes, points=GENERAL)
sign = gc.Case("sign", f=waves, df=negated, points=GENERAL)
place = gc.Case("place", f=waves, df=scattered, points=GENERAL)
kink = gc.Case("kink", f=np.abs, df=np.sign, points=[0.0])
raised = gc.Case("raised", f=np.sin, df=raising, points=[0.7])
shape = gc.Case("shape", f=np.sin, df=lambda x: np.ones(2), points=[0.7])
infinite = gc.Case("infinite", f=np.sin, df=lambda x: np.inf, points=[0.7])
listed = gc.Case("listed", f=np.sin, df=lambda x: [1], points=[0.7])
jacobian = gc.Case(
    "jacobian", f=lambda x: np.outer(x, x) @ x, points=GENERAL[:1],
    df=lambda x: np.eye(3) * (x @ x) + 1.9 * np.outer(x, x),
)
straight = gc.Case("straight", f=lambda x: 2.0 * x, df=lambda x: 2.0, points=[1.5])
"""
FUNCTIONS = """\
import numpy as np


def f(x):
    return float(np.sum(x**3))


def df(x):
    return 3 * x**2


def doubled(x):
    return 6 * x**2
"""


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Write the cases to a file."""
    path = tmp_path / "cases.py"
    path.write_text(CASES, encoding="utf-8")
    return path


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a module of functions, go to its folder, and return its name."""
    name = f"explained_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(FUNCTIONS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    return name


def explain(*arguments: str, **variables: str) -> Result:
    """Run `gradcheck explain` in this process."""
    return CliRunner().invoke(cli, ["explain", *arguments], env=variables)


def explained(*arguments: str) -> dict[str, Any]:
    """Return what `gradcheck explain --json` says."""
    record: dict[str, Any] = json.loads(
        explain(*arguments, "--json").stdout, parse_constant=pytest.fail
    )
    return record


def titles(text: str) -> list[str]:
    """Return the titles of the sections of a story, without what they are about."""
    return [block.splitlines()[0].partition(":")[0] for block in text.split("\n\n")]


def floor(curve: dict[str, Any]) -> float:
    """Return the error at middle steps, where neither truncation nor rounding shows."""
    return float(
        np.median([e for h, e in zip(curve["h"], curve["error"], strict=True) if 1e-6 < h < 1e-4])
    )


def test_a_failure_is_told_from_the_verdict_to_the_recipe(cases: Path) -> None:
    """Verdict with the mistake, cause and its certainty, entries, curve, advice, x."""
    result = explain(f"{cases}::sign")
    text = result.stdout

    assert result.exit_code == ExitCode.FAILED
    assert titles(text) == [
        "FAIL", "Why", "Worst entries", "Error against h", "What to do", "To reproduce",
    ]  # fmt: skip
    assert "wrong sign" in text.partition("Why")[0]
    assert "cause (A): df has the wrong sign" in text
    assert "A means an exact relation" in text
    assert text.count("✕ ∂f/∂x") == 6
    assert "Both curves stall at" in text
    assert "docs/diagnosis.md tells more about sign" in text
    assert f"look at {cases}:" in text


def test_a_passing_case_says_how_the_check_knows(cases: Path) -> None:
    """Orders, the best step, where rounding takes over, and what would have been seen."""
    result = explain(f"{cases}::right")
    words = " ".join(result.stdout.split())

    assert result.exit_code == ExitCode.OK
    assert titles(result.stdout) == ["PASS", "Worst entries", "Error against h"]
    assert "forward: The error falls like h^1.0" in words
    assert "central: The error falls like h^2.0" in words
    assert words.count("rounding dominates") == 2
    assert "Several steps together give" in words
    assert "of the largest derivative would have been seen" in words


def test_a_mere_place_is_told_as_such(cases: Path) -> None:
    """C names no mistake; the message says how to go on by hand."""
    result = explain(f"{cases}::place")
    words = " ".join(result.stdout.split())

    assert result.exit_code == ExitCode.FAILED
    assert "look at (C): df is wrong only in the entries x[1], x[2] [place]" in words
    assert "C means no relation between df and the derivative is known" in words
    assert "Compare their ratios" in words


def test_a_kink_is_told_with_both_slopes(cases: Path) -> None:
    """The curves are those of the two sides, and nothing is wrong."""
    result = explain(f"{cases}::kink")
    words = " ".join(result.stdout.split())

    assert result.exit_code == ExitCode.OK
    assert explain(f"{cases}::kink", "--strict").exit_code == ExitCode.FAILED
    assert "its slope is -1 to the left and 1 to the right" in words
    assert "+ forward • backward" in words
    assert "different limits" in words


@pytest.mark.parametrize(
    ("name", "verdict", "why"),
    [
        ("raised", "fail", "the verdict rests on no entry"),
        ("shape", "fail", "the verdict rests on no entry"),
        ("infinite", "fail", "df gives inf for ∂f/∂x, and no number is near that"),
        ("listed", "error", "the case could not be checked"),
    ],
)
def test_where_there_is_no_curve_the_reason_is_given(
    cases: Path, name: str, verdict: str, why: str
) -> None:
    """A derivative that gives no numbers has no error."""
    record = explained(f"{cases}::{name}")

    assert record["verdict"] == verdict
    assert record["curves"] == []
    assert why in record["reading"][0]
    assert explain(f"{cases}::{name}").exit_code == ExitCode.FAILED


def test_an_error_of_zero_cannot_be_drawn(cases: Path) -> None:
    """Of a straight line every quotient is exact at powers of two."""
    result = explain(f"{cases}::straight")

    assert "there is no error to draw" in result.stdout
    assert result.exit_code == ExitCode.OK


def test_the_curve_is_that_of_the_worst_entry(cases: Path) -> None:
    """Of a Jacobian one entry is swept, and its floor is the error of df."""
    record = explained(f"{cases}::jacobian")
    result = gc.check(gc.load_cases(cases)["jacobian"])
    worst = result.table.iloc[0]
    entry, (forward, central) = record["entry"], record["curves"]
    gap = abs(entry["analytic"] - entry["numeric"])

    assert entry["name"] == f"∂f[{worst['output']}]/∂x[{worst['input']}]"
    assert (entry["analytic"], entry["numeric"]) == (worst["analytic"], worst["numeric"])
    assert [forward["stencil"], central["stencil"]] == ["forward", "central"]
    assert len(forward["h"]) == len(forward["error"]) == 65
    assert central["behaviour"] == "stalled"
    assert floor(central) == pytest.approx(gap, rel=1e-3)


def test_json_tells_the_same_story(cases: Path) -> None:
    """The record of `gradcheck check`, with curves, what they say, and advice."""
    record = explained(f"{cases}::sign")
    text = " ".join(explain(f"{cases}::sign").stdout.split())

    assert record["findings"][0]["code"] == "sign"
    assert [each["name"] for each in record["findings"][0]["entries"][:2]] == [
        "∂f/∂x[1]", "∂f/∂x[2]",
    ]  # fmt: skip
    assert record["certainties"]["A"] in text
    assert all(each in text for each in (record["sentence"], *record["reading"]))
    assert all(each in text for each in record["advice"])


def test_what_functions_print_stays_out_of_the_story(cases: Path) -> None:
    """It goes to stderr."""
    result = explain(f"{cases}::right")

    assert "some words" in result.stderr
    assert "some words" not in result.stdout


def test_a_built_in_case_is_explained_by_name() -> None:
    """As for the other commands."""
    result = explain("sigmoid")

    assert result.exit_code == ExitCode.OK
    assert result.stdout.startswith("PASS: the derivative of sigmoid agrees")


def test_functions_are_explained_at_a_point(module: str) -> None:
    """--f, --df and --at mean what they mean to `gradcheck check`."""
    right = explain("--f", f"{module}:f", "--df", f"{module}:df", "--at", "[0.3, 1.7]")
    wrong = explain("--f", f"{module}:f", "--df", f"{module}:doubled", "--at", "[0.3, 1.7]")

    assert (right.exit_code, wrong.exit_code) == (ExitCode.OK, ExitCode.FAILED)
    assert "df is twice the derivative" in wrong.stdout
    assert "Check at 3 or more points" in wrong.stdout


def test_a_direction_is_swept_where_directions_were_checked(module: str) -> None:
    """The curve of df along the worst direction meets the same floor."""
    functions = ("--f", f"{module}:f", "--df", f"{module}:doubled", "--at", "[0.3, 1.7, -0.8]")
    record = explained(*functions, "--directions", "3")
    again = explained(*functions, "--directions", "3")
    other = explained(*functions, "--directions", "3", "--seed", "5")
    gap = abs(record["entry"]["analytic"] - record["entry"]["numeric"])

    assert "direction" in record["entry"]["name"]
    assert floor(record["curves"][1]) == pytest.approx(gap, rel=1e-3)
    assert record["entry"] == again["entry"] != other["entry"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], ExitCode.USAGE, "give a case, such as sigmoid"),
        (["exp*"], ExitCode.USAGE, "exp* stands for"),
        (["no-such-case"], ExitCode.NOTHING_SELECTED, "no case is called 'no-such-case'"),
        (["nowhere.py::sine"], ExitCode.USAGE, "no such case file: nowhere.py"),
        (["--f", "math:sin"], ExitCode.USAGE, "--f, --df and --at belong together"),
        (["sigmoid", "--f", "m:f", "--df", "m:f", "--at", "1"], ExitCode.USAGE, "not both"),
        (["sigmoid", "--rtol", "-1"], ExitCode.USAGE, "rtol must be a finite number"),
        (["sigmoid", "--seed", "-1"], ExitCode.USAGE, "a seed is a number of at least 0"),
    ],
)
def test_wrong_usage_is_one_line(arguments: list[str], code: ExitCode, message: str) -> None:
    """What cannot be meant, or means several cases, is refused."""
    result = explain(*arguments)

    assert result.exit_code == code
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_the_story_fits_a_narrow_terminal(cases: Path, columns: int) -> None:
    """Prose and plot keep to the width; only the table of entries may be wider."""
    text = explain(f"{cases}::right", COLUMNS=str(columns)).stdout
    lines = text.splitlines()

    prose = [line for line in lines if "✓" not in line and "± error bar" not in line]
    assert any("┌──" in line for line in lines)
    assert max(map(len, prose)) <= columns


@pytest.mark.slow
def test_without_a_terminal_there_is_no_escape_code(cases: Path) -> None:
    """A real process whose output is a pipe writes plain text, and its code says what it found."""
    finished = subprocess.run(
        [sys.executable, "-m", "gradcheck", "explain", f"{cases}::sign"],
        capture_output=True,
        check=False,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
    )

    assert finished.returncode == ExitCode.FAILED
    assert b"\x1b" not in finished.stdout
    assert "•" in finished.stdout.decode()


def test_colours_mark_the_verdict_the_titles_and_the_curves() -> None:
    """The words are the same as without."""
    case = Case("double", f=np.exp, df=lambda x: 2 * np.exp(x), points=[0.3])
    whole = whole_story(outcome_of(case))
    styled = styled_story(whole)
    marked = {styled.plain[span.start : span.end] for span in styled.spans}

    assert styled.plain == story_text(whole)
    assert {"fail", "Why", "Worst entries", "Error against h", *MARKS} <= {
        words.lower() if words == "FAIL" else words for words in marked
    }


def test_a_case_of_many_inputs_is_swept_along_one() -> None:
    """The sweep calls f some hundreds of times, whatever the number of inputs."""
    calls = 0

    def f(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return np.sum(np.sin(x))

    def df(x: Any) -> Any:
        wrong = np.cos(x)
        wrong[17] *= 2
        return wrong

    points = [np.linspace(0.1, 0.9, 300)]
    outcome = outcome_of(Case("many", f=f, df=df, points=points))
    before = calls
    record = story_record(whole_story(outcome))

    assert record["entry"]["name"] == "∂f/∂x[17]"
    assert calls - before < 400


def test_a_restricted_case_stays_inside_the_domain() -> None:
    """Intervals and predicates hold along an input and along a direction."""
    log = Case(
        "log", f=lambda x: np.log(x[0]) + x[1], df=lambda x: np.array([1 / x[0], 1.0]),
        points=[[0.5, 2.0]], domain=["(0, inf)", "(-inf, inf)"],
    )  # fmt: skip
    ball = Case("ball", f=np.sum, df=np.ones_like, points=[[0.5, 0.0]], domain=lambda x: x @ x < 1)
    x = log.points[0]
    one = along_input(log, x, input_=0, output=0, slope=2.0)
    both = along_direction(log, x, direction=np.array([1.0, 0.0]), output=0, slope=2.0)
    round_ = along_input(ball, ball.points[0], input_=0, output=0, slope=1.0)
    table = gc.sweep([one], stencils=[gc.CENTRAL], steps=[1.0, 0.25])
    moved = gc.sweep([both], stencils=[gc.CENTRAL], steps=[1.0, 0.25])
    inside = gc.sweep([round_], stencils=[gc.FORWARD], steps=[0.75, 0.25])

    for each in (table, moved, inside):
        assert list(each["status"].astype(str)) == ["outside-domain", "ok"]


def test_curves_are_drawn_with_characters_alone() -> None:
    """Both curves, the bar as a line, powers of ten at the axes, and nothing else."""
    h = 2.0 ** -np.arange(50)
    curves = [
        Curve(name="forward", h=h, error=h + 1e-16 / h),
        Curve(name="central", h=h, error=h**2 + 1e-16 / h),
    ]
    picture = draw(curves, bar=1e-9, width=72)
    lines = picture.splitlines()

    assert len(lines) == 19
    assert max(map(len, lines)) == 72
    assert all(mark in picture for mark in (*MARKS, BAR))
    assert picture == draw(curves, bar=1e-9, width=72)
    assert "1e-12" in lines[-1].split()
    assert not set(picture) - set("┌┐└┘─│┤├┼┬ \n1e-023456789") - {*MARKS, BAR}


@pytest.mark.parametrize("error", [np.zeros(5), np.full(5, np.nan), np.full(5, np.inf)])
def test_nothing_is_drawn_of_what_a_logarithm_cannot_show(error: Any) -> None:
    """No frame without a curve."""
    assert draw([Curve(name="none", h=2.0 ** -np.arange(5), error=error)], bar=1e-9) == ""
