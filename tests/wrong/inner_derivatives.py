"""The chain rule: an inner or an outer derivative is missing, or is one too many."""

from typing import Any

import numpy as np

from tests.wrong.record import (
    Array,
    Wrong,
    around_zero,
    between,
    codes,
    covariance,
    normal,
    sigmoid,
    uniform,
)

_MIX = normal(6, seed=201, scale=1.3)
_METRIC = covariance(6, seed=202)
_STATES = normal(7, 6, seed=203, scale=0.6)
_CENTRE = normal(6, seed=204)
_COUNTS = np.array([3, 0, 7, 2, 5, 11.0])
_EXPOSURE = uniform(6, seed=205, low=0.7, high=4.0)
_TIMES = np.array([0.3, 0.9, 1.6, 2.8, 4.4, 6.1, 9.0])
_EPS = 1e-6


def _distance(x: Array) -> Any:
    return np.sqrt(x @ _METRIC @ x)


def _log_partition(x: Array) -> Any:
    return np.log(np.sum(np.exp(_STATES @ x)))


def _kernel(x: Array) -> Any:
    return np.exp(-(x - _CENTRE) @ _METRIC @ (x - _CENTRE) / 8)


def _poisson(rates: Array) -> Any:
    return np.sum(rates * _EXPOSURE - _COUNTS * np.log(rates))


def _poisson_gradient(rates: Array) -> Array:
    return np.asarray(_EXPOSURE - _COUNTS / rates)


def _decay(constants: Array) -> Any:
    """Return the squared misfit of a sum of exponentials with unit amplitudes."""
    return np.sum((np.exp(-np.outer(_TIMES, constants)).sum(axis=1) - 1.7) ** 2)


def _decay_gradient(constants: Array) -> Array:
    curves = np.exp(-np.outer(_TIMES, constants))
    return np.asarray(-2 * (curves * _TIMES[:, None]).T @ (curves.sum(axis=1) - 1.7))


INNER_DERIVATIVES = (
    Wrong(
        name="cosine-forgotten",
        title="the inner derivative cos x of w sin² x is forgotten",
        f=lambda x: np.sum(_MIX * np.sin(x) ** 2),
        df=lambda x: 2 * _MIX * np.sin(x),
        right=lambda x: 2 * _MIX * np.sin(x) * np.cos(x),
        draw=around_zero(6, scale=1.5),
        codes=codes("chain-factor"),
        rows=(8,),
        catalogue=True,
    ),
    Wrong(
        name="square-inside-logarithm",
        title="the inner derivative 2x of log(1 + x²) is forgotten",
        f=lambda x: np.sum(_MIX * np.log1p(x**2)),
        df=lambda x: _MIX / (1 + x**2),
        right=lambda x: 2 * _MIX * x / (1 + x**2),
        draw=around_zero(6, scale=1.5),
        codes=codes("chain-factor"),
        rows=(8,),
    ),
    Wrong(
        name="outer-root-forgotten",
        title="the gradient of a Mahalanobis distance lacks the derivative of the square root",
        f=_distance,
        df=lambda x: _METRIC @ x,
        right=lambda x: _METRIC @ x / _distance(x),
        draw=around_zero(6, scale=1.5),
        codes=codes("outer-factor"),
        rows=(9,),
        catalogue=True,
        needs=2,
    ),
    Wrong(
        name="outer-logarithm-forgotten",
        title="the gradient of log Z lacks the division by Z",
        f=_log_partition,
        df=lambda x: _STATES.T @ np.exp(_STATES @ x),
        right=lambda x: _STATES.T @ np.exp(_STATES @ x) / np.sum(np.exp(_STATES @ x)),
        draw=around_zero(6),
        codes=codes("outer-factor"),
        rows=(9,),
        catalogue=True,
        needs=2,
    ),
    Wrong(
        name="outer-exponential-forgotten",
        title="the gradient of a Gaussian kernel is that of its exponent",
        f=_kernel,
        df=lambda x: -_METRIC @ (x - _CENTRE) / 4,
        right=lambda x: -_METRIC @ (x - _CENTRE) / 4 * _kernel(x),
        draw=around_zero(6, scale=1.2),
        codes=codes("outer-factor"),
        rows=(9,),
        needs=2,
    ),
    Wrong(
        name="sigmoid-of-output",
        title="the derivative of the sigmoid is x (1 - x), which is meant for its output",
        f=sigmoid,
        df=lambda x: x * (1 - x),
        right=lambda x: sigmoid(x) * (1 - sigmoid(x)),
        draw=around_zero(7, scale=1.5),
        codes=codes("expects-output"),
        rows=(10,),
        catalogue=True,
    ),
    Wrong(
        name="tanh-of-output",
        title="the derivative of tanh is 1 - x², which is meant for its output",
        f=np.tanh,
        df=lambda x: 1 - x**2,
        right=lambda x: 1 - np.tanh(x) ** 2,
        draw=around_zero(7, scale=1.2),
        codes=codes("expects-output"),
        rows=(11,),
    ),
    Wrong(
        name="sigmoid-half-derivative",
        title="the derivative of the sigmoid is f, without the factor 1 - f",
        f=sigmoid,
        df=sigmoid,
        right=lambda x: sigmoid(x) * (1 - sigmoid(x)),
        draw=around_zero(7, scale=1.5),
        codes=codes("chain-factor"),
        rows=(11,),
        catalogue=True,
    ),
    Wrong(
        name="sigmoid-sign-inside",
        title="the derivative of the sigmoid is f (1 + f) instead of f (1 - f)",
        f=sigmoid,
        df=lambda x: sigmoid(x) * (1 + sigmoid(x)),
        right=lambda x: sigmoid(x) * (1 - sigmoid(x)),
        draw=around_zero(7, scale=1.5),
        codes=codes("chain-factor"),
        rows=(11,),
        catalogue=True,
    ),
    Wrong(
        name="exponent-lost",
        title="the derivative of w x³ is 3 w x: the exponent fell by two",
        f=lambda x: np.sum(_MIX * x**3),
        df=lambda x: 3 * _MIX * x,
        right=lambda x: 3 * _MIX * x**2,
        draw=around_zero(6, scale=1.4),
        codes=codes("power-rule", "chain-factor"),
        rows=(12,),
        catalogue=True,
    ),
    Wrong(
        name="exponent-not-in-front",
        title="the derivative of w x³ is w x²: the exponent did not come down as a factor",
        f=lambda x: np.sum(_MIX * x**3),
        df=lambda x: _MIX * x**2,
        right=lambda x: 3 * _MIX * x**2,
        draw=around_zero(6, scale=1.4),
        codes=codes("power-rule", "factor"),
        partial=codes("block-factor"),
        rows=(12,),
        catalogue=True,
    ),
    Wrong(
        name="gradient-by-log-rates",
        title="f takes Poisson rates, but the gradient is that by their logarithms",
        f=_poisson,
        df=lambda rates: rates * _EXPOSURE - _COUNTS,
        right=_poisson_gradient,
        draw=between(0.3, 5.0, 6),
        codes=codes("log-parameter"),
        partial=codes("chain-factor"),
        rows=(34,),
        catalogue=True,
    ),
    Wrong(
        name="gradient-by-log10-constants",
        title="f takes decay constants, but the gradient is that by their decimal logarithms",
        f=_decay,
        df=lambda k: _decay_gradient(k) * k * np.log(10),
        right=_decay_gradient,
        draw=between(0.08, 0.9, 6),
        codes=codes("log-parameter"),
        partial=codes("chain-factor"),
        rows=(34,),
        catalogue=True,
    ),
    Wrong(
        name="exponential-of-log-rates-forgotten",
        title="f takes the logarithms of rates, but the gradient is that by the rates",
        f=lambda log_rates: _poisson(np.exp(log_rates)),
        df=lambda log_rates: _poisson_gradient(np.exp(log_rates)),
        right=lambda log_rates: _poisson_gradient(np.exp(log_rates)) * np.exp(log_rates),
        draw=around_zero(6, scale=0.7),
        codes=codes("log-parameter", "chain-factor"),
        rows=(34,),
    ),
    Wrong(
        name="epsilon-backward-only",
        title="the norm is divided by itself plus 1e-6 in the gradient, but f knows no 1e-6",
        f=_distance,
        df=lambda x: _METRIC @ x / (_distance(x) + _EPS),
        right=lambda x: _METRIC @ x / _distance(x),
        draw=around_zero(6, scale=1.5),
        codes=codes("outer-factor"),
        rows=(40,),
        catalogue=True,
        needs=2,
        hints={"constants": {"eps": _EPS}},
    ),
)
