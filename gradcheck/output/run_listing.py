"""Which cases of a run its first page shows: put in order, grouped by cause, fairly cut short."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from gradcheck.batch.reading import NOT_RUN
from gradcheck.batch.record import FAILURES, OUTCOMES, SKIPPED
from gradcheck.batch.scanning import Scanned

INCONCLUSIVE, PASS = "inconclusive", "pass"
UNEXAMINED = (SKIPPED, NOT_RUN)

SLOWEST = 25
PASSED = 100
UNEXAMINED_SHOWN = 50
LOCATED = "place"
"""The code of a finding that says where df is wrong, and names no cause."""
MOST_CAUSES = 40
"""So many causes have a heading of their own; the rarest ones share one."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Cases with one outcome and one cause."""

    outcome: str
    cause: str
    """Codes, a reason, or how the message begins; "" for cases that share it with no other."""
    cases: tuple[Scanned, ...]
    """Those with the largest error first."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A run, counted and put in order."""

    counts: Mapping[str, int]
    """The outcomes that occur, the gravest first, `NOT_RUN` last."""
    failing: tuple[Cluster, ...]
    inconclusive: tuple[Cluster, ...]
    unexamined: tuple[Scanned, ...]
    """The first ones, like `passed`."""
    passed: tuple[Scanned, ...]
    slowest: tuple[Scanned, ...]
    chosen: tuple[Scanned, ...]
    """Cases that were asked for by name, in that order."""
    themes: Mapping[str, Counter[str]]
    tags: Mapping[str, Counter[str]]
    files: Mapping[str, Counter[str]]
    """How many cases of a theme, tag or file came out how."""
    seconds: float
    evaluations: int
    entries: int

    @property
    def total(self) -> int:
        """How many cases there are."""
        return sum(self.counts.values())


@dataclass
class _Tally:
    counts: Counter[str] = field(default_factory=Counter)
    themes: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    tags: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    files: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: float = 0.0
    evaluations: int = 0
    entries: int = 0

    def add(self, case: Scanned) -> None:
        self.counts[case.outcome] += 1
        self.themes[case.theme][case.outcome] += 1
        self.files[case.file][case.outcome] += 1
        for tag in case.tags:
            self.tags[tag][case.outcome] += 1
        self.seconds += 0.0 if case.seconds != case.seconds else case.seconds
        self.evaluations += case.evaluations
        self.entries += case.entries


def listing(cases: Iterable[Scanned], chosen: Sequence[str] = ()) -> Listing:
    """Count the cases of a run and put those in order that matter.

    Parameters
    ----------
    cases : iterable of Scanned
        In the order of the run. Those that pass are not kept, but for a few.
    chosen : sequence of str
        Names of cases that are kept in any case.
    """
    tally, wanted = _Tally(), set(chosen)
    kept: dict[str, list[Scanned]] = {kind: [] for kind in ("failing", INCONCLUSIVE, PASS, "")}
    asked: dict[str, Scanned] = {}
    slow: list[Scanned] = []
    for case in cases:
        tally.add(case)
        kind = _kind(case.outcome)
        if len(kept[kind]) < _MOST.get(kind, float("inf")):
            kept[kind].append(case)
        if case.name in wanted:
            asked[case.name] = case
        slow.append(case)
        if len(slow) >= 8 * SLOWEST:
            slow = _slowest(slow)
    return Listing(
        counts={word: n for word in (*OUTCOMES, NOT_RUN) if (n := tally.counts[word])},
        failing=clustered(kept["failing"]),
        inconclusive=clustered(kept[INCONCLUSIVE]),
        unexamined=tuple(kept[""]),
        passed=tuple(kept[PASS]),
        slowest=tuple(_slowest(slow)),
        chosen=tuple(asked[name] for name in dict.fromkeys(chosen) if name in asked),
        themes=tally.themes,
        tags=tally.tags,
        files=tally.files,
        seconds=tally.seconds,
        evaluations=tally.evaluations,
        entries=tally.entries,
    )


_MOST = {PASS: PASSED, "": UNEXAMINED_SHOWN}


def clustered(cases: Sequence[Scanned]) -> tuple[Cluster, ...]:
    """Group cases by outcome and cause: the gravest first, then what most of them share."""
    causes = [cause_of(case) for case in cases]
    counts = Counter(zip((case.outcome for case in cases), causes, strict=True))
    shared = {key for key, count in counts.most_common(MOST_CAUSES) if count > 1}
    groups: defaultdict[tuple[str, str], list[Scanned]] = defaultdict(list)
    for case, cause in zip(cases, causes, strict=True):
        key = (case.outcome, cause)
        groups[key if key in shared else (case.outcome, "")].append(case)
    ranks = {word: rank for rank, word in enumerate(OUTCOMES)}

    def place(key: tuple[str, str]) -> tuple[int, int, int, str]:
        outcome, cause = key
        vague = 2 if not cause else int(cause == LOCATED)
        return ranks[outcome], vague, -len(groups[key]), cause

    return tuple(
        Cluster(*key, tuple(sorted(groups[key], key=_size, reverse=True)))
        for key in sorted(groups, key=place)
    )


def cause_of(case: Scanned) -> str:
    """Name what a case may share with others: a finding, a reason, the first words of a message."""
    if case.findings or case.reason:
        return case.findings or case.reason
    return _CLAUSE.match(_NUMBER.sub("…", case.head))[0].strip()[:_LONGEST_CAUSE]  # type: ignore[index]


_CLAUSE = re.compile(r"[^,;:(\n]*")
_NUMBER = re.compile(r"\d[\d.e+-]*")
_LONGEST_CAUSE = 80


def cut(clusters: Sequence[Cluster], most: int) -> tuple[Cluster, ...]:
    """Keep so many cases at most, with something of every cluster while there is room.

    What one `most` keeps, a larger one keeps too.
    """
    shares = fair([len(cluster.cases) for cluster in clusters], most)
    return tuple(
        Cluster(cluster.outcome, cluster.cause, cluster.cases[:share])
        for cluster, share in zip(clusters, shares, strict=True)
    )


def fair(counts: Sequence[int], most: int) -> list[int]:
    """Share out `most` among counts: none gets more than it has, the small ones get theirs first.

    Examples
    --------
    >>> fair([1000, 2, 50], 100), fair([3, 3], 100)
    ([49, 2, 49], [3, 3])
    """
    shares = [0] * len(counts)
    left = most
    for done, (number, count) in enumerate(sorted(enumerate(counts), key=itemgetter(1))):
        shares[number] = min(count, left // (len(counts) - done))
        left -= shares[number]
    return shares


def _kind(outcome: str) -> str:
    if outcome in FAILURES:
        return "failing"
    return outcome if outcome in (INCONCLUSIVE, PASS) else ""


def _size(case: Scanned) -> float:
    return -1.0 if case.excess != case.excess else case.excess


def _slowest(cases: Iterable[Scanned]) -> list[Scanned]:
    timed = (case for case in cases if case.seconds > 0)
    return sorted(timed, key=lambda case: case.seconds, reverse=True)[:SLOWEST]
