"""Any function with its derivative, named on the command line as `package.module:function`."""

import ast
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from gradcheck.model.case import Case


def pair(f: str, df: str, points: Sequence[str]) -> "Case":
    """Make a case of two functions that can be imported, and points written as literals.

    Raises
    ------
    click.BadParameter
        If something cannot be imported, is no function, or is no point.
    """
    from gradcheck.errors import CaseError
    from gradcheck.model.case import Case

    function, derivative = _imported(f, "--f"), _imported(df, "--df")
    numbers = [_point(text) for text in points]
    try:
        return Case(f, f=function, df=derivative, points=numbers)
    except CaseError as error:
        raise click.BadParameter(str(error), param_hint="--at") from None


def _imported(reference: str, option: str) -> Callable[..., Any]:
    """Import a function; the current directory is looked into first, as by `python -m`."""
    module_name, _, path = reference.partition(":")
    names = path.split(".")
    is_file = module_name.endswith(".py")
    if is_file or not all(name.isidentifier() for name in (*module_name.split("."), *names)):
        raise click.BadParameter(
            f"write package.module:function, without slashes and .py; got {reference!r}",
            param_hint=option,
        )
    if os.getcwd() not in sys.path:  # noqa: PTH109  (as text, which is what sys.path holds)
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    value: Any = _module(module_name, option)
    for number, name in enumerate(names):
        if not hasattr(value, name):
            inside = ".".join([module_name, *names[:number]])
            near = get_close_matches(name, dir(value), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise click.BadParameter(f"{inside} has no attribute {name!r}{hint}", param_hint=option)
        value = getattr(value, name)
    if not callable(value):
        raise click.BadParameter(
            f"{reference} is no function, but {_short(value)}", param_hint=option
        )
    function: Callable[..., Any] = value
    return function


def _module(name: str, option: str) -> Any:
    try:
        with redirect_stdout(sys.stderr):  # stdout is for data
            return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            reason = f"there is no module {error.name!r}, neither installed nor in {os.getcwd()}"  # noqa: PTH109  (as the shell shows it)
        else:
            reason = _reason(name, error)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a module may do anything)
        reason = _reason(name, error)
    raise click.BadParameter(reason, param_hint=option)


def _reason(name: str, error: BaseException) -> str:
    """Say why a module cannot be imported, and which of its lines was to blame."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_users(frame.filename)]
    filename = getattr(error, "filename", None) if isinstance(error, SyntaxError) else None
    line = getattr(error, "lineno", None)
    if not filename and own:
        filename, line = own[-1].filename, own[-1].lineno
    place = f" ({filename}:{line})" if filename else ""
    words = error.msg if isinstance(error, SyntaxError) else error
    return f"{name} cannot be imported: {type(error).__name__}: {words}{place}"


def _is_users(filename: str) -> bool:
    return not filename.startswith("<") and not filename.startswith(str(Path(__file__).parent))


def _point(text: str) -> Any:
    """Read a point: a number, or nested lists of numbers, as in JSON and in Python."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise click.BadParameter(
            f"a point is a number or a list of numbers, such as 1.5 or [1.0, 2.0]; got {text!r}",
            param_hint="--at",
        ) from None


def _short(value: object, limit: int = 40) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
