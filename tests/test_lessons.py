"""The lessons as they are built: two languages that say the same, numbers that are computed."""

import re
from collections import Counter
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from gradcheck.lessons.blocks import Block, Heading, Quiz
from gradcheck.lessons.building import COLLECTIVE
from gradcheck.lessons.definition import lesson_names
from gradcheck.lessons.words import LANGUAGES, lessons_folder, words_of
from gradcheck.output.toml_file import parse

pytestmark = pytest.mark.slow

LESSONS = lesson_names()
PAGES = (*LESSONS, *COLLECTIVE)
FOLDER = lessons_folder()

LARGEST = 2_000_000
"""Bytes of one page."""

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
VERBATIM = re.compile(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]*\$", re.DOTALL)
TYPED_NUMBER = re.compile(r"\d\.\d|\d[eE][-+−]?\d|10[⁻⁰¹²³⁴-⁹]|10\^")
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,]*){5,}")


def source(name: str, lang: str) -> str:
    """Return the text of a page as it was written."""
    return (FOLDER / name / f"{lang}.md").read_text(encoding="utf-8")


class Page(HTMLParser):
    """What a built page holds: ids, links, words, and numbers with their values."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "col", "wbr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.texts: list[str] = []
        self.numbers: list[tuple[str, str]] = []
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what the attributes say."""
        named = dict(attrs)
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if tag == "a" and "href" in named else []
        self.sources += [named[key] or "" for key in ("src", "srcset", "poster") if key in named]
        if tag == "link" and named.get("href") != "data:,":
            self.sources.append(named.get("href") or "")
        if tag == "data":
            self.numbers.append((named.get("value") or "", ""))
        if tag not in self.VOID:
            self.open.append((tag, named))

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those within it that end by themselves."""
        for place in range(len(self.open) - 1, -1, -1):
            if self.open[place][0] == tag:
                del self.open[place:]
                return

    def handle_data(self, data: str) -> None:
        """Collect words that somebody reads, with numbers apart."""
        tags = [tag for tag, _ in self.open]
        if "data" in tags:
            value, text = self.numbers[-1]
            self.numbers[-1] = (value, text + data)
        elif not {"script", "style", "math", "code", "pre"}.intersection(tags) and not any(
            "lang" in named for tag, named in self.open if tag != "html"
        ):
            self.texts.append(data)


@pytest.fixture(scope="module")
def opened(lessons: Path) -> dict[tuple[str, str], Page]:
    """Read all pages."""
    return {
        (name, lang): Page((lessons / f"{name}.{lang}.html").read_text(encoding="utf-8"))
        for name in PAGES
        for lang in LANGUAGES
    }


def outline(block: Block) -> Any:
    """Say what kind of block it is, and everything that does not depend on the language."""
    if isinstance(block, Quiz):
        return ("quiz", block.id, [option.is_right for option in block.options])
    if isinstance(block, Heading):
        return ("heading", block.level, block.id)
    return (getattr(block, "kind", "prose"), getattr(block, "id", ""))


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_sections_and_blocks(name: str) -> None:
    """Headings, quizzes with their right answers, exercises, boxes: the same ones in one order."""
    pattern = re.compile(
        r"^#{2,3} .*\(#([a-z0-9-]+)\)$|^(::: *[a-z]+(?: +[a-z0-9-]+)?) *$|^(- \[[ x]\]) ",
        re.MULTILINE,
    )

    assert pattern.findall(source(name, "en")) == pattern.findall(source(name, "ja"))


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_show_the_same_numbers(name: str) -> None:
    """Every expression of one text is in the other, as often."""
    ours, theirs = (
        Counter(re.sub(r"\s+", " ", each) for each in EXPRESSION.findall(source(name, lang)))
        for lang in ("en", "ja")
    )

    assert ours - theirs == Counter()
    assert theirs - ours == Counter()


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_show_the_same_code(name: str) -> None:
    """Fenced code is the same, but for the language that a command asks for."""
    ours, theirs = (
        re.findall(r"^```.*?^```", source(name, lang), re.DOTALL | re.MULTILINE)
        for lang in ("en", "ja")
    )

    assert ours == [block.replace("--lang ja", "--lang en") for block in theirs]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_no_measured_number_is_typed(name: str, lang: str) -> None:
    """Outside of expressions, formulas and code a text holds no decimals and no powers of ten."""
    prose = VERBATIM.sub(" ", EXPRESSION.sub(" ", source(name, lang)))

    assert TYPED_NUMBER.findall(prose) == []


@pytest.mark.parametrize("file", sorted((FOLDER / "words").glob("*.toml")), ids=lambda f: f.stem)
def test_all_words_are_there_in_every_language(file: Path) -> None:
    """Every entry has exactly the languages of the lessons, with the same places for values."""
    for name, entry in parse(file).items():
        assert set(entry) == set(LANGUAGES), name
        assert all(words.strip() for words in entry.values()), name
        places = [Counter(re.findall(r"\{(\w*)[^}]*\}", words)) for words in entry.values()]
        assert set(places[0]) == set(places[1]), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_hold_no_measured_numbers(lang: str) -> None:
    """What tables and figures say around their numbers has none of its own."""
    files = [file.stem for file in (FOLDER / "words").glob("*.toml")]
    texts = [text for file in files for text in words_of(lang).group(file).values()]

    assert [text for text in texts if TYPED_NUMBER.search(VERBATIM.sub(" ", text))] == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_left_in_english_on_a_japanese_page(
    opened: dict[tuple[str, str], Page], name: str
) -> None:
    """No five English words follow each other, but for what is marked as English."""
    texts = opened[name, "ja"].texts

    assert [text.strip() for text in texts if ENGLISH.search(text)] == []


@pytest.mark.parametrize("name", PAGES)
def test_japanese_on_an_english_page_is_a_title_or_a_term(
    opened: dict[tuple[str, str], Page], name: str
) -> None:
    """No English page has a Japanese sentence."""
    texts = opened[name, "en"].texts

    assert [text for text in texts if JAPANESE.search(text) and "。" in text] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_nothing_but_itself(lessons: Path, name: str, lang: str) -> None:
    """No file, style, script or picture is fetched from anywhere, and the page is below 2 MB."""
    file = lessons / f"{name}.{lang}.html"
    html = file.read_text(encoding="utf-8")

    assert Page(html).sources == []
    assert re.findall(r"@import|url\((?!#)|https?://(?!www\.w3\.org/)", html) == []
    assert file.stat().st_size < LARGEST


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(
    opened: dict[tuple[str, str], Page], lessons: Path, name: str, lang: str
) -> None:
    """Ids are there once, and every link leads to one of them or to a page that was built."""
    page = opened[name, lang]

    assert [each for each, times in Counter(page.ids).items() if times > 1] == []
    assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    assert [
        link
        for link in page.links
        if not link.startswith("#") and not (lessons / link.partition("#")[0]).is_file()
    ] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", LESSONS)
def test_a_shown_number_is_the_computed_one_rounded(
    opened: dict[tuple[str, str], Page], name: str, lang: str
) -> None:
    """The digits in view are those of the value that the engine computed."""
    numbers = opened[name, lang].numbers
    wrong = [(value, text) for value, text in numbers if not rounds_to(float(value), text)]

    assert len(numbers) > 100
    assert wrong == []


def rounds_to(value: float, text: str) -> bool:
    """Tell whether a text shows a value with fewer digits."""
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    shown = re.sub("^10([⁻⁰¹²³⁴-⁹]+)$", lambda power: f"1e{power[1].translate(digits)}", text)
    shown = shown.replace("−", "-").replace(",", "")
    exact = Decimal(value)
    if shown.endswith("%"):
        shown, exact = shown.removesuffix("%").strip(), 100 * exact
    last = Decimal((0, (1,), int(Decimal(shown).as_tuple().exponent)))
    return abs(Decimal(shown) - exact) <= last / 2 * (1 + Decimal("1e-9"))


@pytest.mark.parametrize("name", LESSONS)
def test_both_languages_carry_the_same_values(
    opened: dict[tuple[str, str], Page], name: str
) -> None:
    """The English and the Japanese page of a lesson were built from one measurement."""
    ours, theirs = (Counter(value for value, _ in opened[name, lang].numbers) for lang in LANGUAGES)

    assert ours == theirs


def test_the_answer_key_holds_every_question(opened: dict[tuple[str, str], Page]) -> None:
    """The teacher's page answers each quiz and each exercise of all lessons."""
    asked = sum(
        len(re.findall(r"^::: *(?:quiz|exercise) ", source(name, "en"), re.MULTILINE))
        for name in LESSONS
    )
    html = opened["teacher", "en"]
    answers = [text for text in html.texts if text.strip() == words_of("en")("frame.answer")]

    assert len(answers) == asked
    assert asked >= 40


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_key_names_every_round_of_the_game(lessons: Path, lang: str) -> None:
    """For each round it has the number, what is given, the right name, and the other names."""
    words = words_of(lang)
    html = (lessons / f"teacher.{lang}.html").read_text(encoding="utf-8")
    table = re.search(r'<table class="figures game-key">.*?</table>', html, re.DOTALL)
    assert table is not None
    rows = re.findall(r"<tr><th.*?</tr>", table[0], re.DOTALL)[1:]
    rounds = parse(FOLDER / "find-the-bug" / "lesson.toml")["game"]["rounds"]

    assert len(rows) == len(rounds) == 10
    for number, (row, each) in enumerate(zip(rows, rounds, strict=True), start=1):
        place, given, right, others = (
            unescape(re.sub("<[^>]*>", "", cell))
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        )
        assert place == str(number)
        assert words(f"game.{each['name']}-statement") in given
        assert right == words(f"game.option-{each['answer']}")
        assert right not in others
        assert all(
            words(f"game.option-{option}") in others
            for option in each["options"]
            if option != each["answer"]
        )


def test_a_lesson_does_not_show_what_is_written_for_the_answer_key(
    opened: dict[tuple[str, str], Page],
) -> None:
    """The rounds with their answers in one table are for those who teach."""
    label = words_of("en")("game.key-label")

    assert label in opened["teacher", "en"].texts
    assert label not in opened["find-the-bug", "en"].texts
