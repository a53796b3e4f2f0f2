"""`gradcheck check`: which cases it finds, what it says, and what its exit code means."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gradcheck.cli import ExitCode, cli

RIGHT = """\
import numpy as np
import gradcheck

sine = gradcheck.Case("sine", f=np.sin, df=np.cos, points=[0.7, 1.1], tags=["smooth"])
cube = gradcheck.Case("cube", f=lambda x: x**3, df=lambda x: 3 * x**2, points=[1.5])
"""
WRONG = """\
import numpy as np
import gradcheck


def f(x):
    return 100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2


def df(x):
    dx0 = -400.0 * x[0] * (x[1] - x[0] ** 2) - 2.0 * (1.0 - x[0])
    return np.array([dx0, 100.0 * (x[1] - x[0] ** 2)])


rosenbrock = gradcheck.Case("rosenbrock", f=f, df=df, points=[[-1.2, 1.3]])
"""
KINKED = """\
import numpy as np
import gradcheck

absolute = gradcheck.Case("absolute", f=np.abs, df=np.sign, points=[0.0])
"""
UNUSABLE = """\
import numpy as np
import gradcheck

forgetful = gradcheck.Case("forgetful", f=lambda x: None, df=np.cos, points=[0.7])
"""
PAIRS = """\
import numpy as np

print("some words at import")
number = 3.0


def f(x):
    print("some words at a call")
    return float(np.sum(np.sin(x)))


def df(x):
    return np.cos(x)


class Wrong:
    @staticmethod
    def df(x):
        return 2.0 * np.cos(x)
"""


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Make a folder with two right cases in the theme `waves`."""
    return write(tmp_path / "cases", "waves/right.py", RIGHT)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a folder with a module of functions, go there, and return the module's name."""
    name = f"pairs_of_{tmp_path.name.replace('-', '_')}"
    write(tmp_path, f"{name}.py", PAIRS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    return name


def write(folder: Path, name: str, text: str) -> Path:
    """Write a file below a folder, and return the folder."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return folder


def check(*arguments: str | Path) -> Result:
    """Run `gradcheck check` in this process."""
    return CliRunner().invoke(cli, ["check", *map(str, arguments)])


def checked(*arguments: str | Path) -> dict[str, dict[str, Any]]:
    """Return what `gradcheck check --json` says, by case."""
    result = check(*arguments, "--json")
    records: list[dict[str, Any]] = json.loads(result.stdout, parse_constant=pytest.fail)
    return {record["case"]: record for record in records}


def test_right_cases_are_a_line_each_and_code_0(cases: Path) -> None:
    """A passing case has one line with verdict, resolution and evaluations, and no more."""
    result = check(cases, "-q")

    lines = result.stdout.splitlines()
    assert result.exit_code == ExitCode.OK
    assert result.stderr == ""
    assert lines[2].split()[:3] == ["✓", "pass", "sine"]
    assert lines[3].split()[:3] == ["✓", "pass", "cube"]
    assert float(lines[2].split()[3]) < 1e-8
    assert int(lines[2].split()[4]) > 10
    assert lines[4:] == ["", "2 cases: 2 passed"]


def test_a_wrong_case_is_told_in_full_and_code_1(cases: Path) -> None:
    """The worst entry stands below the lines with both values, and the file to look at."""
    write(cases, "wrong.py", WRONG)
    result = check(cases)

    assert result.exit_code == ExitCode.FAILED
    assert "FAIL: the derivative of rosenbrock disagrees" in result.stdout
    assert "∂f/∂x[1]" in result.stdout
    assert f"look at {cases / 'wrong.py'}:14" in result.stdout
    assert result.stdout.endswith("3 cases: 2 passed, 1 failed\n")


def test_the_finding_stands_in_the_line_of_the_case(cases: Path) -> None:
    """Code and certainty before the reason, and in the first line of the details."""
    doubled = RIGHT.replace("df=np.cos", "df=lambda x: 2 * np.cos(x)")
    write(cases, "waves/right.py", doubled)
    lines = check(cases, "-q").stdout.splitlines()

    assert lines[2].split()[:5] == ["✕", "fail", "sine", "factor", "(A):"]
    assert lines[5].startswith("FAIL: the derivative of sine disagrees with differences in both")
    assert "df is twice the derivative" in lines[5]
    assert lines[6].startswith("cause (A): df is twice the derivative")


def test_inconclusive_is_no_failure_unless_strict(cases: Path) -> None:
    """At a kink nothing can be said: code 0 with the reason told, code 1 under --strict."""
    write(cases, "kinked.py", KINKED)
    result, strict = check(cases), check(cases, "--strict")

    assert (result.exit_code, strict.exit_code) == (ExitCode.OK, ExitCode.FAILED)
    assert "INCONCLUSIVE: absolute is not differentiable" in result.stdout
    assert "3 cases: 2 passed, 1 inconclusive\n" in result.stdout


def test_a_case_that_cannot_be_used_does_not_stop_the_others(cases: Path) -> None:
    """It is an error with its message and its place; the others are checked."""
    write(cases, "a_first.py", UNUSABLE)
    result = check(cases)

    assert result.exit_code == ExitCode.FAILED
    assert "ERROR: forgetful: f must return a number" in result.stdout
    assert f"look at {cases / 'a_first.py'}:4" in result.stdout
    assert "3 cases: 2 passed, 1 error\n" in result.stdout


def test_a_broken_file_is_named_and_the_others_are_checked(cases: Path) -> None:
    """The problem is on stderr with file and line, and the code says that something failed."""
    write(cases, "broken.py", "x = (\n")
    result = check(cases)

    assert result.exit_code == ExitCode.FAILED
    assert f"{cases / 'broken.py'}:1: not valid Python" in result.stderr
    assert "2 cases: 2 passed" in result.stdout


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("cases", ["sine", "cube"]),
        ("cases/waves/right.py", ["sine", "cube"]),
        ("cases/waves/right.py::cube", ["cube"]),
        ("cases/waves/right.py::s*", ["sine"]),
        ("cases::sine", ["sine"]),
    ],
)
def test_cases_are_found_by_path_and_name(cases: Path, target: str, names: list[str]) -> None:
    """A folder, a file, and a name or pattern in one of them."""
    assert list(checked(cases.parent / target)) == names


def test_a_case_that_is_named_twice_is_checked_once(cases: Path) -> None:
    """A file and the folder around it overlap."""
    result = check(cases / "waves" / "right.py::sine", cases)

    assert "2 cases: 2 passed" in result.stdout


def test_two_cases_of_one_name_are_both_checked(tmp_path: Path) -> None:
    """Cases of different files are different cases."""
    one, two = write(tmp_path / "one", "a.py", RIGHT), write(tmp_path / "two", "a.py", RIGHT)
    result = check(one, two)

    assert "4 cases: 4 passed" in result.stdout


def test_a_plain_name_is_a_built_in_case() -> None:
    """As for `gradcheck sweep`, names and patterns without a path mean the built-in cases."""
    found = checked("sigmoid", "softmax*")

    assert "sigmoid" in found
    assert len(found) > 1
    assert {record["verdict"] for record in found.values()} == {"pass"}


@pytest.mark.parametrize(
    ("keyword", "names"),
    [
        ("sin", ["sine"]), ("SMOOTH", ["sine"]), ("wave", ["sine", "cube"]), ("c*", ["cube"]),
    ],
)  # fmt: skip
def test_keywords_keep_names_tags_and_themes(cases: Path, keyword: str, names: list[str]) -> None:
    """A word may be a part of them, a pattern fits the whole."""
    assert list(checked(cases, "-k", keyword)) == names


def test_without_a_path_the_built_in_cases_are_checked() -> None:
    """There every theme can be asked for."""
    found = checked("-k", "elementary")

    assert len(found) > 10
    assert {record["verdict"] for record in found.values()} == {"pass"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-k", "tangent"], "none of 2 cases has 'tangent' in its name, tags, theme or file name"),
        (["no-such-case"], "no case is called 'no-such-case'"),
    ],
)
def test_no_case_is_code_5(cases: Path, arguments: list[str], message: str) -> None:
    """If nothing is left, nothing has been checked, which is no success."""
    result = check(*arguments, "--path", cases)

    assert result.exit_code == ExitCode.NOTHING_SELECTED
    assert message in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no/such/folder"], "no such file or folder: no/such/folder"),
        (["nowhere.py"], "no such file or folder: nowhere.py"),
        (["nowhere.py::sine"], "no such case file: nowhere.py"),
        (["--rtol", "-1"], "rtol must be a finite number of at least 0, got -1.0"),
        (["--atol", "nan"], "atol must be a finite number of at least 0, got nan"),
        (["--directions", "0"], "0 is not in the range"),
        (["--directions", "2", "--all-entries"], "exclude each other"),
        (["--seed", "-1"], "a seed is a number of at least 0"),
        (["--f", "math:sin"], "--f, --df and --at belong together"),
        (["--at", "1.0"], "--f, --df and --at belong together"),
        (["sigmoid", "--f", "m:f", "--df", "m:f", "--at", "1"], "not both"),
        (["-k", "x", "--f", "m:f", "--df", "m:f", "--at", "1"], "not both"),
    ],
)
def test_wrong_usage_is_one_line_and_code_4(arguments: list[str], message: str) -> None:
    """What cannot be meant is refused before anything is checked."""
    result = check(*arguments)

    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_json_has_a_record_for_each_case(cases: Path) -> None:
    """Verdict, reason, resolution, cost, words and worst entries; null where there is no number."""
    write(cases, "wrong.py", WRONG)
    write(cases, "unusable.py", UNUSABLE)
    write(cases, "kinked.py", KINKED)
    found = checked(cases)
    wrong, kinked, unusable = found["rosenbrock"], found["absolute"], found["forgetful"]
    worst = wrong["worst"][0]

    assert {name: record["verdict"] for name, record in found.items()} == {
        "absolute": "inconclusive", "forgetful": "error", "rosenbrock": "fail", "sine": "pass",
        "cube": "pass",
    }  # fmt: skip
    assert (wrong["reason"], wrong["entries"], wrong["wrong"]) == ("disagrees", 2, 1)
    assert (worst["name"], worst["verdict"], worst["reason"]) == ("x[1]", "fail", "disagrees")
    assert worst["ratio"] == pytest.approx(0.5, rel=1e-9)
    assert {each["code"] for each in wrong["findings"]} == {"factor", "repeated-index"}
    finding = next(each for each in wrong["findings"] if each["code"] == "factor")
    assert (finding["certainty"], finding["count"]) == ("B", 1)
    assert finding["message"].startswith("df is half the derivative")
    assert finding["entries"] == [{"point": 0, "name": "∂f/∂x[1]"}]
    assert found["sine"]["findings"] == kinked["findings"] == unusable["findings"] == []
    assert abs(worst["numeric"] - 200 * (1.3 - 1.2**2)) <= worst["error_bar"] < 1e-6
    assert 0 < wrong["resolution"] < 1e-7
    assert wrong["origin"] == f"{cases / 'wrong.py'}:14"
    assert "kink" in kinked["message"]
    assert "such points hide mistakes" in kinked["notes"][0]
    assert "f must return a number" in unusable["message"]
    assert (unusable["reason"], unusable["resolution"], unusable["worst"]) == (None, None, [])
    assert len(found["sine"]["worst"]) == 2


def test_tolerances_reach_the_check(cases: Path) -> None:
    """What is off by a factor of two passes if that is tolerated."""
    write(cases, "wrong.py", WRONG)

    assert check(cases / "wrong.py", "--rtol", "0.6").exit_code == ExitCode.OK
    assert check(cases / "wrong.py", "--atol", "14.5").exit_code == ExitCode.OK
    assert check(cases / "wrong.py", "--atol", "13.5").exit_code == ExitCode.FAILED


def test_directions_and_seed_reach_the_check(cases: Path) -> None:
    """Along directions the entries are the directions, and the seed decides which."""
    write(cases, "wrong.py", WRONG)
    file = cases / "wrong.py"
    first, again, other = (
        checked(file, "--directions", "3", "--seed", seed)["rosenbrock"] for seed in "112"
    )

    assert first["entries"] == 3
    assert first["worst"][0]["name"].startswith("direction ")
    assert first["worst"] == again["worst"] != other["worst"]


def test_all_entries_can_be_asked_for(tmp_path: Path) -> None:
    """Of 2,001 inputs one direction is checked, unless every entry is asked for."""
    folder = write(
        tmp_path, "large.py",
        "import gradcheck as gc\nimport numpy as np\n"
        'large = gc.Case("large", f=lambda x: x @ x, df=lambda x: 2 * x,\n'
        "    points=[np.linspace(0.1, 0.9, 2001)])\n",
    )  # fmt: skip

    assert checked(folder)["large"]["entries"] == 1
    assert checked(folder, "--all-entries")["large"]["entries"] == 2001


def test_a_pair_of_functions_is_checked(project: str) -> None:
    """The functions are imported from the current directory, and checked at every point given."""
    result = check(
        "--f", f"{project}:f", "--df", f"{project}:df", "--at", "[1.5, 2.25]", "--at", "0.3, -4.0"
    )

    assert result.exit_code == ExitCode.OK
    assert f"PASS: the derivative of {project}:f agrees in all 4 entries at 2 points" in (
        result.stdout
    )


def test_a_wrong_pair_is_told_with_its_point(project: str) -> None:
    """Dots after the colon lead into classes; the point is written to be copied."""
    result = check("--f", f"{project}:f", "--df", f"{project}:Wrong.df", "--at", "[1.5, 2.25]")

    assert result.exit_code == ExitCode.FAILED
    assert "in both entries" in result.stdout
    assert 'float.fromhex("0x1.2000000000000p+1"),  # 2.25' in result.stdout


def test_a_negative_number_is_a_point() -> None:
    """`--at -1.5` is no option, and functions of installed packages are found."""
    result = check("--f", "numpy:sin", "--df", "numpy:cos", "--at", "-1.5")

    assert result.exit_code == ExitCode.OK


def test_what_functions_print_stays_out_of_the_data(project: str) -> None:
    """Words that a module or a function prints go to stderr."""
    result = check("--f", f"{project}:f", "--df", f"{project}:df", "--at", "[1.5, 2.25]", "--json")

    assert json.loads(result.stdout)[0]["verdict"] == "pass"
    assert "some words at import" in result.stderr
    assert "some words at a call" in result.stderr


@pytest.mark.parametrize(
    ("f", "at", "message"),
    [
        ("HERE:ff", "1.5", "HERE has no attribute 'ff'; did you mean 'f'?"),
        ("HERE:Wrong.dff", "1.5", "HERE.Wrong has no attribute 'dff'; did you mean 'df'?"),
        ("HERE:number", "1.5", "HERE:number is no function, but 3.0"),
        ("no_such_module:f", "1.5", "there is no module 'no_such_module', neither installed nor"),
        ("numpy.no_such:f", "1.5", "there is no module 'numpy.no_such'"),
        ("HERE", "1.5", "write package.module:function, without slashes and .py; got 'HERE'"),
        ("HERE.py:f", "1.5", "write package.module:function, without slashes and .py"),
        ("a/b:f", "1.5", "write package.module:function"),
        ("raising:f", "1.5", "raising cannot be imported: ZeroDivisionError: division by zero ("),
        ("raising:f", "1.5", "raising.py:2)"),
        ("unparsable:f", "1.5", "unparsable cannot be imported: SyntaxError: '(' was never closed"),
        ("needy:f", "1.5", "needy cannot be imported: ModuleNotFoundError: No module named 'no_"),
        ("leaving:f", "1.5", "leaving cannot be imported: SystemExit: 3"),
        ("HERE:f", "x", "a point is a number or a list of numbers, such as 1.5 or [1.0, 2.0]"),
        ("HERE:f", "", "a point is a number or a list of numbers"),
        ("HERE:f", "[1.0, [2.0]]", "must be a finite real number or an array of such"),
        ("HERE:f", "'1.5'", "must be a finite real number or an array of such"),
        ("HERE:f", "1e999", "must be a finite real number or an array of such"),
        ("HERE:f", "2j", "must be a finite real number or an array of such"),
        ("HERE:f", "[]", "must be a finite real number or an array of such"),
    ],
)
def test_a_pair_that_cannot_be_meant_is_wrong_usage(
    project: str, f: str, at: str, message: str
) -> None:
    """A missing module or attribute, a module that fails, and points that are none have reasons."""
    write(Path(), "raising.py", "import numpy\n1 / 0\n")
    write(Path(), "unparsable.py", "x = (\n")
    write(Path(), "needy.py", "import no_such_module_either\n")
    write(Path(), "leaving.py", "import sys\nsys.exit(3)\n")

    result = check("--f", f.replace("HERE", project), "--df", f"{project}:df", "--at", at)

    assert result.exit_code == ExitCode.USAGE
    assert result.stdout == ""
    assert message.replace("HERE", project) in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interruption_keeps_what_was_found(cases: Path) -> None:
    """Ctrl-C is code 2; the cases that were checked before are told."""
    write(
        cases, "zz_slow.py",
        "import gradcheck\n"
        "def f(x):\n"
        "    raise KeyboardInterrupt\n"
        'slow = gradcheck.Case("slow", f=f, df=f, points=[1.5])\n',
    )  # fmt: skip
    result = check(cases)

    assert result.exit_code == ExitCode.INTERRUPTED
    assert "2 cases: 2 passed" in result.stdout
    assert "gradcheck: interrupted after 2 of 3 cases" in result.stderr


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """What f raises and how a case is called is shown as text."""
    folder = write(
        tmp_path, "hostile.py",
        "import gradcheck\n"
        "def f(x):\n"
        '    raise ValueError("\\x1b[31m [red]x")\n'
        'bad = gradcheck.Case("a [bold]b", f=f, df=f, points=[1.5])\n',
    )  # fmt: skip
    result = check(folder)

    assert "\x1b" not in result.output
    assert "a [bold]b" in result.stdout
    assert "\\x1b[31m [red]x" in result.stdout
