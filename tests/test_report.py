"""Reports: what is written, that it is safe, and that nothing stops one."""

import gzip
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gradcheck.differences.stencil import CENTRAL, FORWARD
from gradcheck.errors import DefinitionError, OutputError
from gradcheck.model.case import Case, DerivationStep
from gradcheck.model.registry import Registry
from gradcheck.output.definition import Definition, read
from gradcheck.output.explanation import SIGNS, digits, explain
from gradcheck.output.export import csv_gz
from gradcheck.output.folder import MARK, slugs
from gradcheck.output.mathml import mathml
from gradcheck.output.report import Report, build
from gradcheck.output.summary import VERDICT_COLUMNS

SMALL = Definition(
    file=Path("small.toml"), title="Small", stencils=(FORWARD, CENTRAL), steps=(0.5, 0.25, 1e-3)
)
EVIL = '<script>alert("x")</script>'


def sine(**changes: Any) -> Case:
    """Make a case that works."""
    fields = {"f": np.sin, "df": np.cos, "points": [0.7], "special_points": {"zero": 0.0}}
    return Case(changes.pop("name", "sine"), **{**fields, **changes})


def squares(inputs: int) -> Case:
    """Make a case with a diagonal Jacobian of the given size."""
    return Case(
        f"squares-{inputs}",
        f=lambda x: x**2,
        df=lambda x: np.diag(2 * x),
        points=[np.linspace(1.0, 2.0, inputs)],
    )


def kinked(**changes: Any) -> Case:
    """Make a case whose only point is a kink."""
    return Case("kinked", **{"f": np.abs, "df": np.sign, "points": [0.0], **changes})


def raising() -> Case:
    """Make a case whose derivative raises."""

    def df(_: float) -> float:
        raise RuntimeError("no derivative <today>")

    return Case("raising", f=np.sin, df=df, points=[1.0])


def made(tmp_path: Path, *cases: Case, definition: Definition = SMALL, **options: Any) -> Report:
    """Build a report of the given cases."""
    return build(definition, out=tmp_path / "report", cases=Registry(cases), **options)


def files(folder: Path) -> dict[str, bytes]:
    """Read every file below a folder."""
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def data_of(report: Report, name: str) -> pd.DataFrame:
    """Read a data file of a report."""
    return pd.read_csv(report.folder / "data" / f"{name}.csv.gz")


class _Page(HTMLParser):
    """Collect what a page links to, its ids, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]
        self.ids += [str(value) for name, value in attrs if name == "id"]


def test_a_report_is_an_index_a_page_a_case_and_data(tmp_path: Path) -> None:
    """A folder holds the index, the style, a page and a data file for each case."""
    report = made(tmp_path, sine(), squares(2))

    expected = {"index.html", "style.css", MARK}
    expected |= {f"data/{name}.csv.gz" for name in ("verdicts", "summary", "convergence")}
    for name in ("sine", "squares-2"):
        expected |= {f"cases/{name}.html", f"data/{name}.csv.gz"}
    assert expected == set(files(report.folder))
    assert report.folder / "index.html" == report.index
    assert ["sine.html", "squares-2.html"] == [page.name for page in report.pages]
    assert () == report.problems


def test_the_summary_has_a_row_for_each_case_and_stencil(tmp_path: Path) -> None:
    """The summary tells order and behaviour for each case and stencil, and is written too."""
    definition = replace(SMALL, steps=None, points="general")
    report = made(tmp_path, sine(), squares(2), definition=definition)
    summary = report.summary

    pairs = list(zip(summary["case"], summary["stencil"], strict=True))
    assert [
        ("sine", "forward"),
        ("sine", "central"),
        ("squares-2", "forward"),
        ("squares-2", "central"),
    ] == pairs
    assert ["convergent", "convergent"] == list(summary["behaviour"][:2])
    assert pytest.approx([1.0, 2.0], abs=0.1) == list(summary["observed_order"][:2])
    assert len(summary) == len(data_of(report, "summary"))


def test_the_data_holds_every_row_exactly(tmp_path: Path) -> None:
    """h, numeric and analytic come back from the CSV as the floats that they were."""
    report = made(tmp_path, sine(points=[0.7], special_points={}))
    table = data_of(report, "sine")
    quotients = {
        "forward": [(np.sin(0.7 + h) - np.sin(0.7)) / h for h in (0.5, 0.25, 1e-3)],
        "central": [0.5 * (np.sin(0.7 + h) - np.sin(0.7 - h)) / h for h in (0.5, 0.25, 1e-3)],
    }

    assert len(table) == 6
    assert [0.5, 0.25, 1e-3] * 2 == list(table["h"])
    assert {np.cos(0.7)} == set(table["analytic"])
    for name, expected in quotients.items():
        numeric = table.loc[table["stencil"] == name, "numeric"]
        assert pytest.approx(expected, rel=1e-12) == list(numeric)


def test_both_error_parts_are_on_the_page_and_add_up(tmp_path: Path) -> None:
    """A certified case has truncation and rounding errors whose sum is numeric - derivative."""
    report = made(tmp_path, sine(special_points={}))
    table = data_of(report, "sine")
    page = report.pages[0].read_text(encoding="utf-8")

    total = table["truncation_error"] + table["rounding_error"]
    difference = table["numeric"] - table["derivative"]
    assert np.allclose(total, difference, rtol=1e-5, atol=1e-15)
    assert "Both parts of the error" in page
    assert "<th scope=col>truncation<th scope=col>rounding" in page


def test_more_inputs_are_certified_in_a_small_report(tmp_path: Path) -> None:
    """In a small report three inputs have both error parts; with nine the page says why not."""
    report = made(tmp_path, squares(3), squares(9))
    small, large = (page.read_text(encoding="utf-8") for page in report.pages)

    assert "Both parts of the error" in small
    assert "done for up to 8 inputs, and here are 9" in large


def test_a_case_that_cannot_be_certified_says_why(tmp_path: Path) -> None:
    """Without a certified reference the page gives the reason instead of the parts."""
    case = Case("float", f=lambda x: np.float64(float(x) ** 2), df=lambda x: 2 * x, points=[1.0])
    report = made(tmp_path, case)
    page = report.pages[0].read_text(encoding="utf-8")

    assert "not measured separately: not certifiable, because" in page
    assert "Both parts of the error" not in page


def test_two_builds_are_identical(tmp_path: Path) -> None:
    """The same cases give the same bytes, whatever the folder is called."""
    cases = Registry([sine(), squares(3), raising()])
    first = build(SMALL, out=tmp_path / "one", cases=cases)
    second = build(SMALL, out=tmp_path / "two", cases=cases)

    assert files(first.folder) == files(second.folder)


@pytest.mark.slow
def test_two_workers_write_what_one_writes(tmp_path: Path) -> None:
    """The number of processes changes nothing in the report."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "functions.py").write_text(
        "import numpy as np\nimport gradcheck\n"
        'sine = gradcheck.Case("sine", f=np.sin, df=np.cos, points=[1.0])\n'
        'wrong = gradcheck.Case("wrong", f=np.exp, df=lambda x: [1], points=[1.0])\n'
    )
    definition = replace(SMALL, paths=(tmp_path / "mine",))
    alone = build(definition, out=tmp_path / "one")
    shared = build(definition, out=tmp_path / "two", workers=2)

    assert files(alone.folder) == files(shared.folder)
    assert "functions.py:3" in alone.pages[0].read_text(encoding="utf-8")


def test_a_bad_case_becomes_a_row_and_the_others_stay(tmp_path: Path) -> None:
    """A case whose df raises is listed first with its reason, and has a page."""
    report = made(tmp_path, sine(), raising(), squares(2))
    index = report.index.read_text(encoding="utf-8")
    page = (report.folder / "cases" / "raising.html").read_text(encoding="utf-8")

    assert len(report.pages) == 3
    assert "raising: df raised RuntimeError: no derivative <today>" in report.problems[0]
    assert "1 problem" in index
    assert index.index("no derivative &lt;today&gt;") < index.index("Overview")
    assert "Not compared" in page
    assert ["sine", "sine", "raising", "squares-2", "squares-2"] == list(report.summary["case"])
    assert not (report.folder / "data" / "raising.csv.gz").exists()


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (lambda: sine(f=lambda _: None), "f must return a number or a NumPy array"),
        (lambda: sine(df=lambda _: np.ones(3)), "df must return the shape"),
        (lambda: sine(df=lambda _: 1j), "complex"),
        (lambda: sine(points=[], special_points={}), "no points to compare at"),
        (lambda: sine(domain=lambda _: 1 / 0), "predicate"),
    ],
)
def test_every_kind_of_failure_is_a_row(
    tmp_path: Path, case: Callable[[], Case], reason: str
) -> None:
    """Whatever a case does wrong, the report has its reason and the other case."""
    report = made(tmp_path, replace(case(), name="bad"), sine())

    assert len(report.problems) == 1
    assert reason in report.problems[0]
    assert "sine" in set(report.summary.loc[report.summary["problem"] == "", "case"])


def test_files_that_cannot_be_loaded_come_first(tmp_path: Path) -> None:
    """A broken case file is a problem with file and line on the first page."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "broken.py").write_text("x = (\n")
    (tmp_path / "mine" / "fine.py").write_text(
        "import numpy as np\nimport gradcheck\n"
        'sine = gradcheck.Case("sine", f=np.sin, df=np.cos, points=[1.0])\n'
    )
    file = tmp_path / "mine.toml"
    file.write_text('title = "Mine"\nsteps = [0.1]\n[selection]\npaths = ["mine"]\n')
    report = build(read(file), out=tmp_path / "report")
    index = report.index.read_text(encoding="utf-8")

    assert "mine/broken.py:1: not valid Python" in report.problems[0]
    assert index.index("mine/broken.py:1") < index.index("Overview")
    assert str(tmp_path) not in index
    assert ["sine"] == list(report.cases)


def test_cases_without_such_points_are_named(tmp_path: Path) -> None:
    """With special points only, a case that has none is left out and said to be."""
    definition = replace(SMALL, points="special")
    report = made(tmp_path, sine(), squares(2), definition=definition)

    assert ["sine"] == list(report.cases)
    assert "squares-2" in report.index.read_text(encoding="utf-8")


def test_what_fails_asks_for_a_look_before_what_is_inconclusive(tmp_path: Path) -> None:
    """Before the overview stand wrong derivatives, then open questions; what passes does not."""
    wrong = sine(name="wrong", df=lambda x: 2 * np.cos(x), special_points={})
    report = made(tmp_path, sine(), kinked(), wrong)
    index = report.index.read_text(encoding="utf-8")

    before = index[: index.index("Overview")]
    assert "2 cases need a look" in before
    assert "the derivative of wrong disagrees with differences: df is twice" in before
    assert before.index("cases/wrong.html") < before.index("cases/kinked.html")
    assert "cases/sine.html" not in before


def test_a_kink_among_the_special_points_asks_for_nothing(tmp_path: Path) -> None:
    """The verdict is about points in general position."""
    report = made(tmp_path, kinked(points=[0.5, -1.25], special_points={"the kink": 0.0}))

    assert ["pass"] == list(report.verdicts["verdict"])
    assert "a look" not in report.index.read_text(encoding="utf-8")


def test_the_index_shows_verdict_and_resolution_of_every_case(tmp_path: Path) -> None:
    """A theme's rows begin with what fails, then what is inconclusive, then what passes."""
    wrong = sine(name="wrong", df=lambda x: 2 * np.cos(x), special_points={})
    report = made(tmp_path, sine(), squares(2), kinked(), wrong, raising())
    body = report.index.read_text(encoding="utf-8").split("<tbody>")[1]
    rows = [
        (re.sub(r"<[^>]+>", "", name), verdict, reason)
        for name, verdict, reason in re.findall(
            r"<th scope=\"row\">(<a.*?</a>).*?aria-hidden=\"true\">.</span>(\w+)</span>"
            r"(?:<small>([\w ()-]+)</small>)?",
            body,
            flags=re.DOTALL,
        )
    ]
    resolutions = re.findall(r"</td>\n<td class=\"num\">(.*?)</td>", body)

    assert [
        ("raising", "fail", "raised"), ("wrong", "fail", "factor (A)"),
        ("kinked", "inconclusive", "kink"), ("sine", "pass", ""), ("squares-2", "pass", ""),
    ] == rows  # fmt: skip
    assert "–" == resolutions[0]
    assert all(float(resolutions[k]) < 1e-8 for k in (1, 3, 4))


def test_the_verdicts_are_a_table_of_their_own(tmp_path: Path) -> None:
    """A row a case with verdict, reason, resolution and counts, in memory and as CSV."""
    wrong = sine(name="wrong", df=lambda x: 2 * np.cos(x), special_points={})
    report = made(tmp_path, sine(), wrong, raising())
    written = data_of(report, "verdicts")

    assert list(VERDICT_COLUMNS) == list(report.verdicts.columns) == list(written.columns)
    assert ["sine", "wrong", "raising"] == list(written["case"])
    assert ["pass", "fail", "fail"] == list(report.verdicts["verdict"])
    assert ["agrees", "disagrees", "raised"] == list(report.verdicts["reason"])
    assert [1, 1, 0] == list(written["entries"])
    assert [0, 1, 0] == list(written["wrong"])
    assert ["", "factor (A)", ""] == list(report.verdicts["findings"])
    assert (report.verdicts["resolution"][:2] < 1e-8).all()
    assert (written["evaluations"][:2] > 10).all()


def test_the_page_shows_the_worst_entries_with_their_error_bars(tmp_path: Path) -> None:
    """Of many entries six are listed: what df says, the estimate with its bar, the ratio."""
    jacobian = np.diag(2 * np.linspace(1.0, 2.0, 3))
    jacobian[1, 1] = 1.5
    wrong = replace(squares(3), df=lambda _: jacobian)
    report = made(tmp_path, wrong)
    page = report.pages[0].read_text(encoding="utf-8")
    verdict = page[page.index('id="verdict"') : page.index('id="points"')]
    rows = re.findall(r"<th scope=\"row\">.*?</tr>", verdict)
    cells = [re.sub(r"<[^>]+>", "|", cell) for cell in re.findall(r"<td.*?</td>", rows[0])]

    assert "the derivative of squares-3 disagrees with differences in 1 of 9 entries" in verdict
    assert "The 6 worst of 9 entries." in verdict
    assert verdict.index("cause (B):</b>") < verdict.index("<code>factor</code>")
    assert verdict.index("<code>factor</code>") < verdict.index("<th scope")
    assert 6 == len(rows)
    assert 'title="fail">✕</span>∂f[1]/∂x[1]<' in rows[0]
    assert all('title="pass"' in row for row in rows[1:])
    assert re.fullmatch(r"\|1\.50+\|", cells[0])
    assert re.fullmatch(r"\|3\.0+ ± \de-\d+\|", cells[1])
    assert "|0.5|" == cells[2]
    assert float(cells[3].strip("|")) < 1e-8


def test_a_page_of_a_case_that_passes_shows_error_bars_too(tmp_path: Path) -> None:
    """The estimate agrees with the cosine within its bar."""
    report = made(tmp_path, sine())
    page = report.pages[0].read_text(encoding="utf-8")
    (found,) = re.findall(r"<td class=\"num\">([\d.]+) ± ([\de-]+)</td>", page)

    assert abs(float(found[0]) - np.cos(0.7)) <= 2 * float(found[1]) < 1e-9
    assert "any relative error above" in page


def test_without_points_in_general_position_nothing_is_checked(tmp_path: Path) -> None:
    """A report of special points has no verdict, and asks for no look."""
    report = made(tmp_path, sine(), definition=replace(SMALL, points="special"))

    assert [""] == list(report.verdicts["verdict"])
    assert "no point in general position" in report.pages[0].read_text(encoding="utf-8")
    assert "a look" not in report.index.read_text(encoding="utf-8")


def test_a_check_that_fails_inside_stops_no_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It becomes an error with its reason, and the comparison is shown all the same."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("gradcheck.output.outcome.check", fail)
    report = made(tmp_path, sine())

    assert ["error"] == list(report.verdicts["verdict"])
    assert "not checked: ZeroDivisionError: of all things" in (
        report.index.read_text(encoding="utf-8")
    )
    assert "Error by step size" in report.pages[0].read_text(encoding="utf-8")


def test_a_large_jacobian_is_capped_unless_all_is_asked_for(tmp_path: Path) -> None:
    """Of more than 16 entries the worst are written, which the page says; "all" writes them all."""
    selected = build(SMALL, out=tmp_path / "one", cases=Registry([squares(6)]))
    everything = build(SMALL, out=tmp_path / "two", cases=Registry([squares(6)]), tables="all")
    page = selected.pages[0].read_text(encoding="utf-8")

    assert (16 * 6, 36 * 6) == (
        len(data_of(selected, "squares-6")),
        len(data_of(everything, "squares-6")),
    )
    assert "96 of 216 rows" in page
    assert "<code>--tables all</code>" in page
    assert "next worst of 36 entries" in page


def test_an_unknown_kind_of_tables_is_refused(tmp_path: Path) -> None:
    """`tables` is one of two words."""
    with pytest.raises(ValueError, match='tables is "selected" or "all", not \'some\''):
        made(tmp_path, sine(), tables="some")


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    """Progress is told before each case and once at the end."""
    told: list[tuple[int, int, str]] = []
    made(tmp_path, sine(), squares(2), progress=lambda *step: told.append(step))

    assert [(0, 2, "sine"), (1, 2, "squares-2"), (2, 2, "")] == told


def test_nothing_that_a_case_says_becomes_markup(tmp_path: Path) -> None:
    """Names, formulas, sources, reasons, tags, derivations and messages are escaped."""
    case = Case(
        f"evil {EVIL} '\"&",
        f=np.sin,
        df=np.cos,
        points=[0.7],
        special_points={f"special {EVIL}": 0.0},
        formula=r"\text{<script>alert(1)</script>} \href{javascript:alert(1)}{x} " + EVIL,
        derivative_formula=f'\\textcolor{{red" onclick="alert(1)}}{{x}}{EVIL}',
        derivation=[DerivationStep(EVIL, EVIL, EVIL)],
        source=f'{EVIL}<img src=x onerror="alert(1)">\ud800\0',
        tags=[EVIL],
    )
    bad = sine(name=f"bad {EVIL}", df=lambda _: [EVIL])
    definition = replace(SMALL, title=EVIL, introduction=EVIL)
    report = made(tmp_path, case, bad, definition=definition)

    for file in (report.index, *report.pages):
        page = _Page(file.read_text(encoding="utf-8"))
        assert not page.tags & {"script", "img", "iframe", "object", "embed", "base", "form"}
        assert not {name for name in page.attributes if name.startswith("on")}
        assert not [link for link in page.links if link.startswith("javascript:")]


def test_every_link_leads_somewhere_in_the_folder(tmp_path: Path) -> None:
    """No page refers to anything outside its folder, and no link is dead."""
    report = made(tmp_path, sine(), squares(3), sine(name="../../Über #1?%20"))
    pages = {
        file: _Page(file.read_text(encoding="utf-8")) for file in (report.index, *report.pages)
    }

    for file, page in pages.items():
        assert len(page.ids) == len(set(page.ids))
        for link in page.links:
            path, _, anchor = link.partition("#")
            if link == "data:,":
                continue
            target = (file.parent / path).resolve() if path else file
            assert target.is_relative_to(report.folder.resolve())
            assert target.is_file()
            assert not anchor or anchor in (pages[target].ids if path else page.ids)


def test_no_page_refers_to_the_network(tmp_path: Path) -> None:
    """The only addresses on a page are the names of XML namespaces."""
    report = made(tmp_path, sine(formula="x^2"))
    for file in (report.index, *report.pages, report.folder / "style.css"):
        addresses = set(re.findall(r"https?://[^\"' )]+", file.read_text(encoding="utf-8")))

        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_pages_stay_small(tmp_path: Path) -> None:
    """A page with six stencils, 65 steps and many entries has less than 400 KB."""
    definition = read()
    report = made(tmp_path, squares(12), sine(points=[0.1, 0.2, 0.3, 0.4]), definition=definition)

    assert max(page.stat().st_size for page in report.pages) < 400_000


@pytest.mark.parametrize(
    "names",
    [
        ["../../etc/passwd", "/etc/passwd", "..", "a/b", "a\\b", "C:\\x"],
        ["Sine", "sine", "SINE", "siné", "sine ́x"],
        ["con", "CON", "nul", "com1", "index", "summary", "convergence"],
        ["x" * 300, "x" * 301, "日本語", "日本", "🙂", "-", "--help", "a" * 60],
        ["a.html", "a?b", "a#b", "a%2fb", "a:b", "a|b", 'a"b', "a<b"],
    ],
)
def test_file_names_are_safe_and_different(names: list[str]) -> None:
    """No name leaves the folder, is reserved, too long, or equal to another but for case."""
    given = slugs(names)

    assert len({slug.lower() for slug in given.values()}) == len(names)
    for slug in given.values():
        assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,69}", slug)
        assert slug not in {"con", "nul", "com1", "index", "summary", "convergence"}


def test_a_report_of_hostile_names_stays_in_its_folder(tmp_path: Path) -> None:
    """Names that look like paths write nothing outside the report."""
    made(tmp_path, sine(name="../../escape"), sine(name="x" * 300), sine(name="SINE"), sine())

    assert ["report"] == [path.name for path in tmp_path.iterdir()]
    assert len(list((tmp_path / "report" / "cases").iterdir())) == 4


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    """Pages of cases that are gone disappear; files of the user stay."""
    made(tmp_path, sine(), squares(2))
    (tmp_path / "report" / "notes.txt").write_text("mine")
    (tmp_path / "report" / "cases" / "mine.html").write_text("mine")
    report = made(tmp_path, sine())

    assert {"notes.txt", "cases/mine.html"} <= set(files(report.folder))
    assert "cases/squares-2.html" not in files(report.folder)
    assert "data/squares-2.csv.gz" not in files(report.folder)


@pytest.mark.parametrize("name", ["notes.txt", "index.html"])
def test_a_folder_of_something_else_is_not_touched(tmp_path: Path, name: str) -> None:
    """A folder that holds no report is refused, even with an index.html, and stays as it is."""
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / name).write_text("mine")
    with pytest.raises(OutputError, match=r"holds no gradcheck report.*choose another"):
        made(tmp_path, sine())

    assert {name: b"mine"} == files(tmp_path / "report")


def test_a_list_of_files_cannot_be_made_to_delete_others(tmp_path: Path) -> None:
    """Lines of the mark that name files outside the report are ignored."""
    made(tmp_path, sine())
    (tmp_path / "precious.html").write_text("mine")
    mark = tmp_path / "report" / MARK
    mark.write_text(mark.read_text() + "../precious.html\ncases/../../precious.html\n")
    made(tmp_path, sine())

    assert (tmp_path / "precious.html").exists()


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    """If index.html is a link, its target keeps its content."""
    made(tmp_path, sine())
    (tmp_path / "precious.html").write_text("mine")
    index = tmp_path / "report" / "index.html"
    index.unlink()
    index.symlink_to(tmp_path / "precious.html")
    made(tmp_path, sine())

    assert "mine" == (tmp_path / "precious.html").read_text()
    assert not index.is_symlink()


def test_linked_folders_are_refused(tmp_path: Path) -> None:
    """If cases/ is a link to another folder, nothing is written there."""
    made(tmp_path, sine())
    cases = tmp_path / "report" / "cases"
    cases.rename(tmp_path / "elsewhere")
    cases.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError, match="a link; remove it"):
        made(tmp_path, sine())


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A report cannot be written over a file."""
    (tmp_path / "report").write_text("mine")
    with pytest.raises(OutputError, match="a file, but a report is a folder"):
        made(tmp_path, sine())


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """Below a file no folder can be made; the message says where and what to do."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"file.*cannot be written.*choose another folder"):
        build(SMALL, out=tmp_path / "file" / "report", cases=Registry([sine()]))


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    """An empty folder holds nothing that could be lost."""
    (tmp_path / "report").mkdir()

    assert made(tmp_path, sine()).index.is_file()


def test_a_template_of_the_user_replaces_one(tmp_path: Path) -> None:
    """A folder of templates replaces the files it has; the others are built in."""
    (tmp_path / "look").mkdir()
    (tmp_path / "look" / "style.css").write_text("body { color: teal }")
    report = made(tmp_path, sine(), definition=replace(SMALL, template=tmp_path / "look"))

    assert "body { color: teal }" == (report.folder / "style.css").read_text()
    assert "Overview" in report.index.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ unknown }}", "case.html.*cannot be used: UndefinedError: 'unknown' is undefined"),
        ("{% if %}", r"case.html:1: the template cannot be used: TemplateSyntaxError"),
        ("{{ ''.__class__.__mro__ }}", "cannot be used: SecurityError"),
    ],
)
def test_a_template_with_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    """A template of the user that fails names itself; it can reach no internals of Python."""
    (tmp_path / "look").mkdir()
    (tmp_path / "look" / "case.html").write_text(text)
    with pytest.raises(DefinitionError, match=message):
        made(tmp_path, sine(), definition=replace(SMALL, template=tmp_path / "look"))


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1"])
def test_text_cells_do_not_run_as_formulas(start: str) -> None:
    """A text cell that a spreadsheet would run gets an apostrophe; plain numbers do not."""
    table = pd.DataFrame(
        {"case": pd.Categorical([start]), "text": [start], "h": [-0.5], "error": [-1 / 3]}
    )
    read_back = pd.read_csv(io.BytesIO(gzip.decompress(csv_gz(table))))

    assert [f"'{start}"] * 2 == list(read_back.loc[0, ["case", "text"]])
    assert [-0.5, -0.333333] == list(read_back.loc[0, ["h", "error"]])


def test_csv_quotes_what_needs_quotes_and_leaves_gaps() -> None:
    """Commas, quotes and line breaks survive; missing numbers and words are empty cells."""
    table = pd.DataFrame(
        {
            "text": ['a,"b"\nc', None],
            "word": pd.Categorical(["x", None]),
            "h": [0.1, np.nan],
            "n": [1, 2],
        }
    )
    text = gzip.decompress(csv_gz(table)).decode()

    assert 'text,word,h,n\n"a,""b""\nc",x,0.1,1\n,,,2\n' == text


def test_a_compressed_file_has_no_clock() -> None:
    """The header of gzip carries no time and no name."""
    data = csv_gz(pd.DataFrame({"h": [0.1]}))

    assert bytes(4) == data[4:8]
    assert 0 == data[3]


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{a", r"\foo{x}", r"a \right)", "{" * 5000, "x" * 5000, "", "\0", r"\begin{cases}",
        r"\href", "}", "^", r"\left(", "&", r"\\", "$x$", "\ud800",
    ],
)  # fmt: skip
def test_latex_that_does_not_convert_is_shown_as_text(latex: str) -> None:
    """Whatever the formula is, the outcome is a well-formed element."""
    html = mathml(latex)

    assert html.startswith(("<math ", '<code class="latex">'))
    ET.fromstring(html.replace("\0", "").replace("\ud800", ""))  # noqa: S314  (our own text)


@pytest.mark.parametrize(
    "latex", [r"\frac{a", r"\foo", r"a \right)", r"\sqrt[3", "{" * 5000, r"\boxed{x}"]
)
def test_incomplete_formulas_are_shown_as_source(latex: str) -> None:
    """A formula that was not understood is not shown in part."""
    assert mathml(latex).startswith('<code class="latex">')


def test_formulas_of_the_registry_become_mathml() -> None:
    """Every formula of every built-in case is understood."""
    registry = read().load()
    formulas = [
        formula
        for case in registry.values()
        for formula in (
            case.formula,
            case.derivative_formula,
            *(step.formula for step in case.derivation),
        )
        if formula
    ]

    assert [] == [formula for formula in formulas if not mathml(formula).startswith("<math ")]


@pytest.mark.parametrize("behaviour", SIGNS)
def test_every_behaviour_is_explained(behaviour: str) -> None:
    """Each behaviour has a sign of its own and a sentence, with numbers or without."""
    nothing = explain({"behaviour": behaviour})
    numbers = {
        "observed_order": 1.98, "h_from": 0.5, "h_to": 1e-5, "optimal_h": 1e-5,
        "best_error": 2e-12, "predicted_h": 2e-5, "predicted_error": 1e-12, "breakdown_h": 1e-5,
    }  # fmt: skip
    full = explain({"behaviour": behaviour, **numbers})

    assert nothing.endswith(".")
    assert "nan" not in nothing
    assert full.endswith(
        "Smallest error 2.0e-12 at h = 1.00e-05. Theory expects 1.0e-12 at 2.00e-05."
    )
    assert len(set(SIGNS.values())) == len(SIGNS)


@pytest.mark.parametrize(
    ("error", "analytic", "expected"),
    [
        (1e-9, 1.0, 9.0),
        (0.0, 1.0, 16.0),
        (5.0, 1.0, 0.0),
        (np.inf, 1.0, 0.0),
        (1e-300, 1.0, 16.0),
        (1e-3, 0.0, np.nan),
        (np.nan, 1.0, np.nan),
        (1.0, np.inf, np.nan),
    ],
)
def test_digits_are_counted_relative_to_the_derivative(
    error: float, analytic: float, expected: float
) -> None:
    """Digits run from 0 to 16, and there are none where df is 0 or nothing is known."""
    assert pytest.approx(expected, nan_ok=True) == digits(error, analytic)
