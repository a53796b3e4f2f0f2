"""The arrays in a container, with their places: optree takes it apart and puts it together."""

import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import words_of
from gradcheck.errors import CaseError

Array = npt.NDArray[Any]

NAMESPACE = "gradcheck"
"""optree's name for our way of reading: dicts in the order in which they were written."""
_LONGEST = 40
"""A longer key is cut short in names."""


@dataclass(frozen=True)
class Place:
    """Where an array stands in its container."""

    keys: tuple[Hashable, ...]
    """The keys, positions and attributes that lead to it."""
    fields: tuple[bool, ...]
    """Which of them are attributes."""
    among_numbers: bool
    """Whether it stands in a list or tuple itself, not in something derived from one."""

    @property
    def parent(self) -> tuple[Hashable, ...]:
        """The keys that lead to what holds it."""
        return self.keys[:-1]

    @property
    def name(self) -> str:
        """The place in short: "layer.W", "layers[0].b", 'x["my key"]', "x[0]"."""
        first, *rest = (self._step(k) for k in range(len(self.keys)))
        return (first[1:] if first.startswith(".") else f"x{first}") + "".join(rest)

    def code(self, called: str) -> str:
        """Write the place as Python does: 'x["layer"]["W"]'."""
        return called + "".join(
            f".{key}" if field else _indexed(key)
            for key, field in zip(self.keys, self.fields, strict=True)
        )

    def above(self) -> "Place":
        """Return the place of what holds it."""
        return Place(self.keys[:-1], self.fields[:-1], among_numbers=False)

    def _step(self, k: int) -> str:
        key = self.keys[k]
        named = self.fields[k] or (isinstance(key, str) and key.isidentifier())
        return f".{key}" if named else _indexed(key)


def _indexed(key: Hashable) -> str:
    if isinstance(key, str):
        return f"[{json.dumps(key, ensure_ascii=not key.isprintable())}]"
    try:
        words = repr(key)
    except Exception:  # noqa: BLE001  (the key is the user's, and so is its fault)
        words = type(key).__name__
    return f"[{words if len(words) <= _LONGEST else f'{words[:_LONGEST]}…'}]"


@dataclass(frozen=True)
class Found:
    """A container taken apart."""

    places: tuple[Place, ...]
    leaves: list[Any]
    spec: Any
    """The structure, by which optree puts the container together."""

    @property
    def is_leaf(self) -> bool:
        """Whether it is no container at all."""
        return len(self.places) == 1 and not self.places[0].keys


def found_in(tree: Any, called: str) -> Found:
    """Take a container apart, with the places of its leaves.

    Raises
    ------
    CaseError
        If it holds itself, or cannot be taken apart.
    """
    import optree

    try:
        with optree.dict_insertion_ordered(True, namespace=NAMESPACE):  # noqa: FBT003  (positional only)
            accessors, leaves, spec = optree.tree_flatten_with_accessor(
                tree, none_is_leaf=True, namespace=NAMESPACE
            )
    except RecursionError:
        raise CaseError(f"{called} is nested too deeply, or holds itself") from None
    except Exception as error:
        raise CaseError(f"{called} cannot be taken apart: {words_of(error)}") from error
    return Found(tuple(map(_place, accessors)), leaves, spec)


def _place(accessor: Any) -> Place:
    """Translate optree's description of a place."""
    import optree

    keys: list[Hashable] = []
    fields = []
    for entry in accessor:
        field = getattr(entry, "field", getattr(entry, "name", None))
        is_field = isinstance(field, str)
        keys.append(field if is_field else entry.entry)
        fields.append(is_field)
    last = accessor[-1] if len(accessor) else None
    plain = isinstance(last, optree.SequenceEntry) and last.type in (list, tuple)
    return Place(tuple(keys), tuple(fields), among_numbers=plain)


def require_numbers(leaf: Any, place: str) -> Array:
    """Return a leaf as an array of finite real numbers, or say what it is instead.

    Raises
    ------
    CaseError
        Naming the place.
    """
    if leaf is None:
        raise CaseError(f"{place} is None: leave it out or give an array")
    try:
        given = np.asarray(leaf)
    except Exception as error:
        raise CaseError(
            f"{place} must be an array of numbers, got {type(leaf).__name__}, which cannot be made "
            f"one: {words_of(error)}"
        ) from error
    kind = given.dtype.kind
    if kind == "b":
        raise CaseError(
            f"{place} is a truth value, which has no derivative: leave it out of x, or give a float"
        )
    if kind == "c":
        raise CaseError(f"{place} is complex; give its real and imaginary parts as two arrays")
    if kind not in "iuf":
        raise CaseError(
            f"{place} must be an array of numbers, got {_short(leaf)} ({type(leaf).__name__}); "
            "leave it out of x, or register its type with optree in the global namespace if it "
            "holds arrays"
        )
    array = given.astype(np.float64)
    if not np.isfinite(array).all():
        raise CaseError(f"{place} must hold finite numbers, got {_short(leaf)}")
    return array


def _short(value: Any) -> str:
    try:
        words = " ".join(repr(value).split())
    except Exception:  # noqa: BLE001  (the value is the user's, and so is its fault)
        words = "something"
    return words if len(words) <= 2 * _LONGEST else f"{words[: 2 * _LONGEST]}…"
