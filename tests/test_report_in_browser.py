"""A report in a real browser: from file://, without JavaScript, on a phone."""

import re
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gradcheck.model.case import Case, DerivationStep
from gradcheck.model.registry import Registry
from gradcheck.output.definition import read
from gradcheck.output.report import Report, build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Build a report of a sine, a Jacobian, a long name, a wrong case and an unusable one."""
    sine = Case(
        "sine",
        f=np.sin,
        df=np.cos,
        points=[0.7, 2.0],
        special_points={"the slope is 1 <here>": 0.0},
        formula=r"\frac{\sin x}{1}",
        derivative_formula=r"\cos x",
        derivation=[DerivationStep("known", "the sine has the cosine", r"(\sin x)' = \cos x")],
        source="any textbook <b>of</b> calculus",
    )
    squares = Case(
        "squares", f=lambda x: x**2, df=lambda x: np.diag(2 * x), points=[np.linspace(1, 2, 6)]
    )
    long = Case("x" * 200, f=np.exp, df=np.exp, points=[1.0], formula="+".join(["x^2"] * 80))
    bad = Case("bad", f=np.sin, df=lambda _: [1], points=[1.0])
    wrong = Case("wrong", f=np.sin, df=lambda x: 2 * np.cos(x), points=[0.7])
    folder = tmp_path_factory.mktemp("browser") / "report"
    return build(read(), out=folder, cases=Registry([sine, squares, long, bad, wrong]))


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start Chromium once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """Open a page that fails the test if the browser complains about anything."""
    yield from _watched(browser, width=1280)


@pytest.fixture
def phone(browser: "Browser") -> "Iterator[Page]":
    """Open a page of 360 px, in dark colours, without JavaScript."""
    yield from _watched(browser, width=360, without_scripts=True)


def _watched(browser: "Browser", *, width: int, without_scripts: bool = False) -> "Iterator[Page]":
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=not without_scripts,
        color_scheme="dark" if without_scripts else "light",
    )
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("requestfailed", lambda request: complaints.append(request.url))
    requests: list[str] = []
    opened.on("request", lambda request: requests.append(request.url))
    yield opened
    context.close()
    assert [] == complaints
    assert [] == [url for url in requests if not url.startswith(("file:", "data:"))]


def _open(page: "Page", file: Path) -> None:
    page.goto(file.resolve().as_uri())


def test_the_index_reads_as_it_should(page: "Page", report: Report) -> None:
    """The first page shows title, problem, totals, behaviours and a row a case."""
    _open(page, report.index)
    text = page.inner_text("body")

    assert "Derivatives against finite differences" == page.inner_text("h1")
    assert text.index("1 problem") < text.index("Overview") < text.index("convergent")
    assert re.search(r"bad\s+not compared\s+bad: df must return", text)
    assert "1 case needs a look" in text
    assert {"sine", "squares", "bad"} <= set(page.locator("tbody th a").all_inner_texts())
    assert re.search(r"\d\.\d digits · p 2\.0\d", page.inner_text("tr:has(a:text-is('sine'))"))


def test_what_fails_is_a_click_away_from_its_entries(page: "Page", report: Report) -> None:
    """From the notice on the first page to the table with the error bars."""
    _open(page, report.index)
    rows = page.locator("tbody th a").all_inner_texts()
    page.click(".notice a:text-is('wrong')")
    entries = page.locator("table.bars tbody tr").all_inner_texts()

    assert ["bad", "wrong"] == rows[:2]
    assert re.fullmatch(r"✕\s*fail", page.inner_text("h2#verdict"))
    assert re.fullmatch(r"✕\s*∂f/∂x\s+1\.529\d+\s+0\.764\d+ ± \de-\d+\s+2\s+\S+", entries[0])


def test_one_clicks_to_a_case_and_on_and_back(page: "Page", report: Report) -> None:
    """From the index to a case, to the next one, back, and to the index again."""
    _open(page, report.index)
    page.click("tbody th a:text-is('sine')")
    assert "sine" == page.inner_text("h1")
    assert "any textbook <b>of</b> calculus" in page.inner_text("main")
    assert "the slope is 1 <here>" in page.inner_text("main")

    page.click("header a[rel=next]")
    assert "squares" == page.inner_text("h1")
    page.click("header a[rel=prev]")
    assert "sine" == page.inner_text("h1")
    page.click("header a[rel=up]")
    assert "Derivatives against finite differences" == page.inner_text("h1")


def test_formulas_and_figures_are_drawn(page: "Page", report: Report) -> None:
    """MathML and SVG are not only in the source but have a size."""
    _open(page, report.pages[0])
    for selector, least in (("math", 5), ("mfrac", 5), ("figure svg", 250)):
        box = page.locator(selector).first.bounding_box()

        assert box is not None
        assert box["width"] > least
        assert box["height"] > 5


def test_the_error_parts_open_without_a_script(phone: "Page", report: Report) -> None:
    """The tables of both error parts are closed at first and open on a click."""
    _open(phone, report.pages[0])
    details = phone.locator("section.point details").first

    assert not details.locator("table").is_visible()
    details.locator("summary").click()
    assert "truncation" in details.locator("thead").inner_text()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_is_wider_than_the_window(browser: "Browser", report: Report, width: int) -> None:
    """Wide tables and long formulas scroll in their own box, and names break."""
    for opened in _watched(browser, width=width):
        for file in (report.index, *report.pages):
            _open(opened, file)
            opened.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")

            assert width == opened.evaluate("document.documentElement.scrollWidth"), file.name


def test_a_phone_without_scripts_shows_everything(phone: "Page", report: Report) -> None:
    """Nothing on the pages depends on JavaScript: the links work, the table is there."""
    _open(phone, report.index)
    assert phone.locator("table.summary").count() == 1
    phone.click("tbody th a:text-is('squares')")

    assert "squares" == phone.inner_text("h1")
    assert phone.locator("table.numbers").first.is_visible()


def test_the_keyboard_reaches_the_content_first(page: "Page", report: Report) -> None:
    """The first stop of the tab key is a visible link that skips to the content."""
    _open(page, report.index)
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    box = skip.bounding_box()

    assert box is not None
    assert box["x"] >= 0
    assert skip.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    assert "main" == page.evaluate("document.activeElement.id")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(browser: "Browser", report: Report, scheme: str) -> None:
    """Ink, soft text and links reach 4.5 : 1 on paper and notices, in light and in dark."""
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    opened = context.new_page()
    _open(opened, report.index)
    papers = ("--paper", "--note-paper", "--bad-paper")
    inks = ("--ink", "--soft", "--link", "--bad")
    read_colours = (
        "names => names.map(n => getComputedStyle(document.documentElement).getPropertyValue(n))"
    )
    names = (*papers, *inks)
    colours = dict(zip(names, opened.evaluate(read_colours, list(names)), strict=True))
    context.close()

    for paper, ink in product(papers, inks):
        assert _contrast(colours[paper], colours[ink]) >= 4.5, (paper, ink)


def _contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""
    lights = sorted(_luminance(colour) for colour in (first, second))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    levels = [int(colour.strip()[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_print_shows_every_row(page: "Page", report: Report) -> None:
    """On paper no table is cut off by a scrolling box."""
    _open(page, report.pages[0])
    page.emulate_media(media="print")
    box = page.locator(".tall").first

    assert box.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    assert not page.locator("nav.walk").first.is_visible()
