"""The report of a stored run: what is written, that it is small and safe, that nothing is lost."""

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from gradcheck.batch.examining import examine
from gradcheck.batch.plan import Planned
from gradcheck.batch.reading import Run, read_run
from gradcheck.batch.record import Cause, Record
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.cli import cli
from gradcheck.errors import OutputError, SelectionError
from gradcheck.model.case import Case
from gradcheck.output.clipping import clipped
from gradcheck.output.definition import Definition
from gradcheck.output.folder import slugs
from gradcheck.output.run_listing import cut, fair
from gradcheck.output.run_report import RunReport, write

EVIL = '<script>alert("x")</script>=1+1&\'漢字😀'


@cache
def record(kind: str) -> Record:
    """Examine a case that passes, fails, fails otherwise or stays open."""
    claims: dict[str, tuple[Any, Any, float]] = {
        "pass": (np.sin, np.cos, 0.7),
        "sign": (np.sin, lambda x: -np.cos(x), 0.7),
        "factor": (np.sin, lambda x: 0.5 * np.cos(x), 0.7),
        "kink": (np.abs, np.sign, 0.0),
    }
    f, df, x = claims[kind]
    return replace(examine(Case(kind, f=f, df=df, points=[x]), Settings()), seconds=0.01)


def stored(
    path: Path,
    rows: Sequence[tuple[str, Record | None]],
    *,
    ending: str = "finished",
    tags: tuple[str, ...] = (),
    themes: Sequence[str] = ("",),
) -> Run:
    """Store rows without examining anything; a row without a record was not reached."""
    with Store.create(path / "results.sqlite", Settings(), {}) as store:
        store.begin({"workers": 2, "python": "3"})
        plan = [
            Planned(name=name, file=f"/cases/{k}.py", line=k, theme=themes[k % len(themes)],
                    tags=(*tags, "even")[k % 2 :])
            for k, (name, _) in enumerate(rows)
        ]  # fmt: skip
        store.plan(plan, Limits())
        for name, found in rows:
            if found is not None:
                store.put(name, found)
        store.end(ending)
    return read_run(path / "results.sqlite")


def mixed(path: Path) -> Run:
    """Store a run in which everything happens."""
    ended = Record(outcome="crashed", message="the process was killed by SIGSEGV, in f (a.py:3)")
    late = Record(outcome="timed-out", message="not finished after 3 s; mend it")
    return stored(
        path,
        [
            ("fine", replace(record("pass"), seconds=9.0)),
            ("half", record("factor")),
            ("minus", record("sign")),
            ("minus-2", record("sign")),
            ("bent", record("kink")),
            ("dead", ended),
            ("late", late),
            ("also-fine", record("pass")),
        ],
        tags=("few",),
        themes=("one", "two"),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Store such a run once."""
    return mixed(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def whole(run: Run) -> RunReport:
    """Write its report, with a page of a case that passes."""
    return write(run, out=run.path.parent / "report", chosen=["fine"])


def text_of(html: str) -> str:
    """Return what a reader sees, in one line."""
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[method-assign, assignment]
    parser.feed(re.sub(r"(?s)<script>.*?</script>", "", html))
    return " ".join(" ".join(parts).split())


def section(html: str, anchor: str) -> str:
    """Return one section of the first page."""
    return html.partition(f'aria-labelledby="{anchor}">')[2].partition("</section>")[0]


def links(html: str) -> list[str]:
    """Return the pages to which a part of the first page leads."""
    return re.findall(r'href="(cases/[^"]+)"', html)


def files(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def lines(report: RunReport, name: str) -> Iterator[str]:
    """Yield the lines of a compressed data file."""
    with gzip.open(report.folder / "data" / f"{name}.csv.gz", "rt", encoding="utf-8") as file:
        yield from file


def test_the_gravest_comes_first(whole: RunReport) -> None:
    """Failures by outcome and cause, then the inconclusive, and each links to its page."""
    html = whole.index.read_text(encoding="utf-8")
    failing = section(html, "failing")

    assert ["minus", "minus-2", "half", "dead", "late"] == [link[6:-5] for link in links(failing)]
    assert ["cases/bent.html"] == links(section(html, "inconclusive"))
    assert "sign : 2 cases" in text_of(failing)
    assert "5 of 8 cases fail, 1 is inconclusive." in text_of(html)
    assert text_of(section(html, "slowest")).index("fine") < text_of(html).index("also-fine")


def test_pages_lead_to_one_another_in_the_order_of_the_list(whole: RunReport) -> None:
    """The report names its pages in the order of the first page, chosen ones last."""
    names = ["minus", "minus-2", "half", "dead", "late", "bent", "fine"]
    assert names == [page.stem for page in whole.pages]
    assert all(page.is_file() for page in whole.pages)
    assert 'rel="next" href="minus-2.html"' in whole.pages[0].read_text(encoding="utf-8")
    assert {"fail": 3, "crashed": 1, "timed-out": 1, "inconclusive": 1, "pass": 2} == whole.counts
    assert 0 == whole.without


def test_pages_that_are_not_written_are_said(tmp_path: Path) -> None:
    """Of more cases than pages every cause keeps some, the rest is counted and in the data."""
    rows = [(f"minus-{k}", record("sign")) for k in range(9)] + [("half", record("factor"))]
    report = write(stored(tmp_path, rows), out=tmp_path / "report", pages=4)
    text = text_of(report.index.read_text(encoding="utf-8"))

    assert {"half", "minus-0", "minus-1", "minus-2"} == {page.stem for page in report.pages}
    assert 6 == report.without
    assert "6 cases that need a look have no page of their own" in text
    assert 11 == len(list(lines(report, "summary")))


def test_the_same_store_gives_the_same_bytes(run: Run, whole: RunReport, tmp_path: Path) -> None:
    """No clock, no random number, and no matter how many processes share the work."""
    first = files(whole.folder)

    assert first == files(write(run, out=tmp_path / "second", chosen=["fine"]).folder)
    assert {"index.html", "style.css", "data/summary.csv.gz", "data/junit.xml"} < set(first)


def test_a_report_is_replaced_and_nothing_else(run: Run, tmp_path: Path) -> None:
    """Pages of an earlier report go, files of others stay, and a foreign folder is refused."""
    out = tmp_path / "report"
    write(run, out=out, pages=2)
    assert 2 == len(list((out / "cases").iterdir()))
    (out / "mine.txt").write_text("mine", encoding="utf-8")
    report = write(run, out=out, pages=1)

    assert ["minus.html"] == [file.name for file in (out / "cases").iterdir()]
    assert "mine" == (report.folder / "mine.txt").read_text(encoding="utf-8")
    with pytest.raises(OutputError, match="holds no gradcheck report"):
        write(run, out=tmp_path)


def test_an_interrupted_run_says_what_is_missing(tmp_path: Path) -> None:
    """Cases that were not reached are counted, listed, and drawn in the bar."""
    rows = [("fine", record("pass")), ("never", None), ("nor-this", None)]
    run = stored(tmp_path, rows, ending="interrupted")
    html = write(run, out=tmp_path / "report").index.read_text(encoding="utf-8")

    assert "The run was interrupted: 2 cases were not reached." in text_of(html)
    assert "nor-this" in section(html, "unexamined")
    assert 'class="not-run" style="flex-grow:2"' in html


def test_an_empty_run_has_a_report(tmp_path: Path) -> None:
    """Without a case there is a first page that says so."""
    report = write(stored(tmp_path, []), out=tmp_path / "report")

    assert "There is no case." in text_of(report.index.read_text(encoding="utf-8"))


def test_a_definition_chooses_title_and_cases(run: Run, tmp_path: Path) -> None:
    """Patterns and tags choose; the page says that the data files hold more."""
    definition = Definition(
        file=Path("mine.toml"), title="Mine <b>", patterns=("m*", "half"), tags=("even",)
    )
    report = write(run, out=tmp_path / "report", definition=definition)
    text = text_of(report.index.read_text(encoding="utf-8"))

    assert ["minus", "minus-2", "half"] == [page.stem for page in report.pages]
    assert "Mine <b>" in text
    assert "This report is about 3 of the 8 cases of the run" in text
    nothing = replace(definition, patterns=("nowhere*",))
    with pytest.raises(SelectionError, match=r"no case of .* has the name"):
        write(run, out=tmp_path / "report", definition=nothing)


def test_a_chosen_case_must_be_there(run: Run, tmp_path: Path) -> None:
    """A name that no case has is refused, with one that is near, before anything is written."""
    with pytest.raises(SelectionError, match="'finne'; did you mean 'fine'"):
        write(run, out=tmp_path / "report", chosen=["finne"])
    assert not (tmp_path / "report").exists()


def test_the_first_page_is_small_whatever_the_cases_are_called(tmp_path: Path) -> None:
    """Long hostile names, messages, causes, tags and themes stay text, and below a megabyte."""
    long = EVIL * 20
    rows = []
    for k in range(420):
        causes = (Cause(code=f"odd-{k // 2}{EVIL}", certainty="A", message=long * 5),)
        outcome = ("fail", "inconclusive", "error", "inconclusive")[k % 4]
        rows.append((f"{long}{k}", Record(outcome=outcome, message=f"{k}{long}", findings=causes)))
    rows += [(f"{long}pass{k}", replace(record("pass"), result=b"")) for k in range(100)]
    themes = [f"{long}{k}" for k in range(100)]
    run = stored(tmp_path, rows, tags=tuple(f"{long}{k}" for k in range(9)), themes=themes)
    report = write(run, out=tmp_path / "report", pages=0)
    html = report.index.read_text(encoding="utf-8")

    assert report.index.stat().st_size < 1_000_000
    assert 1 == html.count("<script")
    assert "Showing 200 of 210; all are in" in text_of(section(html, "failing"))
    assert "Showing 200 of 210; all are in" in text_of(section(html, "inconclusive"))
    assert "Showing 40 of 100 themes" in text_of(section(html, "themes"))
    assert 521 == len(list(lines(report, "summary")))
    assert not re.search(r"(?:src|href)=\"?(?:https?:)?//", html)


def test_a_text_is_cut_to_bytes_of_html() -> None:
    """What `clipped` returns is never longer than asked for, and ends in a mark if it was cut."""
    from markupsafe import escape

    for text in (EVIL * 40, "<" * 500, "a" * 500, "\x1b[31m" * 90, "漢" * 300, "\ud800" * 90):
        short = clipped(text, 100)

        assert len(str(escape(short)).encode()) <= 100
        assert short.endswith("…")
        assert short.isprintable()
    assert "short & sweet" == clipped("short & sweet", 100)


@pytest.mark.parametrize("most", [0, 1, 3, 10, 57, 200])
def test_room_is_shared_fairly(most: int) -> None:
    """All of the room is used, nobody gets more than they have, and more room takes nothing."""
    counts = [100, 1, 7, 7, 30]
    shares, larger = fair(counts, most), fair(counts, most + 1)

    assert min(most, sum(counts)) == sum(shares)
    assert all(share <= count for share, count in zip(shares, counts, strict=True))
    assert all(a <= b for a, b in zip(shares, larger, strict=True))
    assert () == cut((), most)


def test_no_case_takes_the_name_of_a_data_file() -> None:
    """The slug of a case is never that of a table beside it."""
    names = ["summary", "convergence", "verdicts", "index"]

    assert not set(names) & set(slugs(names).values())


def gradcheck(*arguments: str) -> tuple[int, str, str]:
    """Run the command."""
    result = CliRunner().invoke(cli, [*arguments, "-q"])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_reports_a_store(run: Run, tmp_path: Path) -> None:
    """Facts come as JSON: where the pages are, and how many cases have none."""
    out = tmp_path / "out"
    code, text, _ = gradcheck(
        "report", "--store", str(run.path), "--out", str(out), "--pages", "2", "--case", "fine",
        "--workers", "1", "--json",
    )  # fmt: skip
    facts = json.loads(text)

    assert 0 == code
    assert ["minus.html", "fine.html"] == [Path(page).name for page in facts["pages"]]
    assert (8, 5) == (facts["cases"], facts["without"])
    assert Path(facts["index"]).is_file()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--path", "."], "--path was decided when the run was made"),
        (["--tables", "all"], "--tables was decided when the run was made"),
        (["seeds"], "stencils: decided when the run was made"),
        (["--case", "nobody"], "no case of the report is called 'nobody'"),
    ],
)
def test_what_a_stored_run_cannot_choose_is_refused(
    run: Run, tmp_path: Path, options: list[str], words: str
) -> None:
    """Stencils and paths belong to the run that was made."""
    out = ["--out", str(tmp_path / "out")]
    code, _, said = gradcheck("report", *options, "--store", str(run.path), *out)

    assert 0 != code
    assert words in " ".join(said.split())


@pytest.mark.parametrize("option", ["--pages", "--case"])
def test_options_of_a_stored_run_need_one(tmp_path: Path, option: str) -> None:
    """Without --store there is nothing for them to choose from."""
    code, _, said = gradcheck("report", option, "3", "--out", str(tmp_path / "out"))

    assert 4 == code
    assert f"{option} goes with --store" in said
