"""What the first page of a run's report says in sentences."""

from collections.abc import Iterator

from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import SKIPPED
from gradcheck.output.run_listing import INCONCLUSIVE, PASS, UNEXAMINED, Listing


def verdict_of(listing: Listing, failing: int) -> str:
    """Say how a run came out."""
    total, counts = listing.total, listing.counts
    if not total:
        return "There is no case."
    if counts.get(PASS, 0) == total:
        return "The case passes." if total == 1 else f"All {total:,} cases pass."
    unsure = counts.get(INCONCLUSIVE, 0)
    left = sum(counts.get(word, 0) for word in UNEXAMINED)
    parts = [f"{failing:,} of {total:,} {_cases(total)} {'fails' if failing == 1 else 'fail'}"]
    if unsure:
        parts.append(f"{unsure:,} {'is' if unsure == 1 else 'are'} inconclusive")
    if left:
        parts.append(f"{left:,} {'was' if left == 1 else 'were'} not examined")
    return (", ".join(parts) if failing else f"No case fails, {', '.join(parts[1:])}") + "."


def remarks_on(run: Run, listing: Listing, without: int, whole: int) -> Iterator[str]:
    """Say what is missing: cases that were not reached, pages that were not written."""
    left, skipped = (listing.counts.get(word, 0) for word in (NOT_RUN, SKIPPED))
    if left:
        yield (
            f"{_ending(run)}: "
            f"{left:,} {_cases(left)} {'was' if left == 1 else 'were'} not reached. "
            "gradcheck run --resume goes on with it."
        )
    if skipped:
        yield (
            f"{skipped:,} {_cases(skipped)} {'was' if skipped == 1 else 'were'} skipped, because "
            "the run was to end after so many failures."
        )
    if without:
        yield (
            f"{without:,} {_cases(without)} that {'needs' if without == 1 else 'need'} a look "
            f"{'has' if without == 1 else 'have'} no page of {'its' if without == 1 else 'their'} "
            "own; more are written with --pages, and all are in data/summary.csv.gz."
        )
    if whole != listing.total:
        yield (
            f"This report is about {listing.total:,} of the {whole:,} cases of the run; the data "
            "files hold all of them."
        )


def _ending(run: Run) -> str:
    ending = run.sessions[-1]["ending"] if run.sessions else None
    return _ENDINGS.get(ending or "", "The run has not ended, or was killed")


_ENDINGS = {
    "interrupted": "The run was interrupted",
    "stopped early": "The run ended early",
    "finished": "The run was changed after it had finished",
}


def _cases(count: int) -> str:
    return "case" if count == 1 else "cases"
