"""The pages of the lessons in a real browser: quizzes, keyboard, widths, colours, accessibility."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

OPEN_ALL = """() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
    for (const each of document.querySelectorAll(".game .round")) each.hidden = false;
    for (const each of document.querySelectorAll(".game .option")) each.classList.add("told");
}"""
"""All answers, and all rounds of the game with their feedback."""

ONE_ROW_OF_EACH_KIND = """() => {
    for (const table of document.querySelectorAll("table")) {
        const seen = new Set();
        for (const row of table.querySelectorAll("tbody tr")) {
            row.hidden = seen.has(row.className);
            seen.add(row.className);
        }
    }
}"""
"""Rows of a table with the same class have the same colours: contrast is slow to compute."""

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


CONTRAST = (
    "index.en.html",
    "teacher.en.html",
    "derivative-basics.en.html",
    "step-size.ja.html",
    "find-the-bug.ja.html",
)
"""Contrast is slow to compute, and rests on the style that all pages share: five show all of it.
`python benchmarks/lessons.py axe` looks at all pages, in all widths and colours."""


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(browser: "Browser", lessons: Path, name: str) -> None:
    """Contrast, names, roles and keyboard access hold, in light colours or in dark ones."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    scheme, width = ("light", 1280) if ".en." in name else ("dark", 360)
    page, _ = opened(
        browser, lessons / name, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page.evaluate(OPEN_ALL)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if name not in CONTRAST:
        options["rules"] = {"color-contrast": {"enabled": False}}
    page.evaluate(ONE_ROW_OF_EACH_KIND)
    violations = axe.run(page, options=options).response["violations"]

    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in violations
    ] == []
    page.context.close()


LESSON_PAGES = [name for name in PAGES if name.split(".")[0] in lesson_names()]

CHOOSE_ALL = """() => Array.from(document.querySelectorAll("section.quiz"), (quiz) => {
    const shown = (each) => getComputedStyle(each).display !== "none";
    const options = Array.from(quiz.querySelectorAll(".option"));
    const before = quiz.querySelector("details").open;
    const own = options.map((option) => {
        option.querySelector("label").click();
        const feedback = option.querySelector(".feedback");
        const visible = Array.from(quiz.querySelectorAll(".feedback")).filter(shown);
        return visible.length === 1 && visible[0] === feedback &&
            quiz.querySelector("[role=status]").textContent === feedback.textContent;
    });
    return {before, own, after: quiz.querySelector("details").open};
})"""


@pytest.mark.parametrize("name", LESSON_PAGES)
def test_every_answer_of_every_quiz_is_told_right_or_wrong(
    browser: "Browser", lessons: Path, name: str
) -> None:
    """Each option, once chosen, shows its own feedback and no other, and opens the insight."""
    page, complaints = opened(browser, lessons / name)
    quizzes = page.evaluate(CHOOSE_ALL)

    assert len(quizzes) > 3
    assert [quiz["before"] for quiz in quizzes] == [False] * len(quizzes)
    assert [all(quiz["own"]) for quiz in quizzes] == [True] * len(quizzes)
    assert [quiz["after"] for quiz in quizzes] == [True] * len(quizzes)
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("name", LESSON_PAGES)
def test_a_quiz_is_answered_by_keyboard(browser: "Browser", lessons: Path, name: str) -> None:
    """Tab leads to the options, the space bar chooses, an arrow changes the choice."""
    page, complaints = opened(browser, lessons / name, viewport={"width": 360, "height": 800})
    quiz = page.locator("section.quiz").first
    first, second = quiz.locator("input").nth(0), quiz.locator("input").nth(1)
    for _ in range(60):
        page.keyboard.press("Tab")
        if first.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Space")

    assert first.is_checked()
    page.keyboard.press("ArrowDown")
    assert second.is_checked()
    assert quiz.locator(".feedback:visible").count() == 1
    page.keyboard.press("Tab")
    assert quiz.locator("summary").evaluate("each => each === document.activeElement")
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
