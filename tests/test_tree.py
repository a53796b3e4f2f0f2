"""x as a dict, list or other container of arrays: names, verdicts by leaf, and bad trees."""

import sys
from collections import Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import run
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import optree
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gradcheck as gc
from gradcheck.differences.structure import Structure, is_tree
from gradcheck.output.verdict_name import indexed
from gradcheck.verdict.result import Reason, Result, Verdict

Array = npt.NDArray[Any]
Function = Callable[..., Any]

GLOBAL = optree.registry.__GLOBAL_NAMESPACE  # noqa: SLF001  (as optree documents it)


class Layer(NamedTuple):
    """A named tuple of parameters."""

    W: Any
    b: Any


class Model:
    """A type of the user's own, known to optree."""

    def __init__(self, weight: Any, bias: Any) -> None:
        self.weight = weight
        self.bias = bias


def _children(model: Any) -> Any:
    return (model.weight, model.bias), None, ("weight", "bias")


optree.register_pytree_node(
    Model,  # type: ignore[arg-type]  # typed for collections, documented for any class
    _children,
    lambda _, children: Model(*children),  # type: ignore[arg-type, return-value]  # as above
    path_entry_type=optree.GetAttrEntry,
    namespace=GLOBAL,
)


@dataclass
class Unknown:
    """A type of the user's own that optree does not know."""

    W: Any


def check(*arguments: Any, **options: Any) -> Result:
    """Check one pair."""
    result = gc.check(*arguments, **options)
    assert isinstance(result, Result)
    return result


# --- a network -----------------------------------------------------------------------------------

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(6, 3))
Y = RANDOM.normal(size=(6, 2))
P = {
    "W1": RANDOM.normal(size=(3, 4)),
    "b1": RANDOM.normal(size=4),
    "W2": RANDOM.normal(size=(4, 2)),
    "b2": RANDOM.normal(size=2),
}


def loss(p: Any) -> Any:
    """Return the squared error of two layers."""
    return np.sum((np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"] - Y) ** 2)


def gradient(p: Any) -> Any:
    """Return its derivatives, as a tree."""
    hidden = np.tanh(X @ p["W1"] + p["b1"])
    d_out = 2 * (hidden @ p["W2"] + p["b2"] - Y)
    d_hidden = (d_out @ p["W2"].T) * (1 - hidden**2)
    return {
        "W1": X.T @ d_hidden,
        "b1": d_hidden.sum(axis=0),
        "W2": hidden.T @ d_out,
        "b2": d_out.sum(axis=0),
    }


def but(**changed: Any) -> Function:
    """Return the gradient with some leaves made by functions of the right ones."""

    def df(p: Any) -> Any:
        right = gradient(p)
        return {**right, **{name: change(right.get(name)) for name, change in changed.items()}}

    return df


def test_a_right_gradient_passes_in_every_block() -> None:
    """Each leaf has a row with its shape, its entries and its verdict."""
    result = check(loss, gradient, P)

    assert result
    assert list(result.blocks["block"]) == ["W1", "b1", "W2", "b2"]
    assert list(result.blocks["shape"]) == ["(3, 4)", "(4,)", "(4, 2)", "(2,)"]
    assert list(result.blocks["entries"]) == [12, 4, 8, 2]
    assert set(result.blocks["verdict"]) == {"pass"}
    assert (result.blocks["resolution"] < 1e-8).all()
    assert set(result.table["name"]) >= {"W1[0, 0]", "W1[2, 3]", "b1[3]", "W2[3, 1]", "b2[0]"}


def test_a_wrong_leaf_is_named_everywhere() -> None:
    """Text, HTML, plot, table and findings speak of the leaf; the other blocks pass."""
    result = check(loss, but(W2=lambda g: 2 * g), points=[P, {k: v + 0.1 for k, v in P.items()}])

    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.DISAGREES)
    assert list(result.blocks["wrong"]) == [0, 0, 16, 0]
    assert list(result.blocks["verdict"]) == ["pass", "pass", "fail", "pass"]
    assert (result.blocks["error"] > 1e3).tolist() == [False, False, True, False]
    assert result.findings
    assert all(finding.message.count("W2") for finding in result.findings)
    assert str(result.table["name"].iloc[0]).startswith("W2[")
    text, html = str(result), result._repr_html_()
    for told in (text, html):
        assert "∂f/∂W2[" in told
        assert "16 of 16" in told
        assert "points[" in told
    assert "x = result.points[" in text
    labels = [label.get_text() for label in result.plot().get_yticklabels()]
    assert all(label.startswith("∂f/∂W2[") for label in labels[:16])


def test_a_single_wrong_entry_is_named_by_its_index() -> None:
    """The finding, and the worst row of the table, say which element of which leaf."""

    def off(g: Array) -> Array:
        g[2, 1] += 0.25
        return g

    result = check(loss, but(W1=off), P)

    assert result.table["name"].iloc[0] == "W1[2, 1]"
    assert any("W1[2, 1]" in finding.message for finding in result.findings)


def test_the_points_of_a_result_are_trees_again() -> None:
    """`result.points` gives the user's trees back, as copies that can be checked again."""
    result = check(loss, gradient, P)
    (again,) = result.points

    assert list(again) == list(P)
    assert all(np.array_equal(again[name], P[name]) for name in P)
    again["W1"][:] = 0
    assert np.array_equal(result.points[0]["W1"], P["W1"])
    assert check(loss, gradient, result.points[0])


def test_an_assertion_shows_the_leaf() -> None:
    """`assert_gradient` raises with the leaf's name in its message."""
    with pytest.raises(gc.GradientMismatch, match=r"b1\[3\]"):
        gc.assert_gradient(loss, but(b1=lambda g: -g), P)
    assert gc.assert_gradient(loss, gradient, P)


def test_an_estimate_has_the_structure_of_x() -> None:
    """`differentiate` returns a tree of derivatives, and one of error bars that hold."""
    found = gc.differentiate(loss, P)
    right = gradient(P)

    assert list(found.value) == list(found.error_bar) == list(P)
    for name, true in right.items():
        assert found.value[name].shape == P[name].shape
        assert (np.abs(found.value[name] - true) <= found.error_bar[name] + 1e-13).all()


def test_an_estimate_of_many_outputs_has_their_axes_first() -> None:
    """Each leaf of the estimate has the shape (*output, *leaf)."""
    found = gc.differentiate(lambda p: p["A"] @ p["v"], {"A": np.ones((2, 3)), "v": [1.0, 2.0, 3]})

    assert found.value["A"].shape == (2, 2, 3)
    assert [each.shape for each in found.value["v"]] == [(2,)] * 3


def test_vector_valued_functions_of_trees() -> None:
    """A Jacobian has (*output, *leaf) for each leaf; the leaf of a wrong one is named."""
    x = {"A": RANDOM.normal(size=(2, 3)), "v": RANDOM.normal(size=3), "s": 0.7}

    def f(p: Any) -> Any:
        return p["s"] * (p["A"] @ p["v"])

    def df(p: Any, factor: float = 1.0) -> Any:
        by_matrix = p["s"] * np.eye(2)[:, :, None] * p["v"]
        return {"A": by_matrix, "v": p["s"] * p["A"] * factor, "s": p["A"] @ p["v"]}

    assert check(f, df, x)
    wrong = check(f, lambda p: df(p, 3.0), x)
    assert list(wrong.blocks["verdict"]) == ["pass", "fail", "pass"]
    assert list(wrong.blocks["wrong"]) == [0, 6, 0]
    assert all(" v" in finding.message for finding in wrong.findings if finding.certainty != "C")


def test_plain_arrays_are_a_single_block() -> None:
    """Without a tree there is one row, called x."""
    jacobian = check(lambda x: x @ x, lambda x: 2 * x, np.array([0.3, -1.7, 2.1])).blocks
    diagonal = check(np.sin, np.cos, np.array([0.3, -1.7])).blocks
    number = check(np.sin, lambda x: 2 * np.cos(x), points=[0.3, 0.8]).blocks

    assert jacobian[["block", "shape", "entries", "wrong"]].to_numpy().tolist() == [
        ["x", "(3,)", 3, 0]
    ]
    assert diagonal["entries"].tolist() == [2]
    assert number[["block", "shape", "wrong"]].to_numpy().tolist() == [["x", "()", 2]]
    assert number["verdict"].tolist() == ["fail"]


def test_nothing_compared_is_no_verdict_of_a_block() -> None:
    """Where df has another structure, blocks have neither error nor verdict."""
    table = check(loss, lambda _: {"W1": 0.0}, P).blocks

    assert table["entries"].tolist() == [0, 0, 0, 0]
    assert table["verdict"].isna().all()
    assert table["error"].isna().all()


def test_many_blocks_show_the_worst() -> None:
    """Of thirty leaves the wrong one is shown first, and the rest counted."""
    x = {f"w{k}": 0.5 + k for k in range(30)}

    def df(p: Any) -> Any:
        return {name: (3 if name == "w17" else 2) * value for name, value in p.items()}

    text = str(check(lambda p: sum(value**2 for value in p.values()), df, x))

    assert "w17    ()     1 of 1" in text
    assert "… and 18 more blocks, all right" in text


def test_large_trees_are_checked_block_by_block() -> None:
    """Directions move one leaf each, so that a wrong bias is not drowned by a large matrix."""
    x = {"big": RANDOM.normal(size=(50, 50)), "small": RANDOM.normal(size=3)}

    def f(p: Any) -> Any:
        return np.sum(np.sin(p["big"])) + np.sum(p["small"] ** 3)

    def df(p: Any, factor: float = 1.0) -> Any:
        return {"big": np.cos(p["big"]), "small": 3 * factor * p["small"] ** 2}

    right, wrong = check(f, df, x), check(f, lambda p: df(p, 1.001), x)

    assert right
    assert right.directions is not None
    assert list(wrong.blocks["verdict"]) == ["pass", "fail"]
    assert wrong.table["name"].iloc[0] == "small, direction 0"
    assert all("small" in finding.message for finding in wrong.findings)
    assert check(f, df, x, directions=3, seed=1).blocks["entries"].tolist() == [3, 3]
    assert "directions=3" in str(check(f, lambda p: df(p, 2.0), x, directions=3))


def test_an_error_bar_is_compared_with_its_own_block() -> None:
    """The resolution of a block of tiny derivatives is relative to them, not to the large ones."""
    x = {"large": np.array([1.1, 2.3]), "tiny": np.array([0.7, 1.9])}
    result = check(
        lambda p: np.sum(1e6 * np.sin(p["large"])) + 1e-3 * np.sum(np.sin(p["tiny"])),
        lambda p: {"large": 1e6 * np.cos(p["large"]), "tiny": 1e-3 * np.cos(p["tiny"])},
        x,
    )
    large, tiny = result.blocks["resolution"]

    assert large < 1e-8
    assert tiny > 1e-6
    assert result.resolution == tiny


def test_terms_are_functions_of_the_tree() -> None:
    """Terms that the caller names take the tree, and a missing one is named."""
    result = check(
        lambda p: p["a"] * p["b"] + 3 * p["a"] ** 2,
        lambda p: {"a": p["b"], "b": p["a"]},
        points=[{"a": 0.3, "b": 1.7}, {"a": 0.8, "b": -0.6}],
        terms={"product": lambda p: p["a"] * p["b"], "square": lambda p: 3 * p["a"] ** 2},
    )

    assert "'square'" in result.findings[0].message


def test_a_domain_is_asked_about_trees() -> None:
    """A predicate gets the tree; where it says no, f is not called."""
    seen = []

    def f(p: Any) -> Any:
        seen.append(p["a"])
        return np.sqrt(p["a"]) * p["b"]

    def df(p: Any) -> Any:
        return {"a": p["b"] / (2 * np.sqrt(p["a"])), "b": np.sqrt(p["a"])}

    assert check(f, df, {"a": 1e-3, "b": 2.0}, domain=lambda p: p["a"] > 0)
    assert min(seen) > 0
    assert check(f, df, {"a": 1e-3, "b": 2.0}, domain="(0, inf)")


def test_batched_functions_take_trees_of_many_points() -> None:
    """A batched f gets leaves of shape (k, *leaf), and so does a batched df."""

    @gc.batched
    def f(p: Any) -> Any:
        return p["s"] * np.sum(np.sin(p["W"]), axis=(1, 2)) + p["pair"][0] ** 2

    @gc.batched
    def df(p: Any) -> Any:
        return {
            "W": p["s"][:, None, None] * np.cos(p["W"]),
            "s": np.sum(np.sin(p["W"]), axis=(1, 2)),
            "pair": [2 * p["pair"][0], np.zeros(len(p["s"]))],
        }

    x = {"W": RANDOM.normal(size=(2, 2)), "s": 1.3, "pair": [0.4, 2.0]}
    assert check(f, df, x)
    wrong = check(f, gc.batched(lambda p: {**df(p), "s": 2 * p["s"]}), x)
    assert wrong.blocks["verdict"].tolist() == ["pass", "fail", "pass"]


# --- what f gets ---------------------------------------------------------------------------------


def test_f_gets_what_the_user_gave() -> None:
    """Containers keep their types, arrays are float64, numbers floats; nothing is the user's."""
    x: dict[str, Any] = {
        "z": np.array([1, 2]),
        "layer": Layer(np.ones((1, 2), dtype=np.float32), 3),
        "ordered": OrderedDict(b=0.5, a=np.float64(0.25)),
        "pair": (1.5, 2.5),
        "list": [np.array(4.5), [5.5]],
        "deque": deque([6.5]),
        "default": defaultdict(list, k=7.5),
        "model": Model(np.ones(1), {}),
    }
    got: list[Any] = []

    def f(p: Any) -> Any:
        got.append(p)
        return p["z"].sum() * p["pair"][0]

    gc.differentiate(f, x)
    p = got[0]

    assert list(p) == list(x)
    assert [type(value) for value in p.values()] == [type(value) for value in x.values()]
    assert p["z"].dtype == p["layer"].W.dtype == np.float64
    assert p["layer"].W.shape == (1, 2)
    assert type(p["layer"].b) is type(p["ordered"]["b"]) is type(p["pair"][0]) is float
    assert type(p["ordered"]["a"]) is np.float64
    assert isinstance(p["list"][0], np.ndarray)
    assert p["list"][0].shape == ()
    assert p["default"].default_factory is list
    assert p["model"].bias == {}
    assert all(later is not p and later["z"] is not x["z"] for later in got[1:])


def test_changes_in_place_are_seen_and_never_reach_the_user() -> None:
    """In-place changes, rebound and removed keys, and appended items all fail as mutations."""

    def in_place(p: Any) -> None:
        p["b1"] += 1

    def rebound(p: Any) -> None:
        p["b1"] = p["b1"] * 2

    def removed(p: Any) -> None:
        del p["b1"]

    def added(p: Any) -> None:
        p["more"] = 1.0

    kept = {name: value.copy() for name, value in P.items()}
    for change in (in_place, rebound, removed, added):

        def df(p: Any, change: Function = change) -> Any:
            found = gradient(p)
            change(p)
            return found

        for result in (
            check(loss, df, P),
            check(lambda p, df=df: (loss(p), df(p))[0], gradient, P),
        ):
            assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.MUTATES_INPUT)
            assert "copy.deepcopy(x)" in result.message
        assert list(P) == list(kept)
        assert all(np.array_equal(P[name], kept[name]) for name in P)
    named = check(loss, lambda p: {**gradient(p), "b1": np.negative(p["b1"], out=p["b1"])}, P)
    assert "changed b1 of its argument" in named.message


def test_what_f_raises_is_told_with_the_tree() -> None:
    """An exception of the user's function is reported as for arrays, x by leaf."""
    result = check(loss, lambda p: p["W3"], P)

    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.RAISED)
    assert "KeyError: 'W3' at x = {W1: <(3, 4)>, b1: [" in result.message
    with pytest.raises(gc.CaseError, match=r"KeyError: 'q' at x = \{a: 1.0\}"):
        gc.differentiate(lambda p: p["q"], {"a": 1.0})


# --- structures ----------------------------------------------------------------------------------

NAMES = [
    ({"W": np.ones((3, 4)), "b": 1.0}, ["W[2, 3]", "b"]),
    ({"layer": {"W": np.ones((1, 2))}}, ["layer.W[0, 1]"]),
    ({"layers": [{"W": np.ones(2)}, {"W": np.ones(1)}]}, ["layers[0].W[1]", "layers[1].W[0]"]),
    ([np.ones((3, 4)), 2.0], ["x[0][2, 3]", "x[1]"]),
    ((np.ones(1), {"b": 1.0}), ["x[0][0]", "x[1].b"]),
    ({"my key": np.ones(1)}, ['x["my key"][0]']),
    ({"a": {"my key": {"b": 1.0}}}, ['a["my key"].b']),
    ({1: np.ones(2), (2, 3): 1.0}, ["x[1][1]", "x[(2, 3)]"]),
    (Layer(np.ones(2), 1.0), ["W[1]", "b"]),
    ({"first": Layer(np.ones(2), 1.0)}, ["first.W[1]", "first.b"]),
    (Model(np.ones(2), 1.0), ["weight[1]", "bias"]),
    (OrderedDict(b=1.0, a=2.0), ["b", "a"]),
    ({"t": [1.0, 2.0], "u": (3.0,)}, ["t[1]", "u[0]"]),
    ({"λ": 1.0}, ["λ"]),
    ({"a\n": 1.0, "\ud800": 2.0}, [r'x["a\n"]', r'x["\ud800"]']),
    ({"x": np.ones(2), 0: 1.0}, ['x["x"][1]', "x[0]"]),
    (deque([np.ones(2)]), ["x[0][1]"]),
    ({"e": {}, "b": 1.0, "z": np.ones((0, 3))}, ["b"]),
]


@pytest.mark.parametrize(("tree", "last"), NAMES, ids=lambda value: str(value)[:30])
def test_the_last_entry_of_each_leaf_has_this_name(tree: Any, last: list[str]) -> None:
    """Entries are named by the way to their leaf, then by their index."""
    assert is_tree(tree)
    parts = [part for part in Structure(tree).parts if 0 not in part.shape]
    sizes = [np.array([int(np.prod(part.shape)) - 1]) for part in parts]

    found = [indexed(p.name, p.shape, size)[0] for p, size in zip(parts, sizes, strict=True)]
    assert found == last


@pytest.mark.parametrize(
    "x",
    [1.0, np.ones(2), [1.0, 2.0], (1, 2), [[1.0, 2.0], [3.0, 4.0]], np.float32(1), [np.float64(1)],
     [], "text", None, range(3), [np.array(1.0)], deque([1.0])],
    ids=repr,
)  # fmt: skip
def test_numbers_and_lists_of_numbers_are_no_trees(x: Any) -> None:
    """These are arrays, or nothing at all, as they were before."""
    assert not is_tree(x)


def test_a_plain_check_does_not_import_optree() -> None:
    """Who checks arrays does not wait for optree: it is loaded for the first container."""
    script = (
        "import sys, numpy as np, gradcheck as gc; gc.check(np.sin, np.cos, 0.7);"
        "gc.check(lambda x: x @ x, lambda x: 2 * x, [1.3, 2.1]); "
        "assert 'optree' not in sys.modules;"
        "gc.check(lambda p: p['a'] ** 2, lambda p: {'a': 2 * p['a']}, {'a': 1.3});"
        "assert 'optree' in sys.modules"
    )
    folder = Path(__file__).resolve().parents[1]
    run([sys.executable, "-c", script], check=True, cwd=folder)


FLOATS = st.floats(-1e3, 1e3, allow_subnormal=False)
LEAVES = st.one_of(
    FLOATS,
    st.integers(-9, 9),
    FLOATS.map(np.float64),
    hnp.arrays(
        np.float64,
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
        elements=FLOATS,
    ),
)
KEYS = st.one_of(
    st.sampled_from(["W", "b", "x", "f", "class", "a.b", "a[0]", "", 'q"', "x[0]"]),
    st.text(max_size=3),
    st.integers(0, 3),
    st.tuples(st.integers(0, 1)),
    st.booleans(),
    st.none(),
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    dicts = st.dictionaries(KEYS, inner, max_size=4)
    lists = st.lists(inner, max_size=4)
    return st.one_of(
        dicts,
        dicts.map(OrderedDict),
        dicts.map(lambda items: defaultdict(list, items)),
        lists,
        lists.map(tuple),
        lists.map(deque),
        st.builds(Layer, inner, inner),
        st.builds(Model, inner, inner),
    )


def _has_numbers(tree: Any) -> bool:
    leaves = optree.tree_leaves(tree, none_is_leaf=True)
    return is_tree(tree) and sum(np.size(leaf) for leaf in leaves) > 0


PROPERTY = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TREES = _containers(st.recursive(LEAVES, _containers, max_leaves=8)).filter(_has_numbers)


def _same(left: Any, right: Any) -> bool:
    """Compare trees by structure and by the bits of their leaves."""
    ours, here = optree.tree_flatten(left, none_is_leaf=True)
    theirs, there = optree.tree_flatten(right, none_is_leaf=True)
    return here == there and all(
        np.shape(a) == np.shape(b) and np.array_equal(a, b)
        for a, b in zip(ours, theirs, strict=True)
    )


@PROPERTY
@given(TREES)
def test_a_tree_becomes_a_vector_and_a_tree_again(tree: Any) -> None:
    """The round trip keeps structure, order of keys and every bit, both ways."""
    structure = Structure(tree)
    flat = structure.flatten(tree)
    again = structure.unflatten(flat)

    assert flat.shape == (structure.size,)
    assert _same(tree, again)
    assert np.array_equal(structure.flatten(again), flat)
    assert structure.parts[-1].start + np.prod(structure.parts[-1].shape) == structure.size


@PROPERTY
@given(TREES)
def test_every_entry_has_a_name_of_its_own(tree: Any) -> None:
    """No two numbers of a tree have the same name, and parts follow one another."""
    names: list[str] = []
    stop = 0
    for part in Structure(tree).parts:
        count = int(np.prod(part.shape))
        assert part.start == stop
        stop += count
        names += indexed(part.name, part.shape, np.arange(count))

    assert [name for name, count in Counter(names).items() if count > 1] == []


@PROPERTY
@given(TREES)
def test_arrays_of_the_tree_are_views_into_the_vector(tree: Any) -> None:
    """What is written into an array of the tree stands in the vector, in its part."""
    structure = Structure(tree)
    flat = structure.flatten(tree)
    before = flat.copy()
    arrays = [
        leaf
        for leaf in optree.tree_leaves(structure.unflatten(flat))
        if isinstance(leaf, np.ndarray)
    ]
    for array in arrays:
        np.add(array, 1, out=array)

    assert np.count_nonzero(flat != before) == sum(array.size for array in arrays)


@settings(PROPERTY, max_examples=8, phases=[Phase.generate])  # a check is too slow to shrink by
@given(TREES, st.data())
def test_in_any_tree_the_wrong_leaf_is_found(tree: Any, data: st.DataObject) -> None:
    """The true gradient passes; with one leaf's derivative changed, its block alone fails."""
    parts = Structure(tree).parts
    chosen = data.draw(st.sampled_from([k for k, part in enumerate(parts) if 0 not in part.shape]))
    start, stop = parts[chosen].start, parts[chosen].start + int(np.prod(parts[chosen].shape))

    def f(p: Any) -> Any:
        leaves = optree.tree_leaves(p, none_is_leaf=True)
        return sum(np.sum(k * np.sin(leaf / 300)) for k, leaf in enumerate(leaves, start=1))

    def df(p: Any, wrong: bool = False) -> Any:  # noqa: FBT001, FBT002  (a test's own switch)
        leaves, structure = optree.tree_flatten(p, none_is_leaf=True)
        found = [k * np.cos(np.asarray(leaf) / 300) / 300 for k, leaf in enumerate(leaves, start=1)]
        right = optree.tree_unflatten(structure, found)
        if not wrong:
            return right
        own = Structure(right)
        flat = own.flatten(right)
        flat[start:stop] += 0.5
        return own.unflatten(flat)

    assert check(f, df, tree)
    result = check(f, lambda p: df(p, wrong=True), tree)
    assert np.flatnonzero(result.blocks["verdict"] == "fail").tolist() == [chosen]
    assert result.blocks["wrong"].iloc[chosen] == stop - start


# --- bad trees -----------------------------------------------------------------------------------


def _recursive() -> Any:
    tree: dict[str, Any] = {"a": np.ones(1)}
    tree["self"] = tree
    return tree


BAD = [
    ({}, "x holds no numbers"),
    ({"a": {}, "b": []}, "x holds no numbers"),
    ([{}], "x holds no numbers"),
    ({"a": np.ones((0, 2))}, "x holds no numbers"),
    ({"a": 1.0, "b": None}, r'x\["b"\] is None: leave it out or give an array'),
    ([np.ones(1), None], r"x\[1\] is None"),
    ({"a": {"b": "text"}}, r'x\["a"\]\["b"\] must be an array .* got .text. \(str\)'),
    (Layer(np.ones(1), object()), r"x\.b must be an array .* got <object .* \(object\)"),
    ({"a": 1j}, r'x\["a"\] is complex'),
    ({"a": np.array([1.0, np.nan])}, r'x\["a"\] must hold finite numbers'),
    ({"a": [1.0, np.inf]}, r'x\["a"\]\[1\] must hold finite numbers, got inf'),
    ({"flag": True, "a": 1.0}, r'x\["flag"\] is a truth value'),
    ({"mask": np.array([True])}, r'x\["mask"\] is a truth value'),
    ({"a": np.array(["2020"], dtype="datetime64[Y]")}, r'x\["a"\] must be an array of numbers'),
    ({"a": Unknown(np.ones(1))}, r'x\["a"\] must be an array .* got Unknown.*optree'),
    (Unknown(np.ones(1)), "x is of type Unknown, which cannot be taken apart: give a dict"),
    (UserDict(a=np.ones(1)), "x is of type UserDict, which cannot be taken apart"),
    (_recursive(), "holds itself"),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "words"), BAD, ids=lambda value: str(value)[:30])
def test_a_bad_tree_is_named(tree: Any, words: str) -> None:
    """Each says which leaf it is, what came, and what to do; f is never called."""

    def f(_: Any) -> Any:
        pytest.fail("f was called")

    with pytest.raises(gc.CaseError, match=words):
        gc.check(f, f, tree)
    with pytest.raises(gc.CaseError, match=words):
        gc.differentiate(f, tree)


def test_points_have_one_structure() -> None:
    """Trees that differ from the first are refused, with the leaf that differs."""
    longer = {**P, "b1": np.ones(5)}
    fewer = {name: value for name, value in P.items() if name != "W2"}
    more = {**P, "W3": 1.0}
    for other, words in (
        (longer, r"points\[1\] .* but b1 has the shape \(5,\) instead of \(4,\)"),
        (fewer, r"points\[1\] .* but W2 is missing"),
        (more, r"points\[1\] .* but there is W3 as well"),
        ([np.ones(2), np.ones(3)], r"points\[1\] .* but W1 is missing"),
    ):
        with pytest.raises(gc.CaseError, match=words):
            gc.check(loss, gradient, points=[P, other])
    with pytest.raises(gc.CaseError, match=r'points\[1\]\["b1"\] is None'):
        gc.check(loss, gradient, points=[P, {**P, "b1": None}])
    with pytest.raises(gc.CaseError, match=r"points\[1\] must .* but is of type ndarray"):
        gc.check(loss, gradient, points=[P, np.ones(26)])
    with pytest.raises(gc.CaseError, match=r"give it as x, or write points=\[\.\.\.\]"):
        gc.check(loss, gradient, points=P)  # type: ignore[call-overload]  # refused by types too
    reordered = {name: P[name] for name in reversed(P)}
    assert check(loss, gradient, points=[P, reordered])


WRONG: list[tuple[str, Function, str]] = [
    ("missing", lambda p: {"W1": gradient(p)["W1"]},
     "b1 is missing, expected an array of shape (4,)"),
    ("extra", but(W3=lambda _: 1.0), 'df(x)["W3"] has no counterpart in x'),
    ("transposed", but(W1=lambda g: g.T),
     "W1 has the shape (4, 3), expected (3, 4) (return its transpose)"),
    ("column", but(b1=lambda g: g[:, None]),
     'b1 has the shape (4, 1), expected (4,) (return df(x)["b1"][..., 0])'),
    ("none", but(b2=lambda _: None), "b2 is None, expected an array of shape (2,)"),
    ("list", but(b2=lambda g: g.tolist()),
     "b2 is a container of 2, expected an array of shape (2,)"),
    ("dict", but(b2=lambda g: {"g": g}), "b2 is a container of 1, expected an array of shape (2,)"),
    ("number", but(b2=lambda _: 0.0), "b2 has the shape (), expected (2,)"),
    ("flat", lambda p: np.concatenate([g.ravel() for g in gradient(p).values()]),
     "got an array of shape (26,), the flattened gradient as it seems"),
    ("leaf only", lambda p: gradient(p)["W1"],
     "with W1 (3, 4), b1 (4,), W2 (4, 2), b2 (2,); got an array of shape (3, 4)"),
    ("a number", lambda _: 0.0, "got a number"),
    ("tuple", lambda p: tuple(gradient(p).values()), "W1 is missing"),
    ("empty", lambda _: {}, "W1 is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("df", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_gradient_of_another_structure_fails_with_the_leaf(df: Function, words: str) -> None:
    """Which leaf is missing, too many, or of the wrong shape, is said: expected and got."""
    result = check(loss, df, P)

    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.WRONG_SHAPE)
    assert words in result.message
    assert words[:12] in " ".join(str(result).split())


def test_a_structure_that_changes_later_is_a_wrong_shape() -> None:
    """A df that returns other trees away from x fails too, instead of breaking the check."""
    calls = []

    def df(p: Any) -> Any:
        calls.append(1)
        return gradient(p) if len(calls) < 2 else {}

    assert check(loss, df, P).reason is Reason.WRONG_SHAPE


NO_NUMBERS = [
    (lambda _: None, "got None, is a `return` missing?"),
    (lambda _: "text", "got str"),
    (but(b1=lambda _: "text"), r'df\(x\)\["b1"\] must be an array of real numbers, got str'),
    (but(b1=lambda g: g + 1j), r'df\(x\)\["b1"\] must be an array of real numbers, got complex'),
    (but(b1=lambda _: np.array([None] * 4)), r'df\(x\)\["b1"\] .* got ndarray \(object\)'),
]  # fmt: skip


@pytest.mark.parametrize(("df", "words"), NO_NUMBERS, ids=[words[:24] for _, words in NO_NUMBERS])
def test_a_gradient_of_no_numbers_is_refused(df: Function, words: str) -> None:
    """As for arrays, what is no number is an error of the call, not a verdict."""
    with pytest.raises(gc.CaseError, match=words):
        gc.check(loss, df, P)


def test_a_gradient_may_be_another_kind_of_mapping_or_sequence() -> None:
    """Leaves are matched by their place: an OrderedDict for a dict, a tuple for a list."""
    assert check(loss, lambda p: OrderedDict(reversed(gradient(p).items())), P)
    x = [np.array([0.4, 1.2]), {"pair": (0.3, 1.1)}]

    def f(p: Any) -> Any:
        return np.sum(np.sin(p[0])) + p[1]["pair"][0] * p[1]["pair"][1]

    for pair in (lambda a, b: [b, a], lambda a, b: (b, a), lambda a, b: np.array([b, a])):
        assert check(f, lambda p, pair=pair: (np.cos(p[0]), {"pair": pair(*p[1]["pair"])}), x)


def test_an_array_of_one_from_f_asks_for_its_axis() -> None:
    """If f returns an array of one, leaves need its axis, and the advice is to drop it."""
    result = check(lambda p: np.atleast_1d(loss(p)), gradient, P)

    assert result.reason is Reason.WRONG_SHAPE
    assert "W1 has the shape (3, 4), expected (1, 3, 4)" in result.message
    assert "let f return a number" in result.message


def test_a_leaf_that_is_not_finite_is_found() -> None:
    """NaN in one leaf of the gradient fails as not finite, in its block."""
    result = check(loss, but(b2=lambda g: g * np.nan), P)

    assert (result.verdict, result.reason) == (Verdict.FAIL, Reason.NOT_FINITE)
    assert result.blocks["verdict"].tolist() == ["pass", "pass", "pass", "fail"]


def test_empty_leaves_are_carried_along() -> None:
    """An array without elements has no entries and no verdict, but keeps its place."""
    x = {"a": 1.3, "none": np.ones((0, 2)), "b": np.array([0.7])}
    result = check(
        lambda p: p["a"] ** 2 + p["b"][0] * p["none"].shape[1],
        lambda p: {"a": 2 * p["a"], "none": np.ones((0, 2)), "b": np.array([2.0])},
        x,
    )

    assert result
    assert result.blocks["entries"].tolist() == [1, 0, 1]
    assert result.blocks["verdict"].isna().tolist() == [False, True, False]
    wrong = check(lambda p: p["a"] ** 2, lambda p: {**p, "b": np.zeros(1)}, x)
    assert wrong.blocks["verdict"].tolist()[0] == "fail"


def test_a_case_holds_arrays_only() -> None:
    """A tree among the points of a case is refused, with the way to check it."""
    trees: list[Any] = [{"a": 1.0}, [np.ones(2), np.ones(3)]]
    for point in trees:
        with pytest.raises(gc.CaseError, match=r"for a tree of arrays call gc\.check\(f, df, x\)"):
            gc.Case("tree", f=loss, df=gradient, points=[point])


def test_nested_lists_of_numbers_stay_arrays() -> None:
    """A matrix written as nested lists is handed over as an array, as ever."""
    result = check(lambda x: np.sum(x**2), lambda x: 2 * x, [[1.3, 0.4], [2.2, -0.9]])

    assert result
    assert result.points[0].shape == (2, 2)
    with pytest.raises(gc.CaseError, match="finite real number or an array"):
        gc.check(lambda x: x, lambda x: x, [[1.0], [2.0, 3.0]])


def test_names_are_printable() -> None:
    """A key that steers a terminal is written harmlessly, in text and table."""
    result = check(
        lambda p: p["\x1b[31m"] ** 2, lambda p: dict.fromkeys(p, 0.0), {"\x1b[31m": 1.3, "b": 1.0}
    )

    assert "\x1b" not in str(result)
    assert "\x1b" not in "".join(map(str, result.table["name"]))


def test_a_named_tuple_made_the_old_way() -> None:
    """collections.namedtuple is a tree even if it holds numbers only."""
    pair = namedtuple("pair", ["a", "b"])  # noqa: PYI024  (this kind is what is tested)
    result = check(lambda p: p.a * p.b, lambda p: pair(p.b, 2 * p.a), pair(0.3, 1.7))

    assert result.blocks["verdict"].tolist() == ["pass", "fail"]
