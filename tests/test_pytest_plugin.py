"""Case files as tests: the `gradcheck_cases` option in a user's own project."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import gradcheck as gc
from gradcheck import pytest_plugin

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


@pytest.fixture(scope="module", autouse=True)
def engine() -> None:
    """Import the engine once, because runs inside this process forget what they import."""
    gc.convergence(gc.sweep(gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])))


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
    """The failure shows the wrong entry, both values, the error, and where the case is bound."""
    write(project, "my_cases/smooth/wrong.py", WRONG)

    result = project.runpytest_inprocess("my_cases")

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "rosenbrock: 1 entry disagrees with the difference quotients",
            "  entry     at x         analytic  numeric  abs error  rel error        h  behaviour",
            "  ∂f/∂x[[]1[]]  [[]-1.2, 1.0[]]       -44 * 4.4e+01    5.0e-01  *e-??  stalled",
            "stalled: the error stays, however small the step; look at df",
            "*wrong.py:15",
        ]
    )


def test_the_numeric_value_shown_is_a_good_one(project: pytest.Pytester) -> None:
    """The step in the table is one at which the quotient is accurate, not one that flatters df."""
    write(project, "my_cases/smooth/wrong.py", WRONG)

    result = project.runpytest_inprocess("-k", "rosenbrock")

    (line,) = (line for line in result.outlines if line.startswith("  ∂f/∂x[1]"))
    numeric = float(line.split()[4])
    assert numeric == pytest.approx(-88.0, rel=1e-8)


def test_a_failure_shows_no_line_of_the_engine(project: pytest.Pytester) -> None:
    """A wrong derivative is told without a traceback through gradcheck."""
    write(project, "my_cases/smooth/wrong.py", WRONG)

    result = project.runpytest_inprocess("-k", "rosenbrock")

    result.stdout.no_fnmatch_line("*sweep.py*")
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_a_large_wrong_gradient_shows_the_worst_entries(project: pytest.Pytester) -> None:
    """Of forty wrong entries, ten are listed, the worst first, and the rest are counted."""
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

    shown = [line.split()[0] for line in result.outlines if line.startswith("  ∂f/∂x")]
    assert (len(shown), shown[0]) == (10, "∂f/∂x[0]")
    result.stdout.fnmatch_lines(["big: 40 entries disagree*", "  … and 30 more"])


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


def test_a_derivative_that_raises_is_told_with_its_own_line(project: pytest.Pytester) -> None:
    """The message says which case, what was raised at which x, and the line that raised."""
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
        ["broken: df raised KeyError: 'slope' at x = 2.0;*", "*raising.py:3"]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_a_derivative_of_the_wrong_shape_is_told_where_the_case_is_bound(
    project: pytest.Pytester,
) -> None:
    """An error that no line of the user raised points at the case."""
    write(
        project,
        "my_cases/shapeless.py",
        "import gradcheck as gc\n"
        "import numpy as np\n"
        'shapeless = gc.Case("shapeless", f=lambda x: x @ x, df=lambda x: 2.0, points=[[1, 2]])\n',
    )

    result = project.runpytest_inprocess("-k", "shapeless")

    result.stdout.fnmatch_lines(["shapeless: df must return the shape *", "*shapeless.py:3"])


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


def test_the_message_of_a_failure_fits_a_terminal() -> None:
    """Long points are shortened."""
    assert len(pytest_plugin._short([0.123456789] * 100)) == 32  # noqa: SLF001  (the width of a column)
