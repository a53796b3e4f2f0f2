"""What there is to tell about a check, in words and in order; text and HTML set it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from gradcheck.output import verdict_number as number
from gradcheck.output.entry import printable
from gradcheck.output.verdict_block import block_rows
from gradcheck.output.verdict_cause import Cause, causes_of, headline, rivalry
from gradcheck.output.verdict_name import entry_names, point_name, point_place
from gradcheck.verdict.result import VERDICTS, Reason, Result, Verdict

SHOWN = 5
"""So many of the worst entries are shown."""

WORDS = frozenset({"entry", "at x", "why", "block", "shape", "verdict"})
"""Columns of words, aligned to the left; all others hold numbers, aligned to the right."""

_FEW = 8
"""So many inputs are written out, to be copied."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table of entries."""

    verdict: Verdict
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Story:
    """The parts of what is told; foreign text is printable, but not escaped for HTML."""

    verdict: Verdict
    title: str
    """The case and the verdict, in few words."""
    sentence: str
    """The verdict in words, with the name of the case, and the mistake if one is known."""
    causes: tuple[Cause, ...]
    """What explains the wrong entries, the surest first."""
    rivalry: str
    """That several causes compete; "" if they do not."""
    message: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    """The worst entries, as far as they do not pass."""
    more: str
    """How many are not shown."""
    blocks: tuple[Row, ...]
    """The parts of x with their verdicts, if there are several; under `verdict_block.HEADER`."""
    more_blocks: str
    """How many are not shown."""
    notes: tuple[str, ...]
    closing: str
    """How small an error would have been seen, and at what cost; in a pass, `sentence` says so."""
    call: str
    """How to check again with the x of `recipe`."""
    recipe: tuple[str, ...]
    """Lines of Python that make the x that the verdict rests on again, bit for bit."""
    origin: str
    """File and line of the case."""


def story(result: Result) -> Story:
    """Collect what there is to tell about a check."""
    header, rows, more = _worst(result)
    told = result.verdict is Verdict.PASS  # in a single sentence
    causes = causes_of(result)
    blocks, more_blocks = ([], "") if told else block_rows(result)
    return Story(
        verdict=result.verdict,
        title=(
            f"{printable(result.case.name)}: {result.verdict.name} ({result.reason})"
            f"{_where(result)}"
        ),
        sentence=f"{_sentence(result)}{headline(causes)}",
        causes=causes,
        rivalry=rivalry(causes, result.roles.df),
        message="" if told else _message(result),
        header=header,
        rows=rows,
        more=more,
        blocks=tuple(Row(verdict=verdict, cells=cells) for verdict, cells in blocks),
        more_blocks=more_blocks,
        notes=tuple(map(_clean, result.notes)),
        closing="" if told else _closing(result),
        call=_call(result),
        recipe=() if told else _recipe(result),
        origin="" if told or result.case.origin is None else printable(str(result.case.origin)),
    )


_SENTENCES: Mapping[tuple[Verdict, Reason], str] = MappingProxyType(
    {
        (Verdict.FAIL, Reason.DISAGREES): "the derivative of {name} disagrees with differences",
        (Verdict.FAIL, Reason.WRONG_SHAPE): "the derivative of {name} has the wrong shape",
        (Verdict.FAIL, Reason.NOT_FINITE): "the derivative of {name} is not finite{here}",
        (Verdict.FAIL, Reason.SPARSITY): "the derivative of {name} leaves its sparsity pattern",
        (Verdict.FAIL, Reason.MUTATES_INPUT): "{f} or {df} of {name} changes its argument",
        (Verdict.FAIL, Reason.RAISED): "the derivative of {name} raised an exception",
        (Verdict.FAIL, Reason.KINK): "the derivative of {name} fits neither side of a kink",
        (Verdict.INCONCLUSIVE, Reason.KINK): "{name} is not differentiable{here}",
        (Verdict.INCONCLUSIVE, Reason.NOISE): "{name} is too noisy for differences to tell",
        (Verdict.INCONCLUSIVE, Reason.DOMAIN): (
            "the domain of {name} leaves too little room for differences"
        ),
        (Verdict.INCONCLUSIVE, Reason.NONDETERMINISTIC): (
            "{f} or {df} of {name} gives two values at the same x"
        ),
        (Verdict.INCONCLUSIVE, Reason.STATEFUL): "{f} or {df} of {name} depends on earlier calls",
        (Verdict.INCONCLUSIVE, Reason.ANALYTIC_INACCURATE): (
            "the derivative of {name} loses digits to rounding"
        ),
        (Verdict.INCONCLUSIVE, Reason.RAISED): "{name} raised an exception",
        (Verdict.INCONCLUSIVE, Reason.NOT_FINITE): "{name} is not finite{here}",
    }
)
"""Where, and what to do, is said after it."""


def _sentence(result: Result) -> str:
    name = printable(result.case.name)
    if result.verdict is Verdict.PASS:
        agrees = f"the derivative of {name} agrees{_where(result)}"
        return f"{agrees}; {_resolution(result)} ({_calls(result)})"
    where = _where(result)
    sentence = _SENTENCES.get((result.verdict, result.reason), f"{{name}}: {result.reason}")
    roles = result.roles
    told = sentence.format(name=name, f=roles.f, df=roles.df, here="" if where else " here")
    return told + where


def _message(result: Result) -> str:
    """Return the message, unless it only says again that entries disagree: they are listed."""
    message = _clean(result.message)
    clauses = re.split(r"[.;] ", message)
    listed = result.reason is Reason.DISAGREES and len(result.entries) > 0
    return "" if listed and len(clauses) == 1 else message


def _where(result: Result) -> str:
    """Count what the verdict rests on: " in 1 of 2 entries", " in all 12 entries at 3 points"."""
    total, count = len(result.entries), int(_deciding(result).sum())
    if total < 2 or count == 0:
        return ""
    points = len(np.unique(result.entries.point))
    at = f" at {points:,} points" if points > 1 else ""
    noun = _noun(result)
    if count < total:
        return f" in {count:,} of {total:,} {noun}{at}"
    return f" in {'both' if total == 2 else f'all {total:,}'} {noun}{at}"


def _noun(result: Result) -> str:
    """Name what was compared: along a direction, each output has a derivative at each point."""
    if result.directions is None:
        return "entries"
    count = len(result.directions)
    if len(result.entries) == count:
        return "directions"
    return f"derivatives along {_counted(count, 'direction', 'directions')}"


def _deciding(result: Result) -> npt.NDArray[np.bool_]:
    """Find the entries with the reason of the whole; a pass rests on all that pass."""
    own = _are(result, result.verdict)
    return own if result.verdict is Verdict.PASS else own & (result.entries.reason == result.reason)


def _are(result: Result, verdict: Verdict) -> npt.NDArray[np.bool_]:
    return np.asarray(result.entries.verdict == VERDICTS.index(verdict))


def _resolution(result: Result) -> str:
    """Say which error would have been seen; none relative to derivatives that may all be zero."""
    resolution = result.entries.resolution
    telling = resolution < 1
    if telling.all() and telling.size:
        return f"any relative error above {number.bound(result.resolution)} would have been seen"
    if telling.any():
        least = number.bound(float(resolution[telling].max()))
        return (
            f"any relative error above {least} would have been seen, except in "
            f"{_counted(int((~telling).sum()), 'entry', 'entries')} "
            "where all derivatives are zero within the error bar"
        )
    largest = (result.entries.error_bar + result.entries.materiality).max(initial=0.0)
    if not telling.size or not np.isfinite(largest):
        return "nothing can be said about relative errors"
    bar = (
        f"zero within the error bar, at most {number.bound(float(largest))}"
        if largest
        else "exactly zero"
    )
    return f"all derivatives are {bar}, so nothing can be said about relative errors"


def _calls(result: Result) -> str:
    return f"{_counted(result.evaluations, 'evaluation', 'evaluations')} of {result.roles.f}"


def _counted(count: int, singular: str, plural: str) -> str:
    return f"{count:,} {singular if count == 1 else plural}"


def _closing(result: Result) -> str:
    calls = _calls(result)
    decided = result.entries.resolution[~_are(result, Verdict.INCONCLUSIVE)]
    if not decided.size or not (decided < 1).all():
        return calls
    bound = number.bound(float(decided.max()))
    where = "" if len(decided) == len(result.entries) else " elsewhere"
    return f"{calls}; any relative error above {bound} would have been seen{where}"


def _worst(result: Result) -> tuple[tuple[str, ...], tuple[Row, ...], str]:
    """Return the header, the worst entries, and how many are left out."""
    suspect = int((~_are(result, Verdict.PASS)).sum())
    if not suspect:
        return (), (), ""
    header, rows = table_of(result, min(SHOWN, suspect))
    left = suspect - len(rows)
    return header, rows, f"… and {left:,} more" if left else ""


def table_of(result: Result, most: int) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Return header and lines of a table of so many of the worst entries, whatever they are."""
    entries = result.entries
    suspect = np.flatnonzero(entries.verdict != VERDICTS.index(Verdict.PASS))
    order = entries.worst_first()[:most].tolist()
    points = np.unique(entries.point)
    columns = {"entry": entry_names(result, order)}
    if len(points) > 1:
        columns["at x"] = [point_name(result, int(entries.point[row])) for row in order]
    numbers = [
        tuple(
            float(column[row]) for column in (entries.analytic, entries.numeric, entries.error_bar)
        )
        for row in order
    ]
    columns["analytic"] = number.at_the_point(
        [number.analytic(a, like=n, error_bar=e) for a, n, e in numbers]
    )
    columns["numeric ± error bar"] = number.at_the_point(
        [number.plus_minus(n, e) for _, n, e in numbers]
    )
    columns["ratio"] = [number.ratio(a, n, e) for a, n, e in numbers]
    if (entries.reason[suspect] != result.reason).any():
        columns["why"] = [printable(str(entries.reason[row])) for row in order]
    rows = tuple(
        Row(verdict=VERDICTS[int(entries.verdict[row])], cells=cells)
        for row, cells in zip(order, zip(*columns.values(), strict=True), strict=True)
    )
    return tuple(columns), rows


def _call(result: Result) -> str:
    """Write how to ask again, of a single point."""
    roles, directions = result.roles, result.directions
    arguments = [roles.f, roles.df, "x"]
    if roles.options:
        arguments.append(roles.options)
    if directions is not None:
        arguments.append(f"directions={directions.each}")
        arguments += [f"seed={directions.seed}"] if directions.seed else []
    return f"gc.{roles.check}({', '.join(arguments)})"


def _recipe(result: Result) -> tuple[str, ...]:
    """Write the x that the verdict rests on exactly, if it has few elements."""
    point = _point(result)
    if point is None:
        return ()
    x = result.case.all_points[point]
    if result.structure is not None:
        return (f"x = result.points[{point}]",)
    if x.size > _FEW:
        return (f"x = result.case.{point_place(result, point)}",)
    values = [(f'float.fromhex("{v.hex()}")', f"# {v!r}") for v in x.ravel().tolist()]
    if not x.shape:
        return (f"x = {values[0][0]}  {values[0][1]}",)
    width = max(len(code) for code, _ in values) + 1
    shape = f".reshape{x.shape}" if x.ndim > 1 else ""
    return (
        "x = np.array([",
        *(f"    {f'{code},':{width}}  {comment}" for code, comment in values),
        f"]){shape}",
    )


def _point(result: Result) -> int | None:
    """Return the point of the worst entry, or the first that has none: there it went wrong."""
    compared = result.entries.point
    if _deciding(result).any():
        return int(compared[result.entries.worst_first()[0]])
    left = set(range(len(result.case.all_points))) - set(compared.tolist())
    return min(left, default=0 if len(compared) else None)


def _clean(text: str) -> str:
    """Put foreign text on one line, without anything that steers a terminal."""
    return printable(" ".join(text.split()))
