"""A registry: an immutable mapping from names to cases."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcheck.errors import CaseError, GradcheckError, SelectionError
from gradcheck.model.case import Case, Origin
from gradcheck.model.registry import Registry

names = st.lists(st.text("abc", min_size=1, max_size=4), unique=True, max_size=8)


def case(name: str, *tags: str, theme: str = "") -> Case:
    """Make a case with tags and a theme."""
    origin = Origin(Path(f"cases/{theme}/{name}.py"), 3, theme) if theme else None
    return Case(name, f=np.sin, df=np.cos, points=[0.5], tags=tags, origin=origin)


REGISTRY = Registry(
    [
        case("exp", "entire", theme="smooth"),
        case("exp_scaled", "entire", "parameter", theme="smooth"),
        case("relu", "activation", theme="kinked"),
        case("memory", "activation"),
    ]
)


@given(names)
def test_a_registry_obeys_the_laws_of_mappings(drawn: list[str]) -> None:
    """Order, length, membership, items and lookups all tell the same."""
    cases = [case(name) for name in drawn]
    registry = Registry(cases)

    assert isinstance(registry, Mapping)
    assert drawn == list(registry) == list(registry.keys())
    assert cases == list(registry.values())
    assert len(drawn) == len(registry)
    assert dict(zip(drawn, cases, strict=True)) == dict(registry)
    assert registry == Registry(dict(registry))
    assert all(name in registry and registry.get(name) is registry[name] for name in drawn)
    assert "d" not in registry
    assert registry.get("d") is None


@given(names, st.text("abc*?", min_size=1, max_size=3))
def test_select_keeps_exactly_what_fits_in_order(drawn: list[str], pattern: str) -> None:
    """What is selected fits, what is left out does not, and nothing fits nowhere is an error."""
    from fnmatch import fnmatchcase

    registry = Registry([case(name) for name in drawn])
    expected = [name for name in drawn if fnmatchcase(name, pattern)]
    if expected:
        assert expected == list(registry.select(pattern))
    else:
        with pytest.raises(SelectionError):
            registry.select(pattern)


SELECTIONS = {
    # patterns and tags                         names
    "everything": ((), (),                      ["exp", "exp_scaled", "relu", "memory"]),
    "a pattern":  (("exp*",), (),               ["exp", "exp_scaled"]),
    "a name":     (("exp",), (),                ["exp"]),
    "two":        (("relu", "exp"), (),         ["exp", "relu"]),
    "a tag":      ((), {"entire"},              ["exp", "exp_scaled"]),
    "all tags":   ((), {"entire", "parameter"}, ["exp_scaled"]),
    "a theme":    ((), {"kinked"},              ["relu"]),
    "one word":   ((), "activation",            ["relu", "memory"]),
    "both":       (("*u*",), ["activation"],    ["relu"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SELECTIONS)
def test_select_takes_patterns_tags_and_themes(name: str) -> None:
    """Any of the patterns, all of the tags; a theme is a tag; the order is the registry's."""
    patterns, tags, selected = SELECTIONS[name]

    assert selected == list(REGISTRY.select(*patterns, tags=tags))


def test_a_selection_is_a_registry_with_the_same_problems() -> None:
    """What could not be loaded is not forgotten by selecting."""
    registry = Registry([case("exp"), case("relu")], problems=["bad.py:3: NameError"])
    selected = registry.select("exp")

    assert isinstance(selected, Registry)
    assert selected.problems == ("bad.py:3: NameError",)
    assert (repr(selected), repr(registry)) == ("Registry(1 cases)", "Registry(2 cases)")


def test_a_registry_cannot_be_changed() -> None:
    """No item, no attribute, and not through the list it was made of."""
    cases = [case("exp")]
    registry = Registry(cases)
    cases.append(case("relu"))

    assert list(registry) == ["exp"]
    with pytest.raises(TypeError):
        registry["relu"] = cases[1]  # type: ignore[index]
    with pytest.raises(TypeError):
        del registry["exp"]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        registry.problems = ()  # type: ignore[misc]


def test_an_unknown_name_is_a_key_error_with_a_suggestion() -> None:
    """The near misses are offered, nearest first; `except KeyError` works as for a dict."""
    with pytest.raises(
        SelectionError,
        match=r"^no case is called 'exp_scale'; did you mean 'exp_scaled' or 'exp'\?",
    ) as caught:
        REGISTRY["exp_scale"]
    assert isinstance(caught.value, KeyError)
    assert isinstance(caught.value, GradcheckError)


def test_without_a_near_miss_the_message_says_where_to_look() -> None:
    """Nothing resembles it, so the list is the way."""
    with pytest.raises(SelectionError, match="no case is called 'zzz'; `gradcheck list` shows all"):
        REGISTRY["zzz"]


def test_a_pattern_without_cases_is_an_error_even_beside_one_with_cases() -> None:
    """A mistyped name among several does not pass silently."""
    with pytest.raises(SelectionError, match="no case is called 'rely'; did you mean 'relu'"):
        REGISTRY.select("exp", "rely")


def test_tags_without_cases_are_an_error_that_lists_the_tags() -> None:
    """Themes are in the list, the empty theme of cases in memory is not."""
    with pytest.raises(
        SelectionError,
        match=r"the tags \['entire', 'kinked'\]; "
        r"there are: activation, entire, kinked, parameter, smooth$",
    ):
        REGISTRY.select(tags=["kinked", "entire"])


def test_a_pattern_and_a_tag_that_exclude_each_other_are_told_apart() -> None:
    """The tag exists, only not among the names asked for; the message does not deny it."""
    with pytest.raises(SelectionError, match=r"no case .*'relu'.* \['entire'\]"):
        REGISTRY.select("relu", tags=["entire"])


def test_selecting_from_nothing_says_that_there_is_nothing() -> None:
    """An empty registry has no tags to list."""
    with pytest.raises(SelectionError, match="the registry is empty"):
        Registry([]).select()


def test_two_cases_of_one_name_are_refused_with_their_places() -> None:
    """Both files are named."""
    with pytest.raises(
        CaseError,
        match=r"two cases are called 'relu' \(cases/a/relu\.py:3 and cases/b/relu\.py:3\); rename",
    ):
        Registry([case("relu", theme="a"), case("relu", theme="b")])
    with pytest.raises(CaseError, match=r"two cases are called 'relu'; rename one of them"):
        Registry([case("relu"), case("relu")])


def test_a_case_under_another_name_is_refused() -> None:
    """Keys are the cases' names."""
    with pytest.raises(CaseError, match="the case 'exp' stands under another name, 'log'"):
        Registry({"log": case("exp")})


def test_what_is_no_case_is_refused() -> None:
    """A number among the cases is named."""
    with pytest.raises(CaseError, match="a registry holds cases, got 3"):
        Registry([3])  # type: ignore[list-item]
    with pytest.raises(CaseError, match="a registry holds cases, got 3"):
        Registry({"three": 3})  # type: ignore[arg-type]
    with pytest.raises(CaseError, match=r"a registry is made of several cases, got Case\('exp'"):
        Registry(case("exp"))  # type: ignore[arg-type]


def test_to_frame_describes_each_case_in_a_row() -> None:
    """The columns are documented, and a row says where the case comes from."""
    vector = Case(
        "norm", f=np.linalg.norm, df=lambda x: x / np.linalg.norm(x), points=[[3.0, 4.0]],
        special_points={"unit": [1.0, 1.0]}, domain="(0, inf)",
        formula="|x|", derivative_formula="x/|x|", source="Euclid", tags=("b", "a"),
    )  # fmt: skip
    frame = Registry([case("exp", theme="smooth"), vector]).to_frame()

    assert list(frame.columns) == [
        "case", "theme", "tags", "inputs", "points", "domain", "formula", "derivative_formula",
        "source", "file", "line",
    ]  # fmt: skip
    assert (frame.iloc[0].tolist()) == [
        "exp",
        "smooth",
        "",
        1,
        1,
        "everywhere",
        "",
        "",
        "",
        "cases/smooth/exp.py",
        3,
    ]
    assert (frame.iloc[1].tolist()) == [
        "norm",
        "",
        "a, b",
        2,
        2,
        "(0, inf)",
        "|x|",
        "x/|x|",
        "Euclid",
        "",
        0,
    ]


def test_to_frame_of_nothing_has_its_columns() -> None:
    """An empty registry is an empty table, and a case without points has no inputs."""
    pointless = Case("pointless", f=np.sin, df=np.cos)

    assert Registry([]).to_frame().shape == (0, 11)
    assert Registry([pointless]).to_frame()["inputs"].tolist() == [0]
