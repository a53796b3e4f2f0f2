"""Derivatives with a memory."""

from typing import Any

import numpy as np

import gradcheck as gc
from tests.wrong.record import Array, Function, Wrong, around_zero, codes, normal

_DATA, _TARGET = normal(7, 6, seed=1001), normal(7, seed=1002)


def _loss(w: Array) -> Any:
    return np.sum(np.log(np.cosh(_DATA @ w - _TARGET)))


def _gradient(w: Array) -> Array:
    return np.asarray(_DATA.T @ np.tanh(_DATA @ w - _TARGET))


def _accumulating() -> Function:
    """Return a gradient that is added to a buffer which nobody clears."""
    buffer = np.zeros(6)

    def df(w: Array) -> Array:
        buffer[:] += _gradient(w)
        return buffer.copy()

    return df


def _one_behind() -> Function:
    """Return a gradient at the x before this one: a change is noticed, but used too late."""
    seen: list[Array] = []

    def df(w: Array) -> Array:
        if not seen or not np.array_equal(w, seen[-1]):
            seen.append(w.copy())
        return _gradient(seen[-2] if len(seen) > 1 else seen[-1])

    return df


def _kept() -> Function:
    """Return a gradient whose residuals are computed at the first x, and never again."""
    cache: dict[str, Array] = {}

    def df(w: Array) -> Array:
        if "residual" not in cache:
            cache["residual"] = np.tanh(_DATA @ w - _TARGET)
        return np.asarray(_DATA.T @ cache["residual"])

    return df


def _refreshed_late() -> Function:
    """Return a gradient that refreshes its residuals after they have been used."""
    residual = np.tanh(-_TARGET)

    def df(w: Array) -> Array:
        nonlocal residual
        gradient = np.asarray(_DATA.T @ residual)
        residual = np.tanh(_DATA @ w - _TARGET)
        return gradient

    return df


STATE = (
    Wrong(
        name="gradient-accumulates",
        title="the gradient is added to a buffer that is never reset",
        f=_loss,
        df=_accumulating,
        right=_gradient,
        draw=around_zero(6),
        codes=codes("accumulates"),
        rows=(31,),
        catalogue=True,
        has_memory=True,
        verdict=gc.Verdict.INCONCLUSIVE,
        reason="stateful",
    ),
    Wrong(
        name="one-point-behind",
        title="the gradient is that of the x before this one",
        f=_loss,
        df=_one_behind,
        right=_gradient,
        draw=around_zero(6),
        codes=codes("stale"),
        rows=(32,),
        catalogue=True,
        has_memory=True,
        verdict=gc.Verdict.INCONCLUSIVE,
        reason="stateful",
    ),
    Wrong(
        name="cache-never-refreshed",
        title="the residuals of the first x are kept for all others",
        f=_loss,
        df=_kept,
        right=_gradient,
        draw=around_zero(6),
        codes=codes("stale"),
        rows=(32,),
        needs=2,
        has_memory=True,
    ),
    Wrong(
        name="residuals-refreshed-too-late",
        title="the residuals are refreshed after the gradient has used them",
        f=_loss,
        df=_refreshed_late,
        right=_gradient,
        draw=around_zero(6),
        codes=codes("stale"),
        rows=(32,),
        has_memory=True,
        verdict=gc.Verdict.INCONCLUSIVE,
        reason="stateful",
    ),
)
