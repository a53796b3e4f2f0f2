"""Lesson definitions: the built-in ones, and a teacher's file that changes one."""

import re
from pathlib import Path

import pytest

from gradcheck.errors import DefinitionError
from gradcheck.lessons.definition import Definition, lesson_names, read
from gradcheck.lessons.instruments.errors.instrument import measure
from gradcheck.lessons.words import words_of

CASE_FILE = """
import numpy as np
from gradcheck import Case

mine = Case("mine", f=lambda x: x * x, df=lambda x: 2.0 * x, points=[1.0])
"""


def written(tmp_path: Path, toml: str) -> Path:
    """Write a teacher's file."""
    file = tmp_path / "my-class.toml"
    file.write_text(toml, encoding="utf-8")
    return file


def changed(tmp_path: Path, toml: str) -> Definition:
    """Read a teacher's file."""
    return read(written(tmp_path, toml))


def test_the_lessons_come_in_the_order_of_teaching() -> None:
    """The basics come first, the game last."""
    assert lesson_names() == ("derivative-basics", "sigmoid", "step-size", "find-the-bug")


def test_a_teacher_changes_only_what_the_file_says(tmp_path: Path) -> None:
    """Blocks and keys that are left out stay as they are in the built-in lesson."""
    base = read("step-size")
    mine = changed(tmp_path, 'lesson = "step-size"\n[example]\ncase = "sin"\nx = 0.75\n')

    assert (mine.name, mine.lesson, mine.folder) == ("my-class", "step-size", base.folder)
    assert mine.example["case"].value == "sin"
    assert mine.example["steps"] == base.example["steps"]
    assert mine.blocks == base.blocks


def test_a_block_keeps_the_keys_that_a_teacher_leaves_out(tmp_path: Path) -> None:
    """Other functions for the laboratory leave its kind alone, and take only their own points."""
    mine = changed(tmp_path, 'lesson = "step-size"\n[lab]\ncases = ["sin"]\n')

    assert mine.blocks["lab"].value == {"kind": "lab", "cases": ["sin"]}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_quiz_on_vanished_steps_does_not_follow_the_example(lang: str) -> None:
    """Its answer 0 holds at a point and a step of its own, whatever function a teacher takes."""
    definition = read("derivative-basics")
    block = definition.settings()["vanished"]
    text = (definition.folder / f"{lang}.md").read_text(encoding="utf-8")
    quiz = re.search(r"^::: quiz too-small$.*?^:::$", text, re.DOTALL | re.MULTILINE)
    assert quiz is not None

    assert set(re.findall(r"\{\{ (\w+)", quiz[0])) == {"vanished"}
    assert {"case", "x", "steps", "stencils"} <= set(block.block.value)
    assert (measure(block).view(words_of(lang)).row(0).numeric, block.number("x")) == (0.0, 1.0)


def test_a_teachers_own_function_is_found(tmp_path: Path) -> None:
    """Case files named by paths are known beside the built-in ones."""
    (tmp_path / "own.py").write_text(CASE_FILE, encoding="utf-8")
    mine = changed(tmp_path, 'lesson = "step-size"\npaths = ["own.py"]\n[example]\ncase = "mine"\n')
    setting = next(iter(mine.settings().values()))

    assert setting.cases["mine"].name == "mine"
    assert setting.cases["sigmoid"].name == "sigmoid"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[example]\n", "lesson: expected one of derivative-basics, sigmoid"),
        ('lesson = "sigmoid"\ntitle = "x"\n', "title: unknown key"),
        (
            'lesson = "sigmoid"\n[exmaple]\nx = 1.0\n',
            "exmaple: unknown key; did you mean 'example'",
        ),
        ('lesson = "sigmoid"\n[example]\npoint = 1.0\n', "example.point: unknown key"),
        (
            'lesson = "find-the-bug"\n[example]\ncase = "no-such-case"\n',
            "example: the lesson 'find-the-bug' has no example; change one of its blocks: guide",
        ),
        ('lesson = "sigmoid"\nexample = 3\n', "example: expected a block"),
        ('lesson = "sigmoid"\npaths = ["nowhere"]\n', "paths[0]: expected a case file or a folder"),
        ('lesson = "sigmoid"\npaths = []\n', "paths: expected a list of paths"),
        ("lesson = ", "not valid TOML"),
    ],
)
def test_a_mistake_in_a_teachers_file_is_named(tmp_path: Path, toml: str, message: str) -> None:
    """The error says which file, which key, what was expected and what came."""
    with pytest.raises(DefinitionError) as error:
        changed(tmp_path, toml)

    assert str(tmp_path / "my-class.toml") in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ('case = "sinus"', "no case is called 'sinus'"),
        ("case = 3", "expected the name of a case, got 3"),
        ('x = "one"', "expected a point: a number, or a list of numbers, got 'one'"),
        ("steps = []", "a list such as [1e-1, 1e-2]"),
        ("steps = [1.0, -1.0]", "steps"),
        ('steps = "default"', "expected a list of step sizes"),
    ],
)
def test_a_mistake_in_the_example_is_named_when_it_is_used(
    tmp_path: Path, block: str, message: str
) -> None:
    """What the engine cannot use is told with the teacher's file and the key of the example."""
    definition = changed(tmp_path, f'lesson = "step-size"\n[example]\n{block}\n')

    setting = next(
        each
        for each in definition.settings().values()
        if each.text("kind") == "errors" and not {"case", "x", "steps"} & set(each.block.value)
    )
    with pytest.raises(DefinitionError) as error:
        measure(setting)

    assert str(tmp_path / "my-class.toml") in str(error.value)
    assert message in str(error.value)
    assert "example." in str(error.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sigmoyd", "no such lesson; did you mean 'sigmoid'?"),
        ("nothing/like/this", "give a TOML file or one of: derivative-basics"),
    ],
)
def test_an_unknown_lesson_is_named(name: str, message: str) -> None:
    """The error lists the lessons that there are."""
    with pytest.raises(DefinitionError) as error:
        read(name)

    assert message in str(error.value)


def test_an_unknown_language_is_named() -> None:
    """The error lists the languages that there are."""
    with pytest.raises(DefinitionError, match="no lessons in 'fr'; there are: en, ja"):
        words_of("fr")


def test_unknown_words_are_named() -> None:
    """A key that is missing in the words' files is named, with the nearest that is there."""
    with pytest.raises(DefinitionError, match=r"no words for 'frame\.contnts'; did you mean"):
        words_of("en")("frame.contnts")
