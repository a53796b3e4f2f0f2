"""Mistakes that no relation between the two derivatives gives away: none may get a name."""

from itertools import pairwise
from typing import Any

import numpy as np
from scipy import special

from tests.wrong.record import Array, Wrong, around_zero, between, codes, normal, sigmoid, softmax

_FORM = normal(6, 6, seed=1201)
_DATA = normal(7, 6, seed=1202)
_LABELS = np.array([1, -1, -1, 1, -1, 1, 1.0])
_CHOSEN = np.eye(6)[2]
_RETURNS = normal(15, seed=1203, scale=1.1)
_MIX = normal(6, seed=1204, scale=1.3)
_STIFF = normal(6, 6, seed=1205, scale=0.3) + 3 * np.eye(6)
_LOAD, _SENSOR = normal(6, seed=1206), normal(6, seed=1207)
_LAMBDA = 0.3


def _loss(w: Array) -> Any:
    return np.sum(np.log1p(np.exp(-_LABELS * (_DATA @ w))))


def _loss_gradient(w: Array, labels: Array) -> Array:
    return np.asarray(-_DATA.T @ (labels * sigmoid(-labels * (_DATA @ w))))


def _gelu_slope(x: Array) -> Array:
    return np.asarray(special.ndtr(x) + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _approximate_gelu_slope(x: Array) -> Array:
    """Differentiate x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2."""
    inner = np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)
    slope = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2)
    return np.asarray((1 + np.tanh(inner)) / 2 + x / 2 * slope / np.cosh(inner) ** 2)


def _garch(theta: Array) -> Any:
    """Return minus twice the log-likelihood of GARCH(1, 1)."""
    variance, total = 1.0, 0.0
    for before, now in pairwise(_RETURNS):
        variance = theta[0] + theta[1] * before**2 + theta[2] * variance
        total += np.log(variance) + now**2 / variance
    return total


def _garch_gradient(theta: Array, *, recursive: bool) -> Array:
    variance, slope, total = 1.0, np.zeros(3), np.zeros(3)
    for before, now in pairwise(_RETURNS):
        slope = np.array([1, before**2, variance]) + theta[2] * slope * recursive
        variance = theta[0] + theta[1] * before**2 + theta[2] * variance
        total += (1 / variance - now**2 / variance**2) * slope
    return total


def _compliance(x: Array) -> Any:
    return _SENSOR @ np.linalg.solve(_STIFF + np.diag(x), _LOAD)


def _compliance_gradient(x: Array, sweeps: int) -> Array:
    """Return the gradient by the adjoint, which Jacobi's iteration solves; 0 sweeps: exactly."""
    matrix = _STIFF + np.diag(x)
    adjoint = np.zeros(6) if sweeps else np.linalg.solve(matrix.T, _SENSOR)
    diagonal = np.diag(matrix)
    for _ in range(sweeps):
        adjoint = adjoint + (_SENSOR - matrix.T @ adjoint) / diagonal
    return np.asarray(-adjoint * np.linalg.solve(matrix, _LOAD))


NAMELESS_MISTAKES = (
    Wrong(
        name="form-taken-for-symmetric",
        title="the gradient of a quadratic form is 2 A x, but A is not symmetric",
        f=lambda x: x @ _FORM @ x,
        df=lambda x: 2 * _FORM @ x,
        right=lambda x: (_FORM + _FORM.T) @ x,
        draw=around_zero(6),
        codes=codes(),
    ),
    Wrong(
        name="probit-for-logit",
        title="the gradient of the logistic loss uses the normal distribution function",
        f=_loss,
        df=lambda w: -_DATA.T @ (_LABELS * special.ndtr(-_LABELS * (_DATA @ w))),
        right=lambda w: _loss_gradient(w, _LABELS),
        draw=around_zero(6, scale=0.8),
        codes=codes(),
    ),
    Wrong(
        name="labels-shifted",
        title="the gradient uses the labels of the rows before",
        f=_loss,
        df=lambda w: _loss_gradient(w, np.roll(_LABELS, 1)),
        right=lambda w: _loss_gradient(w, _LABELS),
        draw=around_zero(6, scale=0.8),
        codes=codes(),
    ),
    Wrong(
        name="gelu-by-approximation",
        title="f is the exact GELU, the derivative that of its approximation with tanh",
        f=lambda x: x * special.ndtr(x),
        df=_approximate_gelu_slope,
        right=_gelu_slope,
        draw=around_zero(7, scale=1.3),
        codes=codes(),
    ),
    Wrong(
        name="softmax-twice",
        title="the gradient of the cross-entropy applies softmax twice",
        f=lambda z: np.log(np.sum(np.exp(z))) - z @ _CHOSEN,
        df=lambda z: softmax(softmax(z)) - _CHOSEN,
        right=lambda z: softmax(z) - _CHOSEN,
        draw=around_zero(6, scale=1.3),
        codes=codes(),
        rows=(24,),
    ),
    Wrong(
        name="recursion-forgotten",
        title="the gradient of a GARCH likelihood takes the last variance for a constant",
        f=_garch,
        df=lambda theta: _garch_gradient(theta, recursive=False),
        right=lambda theta: _garch_gradient(theta, recursive=True),
        draw=lambda g: g.uniform([0.05, 0.05, 0.4], [0.4, 0.3, 0.7]),
        codes=codes(),
    ),
    Wrong(
        name="exponent-mistyped",
        title="the exponent of w x^2.5 falls to 1.4 in place of 1.5",
        f=lambda x: np.sum(_MIX * x**2.5),
        df=lambda x: 2.5 * _MIX * x**1.4,
        right=lambda x: 2.5 * _MIX * x**1.5,
        draw=between(0.3, 4.0, 6),
        codes=codes(),
    ),
    Wrong(
        name="two-mistakes",
        title="the gradient of the loss is doubled, and that of the penalty is missing",
        f=lambda w: _loss(w) + _LAMBDA / 2 * np.sum(w**2),
        df=lambda w: 2 * _loss_gradient(w, _LABELS),
        right=lambda w: _loss_gradient(w, _LABELS) + _LAMBDA * w,
        draw=around_zero(6, scale=0.8),
        codes=codes(),
    ),
    Wrong(
        name="adjoint-not-converged",
        title="the adjoint equation is solved by four sweeps of Jacobi's iteration",
        f=_compliance,
        df=lambda x: _compliance_gradient(x, 4),
        right=lambda x: _compliance_gradient(x, 0),
        draw=between(0.2, 2.0, 6),
        codes=codes(),
        rows=(40,),
    ),
)
