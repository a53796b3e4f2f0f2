"""Report definitions: what the keys mean, and what is said about a mistake."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradcheck import content
from gradcheck.differences.stencil import CENTRAL, FORWARD, NAMED
from gradcheck.errors import DefinitionError
from gradcheck.model.case import Case
from gradcheck.model.registry import Registry
from gradcheck.output.definition import Definition, read

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a definition with the given text, and return its path."""

    def write(text: str) -> Path:
        file = tmp_path / "mine.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def sine() -> Case:
    """Make a case with two general points and a special one."""
    return Case(
        "sine", f=np.sin, df=np.cos, points=[0.5, 1.0], special_points={"zero": 0.0}, tags=["seed"]
    )


def constant() -> Case:
    """Make a case without tags."""
    return Case("constant", f=lambda x: x * 0 + 1, df=lambda x: x * 0, points=[1.0])


def test_the_default_takes_every_case_stencil_and_point() -> None:
    """Without a name the built-in default is read: all cases, six stencils, all points."""
    definition = read()

    assert (tuple(NAMED.values()), None, "all") == (
        definition.stencils,
        definition.steps,
        definition.points,
    )
    assert ((), (), ()) == (definition.patterns, definition.tags, definition.paths)


def test_every_built_in_definition_can_be_read_and_finds_cases() -> None:
    """Each TOML file in reports/ is found by its bare name, and selects at least one case."""
    names = sorted(file.stem for file in content.folder("reports").glob("*.toml"))

    assert "seeds" in names
    for name in names:
        definition = read(name)
        assert len(definition.select(definition.load())) > 0


def test_a_bare_name_with_suffix_is_found_too() -> None:
    """The names seeds and seeds.toml mean the same file when there is no such file here."""
    assert read("seeds") == read("seeds.toml")


def test_every_key_is_read(write: Write) -> None:
    """A definition with every key gives a record with every value."""
    file = write(
        'title = " My title "\nintroduction = "One.\\n\\nTwo."\n'
        'stencils = ["forward", {offsets = [-2, 0, 5], name = "skew"}]\n'
        'steps = [0.5, 1e-3]\npoints = 2\ntemplate = "look"\n'
        '[selection]\ncases = ["s*"]\ntags = ["seed"]\npaths = ["mine"]\n'
    )
    (file.parent / "look").mkdir()
    (file.parent / "mine").mkdir()
    definition = read(file)

    assert ("My title", "One.\n\nTwo.") == (definition.title, definition.introduction)
    assert ["forward", "skew"] == [formula.name for formula in definition.stencils]
    assert (-2, 0, 5) == definition.stencils[1].offsets
    assert ((0.5, 1e-3), 2) == (definition.steps, definition.points)
    assert (("s*",), ("seed",)) == (definition.patterns, definition.tags)
    assert (file.parent / "mine",) == definition.paths
    assert file.parent / "look" == definition.template


def test_offsets_of_a_named_stencil_give_that_stencil(write: Write) -> None:
    """Offsets without a name take the name of the known formula."""
    definition = read(write('title = "t"\nstencils = [{offsets = [-1, 1]}, "forward"]'))

    assert (CENTRAL, FORWARD) == definition.stencils


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ('"default"', None),
        ("{largest = 1.0, smallest = 0.25}", (1.0, 0.5, 0.25)),
        ("{largest = 1, smallest = 0.01, count = 3}", (1.0, 0.1, 0.01)),
        ("{largest = 8.0, smallest = 0.9}", (8.0, 4.0, 2.0, 1.0)),
    ],
)
def test_steps_are_listed_or_geometric(
    write: Write, steps: str, expected: tuple[float, ...] | None
) -> None:
    """A table of steps halves from the largest down, or has `count` steps in equal ratios."""
    assert expected == read(write(f'title = "t"\nsteps = {steps}')).steps


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ('"all"', [0.5, 1.0, 0.0]),
        ('"general"', [0.5, 1.0]),
        ('"special"', [0.0]),
        ("1", [0.5]),
        ("9", [0.5, 1.0, 0.0]),
    ],
)
def test_points_restrict_a_case(write: Write, points: str, expected: list[float]) -> None:
    """The points of a case are all, the general, the special, or the first few."""
    case = read(write(f'title = "t"\npoints = {points}')).restrict(sine())

    assert expected == [float(x) for x in case.all_points]


def test_a_selection_by_name_and_tag_is_made(write: Write) -> None:
    """A case is kept if it fits a pattern and carries all tags."""
    definition = read(write('title = "t"\n[selection]\ncases = ["*"]\ntags = ["seed"]'))

    assert ["sine"] == list(definition.select(Registry([constant(), sine()])))


def test_paths_load_cases_and_keep_the_problems(write: Write) -> None:
    """Cases are loaded from the paths; a broken file is a problem, not an error."""
    file = write('title = "t"\n[selection]\npaths = ["mine"]')
    (file.parent / "mine").mkdir()
    (file.parent / "mine" / "good.py").write_text(
        "import numpy as np\nimport gradcheck\n"
        'sine = gradcheck.Case("sine", f=np.sin, df=np.cos, points=[1.0])\n'
    )
    (file.parent / "mine" / "broken.py").write_text("x = (\n")
    registry = read(file).load()

    assert ["sine"] == list(registry)
    assert "broken.py:1: not valid Python" in registry.problems[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "title: missing; write title ="),
        ("title = 3", "title: expected the title as text, got 3"),
        ('titel = "t"', "titel: unknown key; did you mean 'title'?; there are: title, intro"),
        ('title = "t', "not valid TOML: "),
        ('title = "t"\nintroduction = ""', "introduction: expected text"),
        ('title = "t"\nselection = "sine"', "selection: expected a table such as"),
        (
            'title = "t"\n[selection]\ntag = ["a"]',
            "selection.tag: unknown key; did you mean 'tags'",
        ),
        ('title = "t"\n[selection]\ntags = "a"', "selection.tags: expected a list of tags"),
        ('title = "t"\n[selection]\ncases = [1]', "selection.cases[0]: expected text, got 1"),
        ('title = "t"\n[selection]\npaths = ["no"]', "selection.paths[0]: expected a case file"),
        ('title = "t"\nstencils = []', "stencils: expected a list such as"),
        ('title = "t"\nstencils = ["centrall"]', "got 'centrall'; did you mean 'central'?"),
        ('title = "t"\nstencils = [3]', "stencils[0]: expected a stencil's name, or a table"),
        ('title = "t"\nstencils = [{name = "a"}]', "stencils[0]: expected a table with offsets"),
        ('title = "t"\nstencils = [{offset = [1]}]', "stencils[0].offset: unknown key; did you"),
        ('title = "t"\nstencils = [{offsets = [1]}]', "stencils[0]: derivative 1 needs at least 2"),
        (
            'title = "t"\nstencils = [{offsets = ["a"]}]',
            "stencils[0].offsets[0]: expected a number",
        ),
        ('title = "t"\nstencils = [{offsets = [0, 0]}]', "stencils[0]: offsets must differ"),
        ('title = "t"\nstencils = ["forward", "forward"]', "'forward' comes more than once"),
        ('title = "t"\nsteps = "fine"', 'steps: expected "default", a list such as'),
        ('title = "t"\nsteps = [0.1, 0.0]', "steps: steps must be positive finite numbers"),
        ('title = "t"\nsteps = [-1]', "steps: steps must be positive finite numbers"),
        ('title = "t"\nsteps = [nan]', "steps: steps must be positive finite numbers"),
        ('title = "t"\nsteps = [0.1, 0.1]', "leave out the repeated ones"),
        ('title = "t"\nsteps = [true]', "steps[0]: expected a step size as a number, got True"),
        ('title = "t"\nsteps = {largest = 1}', "steps: expected a table such as {largest"),
        ('title = "t"\nsteps = {largest = 1, smallest = 2}', "expected 0 < smallest < largest"),
        ('title = "t"\nsteps = {largest = inf, smallest = 2}', "expected 0 < smallest < largest"),
        (
            'title = "t"\nsteps = {largest = 1e300, smallest = 1e-300}',
            "expected at most 1000 steps",
        ),
        (
            'title = "t"\nsteps = {largest = 1, smallest = 0.1, count = 1}',
            "steps.count: expected a",
        ),
        ('title = "t"\nsteps = {large = 1}', "steps.large: unknown key; did you mean 'largest'"),
        ('title = "t"\npoints = "al"', 'points: expected "all", "general"'),
        ('title = "t"\npoints = 0', "points: expected"),
        ('title = "t"\npoints = true', "points: expected"),
        ('title = "t"\ntemplate = "no"', "template: expected a folder with templates"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(write: Write, text: str, message: str) -> None:
    """A definition with a mistake raises an error with its file, its key, and what to do."""
    with pytest.raises(DefinitionError, match=re.escape(message)) as caught:
        read(write(text))

    assert "mine.toml: " in str(caught.value)


def test_too_many_listed_steps_are_refused(write: Write) -> None:
    """A list of more than a thousand steps is a mistake."""
    listed = ", ".join(str(k) for k in range(1, 1002))
    with pytest.raises(DefinitionError, match="expected at most 1000 steps, got 1001"):
        read(write(f'title = "t"\nsteps = [{listed}]'))


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are said to be so."""
    file = tmp_path / "bytes.toml"
    file.write_bytes(b"title = '\xff'")
    with pytest.raises(DefinitionError, match=r"bytes\.toml: not UTF-8 text"):
        read(file)


def test_an_unknown_name_lists_the_definitions() -> None:
    """A name that no definition has gets the nearest one and the list."""
    with pytest.raises(DefinitionError, match=r"did you mean 'default'.*one of: .*seeds"):
        read("defalt")


def test_a_folder_is_no_definition(tmp_path: Path) -> None:
    """A folder instead of a file is said to be one."""
    with pytest.raises(DefinitionError, match="a folder; give a TOML file"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (
            'cases = ["sinne"]',
            "mine.toml: selection.cases: no case is called 'sinne'; did you mean",
        ),
        ('tags = ["none"]', "mine.toml: selection.tags: no case carries all of the tags"),
    ],
)
def test_an_unknown_case_or_tag_is_named(write: Write, selection: str, message: str) -> None:
    """A selection that fits nothing names the file, the key and what there is."""
    definition = read(write(f'title = "t"\n[selection]\n{selection}'))
    with pytest.raises(DefinitionError, match=re.escape(message)):
        definition.select(Registry([sine()]))


def test_a_path_without_cases_is_named(write: Write) -> None:
    """An empty folder of cases names the file and the key."""
    file = write('title = "t"\n[selection]\npaths = ["mine"]')
    (file.parent / "mine").mkdir()
    with pytest.raises(DefinitionError, match=r"mine\.toml: selection\.paths: .*no case file"):
        read(file).load()


def test_every_key_is_explained_in_the_readme() -> None:
    """reports/README.md has a row for every key that can be read."""
    text = (content.folder("reports") / "README.md").read_text(encoding="utf-8")

    keys = {"title", "introduction", "stencils", "steps", "points", "template"}
    keys |= {f"selection.{key}" for key in ("cases", "tags", "paths")}
    assert keys == {key for key in keys if f"| `{key}` |" in text}
    assert keys == set(re.findall(r"^\| `([\w.]+)` \|", text, flags=re.MULTILINE))


def test_a_definition_never_changes() -> None:
    """A definition is a frozen record."""
    with pytest.raises(AttributeError):
        read().title = "other"  # type: ignore[misc]
    assert isinstance(read(), Definition)
