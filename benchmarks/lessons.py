"""How long the lessons take to build, and how large they are: python benchmarks/lessons.py.

With the word axe, every page is opened in Chromium, in light and dark colours, on a phone, a laptop
and a projector, and axe counts what stands against WCAG 2 A and AA and its best practices.
"""

import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gradcheck.lessons.building import build
from gradcheck.lessons.definition import lesson_names, read
from gradcheck.lessons.lesson import told
from gradcheck.lessons.measuring import measure_all
from gradcheck.lessons.page import page
from gradcheck.lessons.words import LANGUAGES


def accessibility() -> None:
    """Let axe look at every page, and print the violations."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    total = 0
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = build([], langs=tuple(LANGUAGES), out=folder)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for file in files:
            found = [
                f"{scheme} {width}: {each['id']} x {len(each['nodes'])}"
                for scheme in ("light", "dark")
                for width in (360, 1280, 1920)
                for each in violations(browser, Axe(), file, scheme, width)
            ]
            total += len(found)
            print(f"{file.name:30}{'; '.join(found) or '0 violations'}", flush=True)
        browser.close()
    print(f"{len(files)} pages, 2 colour schemes, 3 widths: {total} violations")


def violations(browser: Any, axe: Any, file: Path, scheme: str, width: int) -> list[Any]:
    """Open a page with all its answers, and return what axe finds."""
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    found: list[Any] = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    page.close()
    return found


def building() -> None:
    """Build every lesson in every language, and print seconds and sizes."""
    total, pages = 0.0, 0
    print(f"{'lesson':20}{'asks':>8}{'language':>10}{'writes':>8}{'size':>9}   numbers, questions")
    for name in lesson_names():
        definition = read(name)
        start = time.perf_counter()
        measured = measure_all(definition)
        asked = time.perf_counter() - start
        total += asked
        for lang in LANGUAGES:
            start = time.perf_counter()
            text = told(definition, measured, lang)
            html = page("lesson.html", lang=lang, text=text, command=f"gradcheck lesson {name}")
            seconds = time.perf_counter() - start
            total += seconds
            pages += 1
            numbers = len(re.findall("<data ", html))
            print(
                f"{name:20}{asked:6.1f} s{lang:>10}{seconds:6.1f} s"
                f"{len(html.encode()) / 1e6:6.2f} MB{numbers:10,}{len(text.questions):9}"
            )
    print(f"{pages} pages in {total:.1f} s")


if __name__ == "__main__":
    accessibility() if sys.argv[1:] == ["axe"] else building()
