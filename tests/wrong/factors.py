"""A constant factor is wrong: the sign, a 2, a count, a base, a unit."""

from typing import Any

import numpy as np

from tests.wrong.record import (
    Array,
    Wrong,
    around_zero,
    between,
    codes,
    covariance,
    hints,
    normal,
    sigmoid,
    uniform,
)

_DATA, _TARGET = normal(7, 6, seed=101), normal(7, seed=102, scale=2.0)
_LABELS = np.sign(normal(7, seed=103))
_KEEP = 0.8
_MASK = np.array([1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1.0])
_WEIGHTS = normal(5, 11, seed=104, scale=0.4)
_GAINS = uniform(6, seed=105, low=-1.5, high=2.5)
_CHANNEL = covariance(6, seed=106)
_FOOT = 0.3048
_BEACON = uniform(3, seed=107, low=200.0, high=900.0)
_LENGTHS = np.array([1.3, 0.9, 0.55, 0.3])
_HOURS = np.array([0.5, 1.2, 2.1, 3.3, 4.7, 6.2, 8.9, 11.0])
_SPACING = np.array([0.5, 0.8, 0.8, 1.1, 1.4, 0.9, 0.45])
_NOISY = normal(8, seed=108)


def _log_likelihood(b: Array) -> Any:
    return -np.sum(np.log1p(np.exp(-_LABELS * (_DATA @ b))))


def _score(b: Array) -> Array:
    return np.asarray(_DATA.T @ (_LABELS * sigmoid(-_LABELS * (_DATA @ b))))


def _squares(w: Array) -> Any:
    return np.sum((_DATA @ w - _TARGET) ** 2)


def _residual(w: Array) -> Array:
    return np.asarray(_DATA @ w - _TARGET)


def _dropped_out(x: Array) -> Any:
    return np.sum(np.tanh(_WEIGHTS @ (_MASK * x / _KEEP)))


def _dropped_out_gradient(x: Array, scale: float) -> Array:
    slope = 1 - np.tanh(_WEIGHTS @ (_MASK * x / _KEEP)) ** 2
    return np.asarray(_MASK * (_WEIGHTS.T @ slope) * scale)


def _capacity(x: Array) -> Any:
    return np.log2(1 + x @ _CHANNEL @ x)


def _range(feet: Array) -> Any:
    return np.sqrt(np.sum((_FOOT * feet - _BEACON) ** 2))


def _range_slope(feet: Array) -> Array:
    return np.asarray((_FOOT * feet - _BEACON) / _range(feet))


def _reach(degrees: Array) -> Any:
    return np.sum(_LENGTHS * np.cos(np.pi / 180 * np.cumsum(degrees)))


def _reach_gradient(degrees: Array) -> Array:
    sines = -_LENGTHS * np.sin(np.pi / 180 * np.cumsum(degrees))
    return np.asarray(np.cumsum(sines[::-1])[::-1])


def _gaussian(parameters: Array) -> Any:
    """Return the negative log-likelihood of a growth curve, with the spread as a logarithm."""
    level, rate, log_sigma = parameters
    residual = (_NOISY - level * np.exp(rate * _HOURS / 10)) / np.exp(log_sigma)
    return np.sum(residual**2) / 2 + len(_HOURS) * log_sigma


def _gaussian_gradient(parameters: Array) -> Array:
    level, rate, log_sigma = parameters
    grown = np.exp(rate * _HOURS / 10)
    residual = _NOISY - level * grown
    weighted = residual / np.exp(2 * log_sigma)
    return np.array(
        [
            -np.sum(weighted * grown),
            -np.sum(weighted * level * grown * _HOURS / 10),
            len(_HOURS) - np.sum(weighted * residual),
        ]
    )


def _energy(u: Array) -> Any:
    """Return the integral of u⁴/4 - u over a grid of unequal cells."""
    return np.sum(_SPACING * (u**4 / 4 - u))


FACTORS = (
    Wrong(
        name="sign-of-log-likelihood",
        title="the gradient of the negative log-likelihood is given for the log-likelihood",
        f=_log_likelihood,
        df=lambda b: -_score(b),
        right=_score,
        draw=around_zero(6, scale=0.8),
        codes=codes("sign"),
        rows=(1,),
        catalogue=True,
    ),
    Wrong(
        name="sign-of-mean-parameters",
        title="the sign of two of three parameters is wrong, as if residuals were model - data",
        f=_gaussian,
        df=lambda p: _gaussian_gradient(p) * [-1, -1, 1],
        right=_gaussian_gradient,
        draw=lambda g: np.array([g.uniform(0.5, 2.0), g.uniform(-1.0, 1.0), g.normal(scale=0.4)]),
        codes=codes("sign"),
        partial=codes("block-factor"),
        rows=(2,),
        catalogue=True,
    ),
    Wrong(
        name="square-without-2",
        title="the factor 2 of the square is missing in least squares",
        f=_squares,
        df=lambda w: _DATA.T @ _residual(w),
        right=lambda w: 2 * _DATA.T @ _residual(w),
        draw=around_zero(6),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(3,),
        catalogue=True,
    ),
    Wrong(
        name="half-square-with-2",
        title="the 1/2 in front of the squares is forgotten in the gradient",
        f=lambda w: _squares(w) / 2,
        df=lambda w: 2 * _DATA.T @ _residual(w),
        right=lambda w: _DATA.T @ _residual(w),
        draw=around_zero(6),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(3,),
        catalogue=True,
    ),
    Wrong(
        name="sum-for-mean",
        title="the loss is a mean over 7 rows, its gradient a sum",
        f=lambda b: -_log_likelihood(b) / 7,
        df=lambda b: -_score(b),
        right=lambda b: -_score(b) / 7,
        draw=around_zero(6, scale=0.8),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(4,),
        catalogue=True,
        hints=hints(constants={"rows": 7}),
    ),
    Wrong(
        name="mean-over-inputs",
        title="the gradient of a mean over 7 rows is divided by the number of inputs, 6",
        f=lambda w: _squares(w) / 7,
        df=lambda w: 2 / 6 * _DATA.T @ _residual(w),
        right=lambda w: 2 / 7 * _DATA.T @ _residual(w),
        draw=around_zero(6),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(5,),
        catalogue=True,
        hints=hints(constants={"rows": 7, "inputs": 6}),
        needs_hints=True,
    ),
    Wrong(
        name="linear-inside",
        title="the inner derivative 3 of (3x + 4)² is forgotten",
        f=lambda x: (3 * x + 4) ** 2,
        df=lambda x: 2 * (3 * x + 4),
        right=lambda x: 6 * (3 * x + 4),
        draw=around_zero(6, scale=1.5),
        codes=codes("factor", "chain-factor"),
        partial=codes("block-factor"),
        rows=(7,),
        catalogue=True,
        hints=hints(constants={"slope": 3}),
    ),
    Wrong(
        name="log10-as-ln",
        title="a sum of decibels is differentiated as if it held natural logarithms",
        f=lambda x: np.sum(_GAINS * np.log10(x)),
        df=lambda x: _GAINS / x,
        right=lambda x: _GAINS / x / np.log(10),
        draw=between(0.4, 3.5, 6),
        codes=codes("log-base"),
        partial=codes("block-factor"),
        rows=(33,),
        catalogue=True,
    ),
    Wrong(
        name="log2-as-ln",
        title="the capacity of a channel in bits is differentiated as if it were in nats",
        f=_capacity,
        df=lambda x: 2 * _CHANNEL @ x / (1 + x @ _CHANNEL @ x),
        right=lambda x: 2 * _CHANNEL @ x / (1 + x @ _CHANNEL @ x) / np.log(2),
        draw=around_zero(6),
        codes=codes("log-base"),
        partial=codes("block-factor"),
        rows=(33,),
    ),
    Wrong(
        name="degrees",
        title="the reach of an arm takes joint angles in degrees, its gradient is per radian",
        f=_reach,
        df=_reach_gradient,
        right=lambda degrees: np.pi / 180 * _reach_gradient(degrees),
        draw=between(-70.0, 70.0, 4),
        codes=codes("units"),
        partial=codes("block-factor"),
        rows=(35,),
        catalogue=True,
    ),
    Wrong(
        name="feet",
        title="a position in feet is converted to metres in f, but not in the gradient",
        f=_range,
        df=_range_slope,
        right=lambda feet: _FOOT * _range_slope(feet),
        draw=between(150.0, 4500.0, 3),
        codes=codes("units", "factor"),
        partial=codes("block-factor"),
        rows=(35,),
        catalogue=True,
        hints=hints(constants={"foot": _FOOT}),
    ),
    Wrong(
        name="dropout-without-scale",
        title="dropout divides by the probability to keep, 0.8, forward only",
        f=_dropped_out,
        df=lambda x: _dropped_out_gradient(x, 1.0),
        right=lambda x: _dropped_out_gradient(x, 1 / _KEEP),
        draw=around_zero(11),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(40,),
        catalogue=True,
        hints=hints(constants={"keep": _KEEP}),
        needs_hints=True,
    ),
    Wrong(
        name="gradient-per-cell",
        title="the gradient of an integral is divided by the sizes of the cells, as for L²",
        f=_energy,
        df=lambda u: u**3 - 1,
        right=lambda u: _SPACING * (u**3 - 1),
        draw=around_zero(7, scale=1.4),
        codes=codes("block-factor"),
        rows=(40,),
    ),
)
