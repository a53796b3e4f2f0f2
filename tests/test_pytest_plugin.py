"""Case files as tests: the `gradcheck_cases` option in a user's own project."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import gradcheck as gc

pytest_plugins = ["pytester"]

RIGHT = """\
'''Two correct derivatives.'''
import gradcheck as gc
import numpy as np

sine = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7, -1.3], tags=["wave"])
cube = gc.Case("cube", f=lambda x: x**3, df=lambda x: 3 * x**2, points=[1.5])
"""

WRONG = """\
'''A gradient that lost a factor of 2 in its second entry.'''
import gradcheck as gc
import numpy as np


def f(x):
    return 100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2


def df(x):
    dx0 = -400.0 * x[0] * (x[1] - x[0] ** 2) - 2.0 * (1.0 - x[0])
    return np.array([dx0, 100.0 * (x[1] - x[0] ** 2)])


rosenbrock = gc.Case("rosenbrock", f=f, df=df, points=[[-1.2, 1.0]])
"""

KINKED = """\
import gradcheck as gc
import numpy as np

absolute = gc.Case("absolute", f=np.abs, df=np.sign, points=[0.0])
"""


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Import the engine once, because runs inside this process forget what they import."""
    str(gc.check(gc.Case("sine", f=np.sin, df=np.sin, points=[0.7])))


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Make a user's project with the case folder my_cases/ and one ordinary test."""
    for variable in ("CI", "BUILD_NUMBER"):  # with which pytest repeats each message at the end
        monkeypatch.delenv(variable, raising=False)
    pytester.makefile(
        ".toml",
        pyproject="[tool.pytest.ini_options]\n"
        'testpaths = ["tests", "my_cases"]\n'
        'gradcheck_cases = ["my_cases"]\n'
        'addopts = ["-p", "gradcheck.pytest_plugin", "--import-mode=importlib"]\n',
    )
    write(pytester, "tests/test_one.py", "def test_one():\n    assert True\n")
    write(pytester, "my_cases/waves/right.py", RIGHT)
    return pytester


def write(pytester: pytest.Pytester, name: str, text: str) -> Path:
    """Write a file of the project."""
    path = pytester.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_every_case_of_a_configured_folder_is_a_test(project: pytest.Pytester) -> None:
    """The cases run along with the ordinary tests, and each has the id of its file and name."""
    result = project.runpytest_inprocess("-v")

    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        ["my_cases/waves/right.py::sine PASSED*", "my_cases/waves/right.py::cube PASSED*"]
    )


def test_a_case_is_selected_by_its_id(project: pytest.Pytester) -> None:
    """`pytest my_cases/waves/right.py::cube` runs that one case."""
    result = project.runpytest_inprocess("my_cases/waves/right.py::cube")

    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("keyword", "selected"), [("cube", 1), ("wave and not waves", 0), ("waves", 2), ("wave", 2)]
)
def test_a_case_is_selected_by_name_tag_and_theme(
    project: pytest.Pytester, keyword: str, selected: int
) -> None:
    """`-k` knows the names of cases, their tags and their themes."""
    result = project.runpytest_inprocess("-k", keyword)

    result.assert_outcomes(passed=selected, deselected=3 - selected)


def test_a_wrong_entry_fails_with_a_table_and_the_place(project: pytest.Pytester) -> None:
    """The failure shows the wrong entry with both values, and where the case is bound."""
    write(project, "my_cases/smooth/wrong.py", WRONG)

    result = project.runpytest_inprocess("my_cases")

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "FAIL: the derivative of rosenbrock disagrees with differences in 1 of 2 entries: *",
            "probable cause (B): df is half the derivative*",
            "  entry  * analytic * numeric ± error bar  ratio",
            "  ∂f/∂x[[]1[]] * -44.0* -88.0* ± *e-*    0.5",
            "look at *wrong.py:15",
        ]
    )


def test_the_failure_is_what_the_result_says(project: pytest.Pytester) -> None:
    """The text of the failing test is that of `gradcheck.check`, and no traceback."""
    path = write(project, "my_cases/smooth/wrong.py", WRONG)

    result = project.runpytest_inprocess("-k", "rosenbrock")

    expected = str(gc.check(gc.load_cases(path)["rosenbrock"]))
    assert expected in result.stdout.str()
    result.stdout.no_fnmatch_line("*checking.py*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")
    result.stdout.no_fnmatch_line("*Traceback*")


def test_an_inconclusive_case_fails_nothing_and_is_told(project: pytest.Pytester) -> None:
    """It counts for itself, with a line at the end of the run, and the run is a success."""
    write(project, "my_cases/kinked.py", KINKED)

    result = project.runpytest_inprocess()

    assert result.ret == pytest.ExitCode.OK
    assert result.parseoutcomes() == {"passed": 3, "inconclusive": 1}
    result.stdout.fnmatch_lines(
        [
            "my_cases/kinked.py [?]*",
            "*= inconclusive derivatives =*",
            "my_cases/kinked.py::absolute: absolute is not differentiable here",
            "-v shows what stood in the way, and what to do",
        ]
    )


def test_an_inconclusive_case_is_told_in_full_when_asked(project: pytest.Pytester) -> None:
    """With -v the whole text stands at the end."""
    write(project, "my_cases/kinked.py", KINKED)

    result = project.runpytest_inprocess("-v")

    result.stdout.fnmatch_lines(
        [
            "my_cases/kinked.py::absolute INCONCLUSIVE*",
            "my_cases/kinked.py::absolute",
            "INCONCLUSIVE: absolute is not differentiable here",
            "f has a kink here: *",
            "look at *kinked.py:4",
        ]
    )


def test_an_inconclusive_case_passes_where_warnings_are_errors(project: pytest.Pytester) -> None:
    """It is no warning, which a strict configuration would turn into a failure."""
    write(project, "my_cases/kinked.py", KINKED)

    result = project.runpytest_inprocess("-W", "error", "-k", "absolute")

    assert result.ret == pytest.ExitCode.OK


def test_an_inconclusive_case_is_marked_in_a_junit_file(project: pytest.Pytester) -> None:
    """Other programs read it as a property of a test that passed."""
    write(project, "my_cases/kinked.py", KINKED)

    project.runpytest_inprocess("-k", "absolute", "--junit-xml=junit.xml")

    (case,) = ET.parse(project.path / "junit.xml").iter("testcase")  # noqa: S314  (our own file)
    assert [each.attrib for each in case.iter("property")] == [
        {"name": "gradcheck", "value": "inconclusive"}
    ]
    assert case.find("failure") is None


def test_a_strict_project_fails_what_is_inconclusive(project: pytest.Pytester) -> None:
    """With `gradcheck_strict = true` every derivative must be seen to be right."""
    write(project, "my_cases/kinked.py", KINKED)

    result = project.runpytest_inprocess("-o", "gradcheck_strict=true")

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["INCONCLUSIVE: absolute is not differentiable here"])


def test_a_run_without_open_questions_says_nothing_about_them(project: pytest.Pytester) -> None:
    """Where all pass there is no section."""
    result = project.runpytest_inprocess()

    result.stdout.no_fnmatch_line("*inconclusive*")


def test_a_large_wrong_gradient_shows_the_worst_entries(project: pytest.Pytester) -> None:
    """Of forty wrong entries, five are listed, and the rest are counted."""
    write(
        project,
        "my_cases/large.py",
        "import gradcheck as gc\n"
        "import numpy as np\n"
        "weights = np.arange(1.0, 41.0)\n"
        'big = gc.Case("big", f=lambda x: np.sum(weights * np.sin(x)),\n'
        "    df=lambda x: weights * np.cos(x) + 1.0, points=[np.linspace(0.1, 0.9, 40)])\n",
    )

    result = project.runpytest_inprocess("-k", "big")

    assert len([line for line in result.outlines if line.startswith("  ∂f/∂x")]) == 5
    result.stdout.fnmatch_lines(["FAIL: * of big * in all 40 entries*", "  … and 35 more"])


def test_a_special_point_may_do_as_it_likes(project: pytest.Pytester) -> None:
    """A value of df at a kink, where there is no derivative, fails no test."""
    write(
        project,
        "my_cases/kinked/absolute.py",
        "import gradcheck as gc\n"
        "import numpy as np\n"
        'absolute = gc.Case("absolute", f=np.abs, df=np.sign, points=[-1.5],\n'
        '    special_points={"the kink": 0.0})\n',
    )

    result = project.runpytest_inprocess("-k", "absolute")

    result.assert_outcomes(passed=1, deselected=3)


def test_a_derivative_that_raises_fails(project: pytest.Pytester) -> None:
    """The message says which case, what was raised at which x, and where the case is bound."""
    write(
        project,
        "my_cases/raising.py",
        "import gradcheck as gc\n"
        "def df(x):\n"
        "    return {}['slope']\n"
        'broken = gc.Case("broken", f=lambda x: x, df=df, points=[2.0])\n',
    )

    result = project.runpytest_inprocess("-k", "broken")

    result.assert_outcomes(failed=1, deselected=3)
    result.stdout.fnmatch_lines(
        [
            "FAIL: the derivative of broken raised an exception",
            "df raised KeyError: 'slope' at x = 2.0; *",
            "look at *raising.py:4",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_derivative_of_the_wrong_shape_is_told_where_the_case_is_bound(
    project: pytest.Pytester,
) -> None:
    """The message says which shape was expected, and which came."""
    write(
        project,
        "my_cases/shapeless.py",
        "import gradcheck as gc\n"
        "import numpy as np\n"
        'shapeless = gc.Case("shapeless", f=lambda x: x @ x, df=lambda x: 2.0, points=[[1, 2]])\n',
    )

    result = project.runpytest_inprocess("-k", "shapeless")

    result.stdout.fnmatch_lines(
        [
            "FAIL: the derivative of shapeless has the wrong shape",
            "df must return the shape (2,) *, got ()*",
            "look at *shapeless.py:3",
        ]
    )


def test_a_case_that_cannot_be_checked_fails_with_its_place(project: pytest.Pytester) -> None:
    """Without a point, or with an f that returns no number, there is nothing to check."""
    write(
        project,
        "my_cases/unusable.py",
        "import gradcheck as gc\n"
        "import numpy as np\n"
        'pointless = gc.Case("pointless", f=np.sin, df=np.cos)\n'
        'wordy = gc.Case("wordy", f=lambda x: "one", df=np.cos, points=[0.7])\n',
    )

    result = project.runpytest_inprocess("my_cases/unusable.py")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "pointless: there is no point to check at; *",
            "look at *unusable.py:3",
            "wordy: f must return a number *",
            "look at *unusable.py:4",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_file_that_cannot_be_loaded_is_a_collection_error(project: pytest.Pytester) -> None:
    """The error names file, line and reason, without a traceback; the others still run."""
    write(project, "my_cases/bad.py", "import numpy as np\n\nx = 1 / 0\n")

    result = project.runpytest_inprocess("--continue-on-collection-errors")

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*bad.py:3: ZeroDivisionError: division by zero"])
    result.stdout.no_fnmatch_line("*exec_module*")


@pytest.mark.parametrize("name", ["my_cases/_draft.py", "elsewhere/right.py", "my_cases/notes.txt"])
def test_other_files_are_left_alone(project: pytest.Pytester, name: str) -> None:
    """Files outside the folders, other kinds of files, and names starting with "_" are no cases."""
    write(project, name, WRONG)

    result = project.runpytest_inprocess(".")

    result.assert_outcomes(passed=3)


def test_a_single_file_can_be_configured(project: pytest.Pytester) -> None:
    """`gradcheck_cases` takes a case file as well as a folder."""
    result = project.runpytest_inprocess(
        "-o", "gradcheck_cases=my_cases/waves/right.py", "my_cases"
    )

    result.assert_outcomes(passed=2)


def test_a_missing_folder_is_a_usage_error(project: pytest.Pytester) -> None:
    """A misspelt folder does not silently test nothing."""
    result = project.runpytest_inprocess("-o", "gradcheck_cases=my_casses")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*gradcheck_cases: no such file or folder: *my_casses;*"])


def test_a_project_without_the_option_is_left_alone(pytester: pytest.Pytester) -> None:
    """Where nothing is configured, nothing is collected."""
    pytester.makepyfile(test_one="def test_one():\n    assert True\n", right=RIGHT)

    result = pytester.runpytest_inprocess("-p", "gradcheck.pytest_plugin")

    result.assert_outcomes(passed=1)


def test_the_plugin_works_without_an_installation(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a bare checkout, `-p gradcheck.pytest_plugin` stands in for the entry point."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(gc.__file__).parents[1]))

    result = project.runpytest_subprocess("-W", "error")

    result.assert_outcomes(passed=3)


def test_a_run_without_cases_never_imports_numpy() -> None:
    """Loading the plugin, which every pytest run of the environment does, costs next to nothing."""
    code = (
        "import sys\n"
        "import gradcheck.pytest_plugin\n"
        "print('numpy' in sys.modules, 'gradcheck.model' in sys.modules)"
    )

    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert finished.stdout.split() == ["False", "False"], finished.stderr
