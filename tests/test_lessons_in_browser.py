"""The pages of the lessons in a real browser: quizzes, keyboard, widths, colours, accessibility."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gradcheck.lessons.building import COLLECTIVE
from gradcheck.lessons.definition import lesson_names
from gradcheck.lessons.words import LANGUAGES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]

PAGES = [f"{name}.{lang}.html" for name in (*lesson_names(), *COLLECTIVE) for lang in LANGUAGES]
WIDTHS = (360, 1280, 1920)

HIDDEN_BEYOND_THE_EDGE = """() => document.documentElement.scrollWidth
    - document.documentElement.clientWidth"""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start Chromium once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def opened(browser: "Browser", file: Path, **context: object) -> "tuple[Page, list[str]]":
    """Open a page without a network, and collect what the browser complains about."""
    page = browser.new_context(offline=True, **context).new_page()  # type: ignore[arg-type]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto(file.resolve().as_uri())
    return page, complaints


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_every_width_without_a_complaint(
    browser: "Browser", lessons: Path, name: str
) -> None:
    """On a phone, a laptop and a projector nothing sticks out, and the console stays empty."""
    page, complaints = opened(browser, lessons / name)
    beyond = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        beyond[width] = page.evaluate(HIDDEN_BEYOND_THE_EDGE)

    assert beyond == dict.fromkeys(WIDTHS, 0)
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(browser: "Browser", lessons: Path, name: str) -> None:
    """Contrast, names, roles and keyboard access hold in light and in dark colours."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = {}
    for scheme, width in (("light", 1280), ("dark", 360)):
        page, _ = opened(
            browser,
            lessons / name,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
        )
        page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        results = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found[scheme] = [
            (each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in results
        ]
        page.context.close()

    assert found == {"light": [], "dark": []}


@pytest.mark.parametrize("name", [name for name in PAGES if name.split(".")[0] in lesson_names()])
def test_every_answer_of_every_quiz_is_told_right_or_wrong(
    browser: "Browser", lessons: Path, name: str
) -> None:
    """Chosen by keyboard or by mouse, each option shows its own feedback and opens the insight."""
    page, complaints = opened(browser, lessons / name, viewport={"width": 360, "height": 800})
    quizzes = page.locator("section.quiz").all()
    for quiz in quizzes:
        insight = quiz.locator("details")
        assert insight.get_attribute("open") is None
        options = quiz.locator(".option").all()
        options[0].locator("input").focus()
        page.keyboard.press("Space")
        for number, option in enumerate(options):
            if number == 1:
                page.keyboard.press("ArrowDown")
            elif number > 1:
                option.locator("label").click()
            feedback = option.locator(".feedback")
            assert option.locator("input").is_checked()
            assert feedback.is_visible()
            assert quiz.locator(".feedback:visible").count() == 1
            assert quiz.locator("[role=status]").text_content() == feedback.text_content()
        assert insight.get_attribute("open") is not None

    assert len(quizzes) > 3
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("name", ["derivative-basics.ja.html", "find-the-bug.en.html"])
def test_without_a_script_a_quiz_can_still_be_answered(
    browser: "Browser", lessons: Path, name: str
) -> None:
    """The feedback of the chosen option comes by style alone, the insight by a click."""
    page, _ = opened(browser, lessons / name, java_script_enabled=False)
    quiz = page.locator("section.quiz").first
    quiz.locator("label").first.click()

    assert quiz.locator(".feedback:visible").count() == 1
    quiz.locator("summary").click()
    assert quiz.locator(".solution").is_visible()
    page.context.close()


def test_a_printed_lesson_keeps_its_answers_back(browser: "Browser", lessons: Path) -> None:
    """On paper a lesson is a work sheet: what was not opened is not printed."""
    page, _ = opened(browser, lessons / "sigmoid.en.html")
    page.emulate_media(media="print")

    assert page.locator(".solution:visible").count() == 0
    assert page.locator(".quiz:visible").count() > 3
    assert page.evaluate(HIDDEN_BEYOND_THE_EDGE) == 0
    page.context.close()


def test_the_pages_lead_through_the_course(browser: "Browser", lessons: Path) -> None:
    """From the index, "next" leads through all lessons to the teacher's page, in one language."""
    page, complaints = opened(browser, lessons / "index.ja.html")
    way = []
    while page.locator("a[rel=next]").count():
        with page.expect_navigation():
            page.locator("a[rel=next]").click()
        way.append(Path(page.url).name)
    with page.expect_navigation():
        page.locator("a[rel=alternate]").click()

    assert way == [f"{name}.ja.html" for name in (*lesson_names(), "teacher")]
    assert Path(page.url).name == "teacher.en.html"
    assert page.locator("html").get_attribute("lang") == "en"
    assert complaints == []
    page.context.close()
