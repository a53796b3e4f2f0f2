"""The right numbers in the wrong places: swapped, shifted, transposed, packed differently."""

from typing import Any

import numpy as np

from tests.wrong.networks import LAYERS, pack, train_gradients, train_loss
from tests.wrong.record import Array, Wrong, around_zero, codes, covariance, normal

_MIX, _SHIFT = normal(6, 6, seed=501, scale=0.5), normal(6, seed=502)
_SENSORS = normal(7, 6, seed=503, scale=0.5)
_LEFT, _RIGHT = normal(5, 4, seed=504, scale=0.6), normal(6, 3, seed=505, scale=0.6)
_WANTED = normal(5, 3, seed=506)
_TIMES = np.linspace(0.2, 5.3, 13)
_SIGNAL = normal(13, seed=507)
_SPRINGS, _RESTING = np.linspace(0.7, 2.9, 10), 0.9
_LOADS = normal(11, seed=508)


def _layer(x: Array) -> Array:
    return np.asarray(np.tanh(_MIX @ x + _SHIFT))


def _layer_jacobian(x: Array) -> Array:
    return np.asarray((1 - _layer(x) ** 2)[:, None] * _MIX)


def _readings(x: Array) -> Array:
    return np.asarray(np.sin(_SENSORS @ x))


def _readings_jacobian(x: Array) -> Array:
    return np.asarray(np.cos(_SENSORS @ x)[:, None] * _SENSORS)


def _factorised(w: Array) -> Any:
    return np.sum(np.logaddexp(0, _LEFT @ w @ _RIGHT - _WANTED))


def _factorised_gradient(w: Array) -> Array:
    inner = 1 / (1 + np.exp(_WANTED - _LEFT @ w @ _RIGHT))
    return np.asarray(_LEFT.T @ inner @ _RIGHT.T)


def _fit(p: Array) -> Any:
    """Return the misfit of a damped wave with amplitude, decay, frequency, phase and offset."""
    wave = p[0] * np.exp(-p[1] * _TIMES) * np.sin(p[2] * _TIMES + p[3]) + p[4]
    return np.sum((wave - _SIGNAL) ** 2) / 2


def _fit_gradient(p: Array) -> Array:
    fading, angle = np.exp(-p[1] * _TIMES), p[2] * _TIMES + p[3]
    sine, cosine = fading * np.sin(angle), p[0] * fading * np.cos(angle)
    residual = p[0] * sine + p[4] - _SIGNAL
    columns = [sine, -p[0] * _TIMES * sine, _TIMES * cosine, cosine, np.ones(13)]
    return np.array([residual @ column for column in columns])


def _chain(x: Array) -> Any:
    return np.sum(_SPRINGS * (np.diff(x) - _RESTING) ** 2) / 2 - _LOADS @ np.sin(x)


def _chain_gradient(x: Array) -> Array:
    tension = _SPRINGS * (np.diff(x) - _RESTING)
    return np.asarray(np.pad(tension, (1, 0)) - np.pad(tension, (0, 1)) - _LOADS * np.cos(x))


def _log_determinant(matrix: Array) -> Any:
    return np.linalg.slogdet(matrix)[1]


ORDER = (
    Wrong(
        name="jacobian-transposed",
        title="the square Jacobian of a layer is transposed",
        f=_layer,
        df=lambda x: _layer_jacobian(x).T,
        right=_layer_jacobian,
        draw=around_zero(6),
        codes=codes("transposed"),
        partial=codes("permuted"),
        rows=(18,),
        catalogue=True,
    ),
    Wrong(
        name="inverse-not-transposed",
        title="the gradient of log|det X| is the inverse of X, not transposed",
        f=_log_determinant,
        df=np.linalg.inv,
        right=lambda matrix: np.linalg.inv(matrix).T,
        draw=lambda g: g.normal(size=(5, 5)) + 2.5 * np.eye(5),
        codes=codes("transposed"),
        partial=codes("permuted", "flatten-order"),
        rows=(18,),
    ),
    Wrong(
        name="jacobian-of-shape-inputs-by-outputs",
        title="the Jacobian of 7 outputs by 6 inputs is returned as (6, 7)",
        f=_readings,
        df=lambda x: _readings_jacobian(x).T,
        right=_readings_jacobian,
        draw=around_zero(6),
        codes=codes("transposed"),
        rows=(18,),
        reason="wrong-shape",
    ),
    Wrong(
        name="column-by-column",
        title="the gradient by a 4 by 6 matrix is filled in column by column",
        f=_factorised,
        df=lambda w: _factorised_gradient(w).ravel(order="F").reshape(4, 6),
        right=_factorised_gradient,
        draw=around_zero(4, 6),
        codes=codes("flatten-order"),
        partial=codes("permuted"),
        rows=(19,),
        catalogue=True,
    ),
    Wrong(
        name="parameters-swapped",
        title="decay and frequency of a damped wave change places in the gradient",
        f=_fit,
        df=lambda p: _fit_gradient(p)[[0, 2, 1, 3, 4]],
        right=_fit_gradient,
        draw=lambda g: g.uniform([0.5, 0.1, 1.0, -1.0, -0.5], [2.0, 0.6, 3.0, 1.0, 0.5]),
        codes=codes("swapped"),
        partial=codes("permuted"),
        rows=(20,),
        catalogue=True,
    ),
    Wrong(
        name="biases-packed-first",
        title="the gradient is packed as b1, W1, b2, W2, the parameters as W1, b1, W2, b2",
        f=train_loss,
        df=lambda w: pack(*(train_gradients(w)[i] for i in (1, 0, 3, 2))),
        right=lambda w: pack(*train_gradients(w)),
        draw=around_zero(LAYERS.size, scale=0.6),
        codes=codes("permuted"),
        rows=(19, 20),
    ),
    Wrong(
        name="off-by-one",
        title="the gradient of a chain of springs is shifted by one place, the last entry is 0",
        f=_chain,
        df=lambda x: np.append(_chain_gradient(x)[1:], 0.0),
        right=_chain_gradient,
        draw=around_zero(11, scale=1.3),
        codes=codes("rolled"),
        rows=(21,),
        catalogue=True,
    ),
    Wrong(
        name="off-diagonal-twice",
        title="the gradient of log det S counts off-diagonal entries twice, f each on its own",
        f=_log_determinant,
        df=lambda s: 2 * np.linalg.inv(s) - np.diag(np.diag(np.linalg.inv(s))),
        right=lambda s: np.linalg.inv(s).T,
        draw=lambda g: covariance(5, seed=int(g.integers(10**6))),
        codes=codes("symmetric-counted"),
        partial=codes("block-factor", "factor"),
        rows=(39,),
        catalogue=True,
    ),
)
