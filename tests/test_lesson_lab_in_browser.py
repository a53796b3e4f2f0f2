"""The laboratory in a real browser: every position of the slider, keyboard, widths, colours."""

import itertools
import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import gradcheck as gc
from gradcheck.lessons.instruments.lab import instrument as lab
from gradcheck.lessons.instruments.lab.data import FORMULAS, PRECISIONS, Row
from gradcheck.lessons.page import page as lesson_page
from gradcheck.lessons.setting import Setting
from gradcheck.lessons.text import render
from gradcheck.lessons.words import LANGUAGES, words_of
from gradcheck.output.toml_file import Value

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]

BLOCK = {
    "kind": "lab",
    "cases": ["square", "exp-2x", "x-abs-x"],
    "points": {"square": [1.0, 0.1], "exp-2x": [0.5], "x-abs-x": [0.0]},
    "steps": {"per_decade": 1},
}
LAST = 17

ALL_POSITIONS = """(places) => {
  const find = (name) => document.querySelector(`.lab-${name}`), range = find("h");
  const number = (item) => {
    const data = document.querySelector(`[data-item="${item}"] data`);
    return data && Number(data.value);
  };
  const center = (box) => [box.left + box.width / 2, box.top + box.height / 2];
  const found = [];
  for (let k = Number(range.max); k >= 0; k--) {
    range.value = k;
    range.dispatchEvent(new Event("input"));
    const dot = find("dot"), secant = document.querySelector(".lab-lens .lab-secant");
    const clip = document.querySelector(".lab-lens clipPath rect");
    const quotient = document.querySelector('[data-item="quotient"]');
    const right = quotient.querySelector(".lab-right");
    found.push({
      k,
      h: number("h"), quotient: number("quotient"),
      error: number("error"), digits: number("digits"),
      shown: quotient.textContent, right: right && right.textContent,
      regime: document.querySelector('[data-item="regime"]').textContent,
      spoken: range.getAttribute("aria-valuetext"),
      dot: places && dot && center(dot.getBoundingClientRect()),
      line: secant && secant.getAttribute("d").match(/-?[0-9.]+/g).map(Number),
      window: [Number(clip.getAttribute("width")), Number(clip.getAttribute("height"))],
    });
  }
  return found;
}"""


@dataclass(frozen=True)
class Built:
    """A page with a laboratory in each language, and what it was made of."""

    folder: Path
    measured: lab.Measured

    def address(self, lang: str = "en") -> str:
        """Return where the page is."""
        return (self.folder / f"lab.{lang}.html").resolve().as_uri()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Write a page with nothing but a small laboratory."""
    folder = tmp_path_factory.mktemp("lab")
    text = folder / "text.md"
    text.write_text(
        "# Lab\n\nMove h.\n\n## All (#all)\n\n{{ lab.panel }}\n\n## End (#end)\n\nEnd.\n"
    )
    block = Value(Path("lesson.toml"), "lab", BLOCK)
    measured = lab.measure(Setting(block, {}, gc.load_cases()))
    for lang in LANGUAGES:
        said = render(text, {"lab": measured.view(words_of(lang))})
        html = lesson_page("lesson.html", lang=lang, text=said, command="gradcheck lesson")
        (folder / f"lab.{lang}.html").write_text(html, encoding="utf-8")
    return Built(folder, measured)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start Chromium once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


class Opened:
    """Pages in windows of their own, and what the browser complained about."""

    def __init__(self, browser: "Browser", built: Built) -> None:
        self.browser = browser
        self.built = built
        self.complaints: list[str] = []

    def __call__(self, lang: str = "en", **context: Any) -> "Page":
        """Open the page without a network."""
        page = self.browser.new_context(offline=True, **context).new_page()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(request.url))
        page.goto(self.built.address(lang))
        return page


@pytest.fixture
def opened(browser: "Browser", built: Built) -> Iterator[Opened]:
    """Open pages; the test fails if the browser complains about any of them."""
    pages = Opened(browser, built)
    yield pages
    for context in browser.contexts:
        context.close()
    assert pages.complaints == []


def stop_the_clock(page: "Page") -> None:
    """Load the page anew with a clock that goes only where the test makes it go."""
    page.clock.install(time=0)
    page.reload()
    page.clock.pause_at(3600)


def switch(page: "Page", *values: str) -> None:
    """Choose radio buttons."""
    for value in values:
        page.evaluate("value => document.querySelector(`input[value='${value}']`).click()", value)


def position(page: "Page") -> int:
    """Return where the slider stands."""
    return int(page.input_value(".lab-h"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_position_reads_as_measured(opened: Opened, built: Built, lang: str) -> None:
    """For every function, point, formula and precision, each h shows the engine's numbers."""
    page = opened(lang, viewport={"width": 1280, "height": 900})
    words = words_of(lang)
    places = list(built.measured.places.values())
    for place in places if lang == "en" else places[2:3]:  # the numbers are the same in both
        page.select_option(".lab-case", label=place.case.name)
        page.select_option(".lab-point", label=f"x = {place.x:g}")
        for formula, precision in itertools.product(FORMULAS, PRECISIONS):
            switch(page, formula.name, precision)
            rows = place.errors.rows[formula.name, precision]
            found = page.evaluate(ALL_POSITIONS)
            assert [each["k"] for each in found] == list(range(LAST, -1, -1))
            for each, row in zip(found, reversed(rows), strict=True):
                reads_as(each, row, formula.name, words)


def reads_as(each: dict[str, Any], row: Row, formula: str, words: Any) -> None:
    """Compare a position with a row: all the digits, and which of them are marked as right."""
    is_lost = row.regime == "step-lost" and formula == "central"
    regime = "step-lost-central" if is_lost else row.regime or "unknown"
    assert each["h"] == row.h
    assert each["quotient"] == row.numeric
    assert each["error"] == float(f"{row.error:.2e}")
    assert each["regime"] == words(f"lab.{regime}")
    assert float(plain(each["shown"])) == row.numeric
    assert float(plain(each["spoken"].removeprefix("h = "))) == row.h
    digits = None if math.isnan(row.digits) else round(10 * row.digits) / 10
    assert each["digits"] == digits
    mantissa = each["shown"].split(" ")[0]
    if row.regime in {"exact", "nearest"}:
        assert each["right"] == mantissa
    elif digits is None:
        assert each["right"] is None
    else:
        assert significant(each["right"]) == min(significant(mantissa), math.floor(digits))


def significant(text: str) -> int:
    """Count the significant digits of a number."""
    return len(text.replace("−", "").replace(".", "").lstrip("0"))


def plain(text: str) -> str:
    """Write a number as Python reads it."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    mantissa, _, power = text.rpartition("10") if "⁻" in text or " × " in text else (text, "", "")
    if not power:
        return text.translate(digits)
    return f"{mantissa.removesuffix(' × ').translate(digits) or '1'}e{power.translate(digits)}"


def test_the_dot_stands_above_the_slider_at_the_height_of_the_error(
    opened: Opened, built: Built
) -> None:
    """Down the truncation branch and up the rounding branch: larger errors stand higher."""
    page = opened(viewport={"width": 1280, "height": 900})
    rows = built.measured.places["square", 1.0].errors.rows["forward", "float64"]
    box = page.locator(".lab-h").bounding_box()
    assert box
    page.select_option(".lab-case", label="square")
    found = list(reversed(page.evaluate(ALL_POSITIONS, "with places")))
    x = [each["dot"][0] for each in found]
    thumbs = [box["x"] + 12 + (box["width"] - 24) * k / LAST for k in range(LAST + 1)]
    heights = [(row.error, each["dot"][1]) for row, each in zip(rows, found, strict=True)]

    assert x == pytest.approx(thumbs, abs=2)
    for (error, y), (other, at) in itertools.combinations(heights, 2):
        if error > 1.01 * other:
            assert y < at
        elif other > 1.01 * error:
            assert at < y


def test_the_secant_under_the_microscope_has_the_slope_of_the_quotient(
    opened: Opened, built: Built
) -> None:
    """Over 4h it rises by 4h times the quotient, in units of the window."""
    page = opened(viewport={"width": 1280, "height": 900})
    for formula in FORMULAS:
        switch(page, formula.name)
        place = built.measured.places["square", 1.0]
        slides = reversed(place.slides["float64"])
        rows = reversed(place.errors.rows[formula.name, "float64"])
        for each, slide, row in zip(page.evaluate(ALL_POSITIONS), slides, rows, strict=True):
            x0, y0, x1, y1 = each["line"]
            width, height = each["window"]
            assert x1 - x0 == pytest.approx(width, abs=0.2)
            rise = 4 * row.h * row.numeric / slide.height
            assert y0 - y1 == pytest.approx(rise * height / 2.3, rel=0.01, abs=0.3)


def test_a_switch_keeps_h(opened: Opened) -> None:
    """Another formula, precision, point or function is shown at the same step."""
    page = opened()
    page.focus(".lab-h")
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    before = page.inner_text("[data-item=h]")
    for value in ("central", "complex-step", "float32"):
        switch(page, value)
        assert position(page) == LAST - 4
    page.select_option(".lab-point", "1")
    page.select_option(".lab-case", "2")

    assert position(page) == LAST - 4
    assert page.inner_text("[data-item=h]") == before == "10⁻⁴"


def test_the_keyboard_reaches_and_moves_everything(opened: Opened) -> None:
    """Tab goes through the switches to the slider and its buttons; arrows, Home and End move h."""
    page = opened(viewport={"width": 1280, "height": 900})
    page.focus(".lab-case")
    order = []
    for _ in range(8):
        focused = page.locator(":focus")
        order.append(focused.get_attribute("class") or focused.input_value())
        page.keyboard.press("Tab")
    assert order == [
        "lab-case",
        "lab-point",
        "forward",
        "float64",
        "lab-h",
        "lab-smaller",
        "lab-play",
        "lab-larger",
    ]

    page.focus(".lab-h")
    moves = (("Home", 0), ("ArrowRight", 1), ("End", LAST), ("ArrowLeft", LAST - 1))
    for key, expected in moves:
        page.keyboard.press(key)
        assert position(page) == expected
        assert float(page.get_attribute("[data-item=h] data", "value") or "") == 10.0 ** (
            expected - LAST
        )
    page.focus(".lab-smaller")
    page.keyboard.press("Enter")
    assert position(page) == LAST - 2
    page.focus("input[value=forward]")
    page.keyboard.press("ArrowRight")
    assert page.is_checked("input[value=central]")


def test_what_is_focused_can_be_seen(opened: Opened) -> None:
    """Every control has an outline, a radio button on its label."""
    page = opened()
    page.focus(".lab-case")
    seen = []
    for _ in range(8):
        seen.append(
            page.evaluate(
                """() => { const at = document.activeElement;
                const shown = at.type === "radio" ? at.nextElementSibling : at;
                return getComputedStyle(shown).outlineStyle; }"""
            )
        )
        page.keyboard.press("Tab")

    assert seen == ["solid"] * 8


def test_the_buttons_move_by_decades(opened: Opened) -> None:
    """A tenth of h, ten times h, and no further than there are steps."""
    page = opened()
    page.click(".lab-larger")
    assert position(page) == LAST
    page.click(".lab-smaller")
    page.click(".lab-smaller")
    assert page.inner_text("[data-item=h]") == "10⁻²"
    page.click(".lab-larger")
    assert position(page) == LAST - 1


def test_play_shrinks_h_to_the_end_and_speaks_only_then(opened: Opened) -> None:
    """It can be stopped, starts again from the largest h, and holds its tongue on the way."""
    page = opened()
    stop_the_clock(page)
    page.click(".lab-play")
    page.clock.run_for(3 * 160)
    assert position(page) == LAST - 3
    assert page.get_attribute(".lab-readout", "aria-live") == "off"
    assert page.get_attribute(".lab-play", "aria-pressed") == "true"
    page.click(".lab-play")
    page.clock.run_for(10 * 160)
    assert position(page) == LAST - 3
    page.click(".lab-play")
    page.clock.run_for(60 * 160)

    assert position(page) == 0
    assert page.get_attribute(".lab-readout", "aria-live") == "polite"
    assert page.get_attribute(".lab-play", "aria-pressed") == "false"


def test_who_wants_less_motion_gets_less(opened: Opened) -> None:
    """Then play goes ten times as slowly, a whole decade at a time."""
    page = opened(reduced_motion="reduce")
    stop_the_clock(page)
    page.click(".lab-play")
    page.clock.run_for(1500)
    assert position(page) == LAST
    page.clock.run_for(200)

    assert position(page) == LAST - 1


@pytest.mark.parametrize(("lang", "scheme"), [("en", "light"), ("ja", "dark")])
def test_it_fits_every_width_and_can_be_touched(opened: Opened, lang: str, scheme: str) -> None:
    """Nothing sticks out at 360, 1280 and 1920 pixels; targets have 24; axe is content."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(lang, color_scheme=scheme)
    for width in (360, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise(requestAnimationFrame)")
        beyond = page.evaluate(
            """() => Array.from(document.querySelectorAll(".lab *")).filter((each) => {
                const box = each.getBoundingClientRect();
                return box.width && !each.closest("defs, [clip-path], .unseen")
                  && (box.right > innerWidth || box.left < 0);
            }).map((each) => each.outerHTML.slice(0, 120))"""
        )
        assert beyond == []
        assert width == page.evaluate("document.documentElement.scrollWidth")
        targets = ".lab select, .lab button, .lab-h, .lab fieldset label"
        for target in page.locator(targets).all():
            box = target.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24
    violations = axe.run(page).response["violations"]

    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


def test_on_a_phone_the_slider_stays_in_sight(opened: Opened) -> None:
    """It sticks to the lower edge while the pictures above it are read."""
    page = opened(viewport={"width": 360, "height": 700})
    page.evaluate("document.querySelector('.lab-near').scrollIntoView()")
    box = page.locator(".lab-h").bounding_box()

    assert box
    assert 500 < box["y"] < 700 - 24
    assert page.locator(".lab-brief").is_visible()


def test_without_a_script_the_start_is_there(opened: Opened) -> None:
    """Figures and a table, no dead control, nothing wider than a phone."""
    page = opened("ja", java_script_enabled=False, viewport={"width": 360, "height": 800})

    assert not page.locator(".lab-live").is_visible()
    assert page.locator(".lab noscript svg:visible").count() == 2
    assert page.locator(".lab noscript tbody tr").count() == LAST + 1
    assert "JavaScript" in page.inner_text(".lab noscript")


def test_paper_keeps_the_picture_as_it_stands(opened: Opened) -> None:
    """The drawn state and the read-out are printed, the slider and its buttons are not."""
    page = opened()
    page.click(".lab-smaller")
    page.emulate_media(media="print")

    assert page.locator(".lab-dot").is_visible()
    assert page.inner_text("[data-item=quotient]").startswith("2.1")
    assert not page.locator(".lab-h").is_visible()
    assert not page.locator(".lab-play").is_visible()


def test_what_is_not_certain_is_not_drawn(opened: Opened) -> None:
    """At the missing second derivative of x|x| there is the whole error, and a sentence why."""
    page = opened()
    page.select_option(".lab-case", label="x-abs-x")

    assert page.locator(".lab-errors .lab-truncation").count() == 0
    assert page.locator(".lab-part:visible").count() == 0
    assert words_of("en")("lab.uncertified") in page.inner_text(".lab-truth")


def test_a_point_that_float32_cannot_hold_is_told(opened: Opened) -> None:
    """The sentence names the number that single precision takes for 0.1."""
    page = opened()
    page.select_option(".lab-point", label="x = 0.1")
    assert "0.10000000149011612" not in page.inner_text(".lab-truth")
    switch(page, "float32")

    assert "0.10000000149011612" in page.inner_text(".lab-truth")
