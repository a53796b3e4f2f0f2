"""The first page of a run's report in a real browser: with and without its script, on paper."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gradcheck.batch.run import run
from gradcheck.model.case import Case
from gradcheck.output.run_report import RunReport, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]

FAILING = ["half-sine", "half-cosine", "<b>minus</b>", "x" * 150]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    """Write the report of four cases that fail, one that stays open and one that passes."""
    folder = tmp_path_factory.mktemp("browser")
    cases = [
        Case("sine", f=np.sin, df=np.cos, points=[0.7], tags=["right"]),
        Case("<b>minus</b>", f=np.sin, df=lambda x: -np.cos(x), points=[0.7], tags=["wrong"]),
        Case("half-sine", f=np.sin, df=lambda x: 0.5 * np.cos(x), points=[0.7], tags=["wrong"]),
        Case("half-cosine", f=np.cos, df=lambda x: -0.5 * np.sin(x), points=[0.9]),
        Case("x" * 150, f=np.exp, df=lambda _: 1.0, points=[1.0]),
        Case("bent", f=np.abs, df=np.sign, points=[0.0]),
    ]
    stored = run(cases, folder / "results.sqlite", workers=0, tables="none")
    return write(stored, out=folder / "report")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start Chromium once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def opened(browser: "Browser", report: RunReport) -> "Iterator[tuple[Page, list[str]]]":
    """Open the first page, and collect what the browser complains about."""
    yield from _opened(browser, report.index, java_script_enabled=True)


@pytest.fixture
def page(opened: "tuple[Page, list[str]]", report: RunReport) -> "Iterator[Page]":
    """Load the first page anew; the test fails if the browser complains about anything."""
    page, complaints = opened
    page.emulate_media(media="screen")
    page.goto(report.index.resolve().as_uri())
    yield page
    assert [] == complaints


@pytest.fixture
def plain(browser: "Browser", report: RunReport) -> "Iterator[Page]":
    """Open it on a phone, in dark colours, without JavaScript."""
    for page, complaints in _opened(
        browser,
        report.index,
        java_script_enabled=False,
        viewport={"width": 360, "height": 800},
        color_scheme="dark",
    ):
        yield page
        assert [] == complaints


def _opened(
    browser: "Browser", file: Path, **options: object
) -> "Iterator[tuple[Page, list[str]]]":
    """Open a page in a window of its own."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda request: complaints.append(request.url))
    requests: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    opened.goto(file.resolve().as_uri())
    yield opened, complaints
    context.close()
    assert [] == complaints
    assert [] == [url for url in requests if not url.startswith(("file:", "data:"))]


def names(page: "Page") -> list[str]:
    """Return the failing cases that are to be seen, in order."""
    rows = page.locator("section:has(> h2#failing) tr.r:visible th > :first-child")
    return rows.all_inner_texts()


def test_a_heading_sorts_up_and_down_and_back(page: "Page") -> None:
    """A click, or Enter on the focused button, sorts and says so; the third restores the order."""
    before = names(page)
    heading = page.locator("section:has(> h2#failing) thead th").first
    heading.locator("button").focus()
    page.keyboard.press("Enter")

    assert sorted(FAILING) == names(page)
    assert "ascending" == heading.get_attribute("aria-sort")
    assert "Sorted by case, ascending." == page.inner_text("#state")
    heading.locator("button").click()
    assert sorted(FAILING, reverse=True) == names(page)
    heading.locator("button").click()
    assert before == names(page)
    assert heading.get_attribute("aria-sort") is None


def test_filters_hide_what_does_not_fit(page: "Page") -> None:
    """By outcome, tag and text together; a list without a row says so, and all comes back."""
    page.select_option("#tag", "wrong")
    assert {"<b>minus</b>", "half-sine"} == set(names(page))
    page.fill("#text", "HALF")
    assert ["half-sine"] == names(page)
    assert "of" in page.inner_text("#state")
    button = page.locator("#refine button[value=pass]")
    button.click()
    assert "true" == button.get_attribute("aria-pressed")
    assert [] == names(page)
    assert page.locator("section:has(> h2#failing) .none").is_visible()

    page.click("#reset")
    assert set(FAILING) == set(names(page))
    assert "false" == button.get_attribute("aria-pressed")
    assert page.inner_text("#state").startswith("All ")


def test_what_is_focused_can_be_seen(page: "Page") -> None:
    """The keyboard leaves an outline on a button."""
    page.keyboard.press("Tab")
    page.locator("#refine button").first.focus()

    assert "none" != page.evaluate("getComputedStyle(document.activeElement).outlineStyle")


def test_without_a_script_all_is_there(plain: "Page") -> None:
    """The order is in the page, no dead control is shown, and nothing is wider than a phone."""
    assert {"half-sine", "half-cosine"} == set(names(plain)[:2])
    assert set(FAILING) == set(names(plain))
    assert not plain.locator("#refine").is_visible()
    assert 0 == plain.locator("thead button").count()
    assert 360 == plain.evaluate("document.documentElement.scrollWidth")
    plain.locator("a:has(bdi:text-is('<b>minus</b>'))").first.click()
    assert "<b>minus</b>" == plain.inner_text("h1")


def test_paper_shows_everything(page: "Page") -> None:
    """In print filtered rows and folded facts are there, and no control is."""
    page.fill("#text", "nothing has this")
    assert [] == names(page)
    page.emulate_media(media="print")

    assert set(FAILING) == set(names(page))
    assert page.locator(".run-facts dt").first.is_visible()
    assert not page.locator("#refine").is_visible()


def test_the_bar_needs_no_colour(page: "Page") -> None:
    """Every outcome has a pattern of its own in the bar, and sign, word and number in the list."""
    patterns = page.locator(".outcomes span").evaluate_all(
        "all => all.map(e => getComputedStyle(e).backgroundImage)"
    )
    words = page.locator("main .meanings dt").all_inner_texts()

    assert len(words) == len(patterns) == len(set(patterns)) == 3
    assert [["✕fail", "4"], ["?inconclusive", "1"], ["✓pass", "1"]] == [
        each.split()[:2] for each in words
    ]
