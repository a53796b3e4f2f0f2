"""The cases of a stored run one by one: with causes for those who tell, briefly for overviews."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gradcheck.batch.framing import plain
from gradcheck.batch.paging import TABLES, Order, Query, case_numbers, pages
from gradcheck.batch.reading import NOT_RUN, Run

_BETWEEN = "\x1f"
"""Separates tags; a tag that holds it is shown as two."""


def with_causes(
    run: Run, where: str = "TRUE", parameters: Sequence[Any] = (), *, order: Order = "run"
) -> Iterator[dict[str, Any]]:
    """Yield what `Run.records` does, but under `findings` a list of the causes, the surest first.

    Each has code, certainty and message.
    """
    numbers = case_numbers(run.path, where, parameters, order)
    rows, findings = (
        pages(run.path, TABLES[name].query, numbers) for name in ("summary", "findings")
    )
    for some, found in zip(rows, findings, strict=True):
        causes: dict[str, list[dict[str, Any]]] = {}
        for case, _rank, code, certainty, message in found:
            cause = {"code": code, "certainty": certainty, "message": message}
            causes.setdefault(case, []).append(cause)
        for record in map(plain, some):
            yield record | {"findings": causes.get(record["case"], [])}


def messages(run: Run, names: Sequence[str]) -> dict[str, str]:
    """Return what to tell of some cases: the surest cause; without one, the message."""
    condition = f"name IN ({', '.join('?' * len(names))})"
    return {
        case["case"]: (case["findings"] or [case])[0]["message"]
        for case in with_causes(run, condition, names)
    }


@dataclass(frozen=True, slots=True)
class Scanned:
    """What an overview counts and orders a case by; its fields are those of `Run.summary`."""

    name: str
    file: str
    line: int
    theme: str
    tags: tuple[str, ...]
    outcome: str
    """One of `OUTCOMES`, or `NOT_RUN`."""
    reason: str
    findings: str
    head: str
    """How the message begins."""
    evaluations: int
    entries: int
    resolution: float
    excess: float
    seconds: float


def scan(run: Run) -> Iterator[Scanned]:
    """Yield every case of a run, in its order; memory does not grow with their number."""
    for rows in pages(run.path, _BRIEF, case_numbers(run.path)):
        for name, file, line, theme, tags, outcome, *known in rows:
            some = tuple(tags.split(_BETWEEN)) if tags else ()
            numbers: Any = (math.nan if value is None else value for value in known[-3:])
            words: Any = (outcome or NOT_RUN, *known[:-3])
            yield Scanned(name, file, line, theme, some, *words, *numbers)


_BRIEF = Query(
    "name, file, line, theme, "
    "(SELECT group_concat(tag, char(31)) FROM tag WHERE tag.id = planned.id), "
    "outcome, coalesce(reason, ''), coalesce(findings, ''), "
    "coalesce(substr(message, 1, 160), ''), coalesce(evaluations, 0), coalesce(entries, 0), "
    "resolution, excess, seconds"
)
