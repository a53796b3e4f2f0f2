"""The right formula with too few digits, and scales of parameters."""

from typing import Any

import numpy as np

from tests.wrong.record import Array, Wrong, around_zero, codes, normal

_DATA = normal(11, 6, seed=1101)
_SHORT = _DATA.astype(np.float32).astype(np.float64)
_LABELS = np.sign(normal(11, seed=1102))
_HEIGHTS = normal(9, seed=1103, scale=1.5)
_DESIGN = normal(9, 4, seed=1104)


def _loss(w: Array) -> Any:
    return np.sum(np.log1p(np.exp(-_LABELS * (_DATA @ w))))


def _gradient(data: Array, w: Array) -> Array:
    return np.asarray(-data.T @ (_LABELS / (1 + np.exp(_LABELS * (data @ w)))))


def _likelihood(theta: Array) -> Any:
    """Return the negative log-likelihood of a regression; the last entry is log σ²."""
    beta, log_variance = theta[:-1], theta[-1]
    squares = np.sum((_HEIGHTS - _DESIGN @ beta) ** 2)
    return squares / np.exp(log_variance) / 2 + len(_HEIGHTS) / 2 * log_variance


def _likelihood_gradient(theta: Array, of_log_variance: float) -> Array:
    beta, log_variance = theta[:-1], theta[-1]
    residual = _HEIGHTS - _DESIGN @ beta
    weighted = residual / np.exp(log_variance)
    slope = len(_HEIGHTS) - weighted @ residual
    return np.append(-_DESIGN.T @ weighted, of_log_variance * slope)


PRECISION = (
    Wrong(
        name="data-in-single-precision",
        title="the gradient works with a copy of the data in single precision",
        f=_loss,
        df=lambda w: _gradient(_SHORT, w),
        right=lambda w: _gradient(_DATA, w),
        draw=around_zero(6, scale=0.8),
        codes=codes("precision"),
    ),
    Wrong(
        name="log-sigma-for-log-variance",
        title="the entry of log σ² is the derivative by log σ, twice as large",
        f=_likelihood,
        df=lambda theta: _likelihood_gradient(theta, 1.0),
        right=lambda theta: _likelihood_gradient(theta, 0.5),
        draw=around_zero(5, scale=0.6),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(3, 34),
    ),
)
