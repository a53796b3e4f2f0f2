"""The gallery of wrong gradients: each fails, each is named, and none is given a wrong name."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import optree
import pytest

import gradcheck as gc

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tests are not installed

from benchmarks import diagnosis
from tests.wrong import GALLERY, LOCALISED, NAMELESS, Wrong
from tests.wrong.record import Array

SEEDS = (11, 12)
NAMES = tuple(GALLERY)
EVERY: Mapping[str, Wrong] = {**GALLERY, **NAMELESS}

UNNAMED: Mapping[str, str] = {
    "centred-along-rows": "it takes x, not only the derivatives, to see along which axis df works",
}
"""Mistakes that are not named yet, even with the hints; and why."""

UNNAMED_WITHOUT_HINTS: Mapping[str, str] = {}
"""Mistakes that are not named yet without hints, although f, x and df could tell; and why."""


@cache
def checked(name: str, seed: int, *, hinted: bool, points: int = 3) -> gc.Result:
    """Return the outcome of a check of a wrong gradient."""
    return EVERY[name].check(points=points, seed=seed, hinted=hinted)


def numbers(point: Any) -> Array:
    """Return all numbers of a point, which may be a tree."""
    return np.concatenate([np.ravel(leaf) for leaf in optree.tree_leaves(point)])


def unless(reasons: Mapping[str, str], names: Iterable[str]) -> list[Any]:
    """Return the names as parameters, those with a reason as expected failures."""
    return [
        pytest.param(n, marks=pytest.mark.xfail(reason=reasons[n], strict=True))
        if n in reasons
        else n
        for n in names
    ]


def told(result: gc.Result) -> list[tuple[str, str]]:
    """Return codes and certainties, for a failing test to show."""
    return [(finding.code, finding.certainty) for finding in result.findings]


def test_the_catalogue_is_complete() -> None:
    """All 56 reproducible mistakes of the catalogue are there, from all its rows but two.

    Rows 28 and 37 hold no wrong gradients: conventions at a kink, and jumps of f. Row 22 is about
    shapes, which the verdict names.
    """
    catalogue = [wrong for wrong in GALLERY.values() if wrong.catalogue]
    assert len(catalogue) == 56
    assert {row for wrong in catalogue for row in wrong.rows} == set(range(1, 41)) - {22, 28, 37}
    assert 22 in {row for wrong in GALLERY.values() for row in wrong.rows}


def test_mistakes_have_a_name_of_their_own() -> None:
    """No two mistakes share a name or a title."""
    titles = Counter(wrong.title for wrong in EVERY.values())
    modules = Path(__file__).parent.joinpath("wrong").glob("*.py")
    written = sum(module.read_text(encoding="utf-8").count("    Wrong(\n") for module in modules)
    assert len(GALLERY) + len(NAMELESS) == len(EVERY) == written
    assert max(titles.values()) == 1


@pytest.mark.parametrize("name", EVERY)
def test_points_are_in_general_position(name: str) -> None:
    """No coordinate is 0 or ±1, and points differ."""
    points = [numbers(point) for point in EVERY[name].points(3, SEEDS[0])]
    assert not any(np.isin(np.abs(point), [0.0, 1.0]).any() for point in points)
    assert len({point.tobytes() for point in points}) == 3


@pytest.mark.parametrize("name", EVERY)
def test_the_right_derivative_passes(name: str) -> None:
    """Only the mistake is wrong: without it, f and its derivative agree."""
    wrong = EVERY[name]
    result = gc.check(wrong.f, wrong.right, points=wrong.points(3, SEEDS[0]))
    assert result.verdict is gc.Verdict.PASS, str(result)
    assert result.findings == ()


@pytest.mark.parametrize("name", EVERY)
def test_the_wrong_derivative_does_not_pass(name: str) -> None:
    """A mistake gets the verdict that it deserves, with the reason."""
    wrong = EVERY[name]
    for seed in SEEDS:
        result = checked(name, seed, hinted=False)
        assert (result.verdict, str(result.reason)) == (wrong.verdict, wrong.reason)


@pytest.mark.parametrize("name", unless(UNNAMED, NAMES))
def test_a_mistake_is_named(name: str) -> None:
    """With what the author of f knows, three points suffice to name the mistake."""
    wrong = GALLERY[name]
    for seed in SEEDS:
        result = checked(name, seed, hinted=bool(wrong.hints))
        assert wrong.is_named_by(result.findings), told(result)


@pytest.mark.parametrize(
    "name",
    unless(
        {**UNNAMED, **UNNAMED_WITHOUT_HINTS},
        [n for n, wrong in GALLERY.items() if wrong.hints and not wrong.needs_hints],
    ),
)
def test_a_mistake_is_named_without_hints(name: str) -> None:
    """Where f, x and df can tell, a mistake is named without any hint."""
    wrong = GALLERY[name]
    for seed in SEEDS:
        result = checked(name, seed, hinted=False)
        assert wrong.is_named_by(result.findings), told(result)


@pytest.mark.parametrize("name", EVERY)
def test_no_mistake_gets_a_wrong_name_for_sure(name: str) -> None:
    """Whatever is told with certainty A at three points is true, with hints and without."""
    wrong = EVERY[name]
    true = wrong.codes | wrong.partial | LOCALISED
    for seed, hinted in product(SEEDS, {False, bool(wrong.hints)}):
        result = checked(name, seed, hinted=hinted)
        assert {code for code, certainty in told(result) if certainty == "A"} <= true


def test_a_gradient_with_a_memory_begins_anew() -> None:
    """Checking a derivative that remembers leaves nothing behind for the next check."""
    for wrong in (wrong for wrong in GALLERY.values() if wrong.has_memory):
        first, again = wrong.check(seed=SEEDS[0]), wrong.check(seed=SEEDS[0])
        assert (first.verdict, told(first)) == (again.verdict, told(again))
        assert first.table.equals(again.table)


def made(name: str, codes: str, *told: str, partial: str = "") -> diagnosis.Answer:
    """Return how the benchmark counts findings such as "sign A", where `codes` are expected."""
    model = GALLERY["square-without-2"]
    wrong = Wrong(
        name=name,
        title=name,
        f=model.f,
        df=model.df,
        right=model.right,
        draw=model.draw,
        codes=frozenset(codes.split()),
        partial=frozenset(partial.split()),
    )
    found = [gc.Finding(code, "", certainty) for code, certainty in map(str.split, told)]  # type: ignore[arg-type]
    return diagnosis.judged(wrong, wrong.verdict, wrong.reason, found)


def test_the_benchmark_counts_names() -> None:
    """A name counts only at the best certainty told, and a false A counts before all else."""
    outcomes = {
        "right": made("m", "sign", "sign A", "zero B"),
        "among rivals": made("m", "sign", "zero B", "sign B"),
        "doubted": made("m", "sign", "zero B", "sign C"),
        "false": made("m", "sign", "zero A"),
        "vague": made("m", "sign", "place C"),
        "true, but less": made("m", "sign", "zero B", partial="zero"),
        "silent": made("m", "sign"),
    }
    assert {key: each.outcome for key, each in outcomes.items()} == {
        "right": "named",
        "among rivals": "named",
        "doubted": "misnamed B",
        "false": "misnamed A",
        "vague": "localised",
        "true, but less": "localised",
        "silent": "unnamed",
    }
    assert [each.is_first for each in outcomes.values()][:2] == [True, False]
    assert [each.has_rivals for each in outcomes.values()][:2] == [True, True]


def test_the_benchmark_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The table has a line for each set, count of points, and whether hints are given."""
    arguments = ["--points", "1", "--seeds", "1", "--only", "half-square*", "--details"]
    diagnosis.main(arguments)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 mistakes, 1 seeds"
    assert [line.split()[:5] for line in lines[2:6]] == [
        ["catalogue", "1", "no", "1", "1"],
        ["catalogue", "1", "yes", "1", "1"],
        ["all", "1", "no", "1", "1"],
        ["all", "1", "yes", "1", "1"],
    ]
    assert lines[-1] == "  none"
