"""A stored run in one pass: a little of every row for an overview, and all of the rows it shows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradcheck.batch.connection import reading
from gradcheck.batch.reading import NOT_RUN, Run

_BETWEEN = "\x1f"
"""Separates tags; a tag that holds it is shown as two."""
_AT_ONCE = 500
"""So many names fit into one question to any SQLite."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What an overview counts and orders a case by; its fields are those of `Run.summary`."""

    name: str
    file: str
    theme: str
    tags: tuple[str, ...]
    outcome: str
    """One of `OUTCOMES`, or `NOT_RUN`."""
    reason: str
    findings: str
    head: str
    """How the message begins."""
    excess: float
    seconds: float
    evaluations: int
    entries: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a case that an overview shows."""

    message: str
    """The first cause that was found; without one, the message of the case."""
    resolution: float
    line: int


def scan(run: Run) -> Iterator[Scanned]:
    """Yield every case of a run, in its order; memory does not grow with their number."""
    with reading(run.path) as connection:
        for (
            name,
            file,
            theme,
            tags,
            outcome,
            reason,
            findings,
            head,
            *numbers,
        ) in connection.execute(_SCAN):
            excess, seconds, evaluations, entries = numbers
            yield Scanned(
                name=name,
                file=file,
                theme=theme,
                tags=tuple(tags.split(_BETWEEN)) if tags else (),
                outcome=outcome or NOT_RUN,
                reason=reason or "",
                findings=findings or "",
                head=head or "",
                excess=_number(excess),
                seconds=_number(seconds),
                evaluations=evaluations or 0,
                entries=entries or 0,
            )


def told(run: Run, names: Sequence[str]) -> dict[str, Told]:
    """Return what is told of some cases, by name."""
    found: dict[str, Told] = {}
    with reading(run.path) as connection:
        for start in range(0, len(names), _AT_ONCE):
            some = names[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            rows = connection.execute(f"{_TOLD} WHERE name IN ({marks})", some)
            found |= {
                name: Told(cause or message or "", _number(resolution), line)
                for name, message, cause, resolution, line in rows
            }
    return found


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


_SCAN = """
SELECT name, file, theme,
    (SELECT group_concat(tag, char(31)) FROM tag WHERE tag.id = planned.id),
    outcome, reason, findings, substr(message, 1, 160), excess, seconds, evaluations, entries
FROM planned LEFT JOIN examined USING (id) ORDER BY position
"""

_TOLD = """
SELECT name, message,
    (SELECT finding.message FROM finding WHERE finding.id = planned.id AND rank = 0),
    resolution, line
FROM planned LEFT JOIN examined USING (id)
"""
