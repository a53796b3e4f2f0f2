"""`gradcheck lesson` and `gc.lesson`: files, frames in a notebook, and what can go wrong."""

import html
from pathlib import Path

import pytest
from click.testing import CliRunner

import gradcheck as gc
from gradcheck.cli import ExitCode, cli
from gradcheck.errors import DefinitionError, OutputError


@pytest.fixture(scope="module")
def lesson() -> gc.Lesson:
    """Build the lesson that is quickest to build."""
    return gc.lesson("find-the-bug", lang="ja")


def test_a_lesson_is_shown_in_a_frame_of_its_own(lesson: gc.Lesson) -> None:
    """A notebook gets one frame that holds the whole page, and cannot reach the notebook."""
    shown = lesson._repr_html_()

    assert shown.startswith("<iframe srcdoc=")
    assert shown.count("<") == 2
    assert 'sandbox="allow-scripts"' in shown
    assert html.unescape(shown.split('"')[1]) == lesson.html


def test_a_lesson_is_short_as_text(lesson: gc.Lesson) -> None:
    """Printed, it is its name and title, not its page."""
    assert repr(lesson).startswith("Lesson(name='find-the-bug', lang='ja', title=")
    assert len(repr(lesson)) < 120


def test_a_lesson_is_saved_to_a_file_or_into_a_folder(lesson: gc.Lesson, tmp_path: Path) -> None:
    """In a folder it has the name of the lesson and its language."""
    assert lesson.save(tmp_path) == tmp_path / "find-the-bug.ja.html"
    assert lesson.save(str(tmp_path / "a.html")) == tmp_path / "a.html"
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == lesson.html
    with pytest.raises(OutputError, match="cannot be written"):
        lesson.save(tmp_path / "nowhere" / "a.html")


def test_two_builds_give_the_same_page(lesson: gc.Lesson) -> None:
    """Nothing on a page depends on the time or on chance."""
    assert gc.lesson("find-the-bug", lang="ja").html == lesson.html


@pytest.mark.parametrize(
    ("name", "lang", "message"),
    [
        ("sigmoid", "de", "no lessons in 'de'; there are: en, ja"),
        ("sigmoids", "en", "no such lesson; did you mean 'sigmoid'?"),
    ],
)
def test_an_unknown_lesson_or_language_is_named(name: str, lang: str, message: str) -> None:
    """The error says what there is."""
    with pytest.raises(DefinitionError) as error:
        gc.lesson(name, lang=lang)

    assert message in str(error.value)


def test_the_command_writes_the_pages_and_prints_their_paths(tmp_path: Path) -> None:
    """Paths go to stdout, progress to stderr, and both languages link to each other."""
    done = CliRunner().invoke(
        cli,
        ["lesson", "find-the-bug", "--lang", "en", "--lang", "ja", "--out", str(tmp_path / "new")],
    )
    files = [tmp_path / "new" / f"find-the-bug.{lang}.html" for lang in ("en", "ja")]

    assert done.exit_code == ExitCode.OK
    assert done.stdout.split() == [str(file) for file in files]
    assert "building find-the-bug" in done.stderr
    assert 'hreflang="ja" lang="ja" href="find-the-bug.ja.html"' in files[0].read_text("utf-8")
    assert "<code>gradcheck lesson find-the-bug --lang ja</code>" in files[1].read_text("utf-8")


def test_a_file_that_gradcheck_did_not_write_stays(tmp_path: Path) -> None:
    """A page in the way that is somebody else's is refused before anything is computed."""
    other = tmp_path / "sigmoid.en.html"
    other.write_text("<p>mine</p>", encoding="utf-8")
    done = CliRunner().invoke(cli, ["lesson", "sigmoid", "--out", str(tmp_path)])

    assert done.exit_code == ExitCode.USAGE
    assert "not written by gradcheck, so it is not replaced" in done.stderr
    assert "building" not in done.stderr
    assert other.read_text(encoding="utf-8") == "<p>mine</p>"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sigmoyd"], "no such lesson; did you mean 'sigmoid'?"),
        (["--lang", "fr"], "'fr' is not one of"),
        (["sigmoid", "--out", "{file}"], "is a file"),
        (["sigmoid", "--out", "{file}/deeper"], "cannot be made"),
        (["{file}"], "lesson: expected one of derivative-basics"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    """The exit code is that of wrong usage, and the message says what to do."""
    file = tmp_path / "empty.toml"
    file.touch()
    done = CliRunner().invoke(cli, ["lesson", *(each.format(file=file) for each in arguments)])

    assert done.exit_code == ExitCode.USAGE
    assert message in done.stderr
    assert done.stdout == ""
