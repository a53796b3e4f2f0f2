"""The best that differences of float64 values could do: what an error must exceed to be seen.

Along one coordinate, the exact Taylor coefficients aₖ = f^(k)(x) / k! come from 260 digits. The
central difference of order p = 2, 4 or 6 with step h has the error

    A noise(h) / h + Σₖ cₖ |aₖ| hᵏ⁻¹        (k = p + 1, p + 3, … 7, and 8 to guard the rest)

where A is the sum of its weights, cₖ what the weights leave of the k-th power, and

    noise(h) = max(noise, unit roundoff × S(h), noise × S(h) / S(|x|)),    S(h) = Σₖ |aₖ| hᵏ.

The noise is the largest |f - exact f| in 24 places at relative distances up to 1e-4:
this measures rounding, float32, rounded decimals, solvers that stopped early, whatever there is.
Minimised over p, and over h from four ulps of x upwards while the outermost point is at most
max(|x|, 1) away and before the nearest kink, this is the *accuracy* of the entry.

A mutant is *detectable* if in one entry at least (of those in the columns of the changed entries
that are largest by |change|) its error exceeds `MARGIN` times the accuracy, and `OWN_MARGIN` times
the rounding error of df itself: the largest |df - truth| at x and two floats nearby, and at least
four units in the last place.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from benchmarks.subjects.exact import mp, numbers, sizes, slopes, taylor, values
from benchmarks.subjects.mutants import Mutant
from benchmarks.subjects.subject import Array, Subject

MARGIN = 30.0
OWN_MARGIN = 10.0
ROUNDOFF = 2.0**-53
TINY = 2.0**-1074
PLACES = 24
FARTHEST = 1e-4
EXAMINED = 3
"""Changed entries of a mutant that are looked at, those with the largest changes."""

STEPS = 1200
NOISE_DIGITS = 60
SLOPE_DIGITS = 120

STENCILS = (
    {1: 1.0},
    {1: 4 / 3, 2: -1 / 3},
    {1: 3 / 2, 2: -3 / 5, 3: 1 / 10},
)
"""Weights of the central differences of order 2, 4, 6: w_m (f(x + mh) - f(x - mh)) / 2mh."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one entry of the Jacobian."""

    truth: float
    accuracy: float
    own_error: float

    def shows(self, claim: float) -> bool:
        """Return whether a claim is wrong by more than could be overlooked."""
        if not np.isfinite(claim):
            return True
        error = abs(claim - self.truth)
        return error > MARGIN * self.accuracy and error > OWN_MARGIN * self.own_error


class Conditioning:
    """What is known of the entries at one point of a subject, found out when asked for."""

    def __init__(self, subject: Subject, point: Any) -> None:
        self.subject, self.point = subject, point
        self.inputs = int(np.size(point))
        self.jacobian = np.asarray(subject.df(point), dtype=np.float64)
        self.noise = noise(subject, point)
        self.column = cache(self._column)

    def entry(self, place: int) -> Entry:
        """Return what is known of an entry, numbered as in the flattened Jacobian."""
        output, coordinate = divmod(place, self.inputs)
        return self.column(coordinate)[output]

    def detectable(self, mutant: Mutant) -> bool:
        """Return whether differences could show the mistake."""
        wrong = np.asarray(mutant.of(self.jacobian)).reshape(-1)
        change = np.abs(wrong - self.jacobian.reshape(-1))
        order = np.argsort(-change, kind="stable")[:EXAMINED]
        return any(self.entry(p).shows(wrong[p]) for p in order.tolist() if change[p] > 0)

    def _column(self, coordinate: int) -> list[Entry]:
        """Return the entries of all outputs along one coordinate."""
        subject, x = self.subject, self.point
        coefficients = taylor(subject, x, coordinate)
        smallest = 4 * float(np.spacing(np.abs(np.ravel(x)[coordinate])))
        own = self._own_errors(coordinate)
        return [
            Entry(
                truth=float(row[1]),
                accuracy=accuracy(
                    row, noise=float(self.noise[output]), size=float(sizes(subject, x)[coordinate]),
                    smallest=smallest, reach=subject.reach,
                ),
                own_error=own[output],
            )
            for output, row in enumerate(coefficients)
        ]  # fmt: skip

    def _own_errors(self, coordinate: int) -> list[float]:
        """Return the rounding errors of df for all outputs along one coordinate."""
        errors = []
        for ulps in (0, -3, 2):
            x = self.point * (1 + ulps * 2 * ROUNDOFF)
            claim = np.asarray(self.subject.df(x), dtype=np.float64).reshape(-1, self.inputs)
            with mp.workdps(SLOPE_DIGITS):
                truth = slopes(self.subject, x, coordinate)
            errors.append(
                [
                    max(float(abs(mp.mpf(c) - t)), 8 * ROUNDOFF * abs(c)) if np.isfinite(c) else 0.0
                    for c, t in zip(claim[:, coordinate].tolist(), truth, strict=True)
                ]
            )
        return [max(each) for each in zip(*errors, strict=True)]


def noise(subject: Subject, point: Any) -> Array:
    """Return, for each output, the largest error of f's values at and around the point."""
    random = subject.random(3)
    lengths = sizes(subject, point).reshape(np.shape(point))
    value = np.abs(np.asarray(subject.f(point), dtype=np.float64)).reshape(-1)
    largest = ROUNDOFF * value + TINY
    for distance in np.geomspace(1e-15, FARTHEST, PLACES):
        x = point + distance * random.uniform(-1, 1, np.shape(point)) * lengths
        x = x if np.ndim(point) else float(x)
        with np.errstate(all="ignore"):
            found = np.asarray(subject.f(x), dtype=np.float64).reshape(-1)
        if np.all(np.isfinite(found)):
            with mp.workdps(NOISE_DIGITS):
                exact = values(subject.truth, numbers(x))
            error = [float(abs(mp.mpf(a) - b)) for a, b in zip(found.tolist(), exact, strict=True)]
            largest = np.maximum(largest, error)
    return largest


def accuracy(
    coefficients: Array, *, noise: float, size: float, smallest: float, reach: float
) -> float:
    """Return the smallest error that a central difference could have, in units of f / x."""
    # Logarithms carry what floats cannot: 1e-300 to the eighth power.
    logs = np.array([float(mp.log(abs(a))) if a else -np.inf for a in coefficients])
    farthest = min(max(size, 1.0), reach)
    steps = np.log(np.geomspace(smallest, max(farthest, smallest), STEPS))
    power = np.arange(len(logs))
    terms = logs[:, None] + power[:, None] * steps  # log |a_k| h^k
    extent = np.logaddexp.reduce(terms, axis=0)
    here = np.logaddexp.reduce(logs + power * np.log(size))
    share = max(np.log(ROUNDOFF), np.log(noise) - here if np.isfinite(here) else -np.inf)
    noisy = np.maximum(np.log(noise), extent + share)
    best = np.inf
    for stencil in STENCILS:
        order = 2 * len(stencil)
        condition = sum(abs(weight) / m for m, weight in stencil.items())
        rest = power[order + 1 :]
        left = np.array([abs(sum(w * m ** (k - 1) for m, w in stencil.items())) for k in rest])
        left[(rest % 2 == 0) & (rest < power[-1])] = 0
        with np.errstate(divide="ignore"):
            truncation = np.logaddexp.reduce(terms[order + 1 :] + np.log(left)[:, None], axis=0)
        total = np.logaddexp(np.log(condition) + noisy, truncation) - steps
        within = steps + np.log(len(stencil)) <= np.log(farthest)
        best = min(best, float(np.min(total, where=within, initial=np.inf)))
    return float(np.exp(min(best, 700)))
