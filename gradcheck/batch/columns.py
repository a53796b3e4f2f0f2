"""Facts and columns as a few compressed bytes, and back; the same content gives the same bytes."""

import json
import math
import re
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.errors import StoreError

Array = npt.NDArray[Any]

_LEVEL = 6
_MOST = 1 << 30
"""Bytes that a block may have before it is compressed: 2^27 numbers."""
_LONGEST = 1 << 24
"""Bytes that its facts may have."""
_MISREAD = (AttributeError, KeyError, RecursionError, TypeError, ValueError)
_KIND = re.compile(r"\|b1|[|<][iu][1248]|<f[248]")


def pack(facts: Mapping[str, Any], columns: Mapping[str, Array]) -> bytes:
    """Write facts (JSON values; NaN and infinities too) and numeric arrays of any shape.

    The bytes of a column are sorted by their significance, which compresses numbers of one size
    to about two thirds.

    Raises
    ------
    TypeError
        If a column holds no booleans, integers or floats of up to 64 bits.
    StoreError
        If it is more than a block can hold.

    Examples
    --------
    >>> facts, columns = unpack(pack({"x": 1}, {"h": np.array([0.5, 0.25])}))
    >>> facts, columns["h"]
    ({'x': 1}, array([0.5 , 0.25]))
    """
    size = sum(np.asarray(column).nbytes for column in columns.values())
    _require_room("numbers", size, _MOST)
    arrays = {name: _little_endian(column) for name, column in columns.items()}
    head = {
        "facts": facts,
        "columns": [[name, array.dtype.str, array.shape] for name, array in arrays.items()],
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    raw = text.encode("utf-8", "surrogatepass")
    _require_room("text", len(raw), _LONGEST)
    body = b"".join(_by_significance(array) for array in arrays.values())
    return zlib.compress(len(raw).to_bytes(4, "little") + raw + body, _LEVEL)


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    """Read what `pack` wrote; no more memory is taken than the block says that it needs.

    Raises
    ------
    StoreError
        If these are not such bytes.
    """
    try:
        return _unpacked(data)
    except (zlib.error, ArithmeticError, *_MISREAD) as error:
        raise StoreError(f"a block of numbers in the store is damaged: {error}") from error


def _unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, Array]]:
    block = _Block(data)
    length = int.from_bytes(block.read(4), "little")
    if length > _LONGEST:
        raise ValueError(f"{length} bytes of text")
    head = json.loads(block.read(length).decode("utf-8", "surrogatepass"))
    facts = dict(head["facts"].items())
    layout = [(str(name), _dtype(kind), _shape(shape)) for name, kind, shape in head["columns"]]
    if sum(math.prod(shape) * dtype.itemsize for _, dtype, shape in layout) > _MOST:
        raise ValueError("more numbers than a block can hold")
    columns = {name: _column(block, dtype, shape) for name, dtype, shape in layout}
    block.end()
    return facts, columns


class _Block:
    """Compressed bytes, of which no more is unpacked than is asked for."""

    def __init__(self, data: bytes) -> None:
        self._stream = zlib.decompressobj()
        self._left = data

    def read(self, count: int) -> bytes:
        if not count:
            return b""  # to zlib, 0 means all
        found = self._stream.decompress(self._left, count)
        self._left = self._stream.unconsumed_tail
        if len(found) != count:
            raise ValueError("cut short")
        return found

    def end(self) -> None:
        if self._stream.decompress(self._left, 1) or not self._stream.eof:
            raise ValueError("no end where it should be")
        if self._stream.unused_data:
            raise ValueError("something follows the end")


def _column(block: _Block, dtype: np.dtype[Any], shape: tuple[int, ...]) -> Array:
    count = math.prod(shape)
    planes = np.frombuffer(block.read(count * dtype.itemsize), dtype=np.uint8)
    if dtype.kind == "b" and planes.size and planes.max() > 1:
        raise ValueError("a truth value that is neither")
    numbers = np.ascontiguousarray(planes.reshape(dtype.itemsize, count).T)
    return numbers.view(dtype).reshape(shape)


def _dtype(kind: str) -> np.dtype[Any]:
    if not _KIND.fullmatch(kind):
        raise ValueError(f"numbers of kind {kind!r}")
    return np.dtype(kind)


def _shape(lengths: list[int]) -> tuple[int, ...]:
    if not all(type(length) is int and 0 <= length <= _MOST for length in lengths):
        raise ValueError(f"the shape {lengths!r}")
    return tuple(lengths)


def _require_room(kind: str, size: int, most: int) -> None:
    if size > most:
        raise StoreError(f"a store keeps at most {most:,} bytes of {kind} a case, got {size:,}")


def _little_endian(column: Array) -> Array:
    given = np.asarray(column)
    array = np.asarray(given, dtype=given.dtype.newbyteorder("<"), order="C")
    if not _KIND.fullmatch(array.dtype.str):
        raise TypeError(f"a column holds numbers of up to 64 bits, not {given.dtype}")
    return array


def _by_significance(array: Array) -> bytes:
    if not array.size:
        return b""
    return array.reshape(-1, 1).view(np.uint8).reshape(array.size, -1).T.tobytes()
