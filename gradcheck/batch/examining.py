"""Examine one case: its verdict, and as far as it is asked for, its error table and curves."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from gradcheck.batch.archive import pack_result, pack_table
from gradcheck.batch.record import CURVE_COLUMNS, ERROR, Cause, Record
from gradcheck.batch.settings import Settings
from gradcheck.behaviour.convergence import convergence
from gradcheck.behaviour.curve import words
from gradcheck.behaviour.sweep import sweep
from gradcheck.errors import GradcheckError
from gradcheck.model.case import Case
from gradcheck.model.restriction import along_direction, along_input
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import VERDICTS, Entries, Result, Verdict
from gradcheck.verdict.state import untouched
from gradcheck.verdict.subject import at_points

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[Any]

MOST_ENTRIES = 64
"""Of a case with more entries, the error tables of the worst ones are kept, unless all are asked.
"""
WORST = 2
"""So many of them: each costs hundreds of values of f."""


def examine(case: Case, settings: Settings) -> Record:
    """Check a case, and sweep it if its error table is asked for; whatever it does is its record.

    Raises
    ------
    KeyboardInterrupt
        Nothing else.
    """
    began = time.perf_counter()
    try:
        record = _examined(case, settings)
    except GradcheckError as error:
        record = Record(outcome=ERROR, message=str(error).removeprefix(f"{case.name}: "))
    except KeyboardInterrupt:
        raise
    except SystemExit as error:
        record = Record(
            outcome=ERROR,
            message=f"f or df ends the program: SystemExit({error.code!r}); it must return a value",
        )
    except BaseException as error:  # noqa: BLE001  (one case never stops a run)
        record = Record(outcome=ERROR, message=raised_text(error))
    return replace(record, seconds=time.perf_counter() - began)


def raised_text(error: BaseException) -> str:
    """Name an exception, even one whose text cannot be had."""
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception as nested:  # noqa: BLE001  (the user's __str__ raised)
        text = f"{type(error).__name__}, whose text raised {type(nested).__name__}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


_LONGEST = 2_000


def _examined(case: Case, settings: Settings) -> Record:
    if settings.points is not None:
        generator = np.random.Generator(np.random.PCG64([settings.seed, crc32(case.name.encode())]))
        case = at_points(case, settings.points, generator)
    result = check(case, **settings.of_check)
    record = record_of(result)
    if settings.tables == "none" or (settings.tables == "suspects" and result):
        return record
    with untouched():
        try:
            table, curves = _swept(result, case, settings)
        except GradcheckError:  # where there is no quotient at all, the verdict says why
            return record
    return replace(
        record,
        table=pack_table(table),
        curves=tuple(_rows(curves, CURVE_COLUMNS)),
    )


def record_of(result: Result) -> Record:
    """Return what a run keeps of a result."""
    entries = result.entries
    record = Record(
        outcome=result.verdict.value,
        reason=result.reason.value,
        message=result.message,
        findings=tuple(
            Cause(code=f.code, certainty=f.certainty, message=f.message) for f in result.findings
        ),
        resolution=result.resolution,
        evaluations=result.evaluations,
        entries=len(entries),
        wrong=int((entries.verdict == VERDICTS.index(Verdict.FAIL)).sum()),
        points=len(np.unique(entries.point)) if len(entries) else len(result.case.points),
        result=pack_result(result),
    )
    if not len(entries):
        return record
    error, noise, excess = _sizes(entries)
    return replace(record, error=error, noise=noise, excess=excess)


def _sizes(entries: Entries) -> tuple[float, float, float]:
    """Return `Record.error`, `noise` and `excess`; a missing number counts as infinite."""
    with np.errstate(all="ignore"):
        return (
            _largest(entries.abs_error, entries.scale),
            _largest(entries.error_bar, entries.scale),
            _largest(entries.abs_error, entries.error_bar + entries.materiality),
        )


def _largest(sizes: Array, units: Array) -> float:
    quotients = np.where(sizes == 0, 0.0, sizes / units)
    return float(np.where(np.isnan(quotients), np.inf, quotients).max())


def _swept(result: Result, case: Case, settings: Settings) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return the error table and the curves: of all entries, or of the worst ones."""
    options: dict[str, Any] = {"stencils": settings.stencils, "steps": settings.steps}
    few = result.directions is None and len(result.entries) <= MOST_ENTRIES
    whole = settings.tables == "all" or few or not len(result.entries)
    if whole and not result.elementwise:  # which a sweep takes only one by one
        table = sweep(case if case.all_points else result.case, **options)
        return table, convergence(table)
    import pandas as pd

    parts = list(_of_the_worst(result, case, options))
    return (
        pd.concat([table for table, _ in parts], ignore_index=True),
        pd.concat([curves for _, curves in parts], ignore_index=True),
    )


def _of_the_worst(
    result: Result, case: Case, options: dict[str, Any]
) -> "Iterator[tuple[pd.DataFrame, pd.DataFrame]]":
    """Sweep the worst entries, each along its input or direction."""
    entries = result.entries
    for row in entries.worst_first()[:WORST].tolist():
        point, output, moved = (int(c[row]) for c in (entries.point, entries.output, entries.input))
        x, slope = result.case.all_points[point], float(entries.analytic[row])
        if result.directions is not None:
            direction = np.asarray(result.directions[moved])
            part = along_direction(case, x, direction=direction, output=output, slope=slope)
        else:
            part = along_input(case, x, input_=moved, output=output, slope=slope)
        place = {"point": np.int32(point), "output": np.int32(output), "input": np.int32(moved)}
        table = sweep(part, **options)
        curves = convergence(table)
        table.attrs = {}
        yield table.assign(**place), curves.assign(**place)


def _rows(table: "pd.DataFrame", names: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some columns in plain values."""
    columns = [table[name] for name in names]
    return zip(
        *(c.tolist() if c.dtype.kind in "iuf" else words(c.array) for c in columns), strict=True
    )
