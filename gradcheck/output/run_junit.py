"""A stored run as JUnit XML, as test services read it: a test case for each case."""

from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from gradcheck.batch.connection import reading
from gradcheck.batch.reading import NOT_RUN, Run
from gradcheck.batch.record import FAILURES
from gradcheck.batch.scanning import with_causes
from gradcheck.errors import SelectionError
from gradcheck.output.entry import printable
from gradcheck.output.outcome import printable_lines
from gradcheck.output.reproduction import command, shown_path

STORIES = 200
"""So many failures are told with their wrong entries; of more, the cause and the place."""

_LONGEST = 500
"""Characters of the message of one line; the text below it has all."""


def junit_lines(run: Run) -> Iterator[str]:
    """Yield the lines of a JUnit file.

    A case that fails is a failure; one that ended in an error, crashed or timed out is an error;
    one that is inconclusive, was skipped or not reached is skipped, with the reason. The class
    name is the theme, or else the case file. `file` and `line` are attributes of each test case,
    the line counted from 1; `time` is in seconds.
    """
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<testsuites name="gradcheck">'
    yield f"<testsuite{_attributes(_totals(run))}>"
    yield "<properties>"
    for name, value in _properties(run).items():
        yield f"<property{_attributes({'name': name, 'value': value})}/>"
    yield "</properties>"
    told = 0
    for record in with_causes(run):
        fails = record["outcome"] == "fail"
        yield from _case(run, record, in_full=fails and told < STORIES)
        told += fails
    yield "</testsuite>"
    yield "</testsuites>"


def _totals(run: Run) -> dict[str, Any]:
    with reading(run.path) as connection:
        (seconds,) = connection.execute("SELECT total(seconds) FROM examined").fetchone()
    kinds = dict.fromkeys(("failure", "error", "skipped", ""), 0)
    for outcome, count in run.counts.items():
        kinds[_kind(outcome)] += count
    started = {"timestamp": run.sessions[0]["started"]} if run.sessions else {}
    return {
        "name": "gradcheck",
        "tests": len(run),
        "failures": kinds["failure"],
        "errors": kinds["error"],
        "skipped": kinds["skipped"],
        "time": f"{seconds:.6f}",
    } | started


def _properties(run: Run) -> dict[str, Any]:
    """Return what the numbers depend on: of the settings those that are set, and the versions."""
    settings = run.settings
    chosen = {
        name: getattr(settings, name)
        for name in ("seed", "points", "rtol", "atol", "directions", "entries")
    }
    last = run.sessions[-1] if run.sessions else {}
    versions = {name: last.get(name) for name in ("gradcheck", "python", "numpy", "platform")}
    return {name: value for name, value in (chosen | versions).items() if value is not None}


def _kind(outcome: str) -> str:
    """Return the element of an outcome; "" for a pass."""
    if outcome == "fail":
        return "failure"
    return "error" if outcome in FAILURES else "" if outcome == "pass" else "skipped"


def _case(run: Run, record: Mapping[str, Any], *, in_full: bool) -> Iterator[str]:
    file = shown_path(record["file"]) if record["file"] else ""
    head = {
        "classname": record["theme"] or file or "gradcheck",
        "name": record["case"],
        **({"file": file, "line": record["line"]} if file else {}),
        "time": f"{record['seconds'] or 0.0:.6f}",
    }
    outcome = record["outcome"] or NOT_RUN
    kind = _kind(outcome)
    if not kind:
        yield f"<testcase{_attributes(head)}/>"
        return
    yield f"<testcase{_attributes(head)}>"
    message = {"type": outcome, "message": _message(record, outcome)}
    body = escape(printable_lines(_body(run, record, file, in_full=in_full)))
    yield f"<{kind}{_attributes(message)}>{body}</{kind}>"
    yield "</testcase>"


def _message(record: Mapping[str, Any], outcome: str) -> str:
    """Say in one line what the matter is: the outcome, its reason, the surest cause."""
    causes = [cause["message"] for cause in record["findings"][:1]]
    parts = [outcome, record["reason"], *(causes or [record["message"]])]
    text = ": ".join(part for part in parts if part)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _body(run: Run, record: Mapping[str, Any], file: str, *, in_full: bool) -> str:
    if in_full:
        try:
            return str(run.result(record["case"]))
        except SelectionError:  # a run that goes on is about to do it again
            pass
    lines = [
        f"{each['code']} ({each['certainty']}): {each['message']}" for each in record["findings"]
    ]
    lines.append(record["message"])
    if file:
        lines.append(f"look at {file}:{record['line']}")
    again = command(record["case"], record["file"], run.settings)
    return "\n".join(filter(None, [*lines, again and f"to reproduce: {again}"]))


def _attributes(values: Mapping[str, Any]) -> str:
    """Write attributes; whatever XML cannot hold is an escape."""
    return "".join(f" {name}={quoteattr(printable(str(value)))}" for name, value in values.items())
