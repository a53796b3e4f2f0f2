"""One function of the user's, called at single points: fresh copies, counted, caught, watched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.evaluate import as_numbers, contains, text_of, words_of
from gradcheck.differences.structure import Structure
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

_SMALL = 2**12
"""So many bytes are copied as fast as they are compared."""
_BATCH = 2**20
"""Numbers handed to a batched function at a time."""


def batched(f: Callable[..., Any]) -> Callable[..., Any]:
    """Mark f as taking many points at once: shape ``(k, *input)`` to shape ``(k, *output)``.

    Parameters
    ----------
    f : callable
        Must treat each row on its own. It stays as it is: the mark is on what is returned.

    Examples
    --------
    >>> @batched
    ... def f(x):
    ...     return np.sum(x**2, axis=-1)
    >>> f(np.ones((3, 2)))
    array([2., 2., 2.])
    """

    @wraps(f)
    def marked(x: Array) -> Any:
        return f(x)

    marked._gradcheck_batched = True  # type: ignore[attr-defined]  # noqa: SLF001  (the mark is ours)
    return marked


@dataclass(frozen=True)
class Refusal:
    """What a function made by gradcheck returns where a user's value cannot be used."""

    error: Exception
    """Which is raised out of the probe, as it is nothing that the user's function raised."""


def same_bytes(left: Array, right: Array) -> bool:
    """Tell whether two contiguous arrays of numbers hold the same bits."""
    if left.nbytes <= _SMALL:
        return left.tobytes() == right.tobytes()
    return np.array_equal(left.view(np.int64), right.view(np.int64))


class Sampler(Protocol):
    """What gives values of outputs at many points, as `Probe` does."""

    def rows(self, points: Sequence[Array] | Array) -> Array:
        """Return the values at points of shape (count, inputs), as rows (count, outputs)."""


@final
class Probe:
    """f or df of a case at single points, as flat arrays of numbers.

    Every call gets a fresh copy of x. What f raises becomes a row of NaN, and is remembered.
    """

    def __init__(
        self, case: Case, role: str, shape: Shape, structure: Structure | None = None
    ) -> None:
        self._case = case
        self._role = role
        self._function: Callable[..., Any] = getattr(case, role)
        self._shape = shape
        self._is_batched = getattr(self._function, "_gradcheck_batched", False) is True
        self._watch_domain = not case.domain.is_everywhere and role == "f"
        self.structure = structure
        """That of x where it is a tree, which the case's functions take as a flat vector."""
        self.output: Shape | None = None
        """The shape of what it returns, from the first value on."""
        self.calls = 0
        """At how many points it was called."""
        self.failure = ""
        """What it raised first, and where."""
        self.mutation = ""
        """What it changed in its argument, and where; "" as long as it behaved."""
        self.returns_argument = False
        """Whether it has returned (a view of) its own argument."""
        self._last: Array | None = None
        self.returns_buffer = False
        """Whether it has returned the same memory twice."""

    def at(self, x: Array) -> Array | None:
        """Return the flattened value at x of shape `input`; None if it raised there."""
        flat = x.reshape(-1).copy()
        value = self._call(flat)
        if value is None:
            return None
        self.returns_argument |= bool(self._shape) and np.may_share_memory(value, flat)
        self.returns_buffer |= self._last is not None and np.may_share_memory(value, self._last)
        self._last = value
        kept = np.array(value, dtype=np.float64).reshape(-1)
        self._same_bytes(flat, x.reshape(-1))
        return kept

    def rows(self, points: Sequence[Array] | Array) -> Array:
        """Return the values at points of shape (count, inputs), as rows (count, outputs).

        Where it raised, and where the point lies outside the domain, the row is NaN.
        """
        if self._is_batched:
            return self._batch(np.asarray(points))
        values = np.empty((len(points), self._outputs))
        for k, point in enumerate(points):
            flat = point.copy()
            outside = self._watch_domain and not self._inside(flat)
            value = None if outside else self._call(flat)
            values[k] = np.nan if value is None else value
            if value is not None:
                self._same_bytes(flat, point)
        return values

    def moved(self, base: Array, coordinates: Array, targets: Array) -> Array:
        """Return the values where single coordinates of `base` are moved, one row per target.

        Parameters
        ----------
        base : array of shape (inputs,)
            The point x.
        coordinates : array of int, shape (count,)
            Which input is moved.
        targets : array of shape (count,)
            Where to.
        """
        if self._is_batched:
            return self._moved_batches(base, coordinates, targets)
        values = np.full((len(targets), self._outputs), np.nan)
        original = base.tobytes()
        call, domain = self._call, self._watch_domain
        for k, (i, target) in enumerate(zip(coordinates.tolist(), targets.tolist(), strict=True)):
            flat = base.copy()
            flat[i] = target
            if domain and not self._inside(flat):
                continue
            value = call(flat)
            if value is None:
                continue
            values[k] = value
            kept = flat[i] == target
            flat[i] = base[i]
            if not kept or flat.tobytes() != original:
                self._mutated(base, flat)
        return values

    def text(self, x: Array) -> str:
        """Write a point for a message."""
        return text_of(x) if self.structure is None else self.structure.text(x)

    @property
    def _outputs(self) -> int:
        return int(np.prod(self.output or ()))

    def _call(self, flat: Array) -> Array | None:
        """Call the function on the flat point, whose memory it gets."""
        if self._is_batched:
            return self._one_of_batch(flat)
        self.calls += 1
        argument = flat.reshape(self._shape) if self._shape else flat[0]
        try:
            value = self._function(argument)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (is told with the result)
            if not self.failure:
                place = self.text(flat.reshape(self._shape))
                self.failure = f"{self._role} raised {words_of(error)} at x = {place}"
            return None
        kind = type(value)
        if kind is np.float64 or kind is float:
            if self.output == ():
                number: Array = value  # which fills a row of one
                return number
        elif kind is np.ndarray and value.dtype == np.float64 and value.shape == self.output:
            row: Array = value.reshape(-1)
            return row
        return self._unusual(value, argument)

    def _unusual(self, value: Any, argument: Array) -> Array:
        if isinstance(value, Refusal):
            raise value.error
        numbers = as_numbers(self._case, self._role, value, argument, self.text)
        if type(value) is np.ndarray and value.dtype == np.float64:
            numbers = value  # whose memory is looked at
        if self.output is None:
            self.output = numbers.shape
        elif numbers.shape != self.output:
            raise CaseError(
                f"{self._case.name}: {self._role} must return one shape, but it returned "
                f"{self.output} before and {numbers.shape} at x = {self.text(np.asarray(argument))}"
            )
        return numbers.reshape(-1)

    def _same_bytes(self, flat: Array, point: Array) -> None:
        if not same_bytes(flat, point):
            self._mutated(point, flat)

    def _mutated(self, point: Array, changed: Array) -> None:
        if not self.mutation:
            what = "" if self.structure is None else self.structure.changes(point, changed)
            place = self.text(point.reshape(self._shape))
            self.mutation = f"{self._role} changed {what}its argument x = {place}"

    def _inside(self, flat: Array) -> bool:
        point = flat.reshape(1, *self._shape)
        return bool(contains(self._case.domain, point, name=self._case.name)[0])

    def _one_of_batch(self, flat: Array) -> Array | None:
        values = self._batch(flat[None])
        return values[0] if self.output is not None else None

    def _batch(self, points: Array) -> Array:
        """Call the batched function on points of shape (count, inputs)."""
        self.calls += len(points)
        argument = points.reshape(-1, *self._shape).copy()
        try:
            value = self._function(argument)
        except (Exception, SystemExit) as error:  # noqa: BLE001  (is told with the result)
            if len(points) > 1:  # one bad point must not spoil its neighbours
                return np.concatenate([self._batch(point[None]) for point in points])
            if not self.failure:
                place = self.text(argument[0])
                self.failure = f"{self._role} raised {words_of(error)} at x = {place}"
            return np.full((1, self._outputs), np.nan)
        if not same_bytes(argument, points):
            self._mutated(points[0], argument[0].reshape(-1))
        numbers = self._numbers_of_batch(value, argument)
        values = numbers.reshape(len(points), -1)
        if self._watch_domain:
            values = values.copy()
            values[~contains(self._case.domain, argument, name=self._case.name)] = np.nan
        return values

    def _numbers_of_batch(self, value: Any, argument: Array) -> Array:
        """Require one row per point, and the same shape as before."""
        count = len(argument)
        if isinstance(value, Refusal):
            raise value.error
        numbers = as_numbers(self._case, self._role, value, argument)
        if numbers.shape[:1] != (count,):
            raise CaseError(
                f"{self._case.name}: a batched {self._role} must return one row per point, the "
                f"shape ({count}, *output), got {numbers.shape} for {argument.shape}"
            )
        if self.output is None:
            self.output = numbers.shape[1:]
        elif numbers.shape[1:] != self.output:
            raise CaseError(
                f"{self._case.name}: {self._role} must return one shape per point, but it "
                f"returned {self.output} before and {numbers.shape[1:]} now"
            )
        return numbers

    def _moved_batches(self, base: Array, coordinates: Array, targets: Array) -> Array:
        size = max(1, _BATCH // max(1, len(base)))
        blocks = []
        for start in range(0, len(targets), size):
            part = slice(start, start + size)
            points = np.repeat(base[None], len(targets[part]), axis=0)
            points[np.arange(len(points)), coordinates[part]] = targets[part]
            blocks.append(self._batch(points))
        return np.concatenate(blocks) if blocks else np.empty((0, self._outputs))
