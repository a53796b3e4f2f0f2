"""How long the lessons take to build, and how large they are: python benchmarks/lessons.py."""

import re
import time

from gradcheck.lessons.definition import lesson_names, read
from gradcheck.lessons.instruments import measure_all
from gradcheck.lessons.lesson import told
from gradcheck.lessons.page import page
from gradcheck.lessons.words import LANGUAGES


def main() -> None:
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
    main()
