"""Find the cases of files and folders; their code runs with the crew, not here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gradcheck.batch.crew import Crew
from gradcheck.batch.plan import Planned, digest_of
from gradcheck.batch.worker import collect
from gradcheck.model.loading import rooted_files


def collected(paths: Sequence[str], crew: Crew) -> tuple[Planned, ...]:
    """Plan to examine the cases of files and folders; their code runs with the crew.

    Raises
    ------
    LoadingError
        If there is no such path, or no case file.
    """
    files = [(str(file), str(root)) for root, file in rooted_files(paths)]
    found: dict[int, tuple[Planned, ...]] = {}
    for number, answer in crew(collect, files):
        file = files[number][0]
        found[number] = answer.value or (
            Planned(
                name=file, file=file, line=1, source=digest_of(Path(file)),
                problem=f"the case file cannot be loaded: {answer.message}", outcome=answer.outcome,
            ),
        )  # fmt: skip
    named: dict[str, Planned] = {}
    for number in sorted(found):
        for each in found[number]:
            case = replace(each, name=_shown(each.name)) if each.problem else each
            if case.name in named:
                problem = f"the name {case.name!r} is already taken by {named[case.name].where}"
                case = replace(
                    case, name=f"{_shown(case.file)}::{case.name}",
                    problem=f"{problem}; rename one of them",
                )  # fmt: skip
            named[case.name] = case
    return tuple(named.values())


def _shown(file: str) -> str:
    """Return a path as seen from here, as far as it is below."""
    path = Path(file)
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else file
