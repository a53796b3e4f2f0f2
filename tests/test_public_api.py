"""What `import gradcheck` promises."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from typing import assert_type

import pandas as pd
import pytest

import gradcheck

PACKAGE = Path(gradcheck.__file__).parent
HEAVY = ("pandas", "scipy", "matplotlib", "flint", "rich", "jinja2", "click", "latex2mathml")


def names_for_type_checkers() -> set[str]:
    """Return the names bound under TYPE_CHECKING in gradcheck/__init__.py."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    guarded = [node for node in tree.body if isinstance(node, ast.If)]
    imports = [node for node in guarded[0].body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names} - {
        "TYPE_CHECKING"
    }


def python(code: str) -> str:
    """Run code in a fresh interpreter and return what it prints."""
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


def test_the_public_names_are_those_that_the_lazy_tables_find() -> None:
    """`__all__` lists exactly the names that gradcheck can import lazily."""
    found = {*gradcheck._HOME, *gradcheck._MODULES}  # noqa: SLF001  (the table on trial)

    assert sorted(found) == sorted(gradcheck.__all__)


def test_type_checkers_see_the_public_names() -> None:
    """Every public name is imported for type checkers, and no other."""
    assert names_for_type_checkers() == set(gradcheck.__all__)


@pytest.mark.parametrize("name", gradcheck.__all__)
def test_every_public_name_exists_and_is_documented(name: str) -> None:
    """Each name of `__all__` can be had, and what it names has a docstring."""
    value = getattr(gradcheck, name)

    assert inspect.getdoc(value)


@pytest.mark.parametrize("name", gradcheck.__all__)
def test_every_public_name_is_the_object_that_its_home_defines(name: str) -> None:
    """A lazy name gives the object itself, not a module that is called like it."""
    value = getattr(gradcheck, name)

    assert inspect.ismodule(value) == (name in gradcheck._MODULES)  # noqa: SLF001  (the table on trial)


def test_no_public_name_is_also_a_module_of_the_package() -> None:
    """`gradcheck.sweep` can only be the function, whatever was imported before."""
    modules = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}

    assert modules & set(gradcheck.__all__) == set()


def test_a_star_import_brings_the_public_names() -> None:
    """`from gradcheck import *` brings exactly `__all__`."""
    namespace: dict[str, object] = {}

    exec("from gradcheck import *", namespace)  # noqa: S102  (a star import exists at module level only)

    assert set(namespace) - {"__builtins__"} == set(gradcheck.__all__)


def test_dir_shows_the_names_before_they_are_used() -> None:
    """Completion in a fresh interpreter offers every public name."""
    shown = python("import gradcheck; print(*dir(gradcheck))").split()

    assert set(gradcheck.__all__) <= set(shown)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as it does for any module."""
    with pytest.raises(AttributeError, match="module 'gradcheck' has no attribute 'sweeep'"):
        _ = gradcheck.sweeep


def test_the_import_is_cheap() -> None:
    """`import gradcheck` imports no third-party package at all."""
    code = "import sys, gradcheck; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = set(python(code).split())

    assert loaded & {*HEAVY, "numpy", "pytest"} == set()


def test_a_sweep_needs_neither_figures_nor_reports() -> None:
    """The first sweep imports numpy and pandas, and nothing that draws, prints or renders."""
    code = (
        "import sys, gradcheck as gc\n"
        "case = gc.Case('square', f=lambda x: x * x, df=lambda x: 2 * x, points=[1.0])\n"
        "gc.sweep(case)\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    loaded = set(python(code).split())

    assert loaded & {*HEAVY} == {"pandas"}


def test_lazy_names_have_types() -> None:
    """A user's type checker knows what the lazy names are: mypy reads this, and so must agree."""
    square = gradcheck.load_cases()["square"]
    assert_type(gradcheck.sweep(square), pd.DataFrame)
    assert_type(gradcheck.CENTRAL.order, int)
    assert_type(gradcheck.calculus.power(2), gradcheck.Case)
    assert_type(gradcheck.check(square), gradcheck.Result)
