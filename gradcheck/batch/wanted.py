"""Which cases a run is for: by path, as objects, or as they stand in a store already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradcheck.batch.collecting import collected
from gradcheck.batch.crew import Crew
from gradcheck.batch.manner import Manner
from gradcheck.batch.plan import Planned, plan_of
from gradcheck.batch.request import Request
from gradcheck.batch.store import Store
from gradcheck.errors import CaseError, SelectionError
from gradcheck.model.case import Case

CasesLike = Iterable[Case] | Mapping[str, Case] | Request | str | Path | Sequence[str | Path]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The cases of a run: by path, planned already, or held in memory."""

    request: dict[str, Any] = field(default_factory=dict)
    """What the store remembers, to find them again; empty if they came as objects."""
    planned: tuple[Planned, ...] = ()
    held: Mapping[str, Case] = field(default_factory=dict)

    def plan(self, crew: Crew) -> tuple[Planned, ...]:
        """Return the plan, with names that are unique.

        Raises
        ------
        LoadingError
            If there is no such path.
        SelectionError
            If there is no case.
        """
        if not self.request:
            return self.planned
        request = Request.from_json(self.request)
        found = tuple(filter(request.keeps, collected(request.folders(), crew)))
        if not found:
            raise SelectionError(f"no case is left to examine of {', '.join(request.paths)}")
        return found


def wanted(cases: CasesLike | tuple[Planned, ...], manner: Manner) -> Wanted:
    """Take what a caller gave as the cases of a run.

    Raises
    ------
    CaseError
        If it cannot be used, or needs this process and has workers.
    SelectionError
        If it is nothing.
    """
    if isinstance(cases, Request):
        return Wanted(request=cases.to_json())
    if isinstance(cases, str | Path):
        return Wanted(request=Request.of(cases).to_json())
    listed: list[Any] = list(cases.values() if isinstance(cases, Mapping) else cases)
    if not listed:
        raise SelectionError("there are no cases to examine")
    if all(isinstance(each, Planned) for each in listed):
        return Wanted(planned=tuple(listed))
    if all(isinstance(each, str | Path) for each in listed):
        return Wanted(request=Request.of(listed).to_json())
    held = _named_cases(listed)
    homeless = [name for name, case in held.items() if case.origin is None]
    if homeless and not manner.in_process:
        shown = ", ".join(map(repr, homeless[:3])) + (", ..." if len(homeless) > 3 else "")
        raise CaseError(
            f"{len(homeless)} of the cases were made in memory ({shown}), and workers load cases "
            "from their files; give workers=0, or write them into a case file"
        )
    return Wanted(planned=plan_of(held.values()), held=held if manner.in_process else {})


def _named_cases(listed: Sequence[Any]) -> dict[str, Case]:
    held: dict[str, Case] = {}
    for case in listed:
        if not isinstance(case, Case):
            raise CaseError(f"a run takes cases, or paths of case files and folders, got {case!r}")
        if case.name in held:
            raise CaseError(f"two cases are called {case.name!r}; rename one of them")
        held[case.name] = case
    return held


def asked_before(store: Store) -> CasesLike | tuple[Planned, ...]:
    """Return what a stored run was asked for, to be looked up again."""
    request = store.request
    if request:
        return Request.from_json(request)
    planned = store.planned()
    homeless = [each.name for each in planned if not each.file]
    if homeless:
        raise CaseError(
            f"{store.path}: {len(homeless)} of its cases were made in memory, such as "
            f"{homeless[0]!r}; hand the cases over again: gradcheck.resume(store, cases, workers=0)"
        )
    return planned
