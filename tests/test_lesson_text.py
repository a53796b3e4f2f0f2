"""The texts of lessons: Markdown, expressions, blocks, and mistakes in them."""

from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from gradcheck.errors import DefinitionError
from gradcheck.lessons.blocks import Box, Exercise, Heading, Prose, Quiz
from gradcheck.lessons.text import Text, render


class View:
    """What an instrument shows."""

    value = 0.1
    name = "<i>*f*</i>"
    table = Markup('<div class="scroll">a\n\n*b*</div>')


def text(tmp_path: Path, body: str, **context: Any) -> Text:
    """Render a text with a title and a first paragraph."""
    file = tmp_path / "en.md"
    file.write_text(f"# A title\n\nThe lead.\n\n{body}", encoding="utf-8")
    return render(file, {"t": View(), **context})


def html(tmp_path: Path, body: str, **context: Any) -> str:
    """Return the HTML of the only piece of prose."""
    (block,) = text(tmp_path, body, **context).before
    assert isinstance(block, Prose)
    return str(block.html)


def test_a_number_keeps_its_exact_value(tmp_path: Path) -> None:
    """A number is shown with the digits asked for, and carries all of them."""
    shown = html(tmp_path, "It is {{ t.value | number(3) }}.")

    assert shown == '<p>It is <data value="0.1">0.1</data>.</p>\n'


def test_what_an_instrument_writes_is_not_read_as_markdown(tmp_path: Path) -> None:
    """Blank lines and stars within a table of the engine stay as they are."""
    assert html(tmp_path, "{{ t.table }}") == '<div class="scroll">a\n\n*b*</div>\n'


def test_text_of_a_case_cannot_become_markup(tmp_path: Path) -> None:
    """A name with angle brackets and stars is shown letter by letter."""
    assert html(tmp_path, "{{ t.name }}") == "<p>&lt;i&gt;*f*&lt;/i&gt;</p>\n"


def test_html_in_a_text_is_escaped(tmp_path: Path) -> None:
    """A text is Markdown, and nothing but Markdown."""
    assert "<script" not in html(tmp_path, "<script>alert(1)</script>")


def test_bold_works_beside_japanese_punctuation(tmp_path: Path) -> None:
    """Stars beside a bracket open and close bold type also where no space stands around them."""
    shown = html(tmp_path, "これは**「限界」**です。")

    assert shown == "<p>これは<strong>「限界」</strong>です。</p>\n"


def test_stars_in_code_stay_stars(tmp_path: Path) -> None:
    """The power of Python within backticks is no bold type."""
    assert "<code>x**2 + y**2</code>" in html(tmp_path, "Write `x**2 + y**2` **here**.")


def test_mathematics_becomes_mathml(tmp_path: Path) -> None:
    """A formula between dollar signs is MathML, with a computed number in it as plain text."""
    shown = html(tmp_path, "$x^2 = {{ t.value | number(3) }}$")

    assert shown.startswith('<p><math display="inline">')
    assert "<mn>0.1</mn>" in shown


def test_blocks_come_in_their_order(tmp_path: Path) -> None:
    """Sections hold their quizzes, boxes and exercises, each with its parts."""
    body = """Before.

## First (#first)

::: quiz one
What is **it**?

- [ ] this | No.
- [x] that | Yes.
---
Because.
:::

### Within (#within)

::: insight
Aha.
:::

## Second (#second)

::: exercise two
Do it.
---
Done.
:::
"""
    found = text(tmp_path, body)
    first, second = found.sections
    quiz, heading, box = first.blocks

    assert (found.title, found.lead) == ("A title", "<p>The lead.</p>\n")
    assert [first.id, second.id] == ["first", "second"]
    assert isinstance(quiz, Quiz)
    assert [option.is_right for option in quiz.options] == [False, True]
    assert quiz.options[1].feedback == "Yes."
    assert quiz.insight == "<p>Because.</p>\n"
    assert isinstance(heading, Heading)
    assert (heading.level, heading.id) == (3, "within")
    assert isinstance(box, Box)
    assert box.kind == "insight"
    assert isinstance(second.blocks[0], Exercise)
    assert [question.id for question in found.questions] == ["one", "two"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{{ t.value | wrong }}", "wrong"),
        ("{% if %}", "TemplateSyntaxError"),
        ("::: insight\nnever closed", "is not closed"),
        ("::: poem\nRoses\n:::", "poem: unknown; there are quiz, exercise, insight, find, note"),
        ("::: quiz\nNo id\n:::", "an id after quiz, exercise"),
        ("::: insight one\nAn id\n:::", "an id after quiz, exercise"),
        ("::: exercise one\nNo answer\n:::", "'---' comes before what is hidden"),
        ("::: quiz one\nQ\n- [x] a | b\n---\nI\n:::", "at least two options"),
        ("::: quiz one\nQ\n- [x] a | b\n- [x] c | d\n---\nI\n:::", "one of them '- [x]'"),
        ("::: quiz one\nQ\n- [x] a\n- [ ] c | d\n---\nI\n:::", "write '- [ ] option | feedback'"),
        ("## A (#a)\n\n## B (#a)\n", "two sections have the id 'a'"),
    ],
)
def test_a_mistake_in_a_text_is_named(tmp_path: Path, body: str, message: str) -> None:
    """The error says which file it is and what is wrong."""
    with pytest.raises(DefinitionError) as error:
        text(tmp_path, body)

    assert str(tmp_path / "en.md") in str(error.value)
    assert message in str(error.value)


def test_a_text_begins_with_a_title_and_a_paragraph(tmp_path: Path) -> None:
    """Without them there is nothing to show in the index."""
    file = tmp_path / "ja.md"
    file.write_text("Just text.\n", encoding="utf-8")

    with pytest.raises(DefinitionError, match="expected '# Title'"):
        render(file, {})


def test_a_missing_text_is_named(tmp_path: Path) -> None:
    """A lesson without a text in a language says which file it looked for."""
    with pytest.raises(DefinitionError, match=r"ja\.md: cannot be read"):
        render(tmp_path / "ja.md", {})
