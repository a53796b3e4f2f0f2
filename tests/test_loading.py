"""Case files are found by path, and what is wrong with one is said with file and line."""

import pickle
import sys
import textwrap
from pathlib import Path

import pytest

from gradcheck.errors import GradcheckError, LoadingError
from gradcheck.model.loading import case_files, load_cases, load_file

SINE = """
import numpy as np
import gradcheck as gc

def f(x):
    return np.sin(x)

{variable} = gc.Case("{name}", f=f, df=np.cos, points=[0.7])
"""


def write(file: Path, text: str = "", *, name: str = "sine") -> Path:
    """Write a case file, by default one that binds `name` on line 8."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = text or SINE.format(variable="case", name=name)
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def test_the_folder_below_the_root_is_the_theme(tmp_path: Path) -> None:
    """Cases are sorted by file; the root itself has no theme."""
    write(tmp_path / "smooth" / "deep" / "c.py", name="c")
    write(tmp_path / "smooth" / "b.py", name="b")
    write(tmp_path / "z.py", name="z")
    registry = load_cases(tmp_path)

    assert {k: c.theme for k, c in registry.items()} == {"b": "smooth", "c": "smooth/deep", "z": ""}
    assert [*registry.select(tags={"smooth"}), *registry.select("c")] == ["b", "c"]


def test_a_case_knows_its_file_and_line(tmp_path: Path) -> None:
    """The line is that of the assignment, with or without an annotation."""
    file = write(tmp_path / "sine.py")
    noted = write(
        tmp_path / "noted.py",
        SINE.format(variable="noted: gc.Case", name="noted"),
    )
    registry = load_cases(tmp_path)

    assert f"{file}:8" == str(registry["sine"].origin)
    assert f"{noted}:8" == str(registry["noted"].origin)


def test_the_search_path_is_left_alone(tmp_path: Path) -> None:
    """Neither sys.path nor the working directory has a part in it."""
    before = list(sys.path)
    write(tmp_path / "sine.py")
    load_cases(tmp_path)

    assert before == sys.path
    assert "sine" not in sys.modules


def test_text_and_several_paths_and_a_file_alone_are_accepted(tmp_path: Path) -> None:
    """A file alone has no theme."""
    one = write(tmp_path / "first" / "a.py", name="a")
    write(tmp_path / "second" / "kinked" / "b.py", name="b")

    assert list(load_cases(str(one))) == ["a"]
    assert [case.theme for case in load_cases(one).values()] == [""]
    assert list(load_cases([one, str(tmp_path / "second")])) == ["a", "b"]
    assert load_cases([one, tmp_path / "second"])["b"].theme == "kinked"


def test_a_file_that_is_named_twice_is_loaded_once(tmp_path: Path) -> None:
    """A folder and a file in it overlap; no name is taken twice."""
    file = write(tmp_path / "a.py", name="a")

    assert list(load_cases([tmp_path, file, tmp_path])) == ["a"]


def test_two_files_of_one_stem_do_not_meet(tmp_path: Path) -> None:
    """Each file is a module of its own."""
    write(tmp_path / "one" / "same.py", name="a")
    write(tmp_path / "two" / "same.py", name="b")
    registry = load_cases(tmp_path)

    assert list(registry) == ["a", "b"]
    assert registry["a"].f is not registry["b"].f


def test_functions_of_a_loaded_file_can_be_pickled(tmp_path: Path) -> None:
    """Also when the file's name has dots and spaces, and when it was loaded before."""
    write(tmp_path / "a sine.v2.py")
    load_cases(tmp_path)
    f = load_cases(tmp_path)["sine"].f

    assert f is pickle.loads(pickle.dumps(f))  # noqa: S301  (made on this line)


MANY = """
import numpy as np
import gradcheck as gc

def sine(name):
    return gc.Case(name, f=np.sin, df=np.cos, points=[0.7])

_hidden = sine("hidden")
alone = sine("alone")
again = alone
listed = [sine("first"), alone, "no case"]
tupled = (sine("second"),)
mapped = {"key": sine("third"), "number": 3}
registered = gc.Registry([sine("fourth")])
"""


def test_cases_may_stand_in_lists_tuples_and_mappings(tmp_path: Path) -> None:
    """Names with an underscore are skipped, and a case under two names is one case."""
    registry = load_cases(write(tmp_path / "many.py", MANY))
    lines = {name: case.origin.line for name, case in registry.items() if case.origin}

    assert lines == {"alone": 9, "first": 11, "second": 12, "third": 13, "fourth": 14}


def test_files_and_folders_with_an_underscore_or_a_dot_are_skipped(tmp_path: Path) -> None:
    """They are drafts, caches and version control."""
    kept = write(tmp_path / "kept.py")
    for name in ("_draft.py", ".hidden.py", "_old/a.py", ".git/b.py", "__pycache__/c.py"):
        write(tmp_path / name, "this is not Python")

    assert [kept] == case_files(tmp_path)
    assert list(load_cases(tmp_path)) == ["sine"]


BROKEN = {
    # what                 text                                    line  reason
    "a syntax error":     ("x = 1\ndef f(:\n",                        2, "not valid Python: "),
    "an exception":       ("import math\n\nmath.sqrt(-1.0)\n",        3, "ValueError: "),
    "a wrong name":       ("\n\n\nsin(1.0)\n",                        4, "NameError: name 'sin'"),
    "a failing call":     ("def f():\n    return {}[0]\n\nf()\n",     2, "KeyError: 0"),
    "a failing import":   ("\nimport no_such_module_anywhere\n",      2, "ModuleNotFoundError: "),
    "a deep exception":   ("import json\n\njson.loads('{')\n",        3, "JSONDecodeError: "),
    "a case that cannot": ("from gradcheck import Case\nCase('c', f=1, df=2)", 2, "c: f must be "),
    "no case":            ("x = 1\n",                                 1, "no case found; bind one"),
    "nothing at all":     ("",                                        1, "no case found"),
    "the end":            ("import sys\n\nsys.exit(3)\n",             3, "the file ends"),
    "null bytes":         ("x = '\0'\n",                              1, "not valid Python: "),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_loaded_is_named_with_its_line(what: str, tmp_path: Path) -> None:
    """The line is in the file itself, also when the exception comes from elsewhere."""
    text, line, reason = BROKEN[what]
    file = tmp_path / "broken.py"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(LoadingError) as caught:
        load_cases(tmp_path)

    assert isinstance(caught.value, GradcheckError)
    assert str(caught.value).startswith(f"{file}:{line}: {reason}")


@pytest.mark.parametrize("text", ["1 / 0", "import sys; sys.exit()"])
def test_a_file_that_failed_leaves_no_module_behind(text: str, tmp_path: Path) -> None:
    """A half-run module is forgotten."""
    write(tmp_path / "broken.py", text)
    modules = set(sys.modules)
    with pytest.raises(LoadingError):
        load_cases(tmp_path)

    assert modules == set(sys.modules)


@pytest.mark.parametrize("what", BROKEN)
def test_the_others_are_kept_when_the_caller_asks_for_that(what: str, tmp_path: Path) -> None:
    """`on_error="keep"` lists the problem and gives the rest."""
    text, line, reason = BROKEN[what]
    broken = tmp_path / "broken.py"
    broken.write_text(text, encoding="utf-8")
    write(tmp_path / "sine.py")
    registry = load_cases(tmp_path, on_error="keep")

    assert list(registry) == ["sine"]
    assert [p.startswith(f"{broken}:{line}: {reason}") for p in registry.problems] == [True]


def test_bytes_that_are_no_text_are_no_python(tmp_path: Path) -> None:
    """A file in another encoding is named."""
    (tmp_path / "latin.py").write_bytes(b"name = '\xe9'\n")

    with pytest.raises(LoadingError, match=r"latin\.py:\d: not valid Python: .*'utf-8' codec"):
        load_cases(tmp_path)


def test_a_folder_that_ends_like_a_file_cannot_be_read(tmp_path: Path) -> None:
    """The reason is the operating system's."""
    (tmp_path / "folder.py").mkdir()
    write(tmp_path / "sine.py")

    with pytest.raises(LoadingError, match=r"folder\.py:1: cannot be read: Is a directory"):
        load_cases(tmp_path)


def test_a_file_that_is_not_python_is_refused(tmp_path: Path) -> None:
    """A text file handed over by name is named."""
    file = tmp_path / "notes.txt"
    file.write_text("x = 1\n", encoding="utf-8")

    with pytest.raises(LoadingError, match=r"notes\.txt:1: not a Python file"):
        load_file(file)


def test_all_problems_are_listed_at_once(tmp_path: Path) -> None:
    """One run shows every broken file, a line each."""
    write(tmp_path / "a.py", "x = (")
    write(tmp_path / "b.py", "1 / 0")

    with pytest.raises(LoadingError) as caught:
        load_cases(tmp_path)

    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{tmp_path / 'a.py'}:1: not valid Python")
    assert f"{tmp_path / 'b.py'}:1: ZeroDivisionError: division by zero" == second


def test_a_name_that_is_used_twice_is_reported_with_both_places(tmp_path: Path) -> None:
    """The first one is kept."""
    first = write(tmp_path / "a.py")
    second = write(tmp_path / "b.py")
    message = f"{second}:8: the name 'sine' is already taken by {first}:8; rename one of them"

    with pytest.raises(LoadingError) as caught:
        load_cases(tmp_path)
    assert message == str(caught.value)

    registry = load_cases(tmp_path, on_error="keep")
    assert (message,) == registry.problems
    assert f"{first}:8" == str(registry["sine"].origin)


@pytest.mark.parametrize("on_error", ["raise", "keep"])
def test_a_path_with_nothing_behind_it_is_an_error(on_error: str, tmp_path: Path) -> None:
    """A mistyped path never gives an empty registry, whatever the caller asked for."""
    missing, empty = tmp_path / "missing", tmp_path / "empty"
    empty.mkdir()

    with pytest.raises(LoadingError, match=r"missing: no such file or folder; give a case file"):
        load_cases(missing, on_error=on_error)  # type: ignore[arg-type]
    with pytest.raises(LoadingError, match=r"empty: no case file \(\*\.py, not starting with '_'"):
        load_cases(empty, on_error=on_error)  # type: ignore[arg-type]


def test_no_path_at_all_is_an_error() -> None:
    """An empty list of paths is not an empty registry."""
    with pytest.raises(LoadingError, match="give a case file or its folder, got none"):
        load_cases([])


def test_a_path_is_text_or_a_path() -> None:
    """A number is neither."""
    with pytest.raises(LoadingError, match=r"a path .* got 3"):
        load_cases(3)  # type: ignore[arg-type]


def test_on_error_is_one_of_two_words() -> None:
    """A typo does not silently choose for the caller."""
    with pytest.raises(ValueError, match='on_error is "raise" or "keep", not \'ignore\''):
        load_cases(on_error="ignore")  # type: ignore[arg-type]


def test_an_interrupt_while_loading_passes_through(tmp_path: Path) -> None:
    """Ctrl-C stops the program, whatever file was being loaded."""
    write(tmp_path / "slow.py", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        load_cases(tmp_path, on_error="keep")


def test_the_built_in_cases_load_without_problems() -> None:
    """`load_cases()` finds the catalogue; each case has a theme, a file and a line."""
    registry = load_cases()

    assert registry.problems == ()
    assert all(case.theme and case.origin and case.origin.line > 1 for case in registry.values())
