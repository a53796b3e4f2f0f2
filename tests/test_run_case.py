"""The page of one case of a stored run: what it tells, that it is safe, that nothing is run."""

import re
import shutil
import xml.etree.ElementTree as ET
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck import content
from gradcheck.batch.examining import examine
from gradcheck.batch.plan import Planned
from gradcheck.batch.reading import Run
from gradcheck.batch.record import CRASHED, ERROR, SKIPPED, TIMED_OUT, Record
from gradcheck.batch.run import run as run_cases
from gradcheck.batch.settings import Limits, Settings
from gradcheck.batch.store import Store
from gradcheck.errors import SelectionError
from gradcheck.model.case import Case, DerivationStep
from gradcheck.model.loading import load_cases
from gradcheck.output.case_verdict import told
from gradcheck.output.error_histogram import spread
from gradcheck.output.error_strip import strip
from gradcheck.output.heat_map import heat_maps
from gradcheck.output.recipe import recipe
from gradcheck.output.run_case import RunPlace, case_page
from gradcheck.verdict.checking import check
from gradcheck.verdict.result import Entries, Reason, Result, Verdict

CHROMIUM = shutil.which("chromium")
EVIL = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}"
PLACE = RunPlace(slug="it")
GENERATOR = np.random.default_rng(5)
MATRIX = GENERATOR.normal(size=(6, 9))


def matrix_case(wrong: int = 4) -> Case:
    """Make a case with a dense Jacobian, of which one column is wrong."""

    def df(x: Any) -> Any:
        jacobian = MATRIX * np.cos(x)
        jacobian[:, wrong] *= 1.5
        return jacobian

    return Case("matrix", f=lambda x: MATRIX @ np.sin(x), df=df, points=[np.linspace(0.1, 2.0, 9)])


def branch_case(count: int = 40) -> Case:
    """Make a case whose derivative is wrong beyond 1.3."""
    return Case(
        "branch",
        f=np.sin,
        df=lambda x: np.where(x > 1.3, -np.cos(x), np.cos(x)),
        points=list(np.linspace(0.1, 2.9, count)),
    )


def stored(tmp_path: Path, *cases: Case | tuple[Planned, Record], **settings: Any) -> Run:
    """Examine cases, or take their records as they are, and store what came of them."""
    chosen = Settings(**settings)
    pairs = [
        each if isinstance(each, tuple) else (Planned(name=each.name), examine(each, chosen))
        for each in cases
    ]
    path = tmp_path / "run.sqlite"
    store = Store.create(path, chosen, {})
    store.begin({"gradcheck": "9.9", "python": "3.11", "numpy": "2.0"})
    store.plan([planned for planned, _ in pairs], Limits())
    for planned, record in pairs:
        store.put(planned.name, record)
    store.end("finished")
    store.close()
    return Run(path)


def page_of(run: Run, name: str, place: RunPlace = PLACE) -> str:
    """Write a page."""
    return case_page(run, name, place, report="A run")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Store what came of the two cases above."""
    return stored(tmp_path_factory.mktemp("kept"), matrix_case(), branch_case())


@pytest.fixture(scope="module")
def pages(kept: Run) -> dict[str, str]:
    """Write their pages."""
    return {name: page_of(kept, name) for name in ("matrix", "branch")}


class _Page(HTMLParser):
    """Collect elements, attributes, ids, links, and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [str(value) for name, value in attrs if name == "id"]
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1] == "script" and "const" in data:
            self.scripts.append(data)
        self.text += data


def test_a_page_tells_what_the_report_of_cases_tells(pages: dict[str, str]) -> None:
    """Sentence, causes and worst entries are those of the verdict, from the store alone."""
    verdict = told(check(matrix_case()))
    text = _Page(pages["matrix"]).text

    assert "fail" == verdict.word
    for words in (verdict.sentence, verdict.closing, *(cause.words for cause in verdict.causes)):
        assert words in text
    for entry in verdict.worst:
        assert entry.name in text
        assert entry.numeric in text


def test_a_page_calls_no_function_of_the_case(pages: dict[str, str]) -> None:
    """A stored result has no functions, and yet the page has its error curve."""
    page = pages["matrix"]

    assert "Error against h" in page
    assert "step size h" in page
    assert "stall" in _Page(page).text


def test_the_same_store_gives_the_same_bytes(kept: Run, pages: dict[str, str]) -> None:
    """A page depends on nothing but the store and its place."""
    assert pages["matrix"] == page_of(Run(kept.path), "matrix")


def test_a_page_is_whole(pages: dict[str, str]) -> None:
    """Ids are unique, figures are well-formed and named, and nothing comes from elsewhere."""
    for page in pages.values():
        parsed = _Page(page)

        assert len(parsed.ids) == len(set(parsed.ids))
        inner = [link for link in parsed.links if link.startswith("#")]
        assert {link[1:] for link in inner} <= set(parsed.ids)
        known = {"data:,", "../style.css", "../index.html"}
        assert set(parsed.links) - set(inner) == known
        figures = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
        assert len(figures) >= 2
        for figure in figures:
            assert 'role="img"' in figure
            ET.fromstring(figure)  # noqa: S314  (our own page)


def test_the_only_script_is_the_one_that_the_page_allows(pages: dict[str, str]) -> None:
    """The policy of the page names the digest of its only script."""
    parsed = _Page(page := pages["matrix"])
    (script,) = parsed.scripts
    digest = b64encode(sha256(script.encode()).digest()).decode()

    assert 1 == parsed.elements.count("script")
    assert f"script-src 'sha256-{digest}'" in unescape(page)


def hostile_case() -> Case:
    """Make a case that has markup wherever it can have text."""

    def df(_: Any) -> Any:
        raise RuntimeError(EVIL)

    return Case(
        EVIL,
        f=np.sin,
        df=df,
        points=[0.7],
        special_points={EVIL: 0.1},
        formula=EVIL,
        derivative_formula=r"\text{" + EVIL + "}",
        derivation=[DerivationStep(EVIL, EVIL, EVIL)],
        source=EVIL,
        tags={EVIL},
    )


def test_nothing_that_a_case_says_is_markup(tmp_path: Path) -> None:
    """Names, formulas, tags, paths, themes and messages stay text, with a verdict and without."""
    places: dict[str, Any] = {"file": f"/{EVIL}.py", "theme": EVIL, "tags": (EVIL,), "line": 3}
    other = replace(hostile_case(), name=f"{EVIL}2")
    crashed = Record(outcome=CRASHED, message=f"{EVIL}\x1b[31m\nin {EVIL}")
    run = stored(
        tmp_path,
        (Planned(name=EVIL, **places), examine(hostile_case(), Settings())),
        (Planned(name=other.name, **places), crashed),
    )
    place = RunPlace(slug="a", previous=("b", EVIL), next=("c", EVIL))
    for name in (EVIL, other.name):
        parsed = _Page(page := page_of(run, name, place))

        assert 1 == parsed.elements.count("script") == len(parsed.scripts)
        assert "img" not in parsed.elements
        assert not [each for each in parsed.attributes if each.startswith("on")]
        assert "49" not in parsed.text.replace(name, "")
        assert "\x1b" not in page
        assert EVIL in parsed.text


def test_a_figure_of_a_hostile_case_holds_no_markup(tmp_path: Path) -> None:
    """A name with markup and mathematics of its own gets into no figure."""
    case = replace(matrix_case(), name=f"$\\frac{{{EVIL}")
    parsed = _Page(page_of(stored(tmp_path, case), case.name))

    assert "img" not in parsed.elements
    assert 1 == parsed.elements.count("script")


CASE_FILE = """
import numpy as np
from gradcheck import Case

WIDE = np.linspace(0.1, 2.0, 500)
cases = [
    Case("small it's", f=lambda x: np.prod(x), df=lambda x: np.prod(x) / x * [1, 1, 2],
         points=[[0.1 + 0.2, 1 / 3, 2e-3]]),
    Case("numbers", f=np.exp, df=lambda x: np.exp(x) * (1 + 1e-5), points=[0.1, 1 / 3, 1 / 7],
         special_points={"zero": 0.0}),
    Case("wide", f=lambda x: np.sin(x).sum(), df=lambda x: np.cos(x) * (1 + (x > 1.9)),
         points=[WIDE]),
    Case("drawn", f=np.exp, df=lambda x: -np.exp(x), domain="(0, inf)"),
]
"""


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("small it's", {}),
        ("numbers", {"rtol": 1e-7, "atol": 1e-9, "seed": 4}),
        ("numbers", {"rtol": 1e-3}),
        ("numbers", {"points": 5, "seed": 2}),
        ("wide", {}),
        ("wide", {"directions": 3, "seed": 7}),
        ("wide", {"points": 2, "seed": 1}),
        ("drawn", {}),
    ],
)
def test_the_script_gives_the_same_result(
    name: str, settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script on the page runs as it is, and finds the same numbers, bit for bit."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "it's cases.py"
    file.write_text(CASE_FILE)
    case = load_cases(file)[name]
    run = run_cases([case], tmp_path / "first.sqlite", workers=0, tables="none", **settings)
    result = run.result(name)
    shown = re.search(
        r'<pre class="copy"[^>]*Script[^>]*>(.*?)</pre>', page_of(run, name), re.DOTALL
    )
    assert shown is not None
    script = unescape(shown[1])
    assert recipe(result, run.settings).script == script

    found: dict[str, Any] = {}
    exec(script, found)  # noqa: S102  (what a reader would do)
    again: Result = found["result"] if "result" in found else found["run"].result(name)
    assert (result.verdict, result.reason) == (again.verdict, again.reason)
    for column in ("point", "input", "analytic", "numeric", "error_bar", "verdict"):
        assert getattr(result.entries, column).tolist() == getattr(again.entries, column).tolist()


@pytest.mark.parametrize("outcome", [CRASHED, TIMED_OUT, ERROR, SKIPPED])
def test_a_case_without_verdict_has_a_page_that_says_what_to_do(
    outcome: str, tmp_path: Path
) -> None:
    """What happened, where, what to do, and a command that checks the case alone."""
    planned = Planned(name="it", file="/cases/it.py", line=7, tags=("quick", "old"))
    record = Record(outcome=outcome, message="it stopped, in f (/cases/it.py:9)", seconds=2.0)
    text = _Page(page_of(stored(tmp_path, (planned, record)), "it")).text

    for words in (outcome, record.message, "/cases/it.py:7", "What to do", "old, quick"):
        assert words in text
    assert "gradcheck check /cases/it.py::it" in text
    assert "gradcheck 9.9, python 3.11, numpy 2.0" in text


def test_a_case_that_was_not_reached_has_a_page(tmp_path: Path) -> None:
    """The page says that the run has not come to the case, and how to go on."""
    path = tmp_path / "run.sqlite"
    store = Store.create(path, Settings(), {})
    store.begin({})
    store.plan([Planned(name="later")], Limits())
    store.close()
    text = _Page(page_of(Run(path), "later")).text

    assert "the run has not come to the case" in text
    assert "--resume" in text


def test_a_case_that_is_not_in_the_run_is_an_error(kept: Run) -> None:
    """A page can be had of cases of the run only."""
    with pytest.raises(SelectionError, match="no case of the run is called 'other'"):
        page_of(kept, "other")


def test_a_page_without_error_table_says_how_to_keep_it(tmp_path: Path) -> None:
    """Of a case that passes no table is kept; the page says which option keeps it."""
    sine = Case("sine", f=np.sin, df=np.cos, points=[0.7])
    text = _Page(page_of(stored(tmp_path, sine), "sine")).text

    assert 'With gradcheck.run(..., tables="all")' in text
    assert "The error has no floor" not in text


def test_a_passing_case_can_have_its_curve(tmp_path: Path) -> None:
    """With all tables kept, the page of a case that passes has the V plot and what it says."""
    sine = Case("sine", f=np.sin, df=np.cos, points=[0.7])
    page = page_of(stored(tmp_path, sine, tables="all"), "sine")

    assert "step size h" in page
    assert "The error has no floor but rounding" in page


def test_a_map_crosses_out_the_wrong_cells() -> None:
    """Each entry is a cell with its name and error, and those that are wrong are crossed out."""
    found = heat_maps(check(matrix_case()))
    (drawn,) = found.maps

    assert "6 of 54 entries are wrong, all those of x[4]." == drawn.wrong
    assert 54 == drawn.svg.count("<title>")
    marks = re.search(r'class="x" d="([^"]*)"', drawn.svg)
    assert marks is not None
    assert [f"4.25 {row}.25" for row in range(6)] == re.findall(r"M(\S+ \d+\.25)", marks[1])
    assert "f[3], x[4]: " in drawn.svg
    assert "m0" == found.key[0].css


def entries_of(outputs: int, inputs: int, wrong: list[tuple[int, int]]) -> Result:
    """Make the result of a large Jacobian without computing one."""
    output, input_ = (each.reshape(-1) for each in np.indices((outputs, inputs)))
    count = outputs * inputs
    rows = [row * inputs + column for row, column in wrong]
    analytic, verdict = np.ones(count), np.zeros(count, dtype=np.int8)
    analytic[rows], verdict[rows] = 2.0, 2
    reason = np.full(count, Reason.AGREES, dtype=object)
    reason[rows] = Reason.DISAGREES
    ones = np.ones(count)
    return Result(
        case=Case("large", f=np.sin, df=np.cos, points=[np.zeros(inputs)]),
        verdict=Verdict.FAIL,
        reason=Reason.DISAGREES,
        message="",
        entries=Entries(
            point=np.zeros(count, dtype=np.intp),
            output=output,
            input=input_,
            analytic=analytic,
            numeric=ones,
            error_bar=1e-9 * ones,
            materiality=1e-9 * ones,
            scale=ones,
            verdict=verdict,
            reason=reason,
        ),
        evaluations=1,
        output_shape=(outputs,) if outputs > 1 else (),
    )


def test_a_large_map_is_pooled_by_the_worst_entry() -> None:
    """Beyond 64 rows or columns entries share cells, and a single wrong one still shows."""
    (drawn,) = heat_maps(entries_of(300, 200, [(299, 0)])).maps

    assert "block of 5 of the 300 outputs" in drawn.layout
    assert "block of 4 of the 200 inputs" in drawn.layout
    assert "A cell shows its worst entry." in drawn.layout
    assert 60 * 50 == drawn.svg.count("<title>")
    assert 'd="M0.25 59.25' in drawn.svg
    assert "f[295] … f[299], x[0] … x[3]: 5e+08" in drawn.svg
    assert len(drawn.svg.encode()) < 400_000


@pytest.mark.parametrize(
    ("count", "cells", "layout"),
    [
        (40, 40, "A cell for each of the 40 inputs."),
        (200, 200, "A cell for each of the 200 inputs, in lines of 64."),
        (3000, 1000, "A cell for each block of 3 of the 3,000 inputs, in lines of 64. A cell"),
    ],
)
def test_a_gradient_is_a_strip(count: int, cells: int, layout: str) -> None:
    """One output is laid out in lines, and in blocks where it is long."""
    (drawn,) = heat_maps(entries_of(1, count, [(0, 7)])).maps

    assert drawn.layout.startswith(layout)
    assert cells == drawn.svg.count("<title>")


def test_there_is_no_map_of_a_single_entry_and_four_at_most() -> None:
    """A derivative of one number has no map; of many points the worst four have one."""
    product = Case(
        "product",
        f=np.prod,
        df=lambda x: np.prod(x) / x * np.where(x > 2, 2.0, 1.0),
        points=[[0.3, 0.7 + shift] for shift in (0.0, 0.1, 1.5, 0.2, 0.4)],
    )
    assert () == heat_maps(check(branch_case(5))).maps
    drawn = heat_maps(check(product)).maps
    assert 4 == len(drawn)
    assert "[0.3, 2.2]" == drawn[0].point


def test_a_strip_says_from_where_on_a_derivative_is_wrong() -> None:
    """The points that are wrong are those beyond the branch, and the page says so."""
    drawn = strip(check(branch_case(40)))
    assert drawn is not None

    assert "x" == drawn.against
    assert drawn.sentence.startswith("Wrong from x = 1.32")
    assert drawn.sentence.endswith("right up to 1.24872.")
    assert 40 == drawn.svg.count("<title>")


def test_a_strip_of_several_inputs_follows_the_one_that_matters() -> None:
    """Of several inputs the one goes along the strip whose order is that of the error."""
    points = np.random.default_rng(2).normal(size=(30, 3))
    case = Case(
        "three",
        f=lambda x: x[0] * np.sin(x[1]) + x[2] ** 2,
        df=lambda x: np.array([np.sin(x[1]), x[0] * np.cos(x[1]), 2 * x[2] * (1 + (x[2] > 0.5))]),
        points=list(points),
    )
    drawn = strip(check(case))
    assert drawn is not None

    assert "x[2]" == drawn.against
    assert f"Wrong from x[2] = {points[points[:, 2] > 0.5, 2].min():.6g} on" in drawn.sentence


def test_a_strip_needs_many_values_and_takes_elements_of_an_array() -> None:
    """Few points have no strip; of an elementwise case the elements of x are the values."""
    array = Case("array", f=np.sin, df=np.cos, points=[np.geomspace(1e-3, 3.0, 300)])
    assert strip(check(branch_case(10))) is None
    drawn = strip(check(array))
    assert drawn is not None

    assert (300, True, "") == (drawn.count, drawn.pooled, drawn.sentence)
    assert ">0.001</text>" in drawn.svg


def test_the_histogram_counts_every_entry() -> None:
    """Exact, wrong and missing entries are all in a bar; the largest quantile has no number."""

    def df(x: Any) -> Any:
        slope = np.cos(x)
        slope[3], slope[5] = np.nan, -slope[5]
        return slope

    result = check(Case("many", f=lambda x: np.sin(x).sum(), df=df, points=[np.linspace(0, 2, 50)]))
    found = spread(result)
    assert found is not None

    counts = re.findall(r": ([\d,]+) (?:pass|fail|inconclusive)</title>", found.svg)
    assert 50 == sum(int(count) for count in counts)
    assert "2 are wrong" in found.svg
    assert "no number" == found.quantiles[-1].in_bars
    assert spread(check(branch_case(19))) is None


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH")
def test_the_script_can_be_copied_and_nothing_is_wider_than_a_phone(
    pages: dict[str, str], tmp_path: Path
) -> None:
    """Only with JavaScript there are buttons; the page fits 360 px, and the browser is content."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    file = tmp_path / "cases" / "it.html"
    file.parent.mkdir()
    file.write_text(pages["matrix"])
    style = content.folder("reports") / "templates" / "style.css"
    shutil.copy(style, tmp_path / "style.css")
    complaints: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for scripts in (True, False):
            context = browser.new_context(
                viewport={"width": 360, "height": 800}, java_script_enabled=scripts
            )
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(file.as_uri())
            assert scripts == page.locator("button.copy").first.is_visible()
            if scripts:
                assert 360 == page.evaluate("document.documentElement.scrollWidth")
                button = page.locator("button.copy").first
                button.click()
                sync_api.expect(button).to_have_text("Copied", timeout=30_000)
            context.close()
        browser.close()
    assert [] == complaints
