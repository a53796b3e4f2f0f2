"""Something is added that should not be, or is not added: penalties, priors, constants."""

from typing import Any

import numpy as np

from tests.wrong.record import (
    Array,
    Wrong,
    around_zero,
    between,
    codes,
    hints,
    normal,
    sigmoid,
    softmax,
    uniform,
)

_LAMBDA = 0.3
_DATA = normal(7, 6, seed=401)
_LABELS = np.sign(normal(7, seed=402))
_FEATURES = normal(7, 5, seed=403)
_CLASSES = np.eye(3)[np.array([0, 2, 1, 1, 2, 0, 2])]
_WEIGHTS = 15
"""The first 15 of 18 parameters are weights, (5, 3); the rest are biases."""
_EVENTS = np.array([4, 9, 1, 6, 3, 12.0])
_WAITING = uniform(6, seed=404, low=0.5, high=3.0)
_PAYOFF = normal(5, seed=405)


def _loss(w: Array) -> Any:
    return np.mean(np.log1p(np.exp(-_LABELS * (_DATA @ w))))


def _loss_gradient(w: Array) -> Array:
    return np.asarray(-_DATA.T @ (_LABELS * sigmoid(-_LABELS * (_DATA @ w))) / len(_DATA))


def _ridge(w: Array) -> Any:
    return _LAMBDA / 2 * np.sum(w**2)


def _ridge_loss(w: Array) -> Any:
    return _loss(w) + _ridge(w)


def _ridge_gradient(w: Array) -> Array:
    return np.asarray(_loss_gradient(w) + _LAMBDA * w)


def _cross_entropy(theta: Array) -> Any:
    weights, bias = theta[:_WEIGHTS].reshape(5, 3), theta[_WEIGHTS:]
    z = _FEATURES @ weights + bias
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - np.sum(z * _CLASSES, axis=1))


def _cross_entropy_gradient(theta: Array) -> Array:
    weights, bias = theta[:_WEIGHTS].reshape(5, 3), theta[_WEIGHTS:]
    error = (softmax(_FEATURES @ weights + bias) - _CLASSES) / len(_FEATURES)
    return np.concatenate([(_FEATURES.T @ error).ravel(), error.sum(axis=0)])


def _decayed(theta: Array) -> Any:
    return _cross_entropy(theta) + _ridge(theta[:_WEIGHTS])


def _decayed_gradient(theta: Array) -> Array:
    decay = np.concatenate([_LAMBDA * theta[:_WEIGHTS], np.zeros(3)])
    return np.asarray(_cross_entropy_gradient(theta) + decay)


def _posterior(u: Array) -> Any:
    """Return the log-posterior of rates exp(u), the log-Jacobian of the transform included."""
    return np.sum(_EVENTS * u - _WAITING * np.exp(u)) + np.sum(u)


def _entropy(p: Array) -> Any:
    return -np.sum(p * np.log2(p)) + _PAYOFF @ p


REGULARISERS = (
    Wrong(
        name="ridge-forgotten",
        title="the gradient lacks the penalty 0.3 |w|²/2",
        f=_ridge_loss,
        df=_loss_gradient,
        right=_ridge_gradient,
        draw=around_zero(6),
        codes=codes("regulariser"),
        rows=(14,),
        catalogue=True,
    ),
    Wrong(
        name="weight-decay-forgotten",
        title="the penalty of the weights, but not of the biases, is missing in the gradient",
        f=_decayed,
        df=_cross_entropy_gradient,
        right=_decayed_gradient,
        draw=around_zero(18),
        codes=codes("regulariser"),
        rows=(14,),
        catalogue=True,
    ),
    Wrong(
        name="ridge-replaces-the-loss",
        title="the gradient of the penalty overwrites that of the loss",
        f=_ridge_loss,
        df=lambda w: _LAMBDA * w,
        right=_ridge_gradient,
        draw=around_zero(6),
        codes=codes("regulariser-only"),
        rows=(14,),
        catalogue=True,
    ),
    Wrong(
        name="ridge-subtracted",
        title="the gradient subtracts the penalty that f adds",
        f=_ridge_loss,
        df=lambda w: _loss_gradient(w) - _LAMBDA * w,
        right=_ridge_gradient,
        draw=around_zero(6),
        codes=codes("regulariser"),
        rows=(15,),
        catalogue=True,
        hints=hints(constants={"lambda": _LAMBDA}),
    ),
    Wrong(
        name="ridge-without-2",
        title="the penalty 0.3 |w|² contributes 0.3 w to the gradient instead of 0.6 w",
        f=lambda w: _loss(w) + 2 * _ridge(w),
        df=_ridge_gradient,
        right=lambda w: _loss_gradient(w) + 2 * _LAMBDA * w,
        draw=around_zero(6),
        codes=codes("regulariser"),
        rows=(15,),
        catalogue=True,
        hints=hints(constants={"lambda": _LAMBDA}),
    ),
    Wrong(
        name="bias-penalised",
        title="the gradient penalises the biases too",
        f=_decayed,
        df=lambda theta: _cross_entropy_gradient(theta) + _LAMBDA * theta,
        right=_decayed_gradient,
        draw=around_zero(18),
        codes=codes("regulariser"),
        rows=(16,),
        catalogue=True,
    ),
    Wrong(
        name="lasso-forgotten",
        title="the gradient lacks the penalty 0.3 |w| of the lasso",
        f=lambda w: _loss(w) + _LAMBDA * np.sum(np.abs(w)),
        df=_loss_gradient,
        right=lambda w: _loss_gradient(w) + _LAMBDA * np.sign(w),
        draw=around_zero(6),
        codes=codes("regulariser-l1"),
        rows=(16,),
        catalogue=True,
    ),
    Wrong(
        name="lasso-for-ridge",
        title="the gradient has the penalty of the lasso, f that of ridge regression",
        f=_ridge_loss,
        df=lambda w: _loss_gradient(w) + _LAMBDA * np.sign(w),
        right=_ridge_gradient,
        draw=around_zero(6),
        codes=codes("regulariser", "regulariser-l1", "term"),
        rows=(16,),
        hints=hints(
            constants={"lambda": _LAMBDA},
            terms={"loss": _loss, "penalty": _ridge},
        ),
    ),
    Wrong(
        name="log-jacobian-forgotten",
        title="the gradient lacks the 1 that the log-Jacobian of a transform adds",
        f=_posterior,
        df=lambda u: _EVENTS - _WAITING * np.exp(u),
        right=lambda u: _EVENTS - _WAITING * np.exp(u) + 1,
        draw=around_zero(6, scale=0.8),
        codes=codes("offset"),
        rows=(17,),
        catalogue=True,
    ),
    Wrong(
        name="entropy-in-bits",
        title="the derivative of -p log₂ p has 1 in place of 1/ln 2",
        f=_entropy,
        df=lambda p: -np.log2(p) - 1 + _PAYOFF,
        right=lambda p: -np.log2(p) - 1 / np.log(2) + _PAYOFF,
        draw=between(0.03, 0.6, 5),
        codes=codes("offset"),
        rows=(17, 33),
    ),
)
