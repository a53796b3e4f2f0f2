"""How the engine is built: one way through the rooms, one place for user code, no printing."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradcheck
from gradcheck import errors

PACKAGE = Path(gradcheck.__file__).parent
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
MODULES = {
    name: path for name, path in MODULES.items() if not name.startswith(("cases/", "reports/"))
}

USER_CODE = {
    "differences/evaluate.py": "the one place that calls user code: copied, caught, counted",
    "differences/probe.py": "calls f and df at single points, for the estimates and the verdict",
    "differences/action.py": "hands x and a vector to a JVP, VJP or Hessian; a Probe calls it",
    "differences/structure.py": "hands a tree to functions that take one; a Probe calls it",
    "verdict/on_pattern.py": "takes from df its values on a sparsity pattern; a Probe calls it",
    "model/restriction.py": "f along one input or direction; its sweep calls it through evaluate",
    "lessons/instruments/lab/single_precision.py": "f on floats of 32 bits; its sweep calls it",
    "differences/line.py": "the certified reference runs f there, on balls instead of floats",
    "model/calculus/": "builds new functions out of functions, and calls none while it does so",
}

WITHOUT_USER_CODE = sorted(name for name in MODULES if not name.startswith(tuple(USER_CODE)))

LONGEST = 400
"""Lines of a module beyond which it probably does two things."""

LONGER = {
    "differences/ball.py": "one class that answers all NumPy functions of the protocol",
    "output/figure.py": "the V plot: its series, frame, guides, optima and legend",
}


def calls(name: str) -> Iterator[ast.Call]:
    """Yield the calls that a module makes."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def test_imports_go_one_way_through_the_rooms() -> None:
    """Import-linter's contracts of pyproject.toml hold."""
    script = Path(sys.executable).with_name("lint-imports")
    if not script.exists() or not (PACKAGE.parent / "pyproject.toml").exists():
        pytest.skip("needs import-linter and a checkout")

    finished = subprocess.run(
        [str(script), "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=PACKAGE.parent,
    )

    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("name", WITHOUT_USER_CODE)
def test_user_code_is_called_in_evaluate_and_reference_only(name: str) -> None:
    """No other module calls a case's f or df, or a domain's predicate."""
    called = [
        f"{name}:{call.lineno}: .{call.func.attr}(...)"
        for call in calls(name)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"f", "df", "predicate"}
    ]

    assert called == []


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"cli.py"}))
def test_the_engine_prints_nothing(name: str) -> None:
    """Only the command line writes to the terminal."""
    printed = [
        f"{name}:{call.lineno}"
        for call in calls(name)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
    ]

    assert printed == []


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_fits_in_a_few_screens(name: str) -> None:
    """No module is longer than 400 lines, but for those that have a reason, and 600."""
    lines = MODULES[name].read_text(encoding="utf-8").splitlines()

    assert len(lines) <= (1.5 * LONGEST if name in LONGER else LONGEST)


def test_the_tree_of_exceptions_is_the_documented_one() -> None:
    """The tree in the docstring of gradcheck.errors draws exactly the classes below it."""
    drawn = re.findall(r"[├└]── (\w+) \((\w+)\)", errors.__doc__ or "")
    defined = [
        (value.__name__, value.__bases__[1].__name__)
        for value in vars(errors).values()
        if isinstance(value, type) and value.__bases__[0] is errors.GradcheckError
    ]

    assert drawn == defined
    assert len(defined) + 1 == sum(isinstance(value, type) for value in vars(errors).values())


def test_every_exception_is_public() -> None:
    """What gradcheck raises can be caught by a name of `gradcheck` itself."""
    defined = {name for name, value in vars(errors).items() if isinstance(value, type)}

    assert defined <= set(gradcheck.__all__)
