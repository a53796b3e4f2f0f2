"""Which cases a command is about: the options that several commands share, and what they load."""

import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from gradcheck.commands.terminal import say
from gradcheck.errors import CaseError, SelectionError

if TYPE_CHECKING:
    from gradcheck.model.case import Case
    from gradcheck.model.registry import Registry

path_option = click.option(
    "--path",
    "paths",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="Case file or folder instead of the built-in cases, e.g. --path my_cases/ (repeatable).",
)


def _expressions(
    _context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """Refuse what is no expression, before anything else is done."""
    if texts:
        from gradcheck.batch.expression import chooser

        for text in texts:
            try:
                chooser(text)
            except CaseError as error:
                raise click.BadParameter(str(error)) from None
    return texts


keyword_option = click.option(
    "-k",
    "keywords",
    multiple=True,
    metavar="EXPR",
    callback=_expressions,
    help="Only cases with these words in name, tags, theme or file name, e.g. -k sigmoid, "
    "-k 'exp*' or -k 'relu and not leaky' (repeatable: one of them must hold).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, e.g. for jq.")
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="No progress and no remarks, e.g. in CI."
)


def load(paths: Sequence[str]) -> "tuple[Registry, tuple[str, ...]]":
    """Load the cases, and say which files cannot be loaded.

    Raises
    ------
    SelectionError
        If there is no case.
    """
    from gradcheck.model.loading import load_cases

    with redirect_stdout(sys.stderr):  # stdout is for data, whatever a case file prints
        registry = load_cases(paths or None, on_error="keep")
    for problem in registry.problems:
        say(problem)
    if not registry:
        raise SelectionError("no case could be loaded")
    return registry, registry.problems


def named(names: Sequence[str], paths: Sequence[str]) -> "tuple[list[Case], tuple[str, ...]]":
    """Return the cases that the names stand for, and the problems of loading them.

    A name is a name, a pattern, file.py::name, or file.py; plain names are looked up in `paths`,
    or among the built-in cases.
    """
    cases: dict[tuple[str, str], Case] = {}
    problems: tuple[str, ...] = ()
    registry: Registry | None = None
    for name in names:
        file, separator, pattern = name.rpartition("::")
        if separator or name.endswith(".py"):
            found, trouble = load([_existing(file or name)])
            selected = found.select(pattern) if separator else found
        else:
            trouble = ()
            if registry is None:
                registry, trouble = load(paths)
            selected = registry.select(name)
        problems += trouble
        for case in selected.values():
            cases.setdefault((str(case.origin), case.name), case)
    return list(cases.values()), problems


def _existing(file: str) -> str:
    if not os.path.exists(file):  # noqa: PTH110  (pathlib is not needed for anything else)
        raise click.BadParameter(f"no such case file: {file}", param_hint="NAME")
    return file
