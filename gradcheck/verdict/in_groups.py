"""The entries of a sparse Jacobian as they come to light, from a glance to the last resort."""

from dataclasses import replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

from gradcheck.differences.compression import (
    Compressed,
    at_a_glance,
    pair,
    roughly,
    slope_across,
)
from gradcheck.differences.grouping import Pattern
from gradcheck.differences.ladder import step
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Slopes
from gradcheck.differences.some_outputs import SomeOutputs
from gradcheck.differences.tracks import scale_of
from gradcheck.verdict.accuracy import derivative_noise
from gradcheck.verdict.blocks import whole
from gradcheck.verdict.directions import Directions
from gradcheck.verdict.faults import Start
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT, Judgement, Tolerance, judge
from gradcheck.verdict.on_places import Stranger, blurred, on_places, with_strangers
from gradcheck.verdict.outside import Strangers
from gradcheck.verdict.point import Options, Outcome
from gradcheck.verdict.result import VERDICTS, Reason, Verdict
from gradcheck.verdict.second_look import (
    clear,
    columns,
    exchanged,
    judged,
    with_accuracy,
    with_columns,
)

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]

_NAMED = 3
"""In so many outputs derivatives outside the pattern are looked for, and so many in each."""
_CONFIRMED = 100
"""So many outputs with entries that differ by much are looked at again."""
_SLIGHT = 1e-5
"""A smaller relative difference does not count where the two estimates disagree about it."""
_OTHER = (5, 6, 7, 8, 10, 12, 14, 16, 19, 22, 25, 28, 31, 34)
"""Levels of steps that are taken before df is accused, however f oscillates."""
_NEAR = 0.25
"""A quotient agrees with df if it is closer, by this factor, than the estimate is."""
_WITNESSES = 3
"""So many quotients that agree with df refute an estimate."""
_FAIL, _INCONCLUSIVE = VERDICTS.index(Verdict.FAIL), VERDICTS.index(Verdict.INCONCLUSIVE)


@final
class InGroups:
    """The derivatives along groups of columns at one point, and what is thought of them so far.

    Parameters
    ----------
    f : Probe
        The function.
    point : array of shape `input`
        The point.
    begun : Start
        The values there.
    pattern : Pattern
        Where the derivative may differ from zero.
    options : Options
        The tolerance, and the seed of the random direction that proves the pattern.
    """

    slopes: Slopes
    judgement: Judgement

    def __init__(
        self, f: Probe, point: Array, begun: Start, pattern: Pattern, options: Options
    ) -> None:
        x = point.reshape(-1)
        self._f, self._x, self._begun = f, x, begun
        self._grouped = grouped = Compressed(pattern, scale_of(x))
        self._claims = grouped.compressed(begun.analytic)
        line = Directions(blocks=whole(x.shape), each=1, scale=grouped.scale, seed=options.seed)
        self._across = line[0]
        self._tolerance = options.tolerance
        if options.tolerance.atol:
            self._tolerance = replace(options.tolerance, unit=grouped.unit())

    def glance(self) -> Bools:
        """Take two small steps a group; tell which outputs ask for a closer look."""
        f, x, grouped = self._f, self._x, self._grouped
        self._glance = at_a_glance(f, x, self._begun.center, grouped)
        self.slopes, doubtful = self._glance.slopes, self._glance.wide
        self.judgement = judge(self._claims, self.slopes, self._tolerance, np.zeros(1))
        if self.judgement.verdict.any():
            doubtful |= self.judgement.verdict.any(axis=0)
        shown = slope_across(f, x, self._across)
        return doubtful | self._astray(shown, roughly(self.slopes))

    def look_closer(self, df: Probe, doubtful: Bools) -> Array:
        """Take more steps where it is needed; return the outputs that depend on other inputs, too.

        Of very many entries that differ by much, few are looked at: if they fail, so do the others.
        """
        chosen = np.flatnonzero(doubtful)
        self._take_large_steps(chosen)
        failing = self.judgement.verdict == _FAIL
        worst = np.flatnonzero((failing & ~self._grouped.empty()).any(axis=0))
        sure = np.asarray(clear(self.judgement, self._claims, self.slopes).all(axis=0))
        certain = worst[sure[worst]]
        left = np.setdiff1d(self._unsettled(chosen), certain[_CONFIRMED:])
        if len(left):
            self._survey(df, left)
            again = certain[:_CONFIRMED]
            if len(again) and not (self.judgement.verdict[:, again] == _FAIL).any():
                self._survey(df, certain[_CONFIRMED:])
        self._excuse_the_wild()
        line = self._some(chosen).along(self._across)
        value, bar = np.full((2, len(self._begun.center)), np.nan)
        value[chosen], bar[chosen] = line.value[0], line.bar[0]
        astray = self._astray(value, bar)
        astray |= ((self.judgement.verdict == _FAIL) & self._grouped.empty()).any(axis=0)
        return np.flatnonzero(astray)

    def _unsettled(self, chosen: Array) -> Array:
        """Return those of the chosen outputs of which not all entries pass."""
        wide = ~np.isfinite(self.slopes.bar[:, chosen])
        return np.asarray(chosen[((self.judgement.verdict[:, chosen] != 0) | wide).any(axis=0)])

    def _take_large_steps(self, chosen: Array) -> None:
        """Estimate again where noise is large beside small steps; keep what is more precise."""
        found = self._some(chosen).at_large_steps(self._directions(), self._glance.noise)
        before, claims = self.slopes, self._claims[:, chosen]
        bars = found.bar + before.bar[:, chosen]
        with np.errstate(invalid="ignore"):
            better = np.abs(found.value - before.value[:, chosen]) <= bars
        better &= found.bar < before.bar[:, chosen]
        own = exchanged(found, ~better, before, chosen)
        again = judge(claims, own, self._tolerance_of(chosen), np.zeros(claims.shape))
        self.slopes = with_columns(before, chosen, own)
        self.judgement = with_columns(self.judgement, chosen, again)

    def _survey(self, df: Probe, chosen: Array) -> None:
        """Estimate some outputs with all care, and judge them with the noise of df."""
        if not len(chosen):
            return
        grouped = self._grouped
        survey = self._some(chosen).by_one_input(
            self._directions(),
            lambda slopes, line: (slopes * grouped.weights(line)[:, chosen]).sum(axis=0),
        )
        claims, tolerance = self._claims[:, chosen], self._tolerance_of(chosen)
        again = judged(survey, claims, tolerance, np.zeros(claims.shape))
        if again.verdict.any():
            noise = self._noise_of_df(df, chosen, survey.slopes.span.min(axis=0))
            again = with_accuracy(again, claims, survey.slopes, tolerance, noise)
        passed = self.judgement.verdict[:, chosen] == 0
        gap = np.abs(claims - survey.slopes.value)
        slight = passed & (again.verdict != 0) & (gap <= _SLIGHT * np.abs(claims))
        closer = exchanged(survey.slopes, slight, self.slopes, chosen)
        again = exchanged(again, slight, self.judgement, chosen)
        self.judgement = with_columns(self.judgement, chosen, again)
        self.slopes = with_columns(self.slopes, chosen, closer)

    def _excuse_the_wild(self) -> None:
        """Take back failures where steps of several sizes agree with df, and not the estimate.

        A function that oscillates within the steps taken, or is rough, may show anything.
        """
        failing = (self.judgement.verdict == _FAIL) & np.isfinite(self._claims)
        failing &= self._claims != 0
        wild = np.zeros_like(failing)
        for group in np.flatnonzero(failing.any(axis=1)).tolist():
            claim, direction = self._claims[group], self._grouped.direction(group)
            near = _NEAR * np.abs(claim - self.slopes.value[group])
            count = np.zeros(len(claim), dtype=np.intp)
            for level in _OTHER:
                above, below = pair(self._f, self._x, step(level) * direction)
                count += np.abs((above - below) / (2 * step(level)) - claim) <= near
            wild[group] = failing[group] & (count >= _WITNESSES)
        if wild.any():
            verdict, reason = self.judgement.verdict.copy(), self.judgement.reason.copy()
            verdict[wild], reason[wild] = _INCONCLUSIVE, Reason.NOISE
            self.judgement = replace(self.judgement, verdict=verdict, reason=reason)

    def _noise_of_df(self, df: Probe, chosen: Array, spans: Array) -> Array:
        """Measure the noise of the entries of some outputs, where f is smooth over these spans."""
        grouped, claims = self._grouped, self._begun.analytic
        within = np.full(len(self._begun.center), np.nan)
        within[chosen] = spans
        within = within[grouped.pattern.rows]
        own = np.flatnonzero(~np.isnan(within))
        some = SomeOutputs(df, self._x, claims, grouped.scale, np.zeros(len(claims)), own)
        noise = np.zeros(len(claims))
        noise[own] = derivative_noise(some, self._x, claims[own], grouped.scale, within=within[own])
        return np.asarray(grouped.compressed(noise)[:, chosen])

    def _directions(self) -> list[Array]:
        return [self._grouped.direction(group) for group in range(self._grouped.groups)]

    def outcome(self) -> Outcome:
        """Return what is known of the entries."""
        return on_places(self._begun, self._grouped, self.slopes, self.judgement)

    def outcome_with_strangers(self, rows: Array) -> Outcome:
        """Return the same, with derivatives outside the pattern in some rows.

        Where they cannot be named, f is not understood there, and nothing is said of these rows.
        """
        tolerated, strangers = 0, []
        for row in rows[:_NAMED].tolist():
            for each in self._strangers(row):
                if abs(each.value) <= SIGNIFICANT * each.bar + self._tolerance.atol:
                    tolerated += 1
                else:
                    strangers.append(each)
        if not strangers:
            unknown = rows[:0] if tolerated else rows
            return blurred(self.outcome(), unknown)
        for each in strangers:  # which moved with the group of its column
            place = self._grouped.group_of(each.column), each.row
            unit = float(self._grouped.scale[each.column])
            self.slopes.value[place] -= each.value * unit
            self.slopes.bar[place] += each.bar * unit
        known = np.unique([each.row for each in strangers])
        claims = self._claims[:, known]
        again = judge(
            claims, columns(self.slopes, known), self._tolerance_of(known), np.zeros(claims.shape)
        )
        self.judgement = with_columns(self.judgement, known, again)
        return with_strangers(self.outcome(), strangers, len(rows))

    def _strangers(self, row: int) -> list[Stranger]:
        """Estimate the derivatives of one output by inputs that the pattern leaves out."""
        grouped = self._grouped
        search = Strangers(
            self._f, self._x, grouped.scale, grouped.pattern,
            row=row, noise=float(self._glance.noise[row]),
        )  # fmt: skip
        some = self._some(np.array([row]))
        found = []
        for column in search.found()[:_NAMED]:
            unit = float(grouped.scale[column])
            direction = np.zeros(len(self._x))
            direction[column] = unit
            slopes = some.along(direction)
            value, bar = float(slopes.value[0, 0]) / unit, float(slopes.bar[0, 0]) / unit
            if abs(value) > SIGNIFICANT * bar:
                found.append(Stranger(row=row, column=column, value=value, bar=bar))
        return found

    def _some(self, chosen: Array) -> SomeOutputs:
        return SomeOutputs(
            self._f, self._x, self._begun.center, self._grouped.scale, self._glance.usual, chosen
        )

    def _tolerance_of(self, chosen: Array) -> Tolerance:
        unit = self._tolerance.unit
        if not isinstance(unit, np.ndarray):
            return self._tolerance
        return replace(self._tolerance, unit=unit[:, chosen])

    def _astray(self, shown: Array, bar: Array) -> Bools:
        """Tell which outputs change across all groups by more than the entries say."""
        slopes = self.slopes
        said = (slopes.value * self._grouped.weights(self._across)).sum(axis=0)
        bars = bar + slopes.bar.sum(axis=0)  # as no component is larger than the scale
        sizes = np.abs(slopes.value).sum(axis=0)
        return np.asarray(np.abs(shown - said) > SIGNIFICANT * bars + MATERIAL * sizes)
