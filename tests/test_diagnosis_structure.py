"""Structural mistakes are named: order, layout, diagonal, symmetry, branches, places, NaN."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gradcheck as gc
from gradcheck.verdict.diagnosis.region import region
from gradcheck.verdict.result import Finding

Array = npt.NDArray[Any]
Pair = tuple[Callable[[Array], Any], Callable[[Array], Array]]
Change = Callable[[Array], Array]

OURS = {
    "swapped", "rolled", "permuted", "transposed", "flatten-order", "wrong-axis", "diagonal-only",
    "identity", "symmetric-counted", "rotation", "border", "branch",
}  # fmt: skip


def scalar(*shape: int) -> Pair:
    """Return a function of an array that links all entries, and its gradient."""
    size = int(np.prod(shape))
    a, b = np.random.default_rng(size).normal(size=(2, size))
    b = b / np.sqrt(size)

    def f(x: Array) -> float:
        flat = x.reshape(-1)
        return float(a @ (flat**2 + np.sin(2 * flat)) + np.exp(0.3 * (b @ flat)))

    def df(x: Array) -> Array:
        flat = x.reshape(-1)
        slope = a * (2 * flat + 2 * np.cos(2 * flat)) + 0.3 * b * np.exp(0.3 * (b @ flat))
        return np.asarray(slope.reshape(x.shape))

    return f, df


def vector(outputs: int, inputs: int) -> Pair:
    """Return a function of a vector to a vector, and its Jacobian."""
    w = np.random.default_rng(outputs + 10 * inputs).normal(size=(outputs, inputs))

    def f(x: Array) -> Array:
        return np.tanh(w @ x / 2) + (w @ x) ** 2 / 10

    def df(x: Array) -> Array:
        z = w @ x
        slope = (1 - np.tanh(z / 2) ** 2) / 2 + z / 5
        return np.asarray(slope[:, None] * w)

    return f, df


def separate(value: Change, slope: Change) -> Pair:
    """Return a weighted sum of a function of the entries, and its gradient."""
    a = np.linspace(0.5, 2.0, 12)
    return (lambda x: float(a @ value(x))), (lambda x: np.asarray(a * slope(x)))


def points(count: int, *shape: int) -> list[Array]:
    """Return points in general position."""
    return list(1.2 * np.random.default_rng(3).normal(size=(count, *shape)))


def found(pair: Pair, change: Change, at: list[Array]) -> tuple[Finding, ...]:
    """Return the findings for a derivative that is changed."""
    f, df = pair
    return gc.check(f, lambda x: change(df(x)), points=at).findings


def exchange(i: int, j: int) -> Change:
    """Return what exchanges two entries along the first axis."""

    def change(d: Array) -> Array:
        order = np.arange(len(d))
        order[[i, j]] = j, i
        return d[order]

    return change


def shifted(d: Array) -> Array:
    """Shift by one to the right, with 0 at the edge."""
    return np.concatenate([np.zeros_like(d[:1]), d[:-1]])


def summed(d: Array) -> Array:
    """Put the sum over the first axis everywhere."""
    return np.broadcast_to(d.sum(axis=0), d.shape).copy()


def levelled(d: Array) -> Array:
    """Put the mean over the second axis everywhere."""
    return np.broadcast_to(d.mean(axis=1, keepdims=True), d.shape).copy()


PLANTED: list[tuple[str, str, str, Pair, tuple[int, ...], Change]] = [
    # code, certainty, words of the message, f and df, shape of x, what is done to df
    ("swapped", "A", "x[1] and x[4]", scalar(7), (7,), exchange(1, 4)),
    ("swapped", "A", "x[0] and x[1]", scalar(2), (2,), lambda d: d[::-1]),
    ("swapped", "A", "x[0, :] and x[2, :]", scalar(4, 3), (4, 3), exchange(0, 2)),
    ("swapped", "A", "x[:3] and x[3:]", scalar(6), (6,), lambda d: np.roll(d, 3)),
    ("swapped", "A", "of f[0] and f[3]", vector(4, 3), (3,), exchange(0, 3)),
    ("swapped", "A", "by x[1] and x[2]", vector(3, 5), (5,), lambda d: exchange(1, 2)(d.T).T),
    ("rolled", "A", "before it, which wraps", scalar(7), (7,), lambda d: np.roll(d, 1)),
    ("rolled", "A", "before it, which is 0 at the edge", scalar(7), (7,), shifted),
    ("rolled", "A", "repeats", scalar(9), (9,), lambda d: np.r_[d[:1], d[:1], d[:-2]]),
    ("rolled", "A", "after it, right at the edge", scalar(7), (7,), lambda d: np.r_[d[1:], d[-1:]]),
    ("rolled", "B", "other numbers", scalar(7), (7,), lambda d: np.r_[0.37, d[:-1]]),
    ("rolled", "A", "2 places before", scalar(9), (9,), lambda d: shifted(shifted(d))),
    ("rolled", "A", "along axis 1", scalar(5, 4), (5, 4), lambda d: np.roll(d, -1, 1)),
    ("rolled", "A", "along axis 2", scalar(3, 4, 5), (3, 4, 5), lambda d: np.roll(d, 1, 2)),
    ("rolled", "A", "along f", vector(5, 3), (3,), lambda d: np.roll(d, 1, 0)),
    ("permuted", "A", "reversed", scalar(7), (7,), lambda d: d[::-1]),
    ("permuted", "A", "x[3], x[1], x[2] stand at x[1], x[2], x[3]", scalar(9), (9,),
     lambda d: d[[0, 3, 1, 2, 4, 5, 6, 7, 8]]),
    ("permuted", "A", "x[3:5], x[:3]", scalar(10), (10,), lambda d: np.r_[d[3:5], d[:3], d[5:]]),
    ("permuted", "A", "axis 0 of x are 2, 0, 1, 4, 3", scalar(5, 3), (5, 3),
     lambda d: d[[2, 0, 1, 4, 3]]),
    ("transposed", "A", "by x is transposed", scalar(4, 4), (4, 4), lambda d: d.T),
    ("transposed", "A", "by x is transposed", scalar(2, 2), (2, 2), lambda d: d.T),
    ("transposed", "A", "Jacobian", vector(4, 4), (4,), lambda d: d.T),
    ("transposed", "A", "Jacobian", vector(2, 2), (2,), lambda d: d.T),
    ("flatten-order", "A", "Fortran order and read in C", scalar(4, 3), (4, 3),
     lambda d: d.ravel(order="F").reshape(4, 3)),
    ("flatten-order", "A", "C order and read in Fortran", scalar(4, 3), (4, 3),
     lambda d: d.ravel().reshape((4, 3), order="F")),
    ("flatten-order", "A", "Fortran", scalar(2, 3, 4), (2, 3, 4),
     lambda d: d.ravel(order="F").reshape(2, 3, 4)),
    ("flatten-order", "A", "Jacobian", vector(3, 5), (5,),
     lambda d: d.ravel(order="F").reshape(3, 5)),
    ("wrong-axis", "A", "sum of the derivative over axis 0 of x", scalar(4, 3), (4, 3), summed),
    ("wrong-axis", "A", "mean of the derivative over axis 1", scalar(4, 3), (4, 3), levelled),
    ("wrong-axis", "A", "sum of the derivative over all of x", scalar(5), (5,), summed),
    ("wrong-axis", "A", "sum of the derivative over the outputs", vector(4, 3), (3,), summed),
    ("diagonal-only", "A", "Jacobian", vector(4, 4), (4,), lambda d: np.diag(np.diag(d))),
    ("diagonal-only", "A", "matrix", scalar(4, 4), (4, 4), lambda d: np.diag(np.diag(d))),
    ("identity", "A", "identity", vector(4, 4), (4,), lambda d: np.eye(len(d))),
    ("symmetric-counted", "B", "doubled", scalar(4, 4), (4, 4),
     lambda d: 2 * d - np.diag(np.diag(d))),
    ("symmetric-counted", "B", "halved", scalar(4, 4), (4, 4),
     lambda d: (d + np.diag(np.diag(d))) / 2),
    ("symmetric-counted", "B", "(G + Gᵀ)/2", scalar(4, 4), (4, 4), lambda d: (d + d.T) / 2),
    ("symmetric-counted", "B", "G + Gᵀ - diag G", scalar(4, 4), (4, 4),
     lambda d: d + d.T - np.diag(np.diag(d))),
]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("code", "certainty", "words", "pair", "shape", "change"), PLANTED)
def test_a_structural_mistake_is_named(  # noqa: PLR0913, PLR0917  (the columns of the table)
    code: str,
    certainty: str,
    words: str,
    pair: Pair,
    shape: tuple[int, ...],
    change: Change,
    count: int,
) -> None:
    """At one point and at three, the first finding is the mistake that was planted."""
    first = found(pair, change, points(count, *shape))[0]

    assert (code, certainty) == (first.code, first.certainty)
    assert words in first.message


def relu(x: Array) -> Array:
    """Return max(x, 0)."""
    return np.maximum(x, 0.0)


LEAKY = separate(lambda x: np.where(x > 0, x, x / 10), lambda x: np.where(x > 0, 1.0, 0.1))
RELU = separate(relu, lambda x: 1.0 * (x > 0))
HUBER = separate(
    lambda x: np.where(abs(x) < 1, x**2 / 2, abs(x) - 0.5), lambda x: np.clip(x, -1, 1)
)
CLIPPED = separate(lambda x: np.clip(x, -1, 1) ** 2, lambda x: 2 * x * (abs(x) < 1))
BOUNDED = separate(lambda x: np.clip(x, -1, 0.4), lambda x: 1.0 * (abs(x + 0.3) < 0.7))
STEEPER = separate(
    lambda x: np.where(abs(x + 0.3) < 0.7, x, 3 * x), lambda x: np.where(abs(x + 0.3) < 0.7, 1, 3)
)

BRANCHES: list[tuple[str, str, Pair, Callable[[Array, Array], Array]]] = [
    ("df is 0 where x < 0, but f is not flat", "A", LEAKY, lambda d, x: d * (x > 0)),
    ("df is 5 times the derivative where x < 0", "A", LEAKY, lambda d, x: d * (5 - 4 * (x > 0))),
    ("wrong where x < 0: f is flat there", "A", RELU, lambda _, x: RELU[1](abs(x))),
    ("the mask is the wrong way round", "A", RELU, lambda _, x: RELU[1](-x)),
    ("wrong where |x| > 1: f has another", "A", HUBER, lambda _, x: x * HUBER[1](1 + abs(x))),
    ("wrong where |x| > 1: f is flat", "A", CLIPPED, lambda _, x: 4 * x * CLIPPED[1](x * 0 + 0.25)),
    ("where x < -1 or x > 0.4: f is flat", "A", BOUNDED, lambda _, x: BOUNDED[1](x * 0)),
    ("df is 0 where -1 < x < 0.4", "A", STEEPER, lambda d, x: d * (abs(x + 0.3) > 0.7)),
    ("wrong only where x < 0", "C", scalar(12), lambda d, x: np.where(x > 0, d, d + np.exp(x))),
]  # fmt: skip


@pytest.mark.parametrize(("words", "certainty", "pair", "change"), BRANCHES)
def test_a_wrong_branch_is_named_with_its_threshold(
    words: str, certainty: str, pair: Pair, change: Callable[[Array, Array], Array]
) -> None:
    """Where a threshold parts wrong from right, it is told, and what df claims beyond it."""
    f, df = pair

    first = gc.check(f, lambda x: change(df(x), x), points=points(3, 12)).findings[0]

    assert ("branch", certainty) == (first.code, first.certainty)
    assert words in first.message


def test_a_threshold_that_few_numbers_support_is_not_sure() -> None:
    """With fewer than eight numbers on a side, the branch is no certain name."""
    f, df = LEAKY

    first = gc.check(f, lambda x: df(x) * (x > 0), points=points(1, 12)).findings[0]

    assert ("branch", "B") == (first.code, first.certainty)


def test_a_wrong_block_of_small_inputs_is_no_branch() -> None:
    """If the same places are wrong at all points, a threshold that parts them is not believed."""
    f, df = scalar(20)
    at = [np.r_[x[:10], 50 + x[10:] ** 2] for x in points(3, 20)]

    findings = gc.check(f, lambda x: np.r_[df(x)[:10], np.zeros(10)], points=at).findings

    assert findings[0].code == "zero"
    assert not [each for each in findings if each.code == "branch" and each.certainty == "A"]


def test_a_rotated_jacobian_is_named_with_doubt() -> None:
    """A rotation that changes with the point is found, though its numbers are fitted."""
    f, df = vector(3, 3)

    def rotated(x: Array) -> Array:
        c, s = np.cos(x[0]), np.sin(x[0])
        return np.asarray(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ df(x))

    first = gc.check(f, rotated, points=points(3, 3)).findings[0]

    assert ("rotation", "B") == (first.code, first.certainty)


def test_only_the_border_is_wrong() -> None:
    """If just the border cells of an array are wrong, the finding says so."""
    f, df = scalar(5, 6)
    inner = np.zeros((5, 6))
    inner[1:-1, 1:-1] = 1
    noise = np.random.default_rng(0).normal(size=(5, 6)) * (1 - inner)

    first = gc.check(f, lambda x: df(x) + noise * np.cos(x), points=points(3, 5, 6)).findings[0]

    assert ("border", "C") == (first.code, first.certainty)
    assert "the border of x" in first.message


@pytest.mark.parametrize(
    ("value", "slope", "x", "certainty", "words"),
    [
        (lambda x: np.sinc(x / np.pi), lambda x: (x * np.cos(x) - np.sin(x)) / x**2,
         np.r_[0.3, 0.0, 1.1, -0.7], "B", "NaN exactly where x = 0"),
        (lambda x: np.log1p(x**2), lambda x: 2 * x / (1 + x**2) + 0 * np.log(x),
         np.r_[0.3, -0.5, 1.1, -0.7], "B", "NaN exactly where x < 0"),
        (np.tanh, lambda x: 1 / np.cosh(x) ** 2 / np.array([1.0, 1.0, 0.0, 1.0]),
         np.r_[0.3, 0.5, -0.2, -0.7], "C", "infinite in the entry x[2]"),
    ],
)  # fmt: skip
def test_claims_that_are_not_finite_are_placed(
    value: Change, slope: Change, x: Array, certainty: str, words: str
) -> None:
    """A NaN or an infinity is told with the condition under which it comes."""

    def f(x: Array) -> float:
        return float(value(x).sum())

    with np.errstate(all="ignore"):
        first = gc.check(f, slope, x).findings[0]

    assert ("not-finite", certainty) == (first.code, first.certainty)
    assert words in first.message


def test_a_nan_does_not_hide_another_mistake() -> None:
    """The other entries' mistake is named beside the one that is not finite."""
    f, df = scalar(6)

    def claim(x: Array) -> Array:
        wrong = -df(x)
        wrong[2] = np.nan
        return wrong

    codes = {each.code for each in gc.check(f, claim, points=points(3, 6)).findings}

    assert codes == {"sign", "not-finite"}


OTHERS: dict[str, Change] = {
    "sign": lambda d: -d,
    "twice": lambda d: 2 * d,
    "offset": lambda d: d + 0.5,
    "noise": lambda d: d + np.sin(np.arange(d.size) * 3 + 1).reshape(d.shape),
    "constant": lambda d: np.full_like(d, 1.7),
    "absolute": np.abs,
    "square": np.square,
    "zero": np.zeros_like,
    "running sum": lambda d: np.cumsum(d).reshape(d.shape),
    "unit length": lambda d: d / np.linalg.norm(d),
    "a neighbour's": lambda d: np.concatenate([d[-1:], d[1:]]),
    "one sign": lambda d: np.concatenate([-d[:1], d[1:]]),
    "one zero": lambda d: np.concatenate([d[:-1], 0 * d[-1:]]),
    "ten per cent": lambda d: np.concatenate([d[:1], 1.1 * d[1:2], d[2:]]),
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("pair", "shape"),
    [(scalar(7), (7,)), (scalar(3, 3), (3, 3)), (vector(3, 3), (3,)), (vector(4, 3), (3,))],
)
def test_another_mistake_is_not_misnamed(pair: Pair, shape: tuple[int, ...], count: int) -> None:
    """No mistake of another kind gets a structural name that is held for sure."""
    for name, change in OTHERS.items():
        named = {(each.code, each.certainty) for each in found(pair, change, points(count, *shape))}
        assert not {code for code, certainty in named if certainty == "A"} & OURS, name


def test_equal_values_leave_the_permutation_open() -> None:
    """If a swapped entry has a twin, the swap is told with doubt: it may have been the twin."""
    slope = np.array([1.0, 2.0, 2.0, 3.0])
    result = gc.check(lambda x: float(slope @ x), lambda _: slope[[1, 0, 2, 3]], points(1, 4)[0])

    named = [(each.code, each.certainty) for each in result.findings]

    assert [("swapped", "B")] == [each for each in named if each[0] in OURS]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)), st.integers(1, 3))
def test_any_permutation_of_a_gradient_is_named(order: list[int], count: int) -> None:
    """A permuted gradient is one of swapped, rolled, permuted, and nothing else for sure."""
    assume(order != sorted(order))
    findings = found(scalar(6), lambda d: d[order], points(count, 6))

    assert findings[0].code in {"swapped", "rolled", "permuted"}
    assert findings[0].certainty == "A"
    if findings[0].code == "permuted" and order != sorted(order, reverse=True):
        moved = [k for k in range(6) if order[k] != k]
        if "stand at" in findings[0].message:
            told = findings[0].message.split(": ")[-1]
            held = ", ".join(f"x[{order[k]}]" for k in moved)
            assert told == f"{held} stand at {', '.join(f'x[{k}]' for k in moved)}"


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(3)), st.permutations(range(3)))
def test_any_order_of_axes_is_named(axes: list[int], shape: list[int]) -> None:
    """An array whose gradient was flattened with its axes in any other order is recognised."""
    assume(axes != sorted(axes))
    sizes = tuple(2 + k for k in shape)
    findings = found(scalar(*sizes), lambda d: d.transpose(axes).reshape(sizes), points(1, *sizes))

    assert ("flatten-order", "A") == (findings[0].code, findings[0].certainty)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple),
    st.data(),
)
def test_the_words_for_a_region_mean_that_region(
    shape: tuple[int, ...], data: st.DataObject
) -> None:
    """What is described by slices is exactly the set of places that these slices take."""
    x = np.arange(int(np.prod(shape))).reshape(shape)
    mask = data.draw(st.lists(st.booleans(), min_size=x.size, max_size=x.size))
    flat = np.flatnonzero(mask)
    assume(len(flat))
    text = region("x", shape, flat)

    if text == "x":
        assert len(flat) == x.size
    elif text.startswith("x["):
        taken = np.ix_(*(_taken(part, n) for part, n in zip(_parts(text), shape, strict=True)))
        assert sorted(x[taken].reshape(-1).tolist()) == flat.tolist()


def _parts(text: str) -> list[str]:
    """Split "x[0, [1, 3], 2:]" into its indices."""
    found: list[str] = []
    depth = 0
    for piece in text[2:-1].split(", "):
        if depth:
            found[-1] += ", " + piece
        else:
            found.append(piece)
        depth += piece.count("[") - piece.count("]")
    return found


def _taken(part: str, size: int) -> Array:
    """Return the indices that an index, a slice or a list of them takes."""
    if ":" in part:
        bounds = [int(each) if each else None for each in part.split(":")]
        return np.asarray(np.arange(size)[slice(*bounds)])
    return np.array([int(each) for each in part.strip("[]").split(", ")])


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("x[3:9]", slice(3, 9)),
        ("x[1::3]", slice(1, None, 3)),
        ("the entries x[2], x[7]", [2, 7]),
    ],
)
def test_the_place_is_told_in_few_words(words: str, change: Any) -> None:
    """Where nothing else is known, the wrong entries are named by slices or one by one."""
    f, df = scalar(16)

    def claim(x: Array) -> Array:
        wrong = df(x)
        wrong[change] += np.sin(7 * np.arange(16.0) + 40 * x.sum())[change]
        return wrong

    assert [("place", f"df is wrong only in {words}")] == [
        (each.code, each.message)
        for each in gc.check(f, claim, points=points(3, 16)).findings
        if each.code == "place"
    ]


def test_the_points_with_wrong_entries_are_told() -> None:
    """If df is wrong at some points only, they are named, with what they have in common."""
    f, df = scalar(4)
    at = [np.abs(x) + 0.1 for x in points(3, 4)]
    at[1] = -at[1]

    def claim(x: Array) -> Array:
        return np.asarray(df(x) + np.sin(np.arange(4) + 3 * x.sum()) * (x.max() < 0))

    last = gc.check(f, claim, points=at).findings[-1]

    assert (last.code, last.certainty) == ("place", "C")
    assert "x < 0" in last.message


WEIGHTS = np.arange(1.0, 7.0).reshape(2, 3)
Tree = dict[str, Array]


def of_tree(t: Tree) -> float:
    """Link three blocks."""
    return float(
        np.sum(np.sin(t["W"]) * WEIGHTS) + np.exp(t["b"]).sum() + (t["c"] ** 2).sum() * t["b"].sum()
    )


def of_tree_gradient(t: Tree) -> Tree:
    """Return the gradient by the blocks."""
    return {
        "W": np.cos(t["W"]) * WEIGHTS,
        "b": np.exp(t["b"]) + (t["c"] ** 2).sum(),
        "c": 2 * t["c"] * t["b"].sum(),
    }


def packed(d: Tree, order: str) -> Tree:
    """Lay the blocks out in an order, and read them as W, b, c."""
    flat = np.concatenate([d[name].reshape(-1) for name in order])
    return {"W": flat[:6].reshape(2, 3), "b": flat[6:8], "c": flat[8:]}


@pytest.mark.parametrize(
    ("code", "certainty", "words", "change"),
    [
        ("swapped", "A", "the blocks b and c", lambda d, _: d | {"b": d["c"], "c": d["b"]}),
        ("swapped", "A", "W[0, :] and W[1, :]", lambda d, _: d | {"W": d["W"][::-1]}),
        ("flatten-order", "A", "df by W is flattened in C order",
         lambda d, _: d | {"W": d["W"].ravel().reshape((2, 3), order="F")}),
        ("permuted", "A", "in the order b, c, W instead of W, b, c",
         lambda d, _: packed(d, "bcW")),
        ("branch", "A", "df is 0 where W < 0",
         lambda d, t: d | {"W": d["W"] * (t["W"] > 0)}),
        ("not-finite", "C", "df is NaN in b", lambda d, _: d | {"b": d["b"] * np.nan}),
    ],
)  # fmt: skip
def test_mistakes_in_blocks_are_named_by_block(
    code: str, certainty: str, words: str, change: Callable[[Tree, Tree], Tree]
) -> None:
    """Mistakes in the leaves of a tree are told with the names of the leaves."""
    draw = np.random.default_rng(0)
    at = [
        {"W": draw.normal(size=(2, 3)), "b": draw.normal(size=2), "c": draw.normal(size=2)}
        for _ in range(3)
    ]

    result = gc.check(of_tree, lambda t: change(of_tree_gradient(t), t), points=at)

    first = result.findings[0]
    assert (code, certainty) == (first.code, first.certainty)
    assert words in first.message
