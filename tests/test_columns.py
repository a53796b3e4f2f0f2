"""Facts and columns as bytes: what is packed comes back, and nothing else does harm."""

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from gradcheck.batch.archive import unpack_result, unpack_table
from gradcheck.batch.columns import pack, unpack
from gradcheck.errors import StoreError

KINDS = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
)
ARRAYS = KINDS.flatmap(
    lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
FACTS = st.dictionaries(st.text(max_size=5), PLAIN | st.lists(PLAIN, max_size=3), max_size=4)


@settings(max_examples=40, deadline=None)
@given(FACTS, st.dictionaries(st.text(st.characters(codec="utf-8")), ARRAYS, max_size=4))
def test_what_is_packed_comes_back(
    facts: dict[str, Any], columns: dict[str, npt.NDArray[Any]]
) -> None:
    """Every fact and every number comes back, in its shape, the same for the same content."""
    packed = pack(facts, columns)
    found, arrays = unpack(packed)
    assert facts == found
    assert list(columns) == list(arrays)
    for name, column in columns.items():
        np.testing.assert_array_equal(column, arrays[name], strict=False)
        assert column.shape == arrays[name].shape
        assert column.dtype.newbyteorder("=") == arrays[name].dtype.newbyteorder("=")
    assert packed == pack(facts, columns)


def test_numbers_that_are_none_come_back() -> None:
    """NaN, infinities and minus zero are kept, among the facts too; so are halves of surrogates."""
    odd = np.array([np.nan, np.inf, -np.inf, -0.0])
    facts, columns = unpack(pack({"odd": odd.tolist(), "half": "\ud800"}, {"odd": odd}))
    assert odd.tobytes() == columns["odd"].tobytes()
    np.testing.assert_array_equal(odd, facts["odd"])
    assert facts["half"] == "\ud800"


@pytest.mark.parametrize("column", [np.array(["a"]), np.array([1j]), np.array([None])])
def test_what_is_no_number_is_refused(column: npt.NDArray[Any]) -> None:
    """A column of text, complex numbers or objects cannot be packed."""
    with pytest.raises(TypeError, match="numbers of up to 64 bits"):
        pack({}, {"x": column})


def test_more_than_a_block_holds_is_refused() -> None:
    """What could not be read again is not packed, and not even copied."""
    endless = np.broadcast_to(np.zeros(1, dtype=np.int8), (1 << 30, 2))
    with pytest.raises(StoreError, match="at most 1,073,741,824 bytes of numbers a case"):
        pack({}, {"x": endless})
    with pytest.raises(StoreError, match="at most 16,777,216 bytes of text a case"):
        pack({"text": "x" * (1 << 24)}, {})


def sealed(head: object, body: bytes = b"") -> bytes:
    """Return bytes that look like a block."""
    raw = json.dumps(head).encode()
    return zlib.compress(len(raw).to_bytes(4, "little") + raw + body)


def column(kind: object, shape: object) -> dict[str, Any]:
    """Return the head of a block with one column."""
    return {"facts": {}, "columns": [["x", kind, shape]]}


DAMAGED = {
    "nothing": b"",
    "no compression": b"x" * 50,
    "only a length": zlib.compress(b"\4\0"),
    "no JSON": zlib.compress(b"\4\0\0\0{{{{"),
    "a list": sealed([]),
    "no facts": sealed({"columns": []}),
    "facts that are a list": sealed({"facts": [], "columns": []}),
    "columns that are a number": sealed({"facts": {}, "columns": 3}),
    "objects": sealed(column("|O", [1]), bytes(8)),
    "text": sealed(column("<U4", [1]), bytes(16)),
    "a record": sealed(column("i4,i4", [1]), bytes(8)),
    "a kind that is a number": sealed(column(3, [1]), bytes(8)),
    "a shape that is a number": sealed(column("<f8", 1), bytes(8)),
    "a negative shape": sealed(column("<f8", [-1]), bytes(8)),
    "half a shape": sealed(column("<f8", [0.5]), bytes(8)),
    "an absurd shape": sealed(column("<f8", [10**12])),
    "an absurd product": sealed(column("<f8", [10**6, 10**6])),
    "an absurd empty shape": sealed(column("<f8", [0, 10**30])),
    "too few numbers": sealed(column("<f8", [2]), bytes(8)),
    "too many numbers": sealed(column("<f8", [2]), bytes(24)),
    "three truths": sealed(column("|b1", [1]), b"\3"),
    "an absurd length of the head": zlib.compress(b"\xff\xff\xff\xff"),
    "deep brackets": zlib.compress((99_999).to_bytes(4, "little") + b"[" * 99_999),
    "an end that is missing": pack({}, {"x": np.arange(9.0)})[:-1],
    "a checksum that is wrong": pack({}, {"x": np.arange(9.0)})[:-1] + b"\0",
    "something that follows": pack({}, {"x": np.arange(9.0)}) + b"x",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_blocks_are_named(name: str) -> None:
    """Bytes that are no block give the one error that says so."""
    with pytest.raises(StoreError, match="damaged"):
        unpack(DAMAGED[name])


def test_a_bomb_does_not_go_off() -> None:
    """A block that unpacks to a thousand times its size is read only as far as it says."""
    import tracemalloc

    head = json.dumps(column("<f8", [1])).encode()
    bomb = zlib.compress(len(head).to_bytes(4, "little") + head + bytes(1 << 25), 1)
    tracemalloc.start()
    try:
        with pytest.raises(StoreError, match="no end where it should be"):
            unpack(bomb)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_block_or_the_one_error(data: bytes) -> None:
    """Arbitrary bytes, compressed or not, raise nothing but StoreError."""
    for tried in (data, zlib.compress(data), zlib.compress(b"\40\0\0\0" + data)):
        for read in (unpack, lambda b: unpack_result(b, "x", None, 0.0), _table):
            try:
                read(tried)
            except StoreError as error:
                assert "damaged" in str(error)  # noqa: PT017  (most bytes raise, none has to)


def _table(data: bytes) -> object:
    return unpack_table(data, "x")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(
    JSON,
    st.lists(st.tuples(st.text(max_size=3), JSON, JSON) | JSON, max_size=3),
    st.binary(max_size=50),
)
def test_any_head_gives_a_block_or_the_one_error(facts: Any, layout: Any, body: bytes) -> None:
    """A head that is JSON, but not ours, raises nothing but StoreError."""
    raw = json.dumps({"facts": facts, "columns": layout}).encode()
    data = zlib.compress(len(raw).to_bytes(4, "little") + raw + body)
    for read in (unpack, lambda b: unpack_result(b, "x", None, 0.0), _table):
        try:
            read(data)
        except StoreError as error:
            assert "damaged" in str(error)  # noqa: PT017  (most heads raise, none has to)


def test_a_result_without_functions_says_so(tmp_path: Path) -> None:
    """Calling the f of a result that was read says where the functions are."""
    import gradcheck as gc

    case = gc.Case("sine", f=np.sin, df=np.cos, points=[0.7])
    run = gc.run([case], tmp_path / "r.sqlite", workers=0)
    with pytest.raises(StoreError, match="load the case file"):
        run.result("sine").case.f(0.7)
