"""An entry fails if the difference is significant and material; doubt is no accusation."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gradcheck as gc
from gradcheck.differences.slopes import Slopes
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT, WIDE, Judgement, Tolerance, judge
from gradcheck.verdict.result import VERDICTS, Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

INF, NAN = math.inf, math.nan
PASSES = (Verdict.PASS, Reason.AGREES)
DISAGREES = (Verdict.FAIL, Reason.DISAGREES)
NOISE = (Verdict.INCONCLUSIVE, Reason.NOISE)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one entry."""

    analytic: float = 1.0
    numeric: float = 1.0
    bar: float = 1e-12
    reach: float | None = None
    left: float = NAN
    right: float = NAN
    blocked: bool = False
    steep: bool = False


def judged(
    *entries: Entry, rtol: float | None = None, atol: float = 0.0, noise: float = 0.0
) -> Judgement:
    """Judge the entries of one output."""

    def column(name: str) -> Array:
        return np.array([[getattr(entry, name)] for entry in entries])

    reach = np.array([[e.reach if e.reach is not None else abs(e.numeric)] for e in entries])
    slopes = Slopes(
        value=column("numeric"),
        bar=column("bar"),
        span=np.ones((len(entries), 1)),
        reach=reach,
        left=column("left"),
        right=column("right"),
        blocked=column("blocked"),
        steep=column("steep"),
    )
    with np.errstate(all="ignore"):
        return judge(
            column("analytic"),
            slopes,
            Tolerance(rtol=rtol, atol=atol),
            np.full((len(entries), 1), noise),
        )


def outcome(judgement: Judgement, row: int = 0) -> tuple[Verdict, Reason]:
    """Return verdict and reason of an entry."""
    return VERDICTS[int(judgement.verdict[row, 0])], judgement.reason[row, 0]


# --- significant, material, wide -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("difference", "bar", "expected"),
    [
        (0.0,   1e-12, PASSES),
        (1e-13, 1e-12, PASSES),     # neither significant nor material
        (1e-10, 1e-12, PASSES),     # significant, but immaterial
        (1e-6,  1e-12, DISAGREES),  # both
        (1e-6,  1e-6,  PASSES),     # material, but not significant
        (1e-6,  4e-7,  DISAGREES),
        (1e-4,  1e-3,  PASSES),
        (1e-2,  1e-3,  DISAGREES),
        (0.0,   0.1,   NOISE),      # nothing can be told
        (0.05,  0.1,   NOISE),
        (0.9,   0.1,   DISAGREES),  # a wide bar, and an error far beyond it
        (-2.0,  0.1,   DISAGREES),  # the wrong sign
        (0.0,   INF,   NOISE),
        (1e6,   INF,   NOISE),
    ],
)  # fmt: skip
def test_a_difference_must_be_significant_and_material(
    difference: float, bar: float, expected: tuple[Verdict, Reason]
) -> None:
    """Beyond twice the bar, and beyond a billionth; a bar of a hundredth tells nothing."""
    assert expected == outcome(judged(Entry(analytic=1.0 + difference, bar=bar)))


@pytest.mark.parametrize(
    ("analytic", "numeric", "bar", "expected"),
    [
        (0.0,  0.0,   0.0,   PASSES),     # exactly zero, both
        (0.0,  0.0,   1e-12, PASSES),     # f is constant, as far as can be seen
        (0.0,  1e-13, 1e-12, NOISE),      # zero or not: nothing to compare with
        (1.0,  0.0,   1e-12, DISAGREES),
        (1e-9, 0.0,   1e-12, DISAGREES),
        (0.0,  1.0,   1e-12, DISAGREES),
    ],
)  # fmt: skip
def test_zero_is_a_derivative_as_well(
    analytic: float, numeric: float, bar: float, expected: tuple[Verdict, Reason]
) -> None:
    """Nothing is relative to it but the other derivative."""
    entry = Entry(analytic=analytic, numeric=numeric, bar=bar)

    assert expected == outcome(judged(entry))


def test_a_zero_beside_slopes_is_judged_by_their_size() -> None:
    """At a stationary point, quotients of one side say what is large."""
    entry = Entry(analytic=0.0, numeric=1e-13, bar=1e-12, reach=1.0)

    assert PASSES == outcome(judged(entry))


def test_a_small_entry_is_judged_by_the_largest_of_its_output() -> None:
    """Its bar may be wide beside itself; what cannot be seen beside the largest is no doubt."""
    small = Entry(analytic=1e-8, numeric=0.0, bar=1e-8)

    assert NOISE == outcome(judged(small))
    assert PASSES == outcome(judged(small, Entry()))
    assert DISAGREES == outcome(judged(Entry(analytic=1e-6, numeric=0.0, bar=1e-8), Entry()))


def test_the_scale_is_the_largest_of_the_output() -> None:
    """Entries without a number do not count."""
    entries = Entry(numeric=-3.0), Entry(numeric=0.5), Entry(numeric=NAN, bar=INF)

    assert [[3.0]] * 3 == judged(*entries).scale.tolist()


@given(
    difference=st.floats(-1e3, 1e3),
    numeric=st.floats(-1e3, 1e3),
    bar=st.floats(0, 1e3),
    noise=st.floats(0, 1),
)
def test_the_three_outcomes_follow_from_the_numbers(
    difference: float, numeric: float, bar: float, noise: float
) -> None:
    """FAIL exactly where |difference| > 2 bars + materiality; PASS nowhere beyond it."""
    analytic = numeric + difference
    found = judged(Entry(analytic=analytic, numeric=numeric, bar=bar), noise=noise)
    material = max(MATERIAL * max(abs(analytic), abs(numeric)), noise)
    size = max(abs(analytic), abs(numeric))
    fails = abs(analytic - numeric) > SIGNIFICANT * bar + material

    assert material == found.materiality[0, 0]
    assert fails == (outcome(found)[0] is Verdict.FAIL)
    if not fails and bar > WIDE * size and abs(analytic - numeric) + bar > material and size > 0:
        assert NOISE == outcome(found)
    if not fails and bar <= WIDE * size:
        assert PASSES == outcome(found)


# --- no estimate ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry(numeric=NAN, bar=INF), NOISE),
        (Entry(numeric=NAN, bar=INF, blocked=True), (Verdict.INCONCLUSIVE, Reason.DOMAIN)),
        (Entry(numeric=NAN, bar=INF, steep=True), (Verdict.INCONCLUSIVE, Reason.KINK)),
        (Entry(numeric=NAN, bar=INF, steep=True, blocked=True),
         (Verdict.INCONCLUSIVE, Reason.KINK)),
        (Entry(blocked=True), PASSES),
        (Entry(steep=True), PASSES),
        (Entry(analytic=2.0, blocked=True), DISAGREES),
        (Entry(analytic=NAN), (Verdict.FAIL, Reason.NOT_FINITE)),
        (Entry(analytic=-INF), (Verdict.FAIL, Reason.NOT_FINITE)),
        (Entry(analytic=INF, bar=0.3), (Verdict.FAIL, Reason.NOT_FINITE)),
    ],
)  # fmt: skip
def test_without_an_estimate_there_is_no_accusation(
    entry: Entry, expected: tuple[Verdict, Reason]
) -> None:
    """What is missing is told; only a derivative that is no number is wrong by itself."""
    assert expected == outcome(judged(entry))


# --- kinks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("analytic", "verdict"),
    [
        (-1.0,        Verdict.INCONCLUSIVE),
        (1.0,         Verdict.INCONCLUSIVE),
        (0.0,         Verdict.INCONCLUSIVE),
        (0.3,         Verdict.INCONCLUSIVE),
        (1 + 1e-13,   Verdict.INCONCLUSIVE),
        (1.001,       Verdict.FAIL),
        (-1.001,      Verdict.FAIL),
        (5.0,         Verdict.FAIL),
    ],
)  # fmt: skip
@pytest.mark.parametrize("flipped", [False, True])
def test_at_a_kink_the_value_must_lie_between_the_slopes(
    analytic: float,
    verdict: Verdict,
    flipped: bool,  # noqa: FBT001  (a parameter)
) -> None:
    """On a convex kink and on a concave one."""
    left, right = (1.0, -1.0) if flipped else (-1.0, 1.0)
    entry = Entry(analytic=analytic, numeric=0.0, bar=1 + 2e-12, left=left, right=right)

    assert (verdict, Reason.KINK) == outcome(judged(entry))


@given(
    low=st.floats(-100, 100),
    jump=st.floats(1e-3, 100),
    share=st.floats(0, 1),
    error=st.floats(0, 1e-6),
)
def test_a_subgradient_is_never_wrong(low: float, jump: float, share: float, error: float) -> None:
    """Any mean of the two slopes, however precisely these are known."""
    high = low + jump
    entry = Entry(
        analytic=min(max(low + share * jump, low), high),
        numeric=(low + high) / 2,
        bar=jump / 2 + error,
        left=low,
        right=high,
    )

    assert (Verdict.INCONCLUSIVE, Reason.KINK) == outcome(judged(entry))


# --- tolerances ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("difference", "bar", "rtol", "atol", "expected"),
    [
        (1e-6, 1e-12, 1e-3, 0.0, PASSES),
        (1e-2, 1e-12, 1e-3, 0.0, DISAGREES),
        (1e-6, 1e-12, 0.0,  0.0, DISAGREES),
        (1e-6, 1e-12, None, 1e-5, PASSES),
        (1e-4, 1e-12, None, 1e-5, DISAGREES),
        (1e-4, 1e-12, 1e-3, 1e-5, PASSES),
        (0.0,  1e-4,  1e-3, 0.0, PASSES),
        (0.0,  1e-2,  1e-3, 0.0, NOISE),      # the bar is wider than the question
        (0.0,  1e-12, 0.0,  0.0, NOISE),      # and no bar is zero
        (0.0,  0.5,   None, 1.0, PASSES),     # nor is one too wide for a large tolerance
        (0.0,  0.5,   1.0,  0.0, PASSES),
        (1e-3, 1e-2,  1e-3, 0.0, NOISE),
        (3e-2, 1e-2,  1e-3, 0.0, DISAGREES),
        (5e-7, 1e-4,  1e-3, 0.0, PASSES),
    ],
)  # fmt: skip
def test_a_tolerance_is_the_question(
    difference: float,
    bar: float,
    rtol: float | None,
    atol: float,
    expected: tuple[Verdict, Reason],
) -> None:
    """What it allows passes, what the bar cannot tell is open, what exceeds both fails."""
    entry = Entry(analytic=1.0 + difference, bar=bar)

    assert expected == outcome(judged(entry, rtol=rtol, atol=atol))


@pytest.mark.parametrize(("analytic", "material"), [(1.0, 2e-3), (-5.0, 6e-3), (0.0, 2e-3)])
def test_a_relative_tolerance_is_of_the_larger_derivative(analytic: float, material: float) -> None:
    """Plus the absolute one; df's noise plays no part where the caller has spoken."""
    found = judged(Entry(analytic=analytic, numeric=-1.0), rtol=1e-3, atol=1e-3, noise=0.7)

    assert material == pytest.approx(found.materiality[0, 0])


def test_noise_of_df_is_put_down_to_df() -> None:
    """What its values scatter by is no mistake."""
    entry = Entry(analytic=1 + 1e-6)

    assert DISAGREES == outcome(judged(entry))
    assert PASSES == outcome(judged(entry, noise=2e-6))
    assert DISAGREES == outcome(judged(entry, noise=1e-7))


ENTRIES = st.builds(
    Entry,
    analytic=st.one_of(st.just(0.0), st.floats(-10, 10)),
    numeric=st.one_of(st.just(0.0), st.floats(-10, 10)),
    bar=st.floats(0, 1),
    reach=st.floats(0, 10),
    blocked=st.booleans(),
)


@settings(max_examples=50)
@given(entries=st.lists(ENTRIES, min_size=1, max_size=4), exponent=st.integers(-200, 200))
def test_units_change_no_judgement(entries: list[Entry], exponent: int) -> None:
    """Twice everything is the same question."""
    scaled = [
        Entry(
            analytic=math.ldexp(e.analytic, exponent),
            numeric=math.ldexp(e.numeric, exponent),
            bar=math.ldexp(e.bar, exponent),
            reach=math.ldexp(e.reach or 0.0, exponent),
            blocked=e.blocked,
        )
        for e in entries
    ]
    # underflow would change the numbers themselves
    if any(abs(v) < 1e-200 for e in entries for v in (e.analytic, e.numeric, e.bar) if v):
        return
    first, second = judged(*entries), judged(*scaled)

    assert first.verdict.tolist() == second.verdict.tolist()
    assert first.reason.tolist() == second.reason.tolist()


@settings(max_examples=50)
@given(entries=st.lists(ENTRIES, min_size=1, max_size=4), exponent=st.integers(-60, 60))
def test_units_change_no_judgement_with_tolerances(entries: list[Entry], exponent: int) -> None:
    """An absolute tolerance is in units of the derivative, a relative one in none."""
    scaled = [
        Entry(
            analytic=math.ldexp(e.analytic, exponent),
            numeric=math.ldexp(e.numeric, exponent),
            bar=math.ldexp(e.bar, exponent),
            reach=math.ldexp(e.reach or 0.0, exponent),
            blocked=e.blocked,
        )
        for e in entries
    ]
    if any(abs(v) < 1e-200 for e in entries for v in (e.analytic, e.numeric, e.bar) if v):
        return
    first = judged(*entries, rtol=2.0**-10, atol=2.0**-8)
    second = judged(*scaled, rtol=2.0**-10, atol=math.ldexp(2.0**-8, exponent))

    assert first.verdict.tolist() == second.verdict.tolist()


@settings(max_examples=50)
@given(
    entries=st.lists(ENTRIES, min_size=1, max_size=4),
    rtol=st.one_of(st.none(), st.floats(0, 1)),
    tolerances=st.tuples(st.floats(0, 10), st.floats(0, 10)),
)
def test_more_tolerance_never_makes_a_pass_a_failure(
    entries: list[Entry], rtol: float | None, tolerances: tuple[float, float]
) -> None:
    """Nor a failure of what was open: outcomes improve with atol."""
    small, large = sorted(tolerances)
    strict = judged(*entries, rtol=rtol, atol=small)
    lenient = judged(*entries, rtol=rtol, atol=large)

    assert (lenient.verdict <= strict.verdict).all()


@settings(max_examples=50)
@given(
    entries=st.lists(ENTRIES, min_size=1, max_size=4),
    tolerances=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_more_relative_tolerance_never_makes_a_pass_a_failure(
    entries: list[Entry], tolerances: tuple[float, float]
) -> None:
    """As with the absolute one."""
    small, large = sorted(tolerances)
    strict, lenient = judged(*entries, rtol=small), judged(*entries, rtol=large)

    assert (lenient.verdict <= strict.verdict).all()


@settings(max_examples=50)
@given(entries=st.lists(ENTRIES, min_size=1, max_size=4), atol=st.floats(0, 1))
def test_three_times_the_resolution_is_always_caught(entries: list[Entry], atol: float) -> None:
    """An entry that is off by three (bar + materiality) fails, whatever the bar."""
    wrong = []
    for e in entries:
        allowed = e.bar + atol + 2 * MATERIAL * abs(e.numeric)
        off = 3.0001 * allowed + 1e-9
        wrong.append(Entry(analytic=e.numeric + off, numeric=e.numeric, bar=e.bar, reach=e.reach))
    found = judged(*wrong, atol=atol)

    assert [DISAGREES] * len(wrong) == [outcome(found, row) for row in range(len(wrong))]


# --- on real functions ---------------------------------------------------------------------------


def check(*arguments: Any, **options: Any) -> Result:
    """Check one pair."""
    result = gc.check(*arguments, **options)
    assert isinstance(result, Result)
    return result


def weights(n: int) -> Array:
    """Return n numbers in general position."""
    return np.random.default_rng(n).normal(size=n)


def logistic(w: Array) -> Any:
    """Return a loss of 20 rows."""
    z = np.random.default_rng(0).normal(size=(20, len(w))) @ w
    return np.mean(np.log1p(np.exp(-z)))


def logistic_gradient(w: Array) -> Array:
    """Return its gradient."""
    rows = np.random.default_rng(0).normal(size=(20, len(w)))
    return np.asarray(-rows.T @ (1 / (1 + np.exp(rows @ w))) / 20)


def rosenbrock_gradient(x: Array) -> Array:
    """Return the gradient of Rosenbrock's function."""
    gradient = np.zeros_like(x)
    steep = x[1:] - x[:-1] ** 2
    gradient[:-1] = -400 * x[:-1] * steep - 2 * (1 - x[:-1])
    gradient[1:] += 200 * steep
    return gradient


PAIRS: dict[str, tuple[Function, Function, Array]] = {
    "Rosenbrock": (
        lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
        rosenbrock_gradient,
        weights(6),
    ),
    "a product": (np.prod, lambda x: np.prod(x) / x, weights(5)),
    "a norm": (np.linalg.norm, lambda x: x / np.linalg.norm(x), weights(4)),
    "a logistic loss": (logistic, logistic_gradient, weights(7)),
    "cosines": (
        lambda x: np.sum(np.cos(x) * np.arange(1, 9)),
        lambda x: -np.sin(x) * np.arange(1, 9),
        weights(8),
    ),
    "a Jacobian of ratios": (
        lambda x: x[:-1] / x[1:],
        lambda x: np.eye(3, 4) / x[1:, None] - np.eye(3, 4, 1) * (x[:-1] / x[1:] ** 2)[:, None],
        weights(4),
    ),
    "an outer product": (
        lambda x: np.outer(x, x),
        lambda x: np.einsum("ij,k->ikj", np.eye(3), x) + np.einsum("kj,i->ikj", np.eye(3), x),
        weights(3),
    ),
    "a determinant": (
        np.linalg.det,
        lambda x: np.linalg.det(x) * np.linalg.inv(x).T,
        weights(9).reshape(3, 3),
    ),
    "an entropy": (
        lambda p: -np.sum(p * np.log(p)),
        lambda p: -np.log(p) - 1,
        np.abs(weights(5)),
    ),
    "noisy squares": (
        lambda x: np.round(np.sum(x**2), 5),
        lambda x: 2 * x,
        weights(3),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_an_error_of_three_times_the_resolution_fails(name: str, seed: int) -> None:
    """In a random entry, with either sign, and it leads the table."""
    f, df, x = PAIRS[name]
    right = check(f, df, x)
    row = int(np.random.default_rng(seed).integers(len(right.entries)))
    sign = 1 if seed % 2 else -1
    error = sign * 3 * right.resolution * right.entries.scale[row]

    def off_by(error: float) -> Function:
        def wrong(x: Array) -> Array:
            claimed = np.array(df(x))
            claimed.flat[row] += error
            return claimed

        return wrong

    assert (Verdict.PASS, Reason.AGREES) == (right.verdict, right.reason)
    failed = check(f, off_by(error), x)
    assert Verdict.FAIL is failed.verdict
    assert row == int(failed.entries.worst_first()[0])


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(sorted(set(PAIRS) - {"noisy squares"})),
    exponent=st.integers(-100, 100),
    mistake=st.sampled_from([1.0, -1.0, 2.0, 1 + 1e-6, 1 + 1e-4, 0.0]),
)
def test_units_of_f_change_no_verdict(name: str, exponent: int, mistake: float) -> None:
    """Right or wrong, entry by entry."""
    f, df, x = PAIRS[name]
    first = check(f, lambda x: mistake * df(x), x)
    second = check(
        lambda x: np.ldexp(f(x), exponent), lambda x: np.ldexp(mistake * df(x), exponent), x
    )

    assert (first.verdict, first.reason) == (second.verdict, second.reason)
    np.testing.assert_array_equal(first.entries.verdict, second.entries.verdict)


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(sorted(PAIRS)),
    error=st.sampled_from([0.0, 1e-7, 1e-4, 1e-2]),
    tolerances=st.tuples(st.floats(0, 0.1), st.floats(0, 0.1)),
)
def test_a_larger_atol_never_turns_a_pass_into_a_failure(
    name: str, error: float, tolerances: tuple[float, float]
) -> None:
    """In a whole check, with its second looks."""
    f, df, x = PAIRS[name]
    small, large = sorted(tolerances)
    strict = check(f, lambda x: df(x) + error, x, atol=small)
    lenient = check(f, lambda x: df(x) + error, x, atol=large)

    assert VERDICTS.index(lenient.verdict) <= VERDICTS.index(strict.verdict)
