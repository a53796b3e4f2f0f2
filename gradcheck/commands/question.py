"""What is to be checked, and how: the options that `check`, `explain` and `run` share."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from gradcheck.commands.selection import load, named
from gradcheck.errors import CaseError

if TYPE_CHECKING:
    from gradcheck.model.case import Case

_PAIR = (
    click.option(
        "--f", "f", metavar="MODULE:NAME", help="Function to check, e.g. --f my_model:loss."
    ),
    click.option(
        "--df", "df", metavar="MODULE:NAME", help="Its derivative, e.g. --df my_model:grad."
    ),
    click.option(
        "--at",
        "points",
        multiple=True,
        metavar="X",
        help='Point for --f and --df, e.g. --at 1.5 or --at "[1.0, 2.0]" (repeatable).',
    ),
)
_SETTINGS = (
    click.option("--rtol", type=float, help="Relative difference to tolerate, e.g. --rtol 1e-6."),
    click.option(
        "--atol",
        type=float,
        default=0.0,
        help="Absolute difference to tolerate, e.g. --atol 1e-12.",
    ),
    click.option(
        "--directions",
        type=click.IntRange(min=1),
        metavar="N",
        help="Check along N random directions instead of entry by entry, e.g. --directions 8.",
    ),
    click.option("--all-entries", is_flag=True, help="Check every entry, however many inputs."),
    click.option(
        "--seed",
        type=int,
        default=0,
        help="Seed of what is random, e.g. --seed 1.",
    ),
    click.option("--strict", is_flag=True, help="Count inconclusive as failure."),
)


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that make up a `Question`."""
    for option in reversed((*_PAIR, *_SETTINGS)):
        command = option(command)
    return command


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that decide how derivatives are judged."""
    for option in reversed(_SETTINGS):
        command = option(command)
    return command


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the arguments of a command ask about one or many derivatives."""

    targets: tuple[str, ...]
    paths: tuple[str, ...]
    f: str | None
    df: str | None
    points: tuple[str, ...]
    rtol: float | None
    atol: float
    directions: int | None
    all_entries: bool
    seed: int
    strict: bool

    def __post_init__(self) -> None:
        given = [self.f is not None, self.df is not None, bool(self.points)]
        if any(given) and not all(given):
            raise click.UsageError("--f, --df and --at belong together; give all three")
        if any(given) and self.names_cases:
            raise click.UsageError("give case files or --f and --df, not both")
        if self.directions is not None and self.all_entries:
            raise click.UsageError("--directions and --all-entries exclude each other; choose one")
        if self.seed < 0:
            raise click.BadParameter("a seed is a number of at least 0", param_hint="--seed")

    @property
    def names_cases(self) -> bool:
        """Whether cases are asked for, in any way."""
        return bool(self.targets or self.paths)

    @property
    def of_check(self) -> dict[str, Any]:
        """The options of `gradcheck.check`."""
        return {
            "rtol": self.rtol,
            "atol": self.atol,
            "directions": self.directions,
            "entries": "all" if self.all_entries else None,
            "seed": self.seed,
        }

    def require_tolerances(self) -> None:
        """Refuse tolerances that are none, before any case is loaded."""
        from gradcheck.verdict.subject import tolerance_of

        try:
            tolerance_of(self.rtol, self.atol)
        except CaseError as error:
            raise click.UsageError(str(error)) from None

    def cases(self) -> "tuple[list[Case], tuple[str, ...]]":
        """Return the cases that are meant, and the problems of loading them."""
        if self.f is not None and self.df is not None:
            from gradcheck.commands.pair import pair

            return [pair(self.f, self.df, self.points)], ()
        return _targeted(self.targets, self.paths)


def _targeted(targets: Sequence[str], paths: Sequence[str]) -> "tuple[list[Case], tuple[str, ...]]":
    """Return the cases of files, folders and names; each once."""
    if not targets:
        registry, problems = load(paths)
        return list(registry.values()), problems
    cases: dict[tuple[str, str], Case] = {}
    problems = ()
    for target in targets:
        if os.path.isdir(target):  # noqa: PTH112  (pathlib is not needed for anything else)
            registry, trouble = load([target])
            found = list(registry.values())
        elif "::" not in target and _looks_like_a_path(target) and not os.path.exists(target):  # noqa: PTH110  (as above)
            raise click.BadParameter(f"no such file or folder: {target}", param_hint="PATH")
        else:
            found, trouble = named([target], paths)
        problems += trouble
        for case in found:
            cases.setdefault((str(case.origin), case.name), case)
    return list(cases.values()), problems


def _looks_like_a_path(target: str) -> bool:
    return target.endswith(".py") or "/" in target or os.sep in target
