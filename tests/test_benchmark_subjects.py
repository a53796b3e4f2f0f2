"""The questions of the detection benchmark: right derivatives, honest labels."""

import itertools
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are not installed

from benchmarks import detection
from benchmarks.subjects import SUBJECTS
from benchmarks.subjects.conditioning import OWN_MARGIN, Conditioning, Entry
from benchmarks.subjects.exact import (
    directional_slopes,
    moved,
    mp,
    numbers,
    sizes,
    slopes,
    taylor,
    values,
)
from benchmarks.subjects.mutants import Mutant, mutants
from benchmarks.subjects.subject import Array, Subject
from benchmarks.subjects.tools import FAIL, PASS, installed

ROUNDOFF = 2.0**-53
ALLOWED = 64
"""Roundings, in units of the derivative's own sensitivity to a relative change of x."""
SENSED = 2.0**-30
EVERY_COLUMN = 30
QUESTIONS = [(subject, number) for subject in SUBJECTS for number in range(len(subject.points))]
SMOOTH = [question for question in QUESTIONS if not question[0].kink]
KINKS = [question for question in QUESTIONS if question[0].kink]
NAMES = {subject.name: subject for subject in SUBJECTS}


def label(value: Any) -> str:
    """Name a test after its subject."""
    return value.name if isinstance(value, Subject) else str(value)


def jacobian(subject: Subject, x: Any) -> Array:
    """Return df(x) of shape (outputs, inputs)."""
    return np.asarray(subject.df(x), dtype=np.float64).reshape(-1, np.size(x))


def sensitivity(subject: Subject, x: Any) -> Array:
    """Return how much each entry of df changes with relative changes of x, plus its own size."""
    right = jacobian(subject, x)
    change = np.zeros_like(right)
    for _ in range(4):
        signs = subject.random(7).choice([-1.0, 1.0], np.shape(x))
        for sign in (signs, -signs):
            there = x * (1 + SENSED * sign)
            change = np.maximum(change, np.abs(jacobian(subject, there) - right) / SENSED)
    return np.asarray(np.abs(right) + change)


def columns(subject: Subject, x: Any) -> list[int]:
    """Return the inputs that are compared one by one."""
    count = int(np.size(x))
    if count <= EVERY_COLUMN:
        return list(range(count))
    return [int(j) for j in subject.random(8).choice(count, 8, replace=False)]


@pytest.mark.parametrize(("subject", "number"), SMOOTH, ids=label)
def test_df_is_the_derivative_of_exact_f(subject: Subject, number: int) -> None:
    """Every entry agrees with 260 digits as well as its conditioning allows."""
    x = subject.points[number]
    claim, allowed = jacobian(subject, x), ALLOWED * ROUNDOFF * sensitivity(subject, x)
    for j in columns(subject, x):
        truth = np.array([float(slope) for slope in slopes(subject, x, j)])
        assert np.all(np.abs(claim[:, j] - truth) <= allowed[:, j] + 1e-200)


@pytest.mark.parametrize(
    ("subject", "number"),
    [(s, k) for s, k in SMOOTH if np.size(s.points[k]) > EVERY_COLUMN],
    ids=label,
)
def test_large_gradients_agree_along_a_direction(subject: Subject, number: int) -> None:
    """One direction through all inputs sees entries that are not compared one by one."""
    x = subject.points[number]
    direction = subject.random(9).standard_normal(np.shape(x))
    allowed = ALLOWED * ROUNDOFF * sensitivity(subject, x) @ np.abs(direction.reshape(-1))
    truth = np.array([float(s) for s in directional_slopes(subject, x, direction)])
    assert np.all(np.abs(jacobian(subject, x) @ direction.reshape(-1) - truth) <= allowed)


@pytest.mark.parametrize(("subject", "number"), KINKS, ids=label)
def test_at_a_kink_df_lies_between_the_slopes_of_both_sides(subject: Subject, number: int) -> None:
    """The claim is a subgradient, and the slopes of some entry do differ."""
    x = subject.points[number]
    start, claim, differ = numbers(x), jacobian(subject, x), False
    for j, size in enumerate(sizes(subject, x).tolist()):
        h = mp.mpf(size) * 2.0**-67
        here = values(subject.truth, start)
        right = (values(subject.truth, moved(start, j, h)) - here) / h
        left = (here - values(subject.truth, moved(start, j, -h))) / h
        sides = np.array([[float(a), float(b)] for a, b in zip(left, right, strict=True)])
        low, high = sides.min(axis=1) - 1e-15, sides.max(axis=1) + 1e-15
        assert np.all((low <= claim[:, j]) & (claim[:, j] <= high))
        differ |= bool(np.any(high - low > 0.1))
    assert differ


def test_there_are_enough_subjects_of_each_kind_in_each_half() -> None:
    """At least 150 standard and 100 hard functions; a half is about a half."""
    assert len(NAMES) == len(SUBJECTS) >= 300
    counts = Counter((s.family, s.half) for s in SUBJECTS)
    for family, least in (("standard", 150), ("hard", 100)):
        tuning, held_out = counts[family, "tuning"], counts[family, "held-out"]
        assert tuning + held_out >= least
        assert 0.4 < tuning / (tuning + held_out) < 0.6


def test_the_half_of_a_subject_is_fixed() -> None:
    """It follows from the name alone, so that a report never includes what was tuned on."""
    assert ("tuning", "held-out") == (NAMES["line"].half, NAMES["decay"].half)


def test_exact_numbers_give_taylor_coefficients() -> None:
    """Those of exp are 1 / k!."""
    subject = Subject("exp", f=np.exp, df=np.exp, points=[1.0])
    expected = [np.e / np.prod(np.arange(1.0, k + 1)) for k in range(9)]
    found = [float(a) for a in taylor(subject, 1.0, 0)[0]]
    assert found == pytest.approx(expected, rel=1e-14)


def central_differences(subject: Subject, x: Any, place: int) -> Array:
    """Return float64 central differences of order 2, 4 and 6 for many steps."""
    output, coordinate = divmod(place, int(np.size(x)))
    size = float(sizes(subject, x)[coordinate])

    def at(h: float) -> float:
        there = np.array(x, dtype=np.float64)
        there.reshape(-1)[coordinate] += h
        return float(np.asarray(subject.f(there if there.ndim else there[()])).flat[output])

    def quotient(h: float) -> float:
        return (at(h) - at(-h)) / (2 * h)

    quotients = []
    with np.errstate(all="ignore"):
        for power in range(-45, 1):
            h = 2.0 ** (power + round(np.log2(size)))
            one, two, three = quotient(h), quotient(2 * h), quotient(3 * h)
            quotients += [one, (4 * one - two) / 3, (15 * one - 6 * two + three) / 10]
    return np.array(quotients)


@pytest.mark.parametrize("subject", [s for s in SUBJECTS if s.family == "standard"], ids=label)
def test_the_possible_accuracy_is_possible(subject: Subject) -> None:
    """Some central difference of float64 values comes as near as the label rule believes."""
    known = Conditioning(subject, subject.points[0])
    place = int(np.argmax(np.abs(known.jacobian)))
    entry = known.entry(place)
    quotients = central_differences(subject, subject.points[0], place)
    best = np.nanmin(np.abs(quotients - entry.truth))
    assert best <= 10 * entry.accuracy + 4 * ROUNDOFF * abs(entry.truth)


def test_mutants_change_the_derivative_and_the_right_one_is_never_labelled_wrong() -> None:
    """Each mutant has another value, and a label follows from the size of the error."""
    for name in ("rosenbrock-5", "spherical-coordinates", "sine", "float32-waves", "constant"):
        subject = NAMES[name]
        known = Conditioning(subject, subject.points[0])
        made = list(mutants(subject, subject.points[0], known.jacobian))
        assert len({mutant.name for mutant in made}) == len(made)
        assert not any(np.array_equal(m.of(known.jacobian), known.jacobian) for m in made)
        assert not known.detectable(Mutant(name="none"))
        assert known.detectable(made[0])


@pytest.mark.parametrize(
    ("name", "error", "detectable"),
    [
        ("sine", 1e-8, True),
        ("sine", 1e-13, False),
        ("6-decimals-sine", 1e-2, True),
        ("6-decimals-sine", 1e-6, False),
        ("float32-exp", 1e-3, True),
        ("float32-exp", 1e-7, False),
        ("sine-of-1e+06-x", 1e-6, True),
        ("sigmoid-far-plateau", 0.5, False),
        ("root-edge-1e-09", 1e-6, True),
        ("kink-1e-09", 1e-3, True),
    ],
)
def test_a_label_knows_the_noise_of_f(name: str, error: float, detectable: bool) -> None:  # noqa: FBT001  (a row of the table)
    """A relative error is detectable where the noise of f leaves enough digits."""
    subject = NAMES[name]
    mutant = Mutant(name="relative", factors=1 + error)
    assert detectable == Conditioning(subject, subject.points[0]).detectable(mutant)


def test_errors_within_the_rounding_of_df_are_not_detectable() -> None:
    """An entry shows only errors beyond its own rounding."""
    entry = Entry(truth=1.0, accuracy=0.0, own_error=1e-9)
    assert not entry.shows(1 + 0.99 * OWN_MARGIN * 1e-9)
    assert entry.shows(1 + 1.01 * OWN_MARGIN * 1e-9)
    assert entry.shows(np.nan)


@pytest.mark.parametrize("tool", [name for name in installed() if name != "check_grad"])
@pytest.mark.parametrize("name", ["sine", "rosenbrock-2", "softmax-3", "trace-of-square"])
def test_every_tool_tells_right_from_grossly_wrong(tool: str, name: str) -> None:
    """The tools are called as they want to be called, for every shape of x and f."""
    subject = NAMES[name]
    judge = installed()[tool](subject, subject.points[0])
    assert judge is not None
    doubled = Mutant(name="factor 2", factors=2.0).function(subject.df)
    outcomes = [judge(subject.df), judge(doubled)]
    assert [PASS, FAIL] == [outcome.verdict for outcome in outcomes]
    assert outcomes[0].evaluations > np.size(subject.points[0])


def test_the_benchmark_prints_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One row a tool, with evaluations and shares, for the subjects that were asked for."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    detection.main(["--subjects", "cos*", "--half", "all", "--tools", "approx_derivative"])
    lines = capsys.readouterr().out.splitlines()
    tables = [list(group) for full, group in itertools.groupby(lines, bool) if full]
    assert [table[0].split(":")[0] for table in tables] == ["standard", "hard", "standard and hard"]
    assert tables[0][1].split()[:4] == ["tool", "half", "points", "false"]
    assert {"approx_derivative"} == {row.split()[0] for table in tables for row in table[2:]}
