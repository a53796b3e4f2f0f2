"""Exports of a stored run: what other programs read, whatever names and messages hold."""

import csv
import json
import math
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import gradcheck as gc
from gradcheck.batch.examining import examine
from gradcheck.batch.framing import SUMMARY
from gradcheck.batch.plan import Planned
from gradcheck.batch.record import CRASHED, ERROR, SKIPPED, TIMED_OUT, Cause, Record
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.cli import cli
from gradcheck.output import run_export
from gradcheck.output.markdown_text import code, fence, prose
from gradcheck.output.run_export import (
    csv_lines,
    export,
    jsonl_lines,
    junit_lines,
    lines_of,
    markdown,
    pages,
)

HOSTILE = (
    "plain",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://evil\",'x')",
    "+1+1", "-2", "@SUM(A1)", "＝1+1",
    "a\x1b[31m\x00\x07\rb\nc\x85d\u2028e\u202ef",
    "]]>&amp;<![CDATA[\"'",
    "微分の誤差 ∂f/∂x",
    "| a | b |\\|`c` ``d`` ```",
    "@octocat #123 GH-12 https://evil.example www.evil.example a@evil.example :tada: $x$ 1234abcd",
    "![x](http://evil) [y](javascript:alert(1)) <!-- --> </details>",
    "\ufffe\uffff\U0001f600",
    "long " + "x" * 20_000,
)  # fmt: skip
"""Names and messages that would do something if they were taken for more than text."""


def record(name: str, number: int) -> Record:
    """Return a record of each kind in turn, with a hostile message."""
    outcomes = ("fail", ERROR, CRASHED, TIMED_OUT, "inconclusive", SKIPPED, "pass")
    outcome = outcomes[number % len(outcomes)]
    causes = (Cause(code="sign", certainty="A", message=name),) if outcome == "fail" else ()
    return Record(
        outcome=outcome,
        reason="disagrees" if outcome == "fail" else "",
        message=name,
        findings=causes,
        error=(0.1, math.nan, math.inf)[number % 3],
        noise=1 / 3,
        seconds=5e-324 if number == 1 else 0.1 + 0.2,
    )


def stored(path: Path, records: Sequence[tuple[Planned, Record]], left: int = 0) -> gc.Run:
    """Write a store with these records, and some cases that were not reached."""
    plan = [planned for planned, _ in records]
    plan += [Planned(name=f"not reached {number}") for number in range(left)]
    with Store.create(path, Settings(tables="none"), {}) as store:
        store.begin({"numpy": "2.0.0"})
        store.plan(plan, Limits())
        for planned, each in records:
            store.put(planned.name, each)
        store.end("interrupted")
    return gc.read_run(path)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> gc.Run:
    """Make a run whose names, themes, paths and messages are hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    records = [
        (
            Planned(name=name, file=f"/cases/{name[:50]}.py", line=number + 1, theme=name[:9]),
            record(name, number),
        )
        for number, name in enumerate(HOSTILE)
    ]
    return stored(folder / "hostile.sqlite", records, left=2)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> gc.Run:
    """Make a run of three cases, examined: one right, one wrong, one that cannot be examined."""
    cases = [
        gc.Case("sine", f=np.sin, df=np.cos, points=[0.7]),
        gc.Case(
            "=bowl |<b>", f=lambda x: x @ x, df=lambda x: -2 * x, points=[[0.1, 0.2], [1.0, 2.0]]
        ),
        gc.Case("nowhere", f=np.sin, df=np.cos),
    ]
    folder = tmp_path_factory.mktemp("real")
    steps = (1e-2, 1e-4, 1e-6)
    return gc.run(cases, folder / "real.sqlite", workers=0, tables="all", steps=steps)


def suite(run: gc.Run) -> ET.Element:
    """Parse the JUnit file of a run."""
    text = "\n".join(junit_lines(run))
    root = ET.fromstring(text.encode())  # noqa: S314  (we wrote it)
    (found,) = root
    return found


def test_no_cell_of_a_csv_file_runs_as_a_formula(hostile: gc.Run) -> None:
    """Every text that a spreadsheet would run starts with an apostrophe instead."""
    rows = list(csv.DictReader(csv_lines(hostile)))

    assert len(rows) == len(HOSTILE) + 2
    for row in rows:
        for column in ("case", "theme", "findings", "message", "file"):
            assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert rows[3]["case"] == "'+1+1"


@pytest.mark.parametrize("what", ["summary", "findings"])
def test_a_row_of_a_csv_file_is_a_line_without_control_characters(
    hostile: gc.Run, what: str
) -> None:
    """No name can break a line or steer a terminal."""
    lines = list(csv_lines(hostile, what))

    assert all(line.isprintable() for line in lines)
    assert lines == "\n".join(lines).splitlines()


@pytest.mark.parametrize("what", ["summary", "findings", "convergence", "entries"])
def test_numbers_of_a_csv_file_read_back_exactly(real: gc.Run, what: str) -> None:
    """What a CSV file says of numbers is what the run says, to the last bit."""
    header, *rows = csv.reader(csv_lines(real, what))

    expected = pd.concat(pages(real, what), ignore_index=True)
    assert header == list(expected.columns)
    assert len(rows) == len(expected) > 0
    for name, cells in zip(header, zip(*rows, strict=True), strict=True):
        if pd.api.types.is_numeric_dtype(expected[name]):
            numbers = [float(cell or "nan") for cell in cells]
            assert np.array_equal(
                numbers, expected[name].to_numpy(float, na_value=np.nan), equal_nan=True
            )


def test_tables_by_pages_are_the_tables_of_the_run(real: gc.Run) -> None:
    """Reading page by page gives the rows of `Run` in their order."""
    paged = {
        what: pd.concat(pages(real, what), ignore_index=True)
        for what in ("summary", "findings", "convergence")
    }

    pd.testing.assert_frame_equal(paged["summary"], real.summary)
    pd.testing.assert_frame_equal(paged["findings"], real.findings)
    pd.testing.assert_frame_equal(paged["convergence"], real.convergence)


def test_entries_by_pages_are_the_tables_of_the_results(real: gc.Run) -> None:
    """The entries of a case are those of its `Result.table`, to the last bit and in its order."""
    (page,) = pages(real, "entries")

    assert list(page["case"].unique()) == ["sine", "=bowl |<b>"]
    for name, rows in page.groupby("case"):
        expected = real.result(str(name)).table.astype({"name": "str"})
        found = rows.drop(columns="case").reset_index(drop=True)
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_pages_do_not_change_the_tables(
    hostile: gc.Run, real: gc.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether two or two thousand cases are read at a time, the exports are the same."""
    formats = [("csv", what) for what in run_export.TABLES] + [("jsonl", "summary")]
    at_once = [list(lines_of(run, *each)) for run in (hostile, real) for each in formats]

    monkeypatch.setattr("gradcheck.batch.paging.PAGE", 2)
    monkeypatch.setattr("gradcheck.output.run_table._RESULTS", 1)

    assert at_once == [list(lines_of(run, *each)) for run in (hostile, real) for each in formats]


def test_json_lines_hold_a_case_each(hostile: gc.Run) -> None:
    """Each line is an object with schema, the columns of the summary and the list of causes."""
    lines = list(jsonl_lines(hostile))
    found = [json.loads(line) for line in lines]

    assert [each["case"] for each in found[: len(HOSTILE)]] == list(HOSTILE)
    assert all(set(each) == {"schema", *SUMMARY} and each["schema"] == 1 for each in found)
    assert found[0]["findings"] == [{"code": "sign", "certainty": "A", "message": "plain"}]
    assert [each["error"] for each in found[:3]] == [0.1, None, None]
    assert found[1]["seconds"] == 5e-324
    assert found[-1]["outcome"] == "not run"
    assert lines == "\n".join(lines).splitlines()
    assert not any("\x1b" in line or "\x85" in line or "\u202e" in line for line in lines)


def test_json_lines_are_strict_json(hostile: gc.Run) -> None:
    """No line holds NaN or Infinity, which JSON does not know."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    for line in jsonl_lines(hostile):
        json.loads(line, parse_constant=refuse)


@pytest.mark.parametrize("what", ["summary", "findings", "convergence", "entries"])
def test_parquet_keeps_the_dtypes(real: gc.Run, what: str, tmp_path: Path) -> None:
    """A Parquet file reads back as the same table, categories and missing integers too."""
    pytest.importorskip("pyarrow")
    path = export(real, "parquet", what, tmp_path / "table.parquet")

    expected = pd.concat(pages(real, what), ignore_index=True)
    pd.testing.assert_frame_equal(pd.read_parquet(path), expected)


def test_parquet_of_nothing_has_the_columns(hostile: gc.Run, tmp_path: Path) -> None:
    """A table without rows is a file with the same columns."""
    pytest.importorskip("pyarrow")
    path = export(hostile, "parquet", "entries", tmp_path / "table.parquet")

    found = pd.read_parquet(path)
    assert (len(found), list(found.columns)[:3]) == (0, ["case", "point", "output"])


def test_parquet_without_pyarrow_says_what_to_install(
    real: gc.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pyarrow is missing, the error names the extra, and nothing is written."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(gc.OutputError, match=r'pip install "gradcheck\[parquet\]"'):
        export(real, "parquet", out=tmp_path / "table.parquet")
    assert list(tmp_path.iterdir()) == []


def test_junit_is_xml_whatever_the_names_are(hostile: gc.Run) -> None:
    """An XML parser finds every case with its name, control characters as escapes."""
    names = [case.get("name") or "" for case in suite(hostile).iter("testcase")]

    assert len(names) == len(HOSTILE) + 2
    for name, expected in zip(names, HOSTILE, strict=False):
        assert name == expected if expected.isprintable() else "\\x" in name or "\\u" in name


def test_junit_tells_each_outcome_in_its_element(hostile: gc.Run) -> None:
    """A wrong derivative is a failure, a lost case an error, the undecided are skipped."""
    cases = list(suite(hostile).iter("testcase"))
    kinds = [[child.tag for child in case] for case in cases[:7]]

    assert kinds == [["failure"], ["error"], ["error"], ["error"], ["skipped"], ["skipped"], []]
    assert [child.get("type") for child in cases[-1]] == ["not run"]
    assert all(child.get("message") for case in cases for child in case)


def test_junit_counts_what_it_holds(hostile: gc.Run) -> None:
    """The counts of the suite are those of its elements."""
    found = suite(hostile)
    counts = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}

    for attribute, element in counts.items():
        assert int(found.get(attribute, -1)) == sum(1 for _ in found.iter(element)) > 0


def test_junit_names_theme_file_line_and_time(hostile: gc.Run) -> None:
    """A test case has the attributes by which services find its source."""
    first = next(suite(hostile).iter("testcase"))

    assert first.attrib == {
        "classname": "plain", "name": "plain", "file": "/cases/plain.py", "line": "1",
        "time": "0.300000",
    }  # fmt: skip


def test_junit_tells_the_wrong_entries_of_a_failure(real: gc.Run) -> None:
    """The text of a failure is the whole story: cause, entries, how to reproduce."""
    (failure,) = suite(real).iter("failure")

    assert failure.get("message") == "fail: disagrees: df has the wrong sign"
    assert failure.text is not None
    for part in ("cause (A): df has the wrong sign", "∂f/∂x[0]", "to reproduce: gc.check"):
        assert part in failure.text


def test_markdown_counts_and_lists_what_failed(real: gc.Run) -> None:
    """A comment has counts, and a row with cause and place for each failure."""
    lines = markdown(real).splitlines()

    assert lines[0] == "### gradcheck: 2 of 3 cases failed"
    assert lines[2] == "**1 failed**, **1 not examined**, 1 passed."
    assert lines[6] == "| fail | `=bowl \\|<b>` | cause (A): df has the wrong sign | – |"


def test_markdown_of_a_good_run_is_a_line(tmp_path: Path) -> None:
    """Where all passes there is no table."""
    run = stored(tmp_path / "good.sqlite", [(Planned(name="a"), Record(outcome="pass"))])

    assert markdown(run) == "### gradcheck: 1 case passed\n\n1 passed.\n"


def test_markdown_names_the_command_that_reproduces(tmp_path: Path) -> None:
    """The command has the case file, the name as a pattern that fits it alone, and the options."""
    file = str(Path.cwd() / "cases" / "it's.py")
    run = stored(
        tmp_path / "a.sqlite",
        [(Planned(name="w[0]", file=file, line=3), Record(outcome="fail", message="m"))],
    )

    assert "gradcheck check 'cases/it'\"'\"'s.py::w[[]0]'" in markdown(run).splitlines()


def outside_code(line: str) -> str:
    """Remove the code spans of a line of Markdown, as CommonMark finds them."""
    kept, rest = "", line
    while opened := re.search("`+", rest):
        ticks = opened.group()
        closed = re.search(f"(?<!`){ticks}(?!`)", rest[opened.end() :])
        kept += rest[: opened.start()]
        if closed is None:
            return kept + rest[opened.start() :]
        rest = rest[opened.end() + closed.end() :]
    return kept + rest


def test_nothing_in_names_or_messages_marks_up_markdown(hostile: gc.Run) -> None:
    """Outside of code there is no mention, link, tag, emoji or issue, and every row has 4 cells."""
    text = markdown(hostile)
    rows = [line for line in text.splitlines() if line.startswith("| ")]

    assert len(rows) == 1 + sum(n % 7 < 4 for n in range(len(HOSTILE)))
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) == 5
        bare = outside_code(row).replace("<br>", "")
        assert re.search(r"[@#<>\[\]!*_$~]|:\S|://|www|GH-|[0-9a-f]{7}", bare) is None, bare
    assert text.count("<details>") == text.count("</details>") == 1


def test_markdown_stays_below_the_limit_of_a_comment(tmp_path: Path) -> None:
    """However many rows are asked for, the comment is short enough, and says what it left out."""
    records = [
        (Planned(name=f"微分{n} " + "`|" * 300, file="/a.py", line=1), record("誤差 " * 500, 7 * n))
        for n in range(300)
    ]
    text = markdown(stored(tmp_path / "many.sqlite", records), most=10_000)
    listed = sum(line.startswith("| fail") for line in text.splitlines())

    assert len(text) < 60_000
    assert 20 < listed < 300
    assert f"The first {listed} of 300 are listed, the gravest first." in text


@pytest.mark.parametrize("text", [*HOSTILE, "`", "``", "a`", " a ", "\\", "\\|", "a\\"])
def test_code_is_one_code_span(text: str) -> None:
    """What is written as code is all code, whatever it holds."""
    assert outside_code(code(text)) in ("", "–")


def test_no_line_ends_a_block_of_code() -> None:
    """The fence is longer than any within."""
    assert fence(["```", "a ````"], "sh") == ["`````sh", "```", "a ````", "`````"]


def test_plain_words_stay_words() -> None:
    """Only what could mark up anything becomes code."""
    assert prose("df is 1/3 of it (0.5, ...), or x_2") == "df is 1/3 of it (0.5, ...), or `x_2`"


def test_a_file_is_replaced_whole(real: gc.Run, tmp_path: Path) -> None:
    """An earlier export is replaced, and nothing else is left behind."""
    target = tmp_path / "out.csv"
    target.write_text("old")

    assert export(real, "csv", out=target) == target
    assert target.read_text(encoding="utf-8") == export(real, "csv")
    assert list(tmp_path.iterdir()) == [target]


def test_an_export_that_fails_leaves_the_earlier_file(
    real: gc.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk is full in the middle, the old file stays as it was."""
    target = tmp_path / "out.csv"
    target.write_text("old")

    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_export, "encoded", full)

    with pytest.raises(gc.OutputError, match="No space left on device"):
        export(real, "csv", out=target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_only_regular_files_are_replaced(real: gc.Run, tmp_path: Path) -> None:
    """Neither a folder, nor a link, nor the store itself is ever overwritten."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    before = real.path.read_bytes()

    for target in (tmp_path, tmp_path / "link", real.path, tmp_path / "none" / "out.csv"):
        with pytest.raises(gc.OutputError):
            export(real, "csv", out=target)
    assert real.path.read_bytes() == before


@pytest.mark.parametrize(
    ("to", "what", "message"),
    [
        ("pdf", "summary", "the format must be one of csv, jsonl, junit, markdown, or parquet"),
        ("csv", "rows", "what must be one of summary, findings, convergence, entries, got 'rows'"),
        ("parquet", "rows", "what must be one of"),
        ("parquet", "summary", "say which file to write"),
        ("junit", "entries", "junit tells of the cases, not of 'entries'"),
    ],
)
def test_what_cannot_be_exported_is_refused(real: gc.Run, to: str, what: str, message: str) -> None:
    """An unknown format or table is refused before anything is written."""
    with pytest.raises(gc.OutputError, match=message):
        export(real, to, what)


@pytest.mark.parametrize("to", ["csv", "jsonl", "junit", "markdown"])
def test_the_command_writes_text_to_stdout(hostile: gc.Run, to: str) -> None:
    """`gradcheck export` without --out writes what `export` returns, in UTF-8."""
    found = CliRunner().invoke(cli, ["export", str(hostile.path), "--to", to])

    assert found.exit_code == 0
    assert found.stdout_bytes.decode() == export(hostile, to)


def test_the_command_writes_files(real: gc.Run, tmp_path: Path) -> None:
    """`gradcheck export --out` writes the file and nothing to stdout."""
    target = tmp_path / "junit.xml"
    found = CliRunner().invoke(
        cli, ["export", str(real.path), "--to", "junit", "--out", str(target)]
    )

    assert (found.exit_code, found.stdout) == (0, "")
    assert ET.parse(target).getroot().tag == "testsuites"  # noqa: S314  (we wrote it)


def test_the_command_refuses_in_one_line(real: gc.Run, tmp_path: Path) -> None:
    """Wrong usage, a missing store, and Parquet without a file are exit code 4."""
    wrong = (
        ["export", str(real.path), "--to", "parquet"],
        ["export", str(real.path), "--to", "pdf"],
        ["export", str(tmp_path / "none.sqlite"), "--to", "csv"],
        ["export", str(real.path), "--to", "csv", "--out", str(real.path)],
    )
    for arguments in wrong:
        found = CliRunner().invoke(cli, arguments)
        assert (found.exit_code, found.stdout) == (4, "")
        assert found.stderr.startswith("gradcheck: ")


def test_an_examined_case_is_told_as_it_was(tmp_path: Path) -> None:
    """A record of `examine` comes back with its numbers in JSON Lines."""
    case = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
    found = examine(case, Settings(tables="none"))
    run = stored(tmp_path / "a.sqlite", [(Planned(name="sine"), found)])

    told = json.loads(next(jsonl_lines(run)))
    assert (told["error"], told["noise"]) == (found.error, found.noise)
