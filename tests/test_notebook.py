"""What notebooks show: small blocks of well-formed HTML without script, and formulas as LaTeX."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

import gradcheck as gc
from gradcheck.model.case import DerivationStep, Origin
from gradcheck.output.mathml import mathml

NASTY = "<script>alert('1') & \"2\"</script>"
HARMLESS = {
    "div", "span", "b", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "details",
    "summary", "code",
}  # fmt: skip
STYLES = {
    "font-size", "line-height", "max-width", "margin", "color", "opacity", "padding",
    "padding-left", "border", "border-bottom", "border-collapse", "vertical-align", "font-weight",
    "font-family", "white-space", "text-align", "background", "overflow-x",
}  # fmt: skip
COLOURS = {"inherit", "transparent"}


class Page(HTMLParser):
    """The elements, their attributes and the text of a piece of HTML; every element is closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.formulas = 0
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.formulas += tag == "math"
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Insist on the end of the element that was opened last."""
        assert self.open.pop() == tag
        self.words += " "

    def handle_data(self, data: str) -> None:
        """Collect text."""
        self.words += data


def half(x: Any) -> Any:
    """Return half of the derivative of x @ x."""
    return x


SQUARE = gc.calculus.compose(
    gc.calculus.power(2), gc.calculus.polynomial(4, 3), name="square", points=[1.0]
)
X = np.arange(1.0, 31.0)
NASTY_CASE = gc.Case(
    NASTY,
    f=np.sin,
    df=np.cos,
    points=[0.7],
    special_points={NASTY: 1.0},
    formula=rf"\text{{{NASTY}}}",
    derivative_formula=f"a {NASTY}",
    derivation=[DerivationStep(NASTY, NASTY, NASTY)],
    source=NASTY,
    tags=[NASTY],
    origin=Origin(Path(NASTY), 7, NASTY),
)


DISPLAYS: dict[str, Callable[[], Any]] = {
    "case": lambda: gc.load_cases()["rosenbrock"],
    "bare case": lambda: gc.Case("bare", f=np.sin, df=np.cos),
    "nasty case": lambda: NASTY_CASE,
    "step": lambda: SQUARE.derivation[0],
    "registry": gc.load_cases,
    "empty registry": lambda: gc.Registry([]),
    "nasty registry": lambda: gc.Registry([NASTY_CASE], problems=[NASTY] * 30),
    "estimate": lambda: gc.differentiate(np.sin, 0.7),
    "jacobian": lambda: gc.differentiate(lambda x: x * x, X),
    "nasty tree": lambda: gc.differentiate(lambda t: t[NASTY] ** 2, {NASTY: 1.5}),
    "no estimate": lambda: gc.differentiate(np.abs, 0.0),
    "results": lambda: gc.check(gc.Registry([SQUARE, NASTY_CASE])),
    "nothing wrong": lambda: gc.locate(lambda x: x @ x, lambda x: 2 * x, X),
    "nasty location": lambda: gc.locate(
        lambda t: t[NASTY] @ t[NASTY], lambda t: {NASTY: half(t[NASTY])}, {NASTY: X}
    ),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> gc.Run:
    """Return a run in which one case passes and a hostile one fails."""
    wrong = gc.Case(NASTY, f=np.sin, df=np.sin, points=[0.7])
    store = tmp_path_factory.mktemp("run") / "results.sqlite"
    return gc.run([SQUARE, wrong], store, workers=0)


def expect_sound(one: Any) -> Page:
    """Expect a block that is small, well-formed, without script and of the page's own colours."""
    html = one._repr_html_()
    page = Page(html)
    outside = {tag for tag, _ in page.elements if not re.fullmatch(r"m[a-z]+", tag)}
    assert outside <= HARMLESS
    assert page.elements[0][0] == "div", "one block"
    assert len(html) < 60_000
    for tag, attributes in page.elements:
        if tag.startswith("m"):
            continue
        assert attributes.keys() <= {"style", "scope"} or attributes == {"class": "latex"}
        for rule in filter(None, (attributes.get("style") or "").split(";")):
            key, value = rule.split(":")
            assert key in STYLES
            assert key not in ("color", "background") or value in COLOURS
    return page


@pytest.mark.parametrize("name", DISPLAYS)
def test_a_display_is_sound(name: str) -> None:
    """Well-formed, harmless whatever the names are, and readable on light and dark pages."""
    page = expect_sound(DISPLAYS[name]())

    assert page.words.strip()
    assert "nan" not in page.words.split()


def test_a_run_shows_counts_and_failures(run: gc.Run) -> None:
    """How many cases came out how, and which ones fail, by their real names."""
    page = expect_sound(run)

    assert re.search(r"fail\s+1\s+the derivative is wrong", page.words)
    assert re.search(r"pass\s+1\s+the derivative is right", page.words)
    assert NASTY in page.words
    assert "square" not in page.words, "what passes is counted only"


def test_foreign_text_is_shown_as_it_is() -> None:
    """Escaped, so that it is read and not run: in each of the places that a case has for text."""
    page = Page(NASTY_CASE._repr_html_())

    # name, theme, special point, source, tag, file; rule and text of the step
    assert page.words.count(NASTY) == 8


def test_a_case_shows_its_formulas_and_its_derivation() -> None:
    """f, df and every step are MathML; points, domain and source stand beside them."""
    page = Page(SQUARE._repr_html_())

    assert page.formulas == 2 + len(SQUARE.derivation)
    for step in SQUARE.derivation:
        assert step.text in page.words
    for words in ("arcsin", "[-1, 1]", "DLMF", "elementary"):
        assert words in Page(gc.load_cases()["arcsin"]._repr_html_()).words


def test_a_registry_is_cut_and_the_rest_is_counted() -> None:
    """Twenty cases are listed; the number of all stands above, that of the rest below."""
    cases = gc.load_cases()
    page = Page(cases._repr_html_())

    assert f"{len(cases)} cases" in page.words
    assert f"and {len(cases) - 20} more" in page.words
    assert [name in page.words for name in list(cases)[:20]] == [True] * 20


def test_results_begin_with_the_gravest() -> None:
    """What fails comes before what passes, with its cause and its resolution."""
    wrong = gc.Case("wrong", f=lambda x: x @ x, df=half, points=[X[:3]])
    page = Page(gc.check(gc.Registry([SQUARE, wrong]))._repr_html_())

    assert re.search(r"1 fail, 1 pass", page.words)
    assert re.search(
        r"✕ fail\s+wrong\s+disagrees\s+factor: .*✓ pass\s+square", page.words, re.DOTALL
    )


def test_an_estimate_shows_as_many_digits_as_its_bar_leaves() -> None:
    """A lone number stands by itself; of many the first ten are shown, with their indices."""
    lone = Page(gc.differentiate(np.sin, 0.7)._repr_html_()).words
    many = Page(gc.differentiate(lambda x: x * x, X)._repr_html_()).words

    assert re.match(r"\s*0\.76484218728\d* ± \d?e-1\d|\s*0\.7648421872\d* ± ", lone)
    assert re.search(r"\[0, 0\]\s+2\.0+ ± ", many)
    assert "and 890 more" in many


def test_wrong_entries_are_listed_with_their_cause() -> None:
    """Each with its name, both numbers and their ratio."""
    found = gc.locate(lambda x: np.sum(np.sin(x)), lambda x: np.cos(x) * (1 + (x == 3)), X)
    page = Page(found._repr_html_())

    assert str(found).splitlines()[0] in page.words
    assert re.search(r"x\[2\]\s+-1\.97\d*\s+-0\.98\d* ± \S+\s+2\s", page.words)
    assert str(found).splitlines()[-1] in page.words


LATEX: dict[str, tuple[Any, str]] = {
    "case": (SQUARE, r"$$f(x) = (3x + 4)^{2}, \qquad f'(x) = 18x + 24$$"),
    "forward": (
        gc.FORWARD,
        r"$$\text{forward}: \quad f'(x) = \frac{-f(x) + f(x + h)}{h} + O(h)$$",
    ),
    "complex-step": (
        gc.COMPLEX_STEP,
        r"$$\text{complex-step}: \quad f'(x) = \frac{\mathrm{Re}(-i f(x + i h))}{h} + O(h^{2})$$",
    ),
    "second": (
        gc.stencil([-1, 0, 1], 2, name="s"),
        r"$$\text{s}: \quad f''(x) = \frac{f(x - h) - 2 f(x) + f(x + h)}{h^{2}} + O(h^{2})$$",
    ),
    "halves": (
        gc.stencil([0, 0.5], name="a $ b"),
        r"$$\text{a - b}: \quad f'(x) = \frac{-2 f(x) + 2 f(x + 0.5 h)}{h} + O(h)$$",
    ),
    "interval": (gc.Interval(1e-10, np.inf, "closed"), r"$[1 \cdot 10^{-10}, \infty)$"),
}


@pytest.mark.parametrize("name", LATEX)
def test_a_formula_is_latex_that_others_can_read(name: str) -> None:
    """The MathML converter and matplotlib's mathtext take it as it stands."""
    one, expected = LATEX[name]
    written = one._repr_latex_()

    assert expected == written
    inside = written.strip("$")
    assert mathml(inside, display="block").startswith("<math")
    MathTextParser("path").parse(f"${inside}$")


def test_every_built_in_case_has_a_formula_for_notebooks() -> None:
    """No built-in formula is refused, and the converter reads f and f' together."""
    for case in gc.load_cases().values():
        written = case._repr_latex_()
        assert written is not None, case.name
        assert mathml(written.strip("$"), display="block").startswith("<math"), case.name


@pytest.mark.parametrize(
    "formula",
    [
        "", "x $ y", r"x $$ <b>", r"\href{javascript:alert(1)}{x}", r"\def\x{\x}\x",
        r"\htmlClass{a}{x}", r"\left( x", r"\cssId{a}{x}",
    ],
)  # fmt: skip
def test_a_formula_that_steers_the_notebook_is_left_out(formula: str) -> None:
    """Then there is no LaTeX at all, and the HTML shows what was written."""
    case = gc.Case("odd", f=np.sin, df=np.cos, formula=formula)

    assert case._repr_latex_() is None
    expect_sound(case)
