"""The check at one point: faults, estimates, the judgement, and second looks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from gradcheck.differences import estimate, tracks
from gradcheck.differences.probe import Probe
from gradcheck.differences.slopes import Slopes, Survey
from gradcheck.differences.tracks import scale_of
from gradcheck.verdict.accuracy import derivative_noise
from gradcheck.verdict.blocks import Block, whole
from gradcheck.verdict.directions import DEFAULT, LARGE, Directions, Power, along, power
from gradcheck.verdict.faults import Start, finish, repeat, start
from gradcheck.verdict.judging import MATERIAL, SIGNIFICANT, Judgement, Tolerance, judge
from gradcheck.verdict.result import Finding
from gradcheck.verdict.second_look import clear, judged, with_accuracy

Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a derivative is to be checked."""

    tolerance: Tolerance
    directions: int | None
    entries: Literal["all"] | None
    seed: int
    blocks: tuple[Block, ...] = ()
    """The named parts of x; none if it is an array."""
    constants: Mapping[str, float] = field(default_factory=dict)
    """Numbers that the caller named."""

    def lines(self, x: Array) -> Directions | None:
        """Return the directions to check at x, of shape (inputs,); None for every entry."""
        each = self.directions
        if each is None:
            if len(x) <= LARGE or self.entries is not None:
                return None
            each = DEFAULT
        blocks = tuple(block for block in self.blocks if block.size) or whole(x.shape)
        return Directions(blocks=blocks, each=each, scale=scale_of(x), seed=self.seed)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one point showed; arrays have the shape (tracks, outputs) if nothing else is said."""

    center: Array
    """f(x), of shape (outputs,)."""
    analytic: Array
    slopes: Slopes
    judgement: Judgement
    directions: Directions | None
    elementwise: bool
    power: Power | None = None
    """What directions can see; None where every entry was compared."""
    places: tuple[Array, Array] | None = None
    """The outputs and inputs of the entries, in their order, where not all entries were compared;
    there is one track an entry then, and one output a track."""
    groups: int | None = None
    """In so many groups of columns they were compared, if in any."""
    findings: tuple[Finding, ...] = ()
    """Causes that showed while the point was checked."""


def check_point(f: Probe, df: Probe, point: Array, options: Options) -> Outcome:
    """Check at one point: faults first, then estimates, then the verdict on every entry."""
    begun = start(f, df, point, constants=options.constants)
    x = point.reshape(-1)
    directions = None if begun.elementwise else options.lines(x)
    if directions is not None:
        return _along_directions(f, df, point, begun, directions, options.tolerance)
    repeat(f, point, begun)
    survey = (estimate.elementwise if begun.elementwise else estimate.by_input)(f, x, begun.center)
    finish(f, df, point, begun)
    analytic = _claims(begun, len(x))
    judgement = judged(survey, analytic, options.tolerance, np.zeros(analytic.shape))
    if (judgement.verdict != 0).any():
        judgement = _with_accuracy(df, x, begun, survey, judgement, options.tolerance)
    return Outcome(
        center=begun.center,
        analytic=analytic,
        slopes=survey.slopes,
        judgement=judgement,
        directions=None,
        elementwise=begun.elementwise,
    )


def _along_directions(
    f: Probe, df: Probe, point: Array, begun: Start, directions: Directions, tolerance: Tolerance
) -> Outcome:
    """Check along directions: at a glance where f is smooth and the outcome is clear."""
    x = point.reshape(-1)
    analytic, sizes = along(begun.analytic.reshape(-1, len(x)), directions)
    noise = MATERIAL * sizes
    lines = tracks.along(f, x, directions)
    slopes = estimate.at_a_glance(lines, begun.center)
    judgement = None if slopes is None else judge(analytic, slopes, tolerance, noise)
    repeat(f, point, begun)
    if slopes is None or judgement is None or not clear(judgement, analytic, slopes).all():
        survey = estimate.with_noise(lines, f, x, begun.center, directions.scale)
        finish(f, df, point, begun)
        slopes, judgement = survey.slopes, judge(analytic, survey.slopes, tolerance, noise)
        if not clear(judgement, analytic, slopes).all():
            judgement = judged(survey, analytic, tolerance, noise)
    return Outcome(
        center=begun.center,
        analytic=analytic,
        slopes=slopes,
        judgement=judgement,
        directions=directions,
        elementwise=False,
        power=power(SIGNIFICANT * slopes.bar + judgement.materiality, sizes, directions),
    )


def _claims(begun: Start, inputs: int) -> Array:
    """Return what df claims along the tracks."""
    if begun.elementwise:
        return begun.analytic[None]
    return begun.analytic.reshape(-1, inputs).T


def _with_accuracy(
    df: Probe, x: Array, begun: Start, survey: Survey, judgement: Judgement, tolerance: Tolerance
) -> Judgement:
    """Judge again with df's own noise, where df may be the less accurate side."""
    scale = scale_of(x)
    spans = survey.slopes.span / (scale if begun.elementwise else scale[:, None])
    within = spans.min(axis=0)  # all inputs are moved at once
    if not begun.elementwise:
        within = np.repeat(within, len(x))
    noise = derivative_noise(df, x, begun.analytic, scale, within=within)
    noise = noise[None] if begun.elementwise else noise.reshape(-1, len(x)).T
    return with_accuracy(judgement, _claims(begun, len(x)), survey.slopes, tolerance, noise)
