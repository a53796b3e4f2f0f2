"""A result in a notebook: the text's content as a small block of HTML, safe and self-contained."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradcheck.model.case import Case, Origin
from gradcheck.output.verdict_html import html
from gradcheck.verdict.result import VERDICTS, Entries, Finding, Reason, Result, Verdict

PASS, INCONCLUSIVE, FAIL = range(3)
REASONS = (Reason.AGREES, Reason.KINK, Reason.DISAGREES)
NASTY = "<script>alert('1') & \"2\"</script>"


def result(*verdicts: int, name: str = "waves", **fields: Any) -> Result:
    """Make a result by hand: a gradient whose claimed entries are half of the found ones."""
    size, codes = len(verdicts), np.array(verdicts, dtype=np.int8)
    worst = int(codes.max(initial=PASS))
    numeric = np.arange(1.0, size + 1)
    entries = Entries(
        point=np.zeros(size, dtype=np.intp),
        output=np.zeros(size, dtype=np.intp),
        input=np.arange(size),
        analytic=np.where(codes == PASS, numeric, numeric / 2),
        numeric=numeric,
        error_bar=np.full(size, 1e-10),
        materiality=np.zeros(size),
        scale=np.full(size, float(size)),
        verdict=codes,
        reason=np.array([REASONS[code] for code in verdicts], dtype=object),
    )
    case = Case(
        name,
        f=np.sum,
        df=np.ones_like,
        points=[np.ones(max(size, 1))],
        origin=fields.pop("origin", None),
    )
    given: dict[str, Any] = {
        "case": case,
        "verdict": VERDICTS[worst],
        "reason": REASONS[worst],
        "message": "",
        "entries": entries,
        "evaluations": 14,
        "output_shape": (),
    }
    return Result(**(given | fields))


class Page(HTMLParser):
    """The elements, their styles and the text of a piece of HTML; every element is closed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Insist on the end of the element that was opened last."""
        assert self.open.pop() == tag
        self.words += " "

    def handle_data(self, data: str) -> None:
        """Collect text, a space behind each element."""
        self.words += data


EVERYTHING: dict[str, Any] = {
    "message": "The error is far beyond the error bar.",
    "findings": (
        Finding("factor", "a factor 2 is missing", "B", (1,)),
        Finding("repeated-index", "an index is repeated", "B", (1,)),
    ),
    "notes": ("x has equal entries",),
    "origin": Origin(Path("cases/waves.py"), 7),
}


@pytest.mark.parametrize(
    "one",
    [
        result(PASS, PASS, notes=("a note",)),
        result(PASS, FAIL, **EVERYTHING),
        result(*[FAIL] * 9),
        result(INCONCLUSIVE, FAIL),
        result(verdict=Verdict.FAIL, reason=Reason.WRONG_SHAPE, message="df(x) is (3, 1)"),
    ],
    ids=["pass", "fail", "many", "mixed", "empty"],
)
def test_the_html_says_what_the_text_says(one: Result) -> None:
    """Word by word: only the setting differs."""
    told = str(one).replace(f"{one.verdict.name}:", one.verdict.name)
    shown = Page(html(one)).words

    expected = re.sub(r"^- |^\((.*)\)$", r"\1", told, flags=re.MULTILINE).split()
    assert sorted(expected) == sorted(re.sub("[✓✕?]", " ", shown).split())


def test_foreign_text_is_escaped() -> None:
    """A case, a message, a finding, a note and a path may hold anything."""
    nasty = result(
        FAIL,
        name=NASTY,
        message=f"{NASTY}; look at df",
        findings=(Finding("x", NASTY, "A"),),
        notes=(NASTY,),
        origin=Origin(Path(NASTY), 1),
    )
    page = Page(html(nasty))

    assert page.words.count(NASTY) == 6  # the cause is named in the first line, too
    assert {tag for tag, _ in page.elements} <= {
        "div", "span", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "details",
        "summary", "pre", "code",
    }  # fmt: skip


def test_the_causes_come_before_message_and_table() -> None:
    """With their certainty, and the code as a title."""
    advised = {**EVERYTHING, "message": "The error is large; look at df."}
    page = Page(html(result(PASS, FAIL, **advised)))
    titles = [attributes["title"] for _, attributes in page.elements if "title" in attributes]

    order = [
        "2 causes compete", "probable cause (B):", "an index is repeated", "look at df", "analytic",
    ]  # fmt: skip
    assert sorted(order, key=page.words.index) == order
    assert titles[:2] == ["factor", "repeated-index"]


def test_the_html_stands_for_itself() -> None:
    """No script, no style sheet, no class, no id, nothing that is loaded."""
    page = Page(html(result(PASS, FAIL, **EVERYTHING)))

    assert {name for _, attributes in page.elements for name in attributes} <= {
        "style", "title", "scope", "colspan",
    }  # fmt: skip
    assert not any("url(" in (attributes.get("style") or "") for _, attributes in page.elements)


def test_wrong_rows_are_marked_by_symbol_and_colour() -> None:
    """Neither is left to carry the meaning alone."""
    page = Page(html(result(INCONCLUSIVE, FAIL, PASS)))
    titles = [attributes["title"] for _, attributes in page.elements if "title" in attributes]
    tints = [attributes["style"] for tag, attributes in page.elements if tag == "tr"][1:]

    assert titles == ["fail", "inconclusive"]
    assert len(set(tints)) == 2
    assert (page.words.count("✕"), page.words.count("?")) == (2, 1)


@pytest.mark.parametrize(
    ("code", "badge"), [(PASS, "✓ PASS"), (INCONCLUSIVE, "? INCONCLUSIVE"), (FAIL, "✕ FAIL")]
)
def test_the_verdict_is_a_badge(code: int, badge: str) -> None:
    """Symbol and word come first."""
    assert Page(html(result(code))).words.lstrip().startswith(badge)


def test_the_colours_fit_light_and_dark_pages() -> None:
    """Text has the page's own colour, and tints let the page shine through."""
    page = Page(html(result(PASS, FAIL, **EVERYTHING)))
    styles = {tag: attributes["style"] or "" for tag, attributes in page.elements if attributes}

    assert all("color:inherit" in styles[tag] for tag in ("table", "th", "td", "pre"))
    assert all("rgba(" in styles[tag] for tag in ("tr", "pre"))


def test_badges_can_be_read() -> None:
    """White letters stand out from each badge at 4.5 to 1 or more, as WCAG asks for."""
    for code in (PASS, INCONCLUSIVE, FAIL):
        style = next(
            a["style"] or "" for tag, a in Page(html(result(code))).elements if tag == "span"
        )
        found = re.search(r"background:#(..)(..)(..)", style)
        assert found is not None
        parts = np.array([int(part, 16) for part in found.groups()]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        luminance = float(linear @ [0.2126, 0.7152, 0.0722])

        assert 1.05 / (luminance + 0.05) >= 4.5


def test_notebooks_show_it() -> None:
    """The result's own representation is this HTML."""
    one = result(FAIL)

    assert one._repr_html_() == html(one)
