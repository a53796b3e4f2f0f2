"""What README.md and the pages of docs/ show is what happens."""

import doctest
import math
import re
import tomllib
from pathlib import Path
from runpy import run_path

import pytest

import gradcheck as gc
from gradcheck.behaviour.recognition import BEHAVIOURS
from gradcheck.behaviour.sweep import DEFAULT_STENCILS
from gradcheck.behaviour.table import COLUMNS
from gradcheck.lessons.measuring import KINDS
from gradcheck.output.definition import read

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "docs/guide.md", "docs/batch.md", "docs/lessons.md")
OTHER_PAGES = ("docs/cluster.md", "CONTRIBUTING.md", "docs/decisions/README.md")

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


class SameNumbers(doctest.OutputChecker):
    """Compare text word by word: numbers to the printed digits, rounding errors by magnitude.

    The digits of a rounding error depend on the processor's `exp` and `sin`, so numbers below
    1e-4 in scientific notation, whose values differ, must agree within a factor of a hundred.
    """

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Tell whether the output is the one that the page shows."""
        if super().check_output(want, got, optionflags):
            return True
        wanted, given = want.split(), got.split()
        return len(wanted) == len(given) and all(map(self._same, wanted, given))

    @staticmethod
    def _same(want: str, got: str) -> bool:
        if want == got:
            return True
        if not (_NUMBER.fullmatch(want) and _NUMBER.fullmatch(got)):
            return False
        a, b = abs(float(want)), abs(float(got))
        small = "e-" in want and "e-" in got and max(a, b) < 1e-4
        return small and abs(math.log10(a / b)) <= 2


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a language, in order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_the_python_examples_print_what_the_page_shows(page: str) -> None:
    """All Python blocks of a page run in order, in one namespace, with the output that is shown."""
    source = "\n".join(blocks(page, "python"))
    example = doctest.DocTestParser().get_doctest(source, {}, page, page, 0)
    report: list[str] = []

    doctest.DocTestRunner(checker=SameNumbers(), verbose=False).run(example, out=report.append)

    assert example.examples
    assert "".join(report) == ""


def test_the_report_definition_of_the_readme_is_valid(tmp_path: Path) -> None:
    """The definition that README.md shows can be read, and its patterns fit built-in cases."""
    definition, pytest_options = blocks("README.md", "toml")
    (tmp_path / "mine.toml").write_text(definition, encoding="utf-8")

    chosen = read(tmp_path / "mine.toml")

    assert len(chosen.select(gc.load_cases())) >= 2
    assert "gradcheck_cases" in tomllib.loads(pytest_options)["tool"]["pytest"]["ini_options"]


def test_every_instrument_of_the_lessons_is_explained() -> None:
    """The table of instruments in docs/lessons.md names every kind, and no other."""
    text = (ROOT / "docs/lessons.md").read_text(encoding="utf-8")
    table = text[text.index("| kind |") :]

    assert tuple(re.findall(r"^\| `([a-z]+)` \|", table, flags=re.MULTILINE)) == KINDS


@pytest.mark.parametrize(
    "page", ["docs/lessons.md", "reports/lessons/teacher/en.md", "reports/lessons/teacher/ja.md"]
)
def test_the_lesson_of_a_teacher_can_be_built(page: str, tmp_path: Path) -> None:
    """The TOML file that a page shows changes the laboratory and the example of its lesson."""
    (toml,) = blocks(page, "toml")
    (tmp_path / "my_cases").mkdir()
    (tmp_path / "my_cases/own.py").write_text(
        "from gradcheck import Case\n"
        "own = Case('own', f=lambda x: x * x, df=lambda x: 2 * x, points=[1.0])\n",
        encoding="utf-8",
    )
    (tmp_path / "my-class.toml").write_text(toml, encoding="utf-8")

    lesson = gc.lesson(tmp_path / "my-class.toml")

    assert lesson.name == "my-class"
    assert '"sin"' in lesson.html


@pytest.mark.parametrize("page", ["README.md", "docs/guide.md"])
def test_every_behaviour_is_explained(page: str) -> None:
    """The table of behaviours names every word of the closed list."""
    text = (ROOT / page).read_text(encoding="utf-8")
    heads = re.findall(r"^\| ([a-z, `-]+) \|", text, flags=re.MULTILINE)
    named = {word.strip("` ") for head in heads for word in head.split(",")}

    assert set(BEHAVIOURS) - named == set()


def test_every_column_of_the_error_table_is_in_the_guide() -> None:
    """The guide's table of columns is that of `COLUMNS`."""
    text = (ROOT / "docs/guide.md").read_text(encoding="utf-8")

    assert [name for name in COLUMNS if f"| `{name}` |" not in text] == []


def test_every_column_of_the_convergence_table_is_in_the_guide() -> None:
    """The guide explains what `convergence` returns."""
    text = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
    square = gc.Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[1.3])
    columns = gc.convergence(gc.sweep(square, stencils=[gc.FORWARD])).columns

    assert [name for name in columns if f"`{name}`" not in text] == []


def test_every_stencil_of_the_default_sweep_is_in_the_guide() -> None:
    """The guide lists the default stencils with their orders."""
    text = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
    missing = [
        formula.name
        for formula in DEFAULT_STENCILS
        if not re.search(rf"^\| `{formula.name}` \|.*\| {formula.order} \|", text, re.MULTILINE)
    ]

    assert missing == []


@pytest.mark.parametrize("page", [*PAGES, *OTHER_PAGES])
def test_every_link_leads_to_a_file(page: str) -> None:
    """Relative links and pictures exist."""
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [t.split("#")[0] for t in re.findall(r"\]\(([^)]+)\)", text) if "://" not in t]

    assert [
        target for target in targets if not (ROOT / page).parent.joinpath(target).exists()
    ] == []


def test_the_pictures_are_those_that_the_script_draws() -> None:
    """The committed pictures show the same axes and words as a fresh drawing."""
    drawings = run_path(str(ROOT / "docs/make_images.py"))["DRAWINGS"]
    words = re.compile(r"<text[^>]*>(.*?)</text>", flags=re.DOTALL)

    for name, draw in drawings.items():
        committed = (ROOT / "docs/images" / name).read_text(encoding="utf-8")
        assert words.findall(committed) == words.findall(draw())
