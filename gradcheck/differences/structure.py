"""Containers of arrays (pytrees) as one flat vector whose parts have names, and back."""

import sys
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, is_dataclass
from math import prod
from numbers import Number
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.leaves import Place, found_in, require_numbers
from gradcheck.errors import CaseError

Array = npt.NDArray[Any]
Shape = tuple[int, ...]
Function = Callable[..., Any]

LISTED = 4
"""So many parts are named in a message."""
_WRITTEN = 8
"""A part with more numbers is written by its shape."""
_LONGEST = 120


def marked_like(f: Function, made: Function) -> Function:
    """Mark a function that was made of f as batched, if f is."""
    if getattr(f, "_gradcheck_batched", False) is True:
        made._gradcheck_batched = True  # type: ignore[attr-defined]  # noqa: SLF001  (our mark)
    return made


def is_tree(x: Any) -> bool:
    """Tell whether x is a container of arrays, and no array or list of numbers.

    A dict, a named tuple, and every type that optree knows is one; a list or tuple if it holds
    arrays or containers, nested lists of numbers excepted.

    Examples
    --------
    >>> is_tree({"b": 1.0}), is_tree([np.ones(2), 1.0]), is_tree([[1.0, 2.0]]), is_tree(1.0)
    (True, True, False, False)
    """
    if isinstance(x, np.ndarray | np.generic | Number | str | bytes) or x is None:
        return False
    if isinstance(x, Mapping) or (isinstance(x, tuple) and hasattr(x, "_fields")):
        return True
    if type(x) in (list, tuple, deque):
        kinds = {type(each) for each in x} - {float, int}
        return bool(kinds) and any(getattr(each, "ndim", 0) > 0 or is_tree(each) for each in x)
    if is_dataclass(x) and not isinstance(x, type):
        return True  # or is named as what cannot be taken apart
    optree = sys.modules.get("optree")  # who has registered a type has imported it
    return optree is not None and not optree.tree_is_leaf(x, none_is_leaf=True)


@dataclass(frozen=True)
class Slot:
    """One leaf of the tree."""

    place: Place
    start: int
    """Where it begins in the flat vector."""
    shape: Shape
    kind: type
    """As what f gets it: np.ndarray, np.float64, or float."""

    @property
    def stop(self) -> int:
        """Where the next one begins."""
        return self.start + prod(self.shape)


@dataclass(frozen=True)
class Part:
    """A named part of the flat vector: an array of the tree, or a list of numbers in it."""

    name: str
    """As it stands before the index of an entry: "W1", "layers[0].b"."""
    place: Place
    start: int
    shape: Shape
    slots: tuple[Slot, ...]
    """One, or one for each number of a list."""

    @property
    def is_list(self) -> bool:
        """Whether it is a list of numbers, not an array."""
        return self.slots[0].place != self.place


class Structure:
    """The structure of a tree, with the shapes of its arrays.

    Parameters
    ----------
    tree : container
        A tree that has it.
    called : str
        What the tree is called in messages: "x", or "points[0]".

    Raises
    ------
    CaseError
        If a leaf is no array of finite real numbers, or there is none.

    Examples
    --------
    >>> structure = Structure({"W": np.ones((1, 2)), "layers": [{"b": 1.0}]})
    >>> [part.name for part in structure.parts]
    ['W', 'layers[0].b']
    >>> structure.unflatten(np.arange(3.0))
    {'W': array([[0., 1.]]), 'layers': [{'b': 2.0}]}
    """

    def __init__(self, tree: Any, called: str = "x") -> None:
        found = found_in(tree, called)
        if found.is_leaf:
            raise CaseError(
                f"{called} is of type {type(tree).__name__}, which cannot be taken apart: give a "
                "dict, or register the type with optree in the global namespace"
            )
        slots: list[Slot] = []
        start = 0
        for place, leaf in zip(found.places, found.leaves, strict=True):
            array = require_numbers(leaf, place.code(called))
            slots.append(Slot(place, start, array.shape, _kind(leaf)))
            start += array.size
        if not start:
            raise CaseError(f"{called} holds no numbers, got {tree!r}; give at least one array")
        self.size = start
        """The length of the flat vector."""
        self.slots = tuple(slots)
        self.parts = _parts(self.slots)
        """The named parts, in the order of the flat vector."""
        self._cuts = [(slice(each.start, each.stop), each.shape, each.kind) for each in slots]
        self._spec = found.spec
        self._called = called

    def __repr__(self) -> str:
        return f"<Structure of {self.listed(self.parts)}>"

    def flatten(self, tree: Any, called: str = "x") -> Array:
        """Return the numbers of a tree of this structure as a flat vector.

        Parameters
        ----------
        tree : container
            The tree.
        called : str
            What it is called in messages.

        Raises
        ------
        CaseError
            If its structure or a shape is another, or a leaf is no array of finite numbers.
        """
        found = found_in(tree, called)
        if found.is_leaf:
            raise CaseError(
                f"{called} must have the structure of {self._called}, but is of type "
                f"{type(tree).__name__}"
            )
        leaves = dict(zip((place.keys for place in found.places), found.leaves, strict=True))
        own = {slot.place.keys: slot for slot in self.slots}
        unlike = [
            f"{slot.place.name} is missing" for keys, slot in own.items() if keys not in leaves
        ]
        unlike += [f"there is {p.name} as well" for p in found.places if p.keys not in own]
        for place in found.places:
            slot = own.get(place.keys)
            if slot is None:
                continue
            leaf = require_numbers(leaves[place.keys], place.code(called))
            if leaf.shape != slot.shape:
                unlike.append(f"{place.name} has the shape {leaf.shape} instead of {slot.shape}")
        if unlike:
            raise CaseError(
                f"{called} must have the structure and the shapes of {self._called}, but "
                f"{shortened(unlike, '; ')}"
            )
        parts = [np.asarray(leaves[keys], dtype=np.float64).reshape(-1) for keys in own]
        return np.concatenate(parts)

    def unflatten(self, flat: Array) -> Any:
        """Make a tree of the numbers of a flat vector.

        Parameters
        ----------
        flat : array of shape (*lead, size)
            Arrays of the tree are views into it, of shape (*lead, *shape).
        """
        import optree

        return optree.tree_unflatten(self._spec, self._leaves(flat))

    def calling(self, f: Callable[..., Any]) -> Callable[[Array], Any]:
        """Let a function of trees take the flat vector.

        What it does to its tree shows in the vector: changes of an array as they are, other changes
        as NaN. If it takes many points at once, arrays of shape (k, *shape), so does what is made.
        """
        import optree

        def call(flat: Array) -> Any:
            leaves = self._leaves(flat)
            tree = optree.tree_unflatten(self._spec, leaves)
            value = f(tree)
            if not self._holds(tree, leaves):
                flat[...] = np.nan  # so that who looks at it sees that it was changed
            return value

        return marked_like(f, call)

    def text(self, flat: Array) -> str:
        """Write the tree of a flat vector for a message."""
        written = []
        for part in self.parts:
            values = flat[part.start : part.start + prod(part.shape)].reshape(part.shape)
            short = repr(values.tolist()) if values.size <= _WRITTEN else f"<{part.shape}>"
            written.append(f"{part.name}: {short}")
        words = f"{{{', '.join(written)}}}"
        return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"

    def changes(self, before: Array, after: Array) -> str:
        """Name what was changed between two flat vectors: "b1 of ", "" if it is the tree itself."""
        if np.isnan(after).all():
            return ""
        names = []
        for part in self.parts:
            own = slice(part.start, part.start + prod(part.shape))
            if before[own].tobytes() != after[own].tobytes():
                names.append(part.name)
        return f"{shortened(names, ', ')} of " if names else ""

    @staticmethod
    def listed(parts: Iterable[Part]) -> str:
        """Name parts with their shapes."""
        return shortened([f"{part.name} {part.shape}" for part in parts], ", ")

    def _holds(self, tree: Any, leaves: list[Any]) -> bool:
        """Tell whether a tree still has its structure and these very leaves."""
        try:
            return all(map(_is, self._spec.flatten_up_to(tree), leaves))
        except (ValueError, TypeError):
            return False

    def _leaves(self, flat: Array) -> list[Any]:
        lead = flat.shape[:-1]
        if lead:
            return [flat[..., own].reshape(lead + shape) for own, shape, _ in self._cuts]
        return [
            flat[own].reshape(shape) if kind is np.ndarray else kind(flat[own.start])
            for own, shape, kind in self._cuts
        ]


def shortened(items: list[str], between: str) -> str:
    """Join what is listed, and count what is too much."""
    more = f"{between}and {len(items) - LISTED} more" if len(items) > LISTED else ""
    return between.join(items[:LISTED]) + more


def _is(left: Any, right: Any) -> bool:
    return left is right


def _kind(leaf: Any) -> type:
    if isinstance(leaf, np.generic):
        return np.float64
    return float if isinstance(leaf, Number) else np.ndarray


def _parts(slots: tuple[Slot, ...]) -> tuple[Part, ...]:
    """Name the leaves, lists of numbers as a whole."""
    children = Counter(slot.place.keys[:k] for slot in slots for k in range(len(slot.place.keys)))
    of_numbers: Counter[tuple[Hashable, ...]] = Counter(
        slot.place.parent
        for slot in slots
        if slot.place.among_numbers and slot.kind is not np.ndarray and slot.place.parent
    )
    groups: dict[Place, list[Slot]] = {}
    for slot in slots:
        parent = slot.place.parent
        whole = parent in of_numbers and of_numbers[parent] == children[parent]
        groups.setdefault(slot.place.above() if whole else slot.place, []).append(slot)
    names = _names(list(groups))
    return tuple(
        Part(
            name=name,
            place=place,
            start=own[0].start,
            shape=own[0].shape if own[0].place == place else (len(own),),
            slots=tuple(own),
        )
        for name, (place, own) in zip(names, groups.items(), strict=True)
    )


def _names(places: list[Place]) -> list[str]:
    """Name places in short, or in full where a short name would have two meanings."""
    names = [place.name for place in places]
    indexed = any(
        name.startswith("x[") and place.keys[0] != "x"
        for name, place in zip(names, places, strict=True)
    )
    names = [
        place.code("x") if indexed and place.keys[0] == "x" else name
        for name, place in zip(names, places, strict=True)
    ]
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return unique
