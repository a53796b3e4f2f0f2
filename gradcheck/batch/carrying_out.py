"""Examine the cases of a plan, and write each row into the store as it comes."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing

from gradcheck.batch.crew import Crew
from gradcheck.batch.environment import environment
from gradcheck.batch.examining import examine
from gradcheck.batch.manner import Manner
from gradcheck.batch.plan import Planned
from gradcheck.batch.record import FAILURES, SKIPPED, Record
from gradcheck.batch.settings import Settings
from gradcheck.batch.store import Store
from gradcheck.batch.worker import examine_planned
from gradcheck.errors import RunError
from gradcheck.model.case import Case


def carry_out(
    store: Store,
    plan: Sequence[Planned],
    held: Mapping[str, Case],
    crew: Crew,
    manner: Manner,
    *,
    again: Iterable[str] = (),
) -> None:
    """Examine what is left of a plan, and write each row as it comes."""
    store.begin(environment(manner.workers, manner.executor, manner.limits))
    left = store.plan(plan, manner.limits, again=again)
    ending = "interrupted"
    try:
        ending = _examine(store, left, len(plan), held, crew, manner)
    except KeyboardInterrupt as error:
        error.add_note(f"go on with gradcheck.resume({str(store.path)!r})")
        raise
    except RunError as error:
        raise RunError(
            f"{error}; what is done is in the store: go on with "
            f"gradcheck.resume({str(store.path)!r})"
        ) from error
    finally:
        store.end(ending)


def _examine(
    store: Store,
    left: Sequence[Planned],
    total: int,
    held: Mapping[str, Case],
    crew: Crew,
    manner: Manner,
) -> str:
    """Return how it ended."""
    done, failed = total - len(left), 0
    manner.progress(done, failed, total, "")
    settings = store.settings
    kept = {each.name: each for each in left}
    with closing(_records(left, settings, held, crew)) as records:
        source = records if manner.maxfail is None else _in_order(records, left)
        for planned, record in source:
            store.put(planned.name, record)
            del kept[planned.name]
            done, failed = done + 1, failed + (record.outcome in FAILURES)
            manner.progress(done, failed, total, planned.name)
            if failed == manner.maxfail:
                break
    for planned in kept.values():
        message = f"the run was to end after {failed} {'failure' if failed == 1 else 'failures'}"
        store.put(planned.name, Record(outcome=SKIPPED, message=message))
    return "stopped early" if kept else "finished"


def _records(
    left: Sequence[Planned], settings: Settings, held: Mapping[str, Case], crew: Crew
) -> Generator[tuple[Planned, Record], None, None]:
    """Yield what comes of the cases, in the order in which it comes."""
    for planned in left:
        if planned.problem:
            yield planned, Record(outcome=planned.outcome, message=planned.problem)
    todo = [planned for planned in left if not planned.problem]
    function = examine_planned
    if held:

        def function(planned: Planned, settings: Settings) -> Record:
            return examine(held[planned.name], settings)

    for number, answer in crew(function, [(planned, settings) for planned in todo]):
        record = answer.value or Record(
            outcome=answer.outcome, message=answer.message, seconds=answer.seconds
        )
        yield todo[number], record


def _in_order(
    records: Iterable[tuple[Planned, Record]], order: Sequence[Planned]
) -> Iterator[tuple[Planned, Record]]:
    """Yield the records in the order of the run, so that an early end does not depend on luck."""
    waiting: dict[str, Record] = {}
    names = iter(order)
    turn = next(names, None)
    for planned, record in records:
        waiting[planned.name] = record
        while turn is not None and turn.name in waiting:
            yield turn, waiting.pop(turn.name)
            turn = next(names, None)
