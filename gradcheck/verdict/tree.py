"""Gradients of functions of trees: a case on the flat vector, and what df returns made flat."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import shape_hint, words_of
from gradcheck.differences.leaves import Found, found_in
from gradcheck.differences.probe import Refusal
from gradcheck.differences.structure import Part, Structure, is_tree, marked_like, shortened
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike
from gradcheck.verdict.blocks import Block
from gradcheck.verdict.diagnosis.hints import Hints
from gradcheck.verdict.faults import Fault
from gradcheck.verdict.result import Reason, Verdict
from gradcheck.verdict.subject import case_of

Array = npt.NDArray[Any]
Function = Callable[..., Any]
Shape = tuple[int, ...]


def tree_case(
    f: Any, df: Any, points: Sequence[Any], called: Sequence[str], domain: DomainLike | Domain
) -> tuple[Case, Structure]:
    """Make a case of functions of trees, on flat vectors.

    Parameters
    ----------
    f, df : callable
        The user's functions.
    points : sequence of trees
        At least one.
    called : sequence of str
        What each is called in messages.
    domain : str, Interval, sequence of those, callable, or None
        As in `Case`; a predicate is asked about trees.

    Raises
    ------
    CaseError
        If f or df is no function, a point is no tree of arrays of finite numbers, or they differ
        in structure or shapes.
    """
    structure = Structure(points[0], called[0])
    flat = [structure.flatten(x, name) for x, name in zip(points, called, strict=True)]
    given = case_of(f, df, flat, domain)
    predicate = given.domain.predicate
    if predicate is not None:
        given_domain = Domain(predicate=structure.calling(predicate))
    else:
        given_domain = given.domain
    seen = _Output()
    case = Case(
        given.name,
        f=marked_like(f, _remembering(structure.calling(f), seen)),
        df=marked_like(df, _flattening(given.name, df, structure, seen)),
        points=given.points,
        domain=given_domain,
    )
    return case, structure


def on_trees(hints: Hints, structure: Structure) -> Hints:
    """Let the caller's terms and factors, which are functions of trees, take flat vectors."""
    return replace(
        hints,
        terms={name: structure.calling(term) for name, term in hints.terms.items()},
        factors={name: structure.calling(factor) for name, factor in hints.factors.items()},
    )


def has_trees(points: Sequence[Any]) -> bool:
    """Tell whether there are trees among the points."""
    return any(map(is_tree, points))


def blocks_of(structure: Structure) -> tuple[Block, ...]:
    """Return the parts of a tree that hold numbers as blocks."""
    blocks = (Block(part.name, part.start, part.shape) for part in structure.parts)
    return tuple(block for block in blocks if block.size)


class _Output:
    """The shape of f(x), which tells the derivatives by one leaf from those by another."""

    shape: Shape | None = None


def _remembering(f: Function, seen: _Output) -> Function:
    def call(flat: Array) -> Any:
        value = f(flat)
        seen.shape = getattr(value, "shape", ())[flat.ndim - 1 :]
        return value

    return call


def _flattening(name: str, df: Function, structure: Structure, seen: _Output) -> Function:
    call = structure.calling(df)

    def claims(flat: Array) -> Any:
        gradient = call(flat)
        try:
            return flat_gradient(gradient, structure, seen.shape, flat.shape[:-1])
        except CaseError as error:
            return Refusal(CaseError(f"{name}: {error}"))
        except Fault as fault:
            return Refusal(fault)

    return claims


def flat_gradient(
    gradient: Any, structure: Structure, output: Shape | None, lead: Shape = ()
) -> Array:
    """Return what df gives for a tree as one array of shape (*lead, *output, inputs).

    Parameters
    ----------
    gradient : tree
        What df returned: a tree like x, whose arrays have the shape (*lead, *output, *leaf).
    structure : Structure
        That of x.
    output : tuple of int, or None
        The shape of f(x); None if it is not known yet.
    lead : tuple of int
        (k,) where df takes k points at once.

    Raises
    ------
    Fault
        If its structure is another, or an array has the wrong shape.
    CaseError
        If it returns what is no number.
    """
    found = found_in(gradient, "df(x)")
    _require_tree(gradient, found, structure, output)
    leaves = {place.keys: leaf for place, leaf in zip(found.places, found.leaves, strict=True)}
    pieces: list[Array] = []
    problems: list[str] = []
    used: set[Any] = set()
    for part in structure.parts:
        array, problem, keys = _piece(part, leaves, output, lead)
        used.update(keys)
        if array is not None and output is None and not problem:
            output = array.shape[len(lead) : array.ndim - len(part.shape)]
        if array is not None and not problem:
            problem = _misshapen(part, array.shape, output or (), lead)
        if problem or array is None:
            problems.append(problem)
        else:
            pieces.append(array.reshape(*lead, *(output or ()), prod(part.shape)))
    problems += [
        f"{place.code('df(x)')} has no counterpart in x"
        for place in found.places
        if place.keys not in used
    ]
    if problems:
        raise _wrong_shape(
            "df must return a tree like x, each array of the shape of f(x), then that of its leaf; "
            f"but {shortened(problems, '; ')}"
        )
    return np.concatenate(pieces, axis=-1)


def _require_tree(gradient: Any, found: Found, structure: Structure, output: Shape | None) -> None:
    """Refuse what is no tree at all."""
    if not found.is_leaf:
        return
    wanted = f"df must return a tree like x, with {structure.listed(structure.parts)}"
    if gradient is None:
        raise CaseError(f"{wanted}; got None, is a `return` missing?")
    shape = getattr(gradient, "shape", () if isinstance(gradient, float | int) else None)
    if not isinstance(shape, tuple):
        raise CaseError(f"{wanted}; got {type(gradient).__name__}")
    words = f"an array of shape {shape}" if shape else "a number"
    flat = shape == (*(output or ()), structure.size)
    raise _wrong_shape(
        f"{wanted}; got {words}"
        + (
            ", the flattened gradient as it seems: return each leaf's part by itself"
            if flat
            else ""
        )
    )


def _piece(
    part: Part, leaves: dict[Any, Any], output: Shape | None, lead: Shape
) -> tuple[Array | None, str, list[Any]]:
    """Return the derivatives by one part; or what is wrong with them; and the leaves looked at."""
    expected = (
        "" if output is None else f", expected an array of shape {(*lead, *output, *part.shape)}"
    )
    keys = part.place.keys
    if keys in leaves:
        leaf = leaves[keys]
        if leaf is None:
            return None, f"{part.name} is None{expected}", [keys]
        return _numbers(leaf, part.place.code("df(x)")), "", [keys]
    if part.is_list and all(slot.place.keys in leaves for slot in part.slots):
        own = [slot.place.keys for slot in part.slots]
        arrays = [_numbers(leaves[k], part.place.code("df(x)")) for k in own]
        if len({array.shape for array in arrays}) > 1:
            return None, f"the items of {part.name} differ in shape{expected}", own
        return np.stack(arrays, axis=-1), "", own
    below = [other for other in leaves if other[: len(keys)] == keys]
    if below:
        return (
            None,
            f"{part.name} is a container of {len(below)}{expected}",
            below,
        )
    return None, f"{part.name} is missing{expected}", []


def _numbers(leaf: Any, place: str) -> Array:
    expected = f"{place} must be an array of real numbers"
    try:
        array = np.asarray(leaf)
    except Exception as error:
        raise CaseError(
            f"{expected}, got {type(leaf).__name__}, which cannot be made one: {words_of(error)}"
        ) from error
    if array.dtype.kind == "c":
        raise CaseError(f"{expected}, got complex ones; return their real parts if that is meant")
    if array.dtype.kind not in "fiub":
        raise CaseError(f"{expected}, got {type(leaf).__name__} ({array.dtype})")
    return array.astype(np.float64)


def _misshapen(part: Part, shape: Shape, output: Shape, lead: Shape) -> str:
    """Say what is wrong with a shape; "" if nothing is."""
    expected = (*lead, *output, *part.shape)
    if shape == expected:
        return ""
    got = shape[len(lead) :]
    hint = shape_hint(got, part.shape, (*output, *part.shape))
    if hint.startswith("for an elementwise"):  # which has no meaning for a leaf
        hint = ""
    hint = hint.replace("df(x)", part.place.code("df(x)"))
    words = f"{part.name} has the shape {shape}, expected {expected}"
    return f"{words} ({hint})" if hint else words


def _wrong_shape(message: str) -> Fault:
    return Fault(Verdict.FAIL, Reason.WRONG_SHAPE, message)
