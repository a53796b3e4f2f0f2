"""The instruments: each asks the engine one kind of question and shows the answer."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from gradcheck.lessons.definition import Definition
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.words import Words
from gradcheck.output.toml_file import did_you_mean, listing

KINDS = (
    "answers",
    "candidates",
    "cards",
    "checked",
    "errors",
    "family",
    "formulas",
    "game",
    "lab",
    "limits",
    "overlay",
    "peak",
    "poster",
    "precisions",
    "reading",
    "rulers",
    "scan",
    "shapes",
    "slopes",
)
"""The kinds that a block may have: each is a module of `instruments` with a function `measure`."""


class Measured(Protocol):
    """What an instrument found, in no language."""

    def view(self, words: Words) -> Any:
        """Return what a text uses: numbers, tables and figures in one language."""


def measure_all(definition: Definition) -> Mapping[str, Measured]:
    """Ask the engine all that the blocks of a lesson ask.

    Raises
    ------
    DefinitionError
        If a block has an unknown kind, or says something that its instrument cannot use.
    """
    return {name: _measured(setting) for name, setting in definition.settings().items()}


def _measured(setting: Setting) -> Measured:
    kind = setting.text("kind")
    if kind not in KINDS:
        value = setting.value("kind")
        hint = did_you_mean(kind, KINDS).removeprefix("; ")
        raise value.wrong(f"an instrument ({listing(KINDS)})", hint)
    measured: Measured = import_module(f"gradcheck.lessons.instruments.{kind}").measure(setting)
    return measured
