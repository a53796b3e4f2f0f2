"""The laboratory in a real browser: every position of the slider, keyboard, widths, colours."""

import itertools
import math
import re
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
from gradcheck.lessons.words import LANGUAGES, Words, words_of
from gradcheck.output.toml_file import Value

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]

BLOCK = {
    "kind": "lab",
    "cases": ["square", "sin-1000x", "x-abs-x"],
    "points": {"square": [1.0, 0.1], "sin-1000x": [1.0], "x-abs-x": [0.0]},
    "steps": {"per_decade": 1},
}
ARGUMENTS = ["--no-sandbox", "--renderer-process-limit=1"]
LAST = 17
SHOWN = (("square", 1.0), ("sin-1000x", 1.0), ("x-abs-x", 0.0))
"""The first point of each function."""

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
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


class Watched:
    """A page that is opened once, and what the browser complained about."""

    def __init__(self, context: "BrowserContext", address: str) -> None:
        """Open a page."""
        self.complaints: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.goto(address)

    def lend(self) -> "Iterator[Page]":
        """Hand out the page as a reader finds it; fail if the browser complains meanwhile."""
        self.page.bring_to_front()
        self.page.set_viewport_size({"width": 1280, "height": 900})
        choose(self.page, 0, 0)
        switch(self.page, "forward", "float64")
        slide(self.page, LAST)
        yield self.page
        complaints, self.complaints[:] = list(self.complaints), []
        assert complaints == []


@pytest.fixture(scope="module")
def context(browser: "Browser") -> "BrowserContext":
    """Open one window without a network for both languages: a second one would cost as much."""
    return browser.new_context(offline=True, color_scheme="light")


@pytest.fixture(scope="module")
def english(context: "BrowserContext", built: Built) -> Watched:
    """Open the English page in light colours."""
    return Watched(context, built.address("en"))


@pytest.fixture(scope="module")
def japanese(context: "BrowserContext", built: Built) -> Watched:
    """Open the Japanese page in dark colours."""
    watched = Watched(context, built.address("ja"))
    watched.page.emulate_media(color_scheme="dark")
    return watched


@pytest.fixture
def page(english: Watched) -> "Iterator[Page]":
    """Lend the English page."""
    yield from english.lend()


@pytest.fixture
def page_in(
    english: Watched, japanese: Watched, request: pytest.FixtureRequest
) -> "Iterator[tuple[str, Page]]":
    """Lend the page of the language that the test asks for, with the language."""
    watched = {"en": english, "ja": japanese}[request.param]
    yield from ((request.param, page) for page in watched.lend())


in_every_language = pytest.mark.parametrize("page_in", LANGUAGES, indirect=True)


def choose(page: "Page", case: int, point: int = 0) -> None:
    """Choose a function and a point by their places in the lists."""
    page.evaluate(
        """wanted => Object.entries(wanted).forEach(([name, index]) => {
            const list = document.querySelector(`.lab-${name}`);
            list.value = index;
            list.dispatchEvent(new Event("change"));
        })""",
        {"case": case, "point": point},
    )


def slide(page: "Page", k: int) -> None:
    """Move the slider."""
    page.evaluate(
        """k => { const range = document.querySelector(".lab-h");
            range.value = k;
            range.dispatchEvent(new Event("input")); }""",
        k,
    )


def switch(page: "Page", *values: str) -> None:
    """Choose radio buttons."""
    page.evaluate(
        "values => values.forEach((v) => document.querySelector(`input[value='${v}']`).click())",
        list(values),
    )


def position(page: "Page") -> int:
    """Return where the slider stands."""
    return int(page.input_value(".lab-h"))


@in_every_language
def test_every_position_reads_as_measured(page_in: "tuple[str, Page]", built: Built) -> None:
    """For each function, formula and precision, each h shows the engine's numbers."""
    lang, page = page_in
    for case, place in enumerate(built.measured.places[name, x] for name, x in SHOWN):
        if lang == "ja" and case == 0:  # the numbers are the same; words differ in the others
            continue
        choose(page, case)
        for formula, precision in itertools.product(FORMULAS, PRECISIONS):
            if lang == "ja" and precision == "float32":
                continue
            switch(page, formula.name, precision)
            rows = place.errors.rows[formula.name, precision]
            found = page.evaluate(ALL_POSITIONS)
            assert [each["k"] for each in found] == list(range(LAST, -1, -1))
            for each, row in zip(found, reversed(rows), strict=True):
                reads_as(each, named(row, place, formula.name), row, words_of(lang))


def named(row: Row, place: lab.Place, formula: str) -> str:
    """Return the word for what dominates."""
    if row.regime == "step-lost" and formula == "central":
        return "step-lost-central"
    if row.regime == "exact" and not place.errors.is_certified:
        return "agrees"
    return row.regime or "unknown"


def reads_as(each: dict[str, Any], regime: str, row: Row, words: Words) -> None:
    """Compare a position with a row: all the digits, and which of them are marked as right."""
    assert each["h"] == row.h
    assert float(plain(each["spoken"].removeprefix("h = "))) == row.h
    if math.isnan(row.numeric):
        assert each["shown"] == words("lab.none")
        assert each["quotient"] is each["error"] is each["digits"] is each["right"] is None
        assert each["regime"] == words(f"lab.{regime}")
        return
    assert each["quotient"] == row.numeric
    assert each["error"] == float(f"{row.error:.2e}")
    assert each["regime"] == words(f"lab.{regime}")
    assert float(plain(each["shown"])) == row.numeric
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
    page: "Page", built: Built
) -> None:
    """Down the truncation branch and up the rounding branch: larger errors stand higher."""
    rows = built.measured.places["square", 1.0].errors.rows["forward", "float64"]
    box = page.locator(".lab-h").bounding_box()
    assert box
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
    page: "Page", built: Built
) -> None:
    """Over 4h it rises by 4h times the quotient, in units of the window."""
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


COORDINATES = """() => Array.from(document.querySelectorAll(".lab-panels > figure > svg *"))
  .flatMap((each) => Array.from(each.attributes))
  .filter(({ name }) => /^(d|[xyr]|[cr][xy]|[xy][12]|width|height)$/.test(name))
  .flatMap(({ value }) => value.match(/-?[0-9.]+(?:e[-+]?[0-9]+)?|[NI][a-z]+/g))"""


def test_a_line_that_is_too_steep_to_draw_ends_outside_the_picture(
    page: "Page", built: Built
) -> None:
    """The complex step of sin(1000x) finds slopes beyond 1e30; no coordinate is beyond 2e5."""
    place = built.measured.places["sin-1000x", 1.0]
    assert abs(place.errors.rows["complex-step", "float64"][LAST - 1].numeric) > 1e30
    choose(page, 1)
    switch(page, "complex-step")
    slide(page, LAST - 1)
    for name in ("function", "lens"):
        line = page.get_attribute(f".lab-{name} .lab-secant", "d")
        middle = page.get_attribute(f".lab-{name} .lab-here", "cx")
        assert line
        assert middle
        x0, y0, x1, y1 = (float(part) for part in re.findall(r"-?[0-9.]+", line))
        assert sorted([y0, y1]) == [-1e5, 1e5]
        assert x0 == x1 == float(middle)
    numbers = [float(text) for text in page.evaluate(COORDINATES)]
    assert len(numbers) > 500
    assert max(map(abs, numbers)) <= 2e5


GUIDES = """() => {
  return {
    guides: Array.from(document.querySelectorAll(".lab-errors .lab-guide"),
      (each) => each.getAttribute("d").match(/-?[0-9.]+/g).map(Number)),
    marks: Array.from(document.querySelectorAll(".lab-errors g circle.lab-mark"),
      (each) => ["cx", "cy"].map((name) => Number(each.getAttribute(name)))),
    names: Array.from(document.querySelectorAll(".lab-errors .lab-guide-name"),
      (each) => each.textContent),
    keys: Array.from(document.querySelectorAll("[class^=lab-guide-]:not(svg *):not([hidden])"),
      (each) => each.textContent.trim()),
  };
}"""


def test_theory_runs_along_the_errors(page: "Page") -> None:
    """Where truncation dominates, the line with |f″(x)| h / 2 goes through the marks."""
    guides, marks, names, keys = page.evaluate(GUIDES).values()

    assert names == ["|f″(x)| h / 2", "2u |f(x)| / h"]
    assert keys == [f"theory: {names[0]}", f"theory: {names[1]}, u = 2⁻⁵³"]
    x0, y0, x1, y1 = guides[0]
    for x, y in marks[-7:]:  # from h = 1e-6 on; the error of x² is h
        assert y0 + (y1 - y0) * (x - x0) / (x1 - x0) == pytest.approx(y, abs=0.3)


def test_theory_is_drawn_only_where_it_has_something_to_say(page: "Page") -> None:
    """The third derivative of x² is 0, the complex step subtracts nothing, and a kink has none."""
    switch(page, "central", "float32")
    assert page.evaluate(GUIDES)["keys"] == ["theory: u |f(x)| / h, u = 2⁻²⁴"]
    assert len(page.evaluate(GUIDES)["guides"]) == 1
    choose(page, 1)
    switch(page, "complex-step")
    assert page.evaluate(GUIDES)["keys"] == ["theory: |f‴(x)| h² / 6"]
    choose(page, 2)
    assert page.evaluate(GUIDES)["keys"] == page.evaluate(GUIDES)["guides"] == []


@in_every_language
def test_without_a_certified_derivative_there_is_no_tangent(page_in: "tuple[str, Page]") -> None:
    """At 0 x|x| bends so sharply that nothing is proved: words, legend and pictures say so."""
    lang, page = page_in
    words = words_of(lang)
    assert page.locator(".lab-panels > figure > svg .lab-tangent").count() == 2
    assert words("lab.tangent") in page.inner_text(".lab-near")
    assert words("lab.derivative-before") in page.inner_text(".lab-truth")
    choose(page, 2)
    truth = page.inner_text(".lab-truth")

    assert page.locator(".lab-tangent:visible, .lab-truncation:visible").count() == 0
    assert page.locator(".lab-part:visible").count() == 0
    assert words("lab.tangent") not in page.inner_text(".lab-panels")
    assert truth.startswith(f"{words('lab.before-uncertified')} 0{words('lab.after-uncertified')}")
    assert words("lab.uncertified") in truth
    assert words("lab.no-digits-uncertified") in truth
    assert words("lab.derivative-before") not in truth
    for name, part in (("near", "function"), ("lens", "lens")):
        label = page.get_attribute(f".lab-{part}", "aria-label")
        assert label == words(f"lab.{name}-label-uncertified")


def test_a_switch_keeps_h(page: "Page") -> None:
    """Another formula, precision, point or function is shown at the same step."""
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


def test_the_keyboard_reaches_and_moves_everything(page: "Page") -> None:
    """Tab goes from switches to slider and buttons, each outlined; arrows, Home, End move h."""
    page.focus(".lab-case")
    order, outlines = [], []
    for _ in range(8):
        name, outline = page.evaluate(
            """() => { const at = document.activeElement, isRadio = at.type === "radio";
                const seen = isRadio ? at.nextElementSibling : at;
                const { outlineStyle } = getComputedStyle(seen);
                return [isRadio ? at.value : at.className, outlineStyle]; }"""
        )
        order.append(name)
        outlines.append(outline)
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
    assert outlines == ["solid"] * 8

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


def test_the_buttons_move_by_decades(page: "Page") -> None:
    """A tenth of h, ten times h, and no further than there are steps."""
    page.click(".lab-larger")
    assert position(page) == LAST
    page.click(".lab-smaller")
    page.click(".lab-smaller")
    assert page.inner_text("[data-item=h]") == "10⁻²"
    page.click(".lab-larger")
    assert position(page) == LAST - 1


OWN_CLOCK = """() => {
  const kept = [setInterval, clearInterval];
  window.ticking = null;
  window.setInterval = (action, every) => { window.ticking = { action, every }; return 1; };
  window.clearInterval = () => { window.ticking = null; };
  window.giveBack = () => { [window.setInterval, window.clearInterval] = kept; };
}"""
TICK = """times => {
  let every = 0;
  for (let k = 0; k < times && window.ticking; k++) {
    every = window.ticking.every;
    window.ticking.action();
  }
  return every;
}"""


def test_play_shrinks_h_to_the_end_and_speaks_only_then(page: "Page") -> None:
    """It can be stopped, starts again from the largest h, and goes slowly for who wants less."""
    page.evaluate(OWN_CLOCK)
    page.click(".lab-play")
    assert page.evaluate(TICK, 3) == 160
    assert position(page) == LAST - 3
    assert page.get_attribute(".lab-readout", "aria-live") == "off"
    assert page.get_attribute(".lab-play", "aria-pressed") == "true"
    page.click(".lab-play")
    assert page.evaluate(TICK, 3) == 0
    assert position(page) == LAST - 3
    page.click(".lab-play")
    page.evaluate(TICK, 100)

    assert position(page) == 0
    assert page.evaluate("window.ticking") is None
    assert page.get_attribute(".lab-readout", "aria-live") == "polite"
    assert page.get_attribute(".lab-play", "aria-pressed") == "false"

    page.emulate_media(reduced_motion="reduce")
    page.click(".lab-play")
    assert position(page) == LAST
    assert page.evaluate(TICK, 1) == 1600
    assert position(page) == LAST - 1
    page.click(".lab-play")
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate("giveBack()")


SIZES = """() => ({
  beyond: Array.from(document.querySelectorAll(".lab *")).filter((each) => {
    const box = each.getBoundingClientRect();
    return box.width && !each.closest("defs, [clip-path], .unseen")
      && (box.right > innerWidth || box.left < 0);
  }).map((each) => each.outerHTML.slice(0, 120)),
  wide: document.documentElement.scrollWidth,
  targets: Array.from(document.querySelectorAll(
    ".lab select, .lab button, .lab-h, .lab fieldset label"), (each) => {
    const box = each.getBoundingClientRect();
    return Math.min(box.width, box.height);
  }),
})"""


@in_every_language
def test_it_fits_every_width_and_can_be_touched(page_in: "tuple[str, Page]") -> None:
    """Nothing sticks out at 360, 1280 and 1920 pixels; targets have 24; axe is content."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    _, page = page_in
    for width in (1920, 1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("() => new Promise(requestAnimationFrame)")
        found = page.evaluate(SIZES)
        assert found["beyond"] == []
        assert found["wide"] == width
        assert len(found["targets"]) == 11
        assert min(found["targets"]) >= 24
    violations = axe.run(page).response["violations"]

    assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []


def test_on_a_phone_the_slider_stays_in_sight(page: "Page") -> None:
    """It sticks to the lower edge while the pictures above it are read."""
    page.set_viewport_size({"width": 360, "height": 700})
    page.evaluate("document.querySelector('.lab-near').scrollIntoView()")
    box = page.locator(".lab-h").bounding_box()

    assert box
    assert 500 < box["y"] < 700 - 24
    assert page.locator(".lab-brief").is_visible()


def test_without_a_script_the_start_is_there(browser: "Browser", built: Built) -> None:
    """Figures and a table, no dead control, nothing wider than a phone."""
    context = browser.new_context(
        offline=True, java_script_enabled=False, viewport={"width": 360, "height": 800}
    )
    watched = Watched(context, built.address())
    page = watched.page

    assert not page.locator(".lab-live").is_visible()
    assert page.locator(".lab noscript svg:visible").count() == 2
    assert page.locator(".lab noscript tbody tr").count() == LAST + 1
    assert "JavaScript" in page.inner_text(".lab noscript")
    assert watched.complaints == []


def test_paper_keeps_the_picture_as_it_stands(page: "Page") -> None:
    """The drawn state and the read-out are printed, the slider and its buttons are not."""
    page.click(".lab-smaller")
    page.emulate_media(media="print")
    shown = [page.locator(f".lab-{name}").is_visible() for name in ("dot", "h", "play")]
    quotient = page.inner_text("[data-item=quotient]")
    page.emulate_media(media="screen")

    assert shown == [True, False, False]
    assert quotient.startswith("2.1")


def test_a_point_that_float32_cannot_hold_is_told(page: "Page") -> None:
    """The sentence names the number that single precision takes for 0.1."""
    choose(page, 0, 1)
    assert "0.10000000149011612" not in page.inner_text(".lab-truth")
    switch(page, "float32")

    assert "0.10000000149011612" in page.inner_text(".lab-truth")
