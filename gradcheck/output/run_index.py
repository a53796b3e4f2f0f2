"""What the first page of a run's report shows, as plain values: cut to length, every cut said.

However many cases there are and whatever they are called, the page stays below a megabyte: each
list has a limit, and each text has one, in bytes of escaped HTML.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import CRASHED, FAILURES, OUTCOMES, SKIPPED, TIMED_OUT
from gradcheck.batch.scanning import Scanned
from gradcheck.output.clipping import MESSAGE, NAME, PARAGRAPH, PLACE, TAG, clipped
from gradcheck.output.outcome import SIGNS, resolution_text
from gradcheck.output.run_facts import common_folder, duration, facts_of, relative_to
from gradcheck.output.run_listing import (
    INCONCLUSIVE,
    LOCATED,
    PASS,
    UNEXAMINED,
    Cluster,
    Listing,
    cut,
)
from gradcheck.output.run_words import remarks_on, verdict_of
from gradcheck.output.text import NOTHING

SIGN_OF: Mapping[str, str] = {**SIGNS, CRASHED: "†", TIMED_OUT: "◷", SKIPPED: "»", NOT_RUN: "…"}
"""A sign for each outcome, so that nothing rests on colour."""

LISTED = 200
"""So many cases of a list are shown, and so many chosen ones."""
GROUPS = 40
"""So many themes, tags or files are shown."""
TAGS = 6


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case in a list."""

    name: str
    slug: str
    """Of its page; "" if it has none."""
    outcome: str
    sign: str
    why: str
    """A reason and codes."""
    message: str
    place: str
    tags: tuple[str, ...]
    excess: str
    resolution: str
    seconds: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows that share a cause."""

    title: str
    """What they share; "" if they need no heading."""
    outcome: str
    sign: str
    count: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A list of cases."""

    anchor: str
    title: str
    count: int
    """How many cases it is about, shown or not."""
    words: str
    groups: tuple[Group, ...]

    @property
    def shown(self) -> int:
        """How many of them are shown."""
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many cases came out in one way."""

    word: str
    sign: str
    count: int
    percent: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How the cases of a theme, a tag or a file came out."""

    name: str
    cases: int
    failing: int
    inconclusive: int
    unexamined: int
    passed: int


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """Themes, tags or files, those with most failures first."""

    anchor: str
    title: str
    word: str
    count: int
    rows: tuple[Kind, ...]


@dataclass(frozen=True, kw_only=True)
class RunIndex:
    """The first page."""

    title: str
    introduction: tuple[str, ...]
    verdict: str
    """The outcome of the run in a sentence."""
    remarks: tuple[str, ...]
    """What a reader must know about what is missing."""
    failing: int
    total: int
    totals: tuple[tuple[str, str], ...]
    bar: tuple[Share, ...]
    sections: tuple[Section, ...]
    kinds: tuple[Kinds, ...]
    facts: tuple[tuple[str, str], ...]


def index_of(  # noqa: PLR0913  (what the page is made from, all named)
    run: Run,
    listing: Listing,
    *,
    title: str,
    introduction: str,
    pages: Mapping[str, str],
    told: Mapping[str, str],
    without: int,
    whole: int,
) -> RunIndex:
    """Gather the first page.

    Parameters
    ----------
    run : Run
        Where settings and sessions are read from.
    listing : Listing
        Its cases in order.
    title, introduction : str
        What stands above all.
    pages : mapping of str to str
        The slugs of the cases that have a page.
    told : mapping of str to str
        What is told of the cases that are shown; see `shown`.
    without : int
        How many cases that fail, are inconclusive or were chosen have no page.
    whole : int
        How many cases the run has, chosen for this report or not.
    """
    top = common_folder(listing.files)
    make = _Rows(pages, told, top)
    failing = sum(listing.counts.get(word, 0) for word in FAILURES)
    return RunIndex(
        title=clipped(title, NAME),
        introduction=tuple(
            clipped(part.strip(), PARAGRAPH) for part in introduction.split("\n\n")[:10]
        ),
        verdict=verdict_of(listing, failing),
        remarks=tuple(remarks_on(run, listing, without, whole)),
        failing=failing,
        total=listing.total,
        totals=_totals(listing, failing),
        bar=_bar(listing),
        sections=tuple(_sections(listing, make, failing)),
        kinds=tuple(_kinds(listing, top)),
        facts=tuple(facts_of(run, top)),
    )


def shown(listing: Listing) -> list[str]:
    """Name the cases that the first page shows."""
    lists = [
        *(cluster.cases for cluster in cut(listing.failing, LISTED)),
        *(cluster.cases for cluster in cut(listing.inconclusive, LISTED)),
        listing.chosen[:LISTED],
        listing.unexamined,
        listing.passed,
        listing.slowest,
    ]
    return list(dict.fromkeys(case.name for each in lists for case in each))


@dataclass(frozen=True)
class _Rows:
    """Makes rows."""

    pages: Mapping[str, str]
    told: Mapping[str, str]
    top: str

    def row(self, case: Scanned) -> Row:
        told = self.told.get(case.name, "")
        passes = case.outcome == PASS
        why = case.findings or case.reason
        return Row(
            name=clipped(case.name, NAME),
            slug=self.pages.get(case.name, ""),
            outcome=case.outcome.replace(" ", "-"),
            sign=SIGN_OF[case.outcome],
            why="" if passes else clipped(why, PLACE),
            message="" if passes else clipped(" ".join(told.split()), MESSAGE),
            place=_place(case, self.top),
            tags=tuple(clipped(tag, TAG) for tag in case.tags[:TAGS]),
            excess=_quantity(case.excess),
            resolution=resolution_text(case.resolution),
            seconds=_quantity(case.seconds),
        )

    def group(self, cluster: Cluster, count: int, title: str) -> Group:
        return Group(
            title=clipped(title, PLACE),
            outcome=cluster.outcome,
            sign=SIGN_OF[cluster.outcome],
            count=count,
            rows=tuple(map(self.row, cluster.cases)),
        )

    def groups(self, clusters: Sequence[Cluster]) -> tuple[Group, ...]:
        """Make groups, with headings if any cause is shared."""
        headed = any(cluster.cause for cluster in clusters)
        return tuple(
            self.group(
                few, len(whole.cases), _TITLES.get(whole.cause, whole.cause) if headed else ""
            )
            for whole, few in zip(clusters, cut(clusters, LISTED), strict=True)
        )

    def plain(self, cases: Sequence[Scanned]) -> tuple[Group, ...]:
        """Make one group without a heading."""
        return (self.group(Cluster(PASS, "", tuple(cases)), len(cases), ""),) if cases else ()


_TITLES = {"": "other causes", LOCATED: "no cause known, but the places"}


def _sections(listing: Listing, make: _Rows, failing: int) -> Iterator[Section]:
    counts = listing.counts
    candidates = [
        ("failing", "Failing", failing, _WORDS["failing"], make.groups(listing.failing)),
        (
            "inconclusive", "Inconclusive", counts.get(INCONCLUSIVE, 0), _WORDS["inconclusive"],
            make.groups(listing.inconclusive),
        ),
        (
            "chosen", "Chosen", len(listing.chosen), _WORDS["chosen"],
            make.plain(listing.chosen[:LISTED]),
        ),
        (
            "unexamined", "Not examined", sum(counts.get(word, 0) for word in UNEXAMINED),
            _WORDS["unexamined"], make.plain(listing.unexamined),
        ),
        (
            "slowest", "Slowest", listing.total - sum(counts.get(word, 0) for word in UNEXAMINED),
            _WORDS["slowest"], make.plain(listing.slowest),
        ),
        (
            "passed", "Passed", counts.get(PASS, 0), _WORDS["passed"], make.plain(listing.passed),
        ),
    ]  # fmt: skip
    for anchor, title, count, words, groups in candidates:
        if groups:
            yield Section(anchor=anchor, title=title, count=count, words=words, groups=groups)


_WORDS = {
    "failing": "The gravest first, and those that share a cause together; the largest error leads.",
    "inconclusive": "The differences cannot tell, for the reason that is given.",
    "chosen": "Asked for by name, in that order.",
    "unexamined": "There is no verdict on these, in the order of the run.",
    "slowest": "In seconds, the functions of the case included.",
    "passed": "In the order of the run.",
}


def _totals(listing: Listing, failing: int) -> tuple[tuple[str, str], ...]:
    return (
        ("cases", f"{listing.total:,}"),
        ("failing", f"{failing:,}"),
        ("inconclusive", f"{listing.counts.get(INCONCLUSIVE, 0):,}"),
        ("passed", f"{listing.counts.get(PASS, 0):,}"),
        ("entries of derivatives", f"{listing.entries:,}"),
        ("evaluations of f", f"{listing.evaluations:,}"),
        ("time, all cases together", duration(listing.seconds)),
    )


def _bar(listing: Listing) -> tuple[Share, ...]:
    meanings = {**OUTCOMES, NOT_RUN: "the run was interrupted before the case"}
    return tuple(
        Share(
            word=word,
            sign=SIGN_OF[word],
            count=count,
            percent=_percent(count, listing.total),
            meaning=meanings[word],
        )
        for word, count in listing.counts.items()
    )


def _percent(count: int, total: int) -> str:
    """Write a share; neither none nor all is what is only nearly so."""
    share = 100 * count / total
    if share < 0.1:
        return "< 0.1 %"
    return "> 99.9 %" if 99.9 < share < 100 else f"{share:.1f} %"


def _kinds(listing: Listing, top: str) -> Iterator[Kinds]:
    named = {file: relative_to(file, top) for file in listing.files if file}
    files = {named[file]: counts for file, counts in listing.files.items() if file}
    for title, word, counted in (
        ("Themes", "theme", {name or "(none)": each for name, each in listing.themes.items()}),
        ("Tags", "tag", listing.tags),
        ("Files", "file", files),
    ):
        if len(counted) > 1 or (counted and word == "tag"):
            ranked = sorted(counted, key=lambda name: (*_gravity(counted[name]), name))
            yield Kinds(
                anchor=title.lower(),
                title=title,
                word=word,
                count=len(counted),
                rows=tuple(_kind(name, counted[name]) for name in ranked[:GROUPS]),
            )


def _kind(name: str, counts: Counter[str]) -> Kind:
    return Kind(
        name=clipped(name, PLACE),
        cases=counts.total(),
        failing=sum(counts[word] for word in FAILURES),
        inconclusive=counts[INCONCLUSIVE],
        unexamined=sum(counts[word] for word in UNEXAMINED),
        passed=counts[PASS],
    )


def _gravity(counts: Counter[str]) -> tuple[int, int, int]:
    failing = sum(counts[word] for word in FAILURES)
    return -failing, -counts[INCONCLUSIVE], -counts.total()


def _quantity(value: float) -> str:
    if isnan(value):
        return NOTHING
    return "0" if value == 0 else f"{value:.2g}"


def _place(case: Scanned, top: str) -> str:
    if not case.file:
        return ""
    number = f":{case.line}" if case.line else ""
    return clipped(relative_to(case.file, top), PLACE - 10) + number
