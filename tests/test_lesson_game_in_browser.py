"""The game in a real browser: all ten rounds, by mouse and by keyboard, right and wrong."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gradcheck.lessons.words import words_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

CHROMIUM = shutil.which("chromium")
COUNT = 10

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on the PATH"),
]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Start Chromium once."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: "Browser", lessons: Path) -> "Iterator[Any]":
    """Return a function that opens the lesson; nobody may complain until the end of the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(width: int = 1280, lang: str = "en", **options: Any) -> "Page":
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": 900}, **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto((lessons / f"find-the-bug.{lang}.html").resolve().as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def spoken(page: "Page", key: str, **values: object) -> str:
    """Return words of the game in the language of the page."""
    words = words_of(page.locator("html").get_attribute("lang") or "")
    return words(f"game.{key}", **values)


def current(page: "Page") -> "Locator":
    """Return the round in view, which is the only one."""
    rounds = page.locator(".game .round:visible")
    assert rounds.count() == 1
    return rounds.first


def place_of(shown: "Locator", kind: str) -> int:
    """Return the place of the first option of a kind, "right" or "wrong"."""
    kinds: list[str] = shown.locator(".option").evaluate_all(
        "(options) => options.map((each) => each.classList[1])"
    )
    return kinds.index(kind)


PLAY = """() => [...document.querySelectorAll(".game .round")].map((round, place, rounds) => {
    const seen = (each) => each.checkVisibility();
    const right = round.querySelector(".option.right");
    const feedback = right.querySelector(".feedback");
    const alone = rounds.filter(seen);
    right.querySelector("label").click();
    const early = seen(feedback);
    round.querySelector(".game-answer").click();
    const told = {
        alone: alone.length === 1 && alone[0] === round,
        early,
        shown: Array.from(round.querySelectorAll(".feedback")).filter(seen).map(
            (each) => each === feedback),
        said: round.querySelector(".game-said").textContent === feedback.textContent,
        mended: seen(round.querySelector(".mending del")),
        diagnosed: seen(round.querySelector(".diagnosis")),
        score: document.querySelector(".game-score").textContent,
        ended: seen(document.querySelector(".game-end")),
    };
    document.querySelector(".game-next").click();
    return told;
})"""


@pytest.mark.parametrize(("width", "lang"), [(360, "ja"), (1280, "en"), (1920, "ja")])
def test_ten_right_answers_by_clicks(opened: Any, width: int, lang: str) -> None:
    """Each right answer shows its feedback, opens the solution, and counts."""
    page = opened(width, lang)
    told = page.evaluate(PLAY)

    assert told == [
        {
            "alone": True,
            "early": False,
            "shown": [True],
            "said": True,
            "mended": True,
            "diagnosed": True,
            "score": spoken(page, "score", right=number, answered=number, left=COUNT - number),
            "ended": number == COUNT,
        }
        for number in range(1, COUNT + 1)
    ]
    assert page.locator(".game-end p").text_content() == spoken(page, "end-all", count=COUNT)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_an_answer_by_mouse(opened: Any) -> None:
    """A pointer can choose, answer, and go on."""
    page = opened(360)
    shown = current(page)
    right = shown.locator(".option").nth(place_of(shown, "right"))
    right.locator("label").click()
    shown.locator(".game-answer").click()

    assert right.locator(".feedback").is_visible()
    page.locator(".game-next").click()
    assert page.locator(".game-rounds [aria-current=true]").inner_text() == "2"


def test_ten_wrong_answers_by_keyboard(opened: Any) -> None:
    """A wrong answer says why, keeps the solution back, and may be mended without a point."""
    page = opened()
    for number in range(1, COUNT + 1):
        shown = current(page)
        inputs = shown.locator("input")
        wrong = place_of(shown, "wrong")
        inputs.first.focus()
        page.keyboard.press("Space")
        for _ in range(wrong):
            page.keyboard.press("ArrowDown")
        assert shown.locator(".feedback:visible").count() == 0
        page.keyboard.press("Enter")

        assert shown.locator(".option").nth(wrong).locator(".feedback").is_visible()
        assert shown.locator("details").get_attribute("open") is None
        button = page.locator(".game-rounds button").nth(number - 1)
        assert (button.get_attribute("aria-label") or "").endswith(spoken(page, "round-wrong"))
        apart = place_of(shown, "right") - wrong
        for _ in range(abs(apart)):
            page.keyboard.press("ArrowDown" if apart > 0 else "ArrowUp")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "game-answer"
        page.keyboard.press("Enter")
        assert shown.locator("details").get_attribute("open") is not None
        if number < COUNT:
            page.locator(".game-next").focus()
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.tagName") == "H3"

    values = {"right": 0, "answered": COUNT, "left": 0}
    assert page.locator(".game-score").text_content() == spoken(page, "score", **values)
    assert page.locator(".game-end p").text_content() == spoken(
        page, "end-some", right=0, count=COUNT
    )


def test_the_game_starts_again(opened: Any) -> None:
    """Nothing is left of the first play: no choice, no feedback, no open solution, no score."""
    page = opened()
    start = page.locator(".game-score").text_content()
    for number in range(COUNT):
        page.locator(".game-rounds button").nth(number).click()
        shown = current(page)
        kind = "right" if number % 2 else "wrong"
        shown.locator("input").nth(place_of(shown, kind)).check()
        shown.locator(".game-answer").click()
    assert page.locator(".game-end p").text_content() == spoken(
        page, "end-most", right=COUNT // 2, count=COUNT
    )
    page.locator(".game-again").click()

    assert start == spoken(page, "progress", count=COUNT)
    assert page.locator(".game-score").text_content() == start
    assert page.locator(".game input:checked").count() == 0
    assert page.locator(".game .told, .game details[open]").count() == 0
    assert not page.locator(".game-end").is_visible()
    assert page.evaluate("document.activeElement.id") == "game-sign"


def test_answering_without_a_choice_asks_for_one(opened: Any) -> None:
    """The button alone does not count; the words are visible, and the options have the focus."""
    page = opened(360)
    shown = current(page)
    shown.locator(".game-answer").click()

    assert shown.locator(".game-said").inner_text() == spoken(page, "choose-first")
    assert page.evaluate("document.activeElement.type") == "radio"
    assert page.locator(".game-score").text_content() == spoken(page, "progress", count=COUNT)


def test_the_first_and_the_last_round_are_the_ends(opened: Any) -> None:
    """There is no way before the first and after the last; the numbers lead everywhere."""
    page = opened()
    assert page.locator(".game-previous").is_disabled()
    page.locator(".game-rounds button").last.click()
    assert page.locator(".game-next").is_disabled()
    page.locator(".game-previous").click()

    current_button = page.locator(".game-rounds [aria-current=true]")
    assert current_button.inner_text() == str(COUNT - 1)
    assert current_button.count() == 1


def test_without_a_script_all_rounds_can_be_played(opened: Any) -> None:
    """The feedback comes by style alone, the solution by a click; buttons without use are gone."""
    page = opened(java_script_enabled=False)
    rounds = page.locator(".game .round")
    assert rounds.count() == COUNT
    for number in range(COUNT):
        shown = rounds.nth(number)
        right = shown.locator(".option").nth(place_of(shown, "right"))
        right.locator("label").click()
        assert right.locator(".feedback").is_visible()
        assert shown.locator(".feedback:visible").count() == 1
    rounds.first.locator("summary").click()

    assert rounds.first.locator(".diagnosis").is_visible()
    assert page.locator(".game button:visible").count() == 0


def test_on_paper_it_is_a_work_sheet(opened: Any) -> None:
    """All rounds are printed with their options, but no solution, feedback or button."""
    page = opened()
    shown = current(page)
    shown.locator("input").nth(place_of(shown, "right")).check()
    shown.locator(".game-answer").click()
    page.emulate_media(media="print")

    assert page.locator(".game .round:visible").count() == COUNT
    assert page.locator(".game .option:visible").count() == 5 * COUNT
    hidden = ".game .feedback, .game details, .game button, .game .diagnosis"
    assert page.locator(hidden).locator("visible=true").count() == 0


def test_targets_are_large_enough(opened: Any) -> None:
    """Whatever is pressed is at least 24 pixels wide and high, on a phone, too."""
    page = opened(360)
    sizes = page.locator(".game button:visible, .game label:visible, .game summary:visible")
    boxes = [each.bounding_box() for each in sizes.all()]

    assert len(boxes) > COUNT
    assert all(box and min(box["width"], box["height"]) >= 24 for box in boxes)
