"""The check of a sparse Jacobian: many columns at a time, and nothing outside the pattern.

The columns of a group move together, so that the derivatives along a few directions hold all
entries: the compressed Jacobian. Its places that belong to no entry must be 0, and along a random
direction f must change as the entries say: both prove the pattern.
"""

from math import prod
from typing import Any

import numpy.typing as npt

from gradcheck.differences.grouping import Pattern
from gradcheck.differences.probe import Probe
from gradcheck.errors import CaseError
from gradcheck.verdict.faults import finish, repeat, require_unchanged, start
from gradcheck.verdict.in_groups import InGroups
from gradcheck.verdict.point import Options, Outcome

Array = npt.NDArray[Any]


def check_sparse(f: Probe, df: Probe, point: Array, pattern: Pattern, options: Options) -> Outcome:
    """Check the entries on the pattern, and that there are no others.

    Parameters
    ----------
    f, df : Probe
        The functions; df as `on_pattern` returns it.
    point : array of shape `input`
        The point.
    pattern : Pattern
        Where the derivative may differ from zero.
    options : Options
        The tolerance, and the seed of the random direction that proves the pattern.

    Raises
    ------
    Fault
        If f and df cannot be compared.
    CaseError
        If the pattern has another shape than the derivative.
    """
    try:
        begun = start(f, df, point, claims=(len(pattern),))
    finally:
        _require_shape(f, point, pattern)
    check = InGroups(f, point, begun, pattern, options)
    doubtful = check.glance()
    require_unchanged(f)
    if not doubtful.any():
        return check.outcome()
    repeat(f, point, begun)
    finish(f, df, point, begun)
    astray = check.look_closer(df, doubtful)
    return check.outcome() if not len(astray) else check.outcome_with_strangers(astray)


def _require_shape(f: Probe, point: Array, pattern: Pattern) -> None:
    """Raise if the pattern has another shape than the derivative, as soon as that is known."""
    expected = (prod(f.output or ()), point.size)
    if f.output is not None and pattern.shape != expected:
        raise CaseError(
            f"sparsity must have the shape (outputs, inputs) = {expected}, got {pattern.shape}"
        ) from None
