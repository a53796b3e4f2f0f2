"""A branch, a sign or a mask: wrong for some values of x only, or whatever the sign."""

from typing import Any

import numpy as np

from tests.wrong.record import Array, Wrong, around_zero, codes, normal, sigmoid

_UPSTREAM = normal(24, seed=801)
_DELTA = 1.345
_LOWER, _UPPER = -1.1, 0.8
_DATA, _TARGET = normal(7, 6, seed=802), normal(7, seed=803)
_LABELS = np.sign(normal(7, seed=804))


def _leaky(x: Array) -> Any:
    return np.sum(_UPSTREAM * np.where(x > 0, x, 0.01 * x))


def _huber(x: Array) -> Any:
    size = np.abs(x)
    return np.sum(np.where(size <= _DELTA, x**2 / 2, _DELTA * (size - _DELTA / 2)))


def _loss(w: Array) -> Any:
    return np.sum(np.log1p(np.exp(-_LABELS * (_DATA @ w))))


def _loss_gradient(w: Array) -> Array:
    return np.asarray(-_DATA.T @ (_LABELS * sigmoid(-_LABELS * (_DATA @ w))))


def _misfit_gradient(w: Array) -> Array:
    return np.asarray(_DATA.T @ (_DATA @ w - _TARGET))


BRANCHES = (
    Wrong(
        name="leaky-slope",
        title="the slope of a leaky ReLU below 0 is 0.1 in the gradient, 0.01 in f",
        f=_leaky,
        df=lambda x: _UPSTREAM * np.where(x > 0, 1.0, 0.1),
        right=lambda x: _UPSTREAM * np.where(x > 0, 1.0, 0.01),
        draw=around_zero(24, scale=1.5),
        codes=codes("branch"),
        rows=(27,),
        catalogue=True,
    ),
    Wrong(
        name="huber-without-linear-part",
        title="the derivative of the Huber loss is x everywhere, the linear part is forgotten",
        f=_huber,
        df=lambda x: 1.0 * x,
        right=lambda x: np.clip(x, -_DELTA, _DELTA),
        draw=around_zero(24, scale=1.5),
        codes=codes("branch"),
        rows=(27,),
        catalogue=True,
    ),
    Wrong(
        name="clip-ignored",
        title="the gradient passes through clip as if nothing were clipped",
        f=lambda x: np.sum(_UPSTREAM * np.clip(x, _LOWER, _UPPER)),
        df=lambda x: _UPSTREAM + 0 * x,
        right=lambda x: _UPSTREAM * ((x > _LOWER) & (x < _UPPER)),
        draw=around_zero(24, scale=1.2),
        codes=codes("branch"),
        rows=(27,),
        catalogue=True,
    ),
    Wrong(
        name="mask-inverted",
        title="the mask of ReLU is inverted in the gradient",
        f=lambda x: np.sum(_UPSTREAM * np.maximum(x, 0)),
        df=lambda x: _UPSTREAM * (x < 0),
        right=lambda x: _UPSTREAM * (x > 0),
        draw=around_zero(24, scale=1.5),
        codes=codes("branch"),
        partial=codes("zero"),
        rows=(27,),
    ),
    Wrong(
        name="everything-masked",
        title="the gradient of a clipped sum is 0 everywhere",
        f=lambda x: np.sum(_UPSTREAM * np.clip(x, _LOWER, _UPPER)),
        df=lambda x: 0 * x,
        right=lambda x: _UPSTREAM * ((x > _LOWER) & (x < _UPPER)),
        draw=around_zero(24, scale=1.2),
        codes=codes("zero"),
        rows=(27,),
    ),
    Wrong(
        name="sign-of-absolute-value",
        title="the derivative of w |x| is w, without the sign of x",
        f=lambda x: np.sum(_UPSTREAM * np.abs(x)),
        df=lambda x: _UPSTREAM + 0 * x,
        right=lambda x: _UPSTREAM * np.sign(x),
        draw=around_zero(24, scale=1.5),
        codes=codes("branch", "chain-factor"),
        partial=codes("sign"),
        rows=(27, 29),
        catalogue=True,
    ),
    Wrong(
        name="absolute-gradient",
        title="the gradient is given without its signs",
        f=_loss,
        df=lambda w: np.abs(_loss_gradient(w)),
        right=_loss_gradient,
        draw=around_zero(6, scale=0.8),
        codes=codes("abs"),
        partial=codes("sign"),
        rows=(29,),
        catalogue=True,
    ),
    Wrong(
        name="squared-gradient",
        title="the squares of the gradient's entries are given, as Adam keeps them",
        f=lambda w: np.sum((_DATA @ w - _TARGET) ** 2) / 2,
        df=lambda w: _misfit_gradient(w) ** 2,
        right=_misfit_gradient,
        draw=around_zero(6),
        codes=codes("square"),
        rows=(29,),
        catalogue=True,
    ),
)
