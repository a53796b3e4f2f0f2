"""The rules for products and quotients, and terms of sums."""

from typing import Any

import numpy as np

from tests.wrong.record import Array, Wrong, around_zero, between, codes, covariance, hints, normal

_DATA, _TARGET = normal(7, 6, seed=301), normal(7, seed=302)
_SLOPE = normal(6, seed=303, scale=0.5)
_RETURNS = np.array([0.07, 0.03, 0.11, 0.05, 0.09, -0.02])
_RISK = covariance(6, seed=304)
_STIFFNESS = covariance(6, seed=305)
_OBSERVED = normal(9, seed=306, scale=1.5)


def _misfit(x: Array) -> Any:
    return np.sum((_DATA @ x - _TARGET) ** 2)


def _misfit_gradient(x: Array) -> Array:
    return np.asarray(2 * _DATA.T @ (_DATA @ x - _TARGET))


def _fading(x: Array) -> Any:
    return np.exp(-_SLOPE @ x)


def _fading_gradient(x: Array) -> Array:
    return np.asarray(-_SLOPE * _fading(x))


def _product(x: Array) -> Any:
    return _misfit(x) * _fading(x)


def _product_gradient(x: Array) -> Array:
    return np.asarray(_misfit_gradient(x) * _fading(x) + _misfit(x) * _fading_gradient(x))


def _gain(w: Array) -> Any:
    return _RETURNS @ w


def _variance(w: Array) -> Any:
    return w @ _RISK @ w


def _gain_by_variance_gradient(w: Array, sign: int) -> Array:
    variance = _variance(w)
    return np.asarray((_RETURNS * variance + sign * _gain(w) * 2 * _RISK @ w) / variance**2)


def _form(x: Array) -> Any:
    return x @ _STIFFNESS @ x


def _length(x: Array) -> Any:
    return x @ x


def _rayleigh_gradient(x: Array, sign: int) -> Array:
    form, length = _form(x), _length(x)
    return np.asarray((2 * _STIFFNESS @ x * length + sign * form * 2 * x) / length**2)


def _barrier(x: Array) -> Any:
    return -0.7 * np.sum(np.log(x))


def _barrier_gradient(x: Array) -> Array:
    return np.asarray(-0.7 / x)


def _nearness(x: Array) -> Any:
    return np.sum(np.log(np.cosh(x - _OBSERVED)))


def _nearness_gradient(x: Array) -> Array:
    return np.asarray(np.tanh(x - _OBSERVED))


def _smoothness(x: Array) -> Any:
    return 1.6 * np.sum(np.diff(x) ** 2)


def _smoothness_gradient(x: Array, weight: float) -> Array:
    steps = 2 * weight * np.diff(x)
    return np.asarray(np.pad(steps, (1, 0)) - np.pad(steps, (0, 1)))


_PRODUCT = hints(factors={"misfit": _misfit, "fading": _fading})

PRODUCTS = (
    Wrong(
        name="product-of-derivatives",
        title="the derivative of a product is taken to be the product of the derivatives",
        f=_product,
        df=lambda x: _misfit_gradient(x) * _fading_gradient(x),
        right=_product_gradient,
        draw=around_zero(6),
        codes=codes("product-rule"),
        rows=(13,),
        catalogue=True,
        hints=_PRODUCT,
        needs_hints=True,
    ),
    Wrong(
        name="half-a-product-rule",
        title="the derivative of a product has only the derivative of the first factor",
        f=_product,
        df=lambda x: _misfit_gradient(x) * _fading(x),
        right=_product_gradient,
        draw=around_zero(6),
        codes=codes("product-rule"),
        rows=(13,),
        catalogue=True,
        hints=_PRODUCT,
        needs_hints=True,
    ),
    Wrong(
        name="sign-in-quotient-rule",
        title="the quotient rule has a plus where its minus belongs",
        f=lambda w: _gain(w) / _variance(w),
        df=lambda w: _gain_by_variance_gradient(w, 1),
        right=lambda w: _gain_by_variance_gradient(w, -1),
        draw=between(0.1, 1.4, 6),
        codes=codes("quotient-rule"),
        rows=(13,),
        catalogue=True,
        hints=hints(factors={"gain": _gain, "variance": _variance}),
        needs_hints=True,
    ),
    Wrong(
        name="sign-in-rayleigh-quotient",
        title="the gradient of a Rayleigh quotient adds the part along x that it must subtract",
        f=lambda x: _form(x) / _length(x),
        df=lambda x: _rayleigh_gradient(x, 1),
        right=lambda x: _rayleigh_gradient(x, -1),
        draw=around_zero(6),
        codes=codes("quotient-rule", "projection-lost"),
        rows=(13, 26),
        hints=hints(factors={"form": _form, "length": _length}),
        needs=2,
    ),
    Wrong(
        name="sign-of-barrier",
        title="the term of a logarithmic barrier has the wrong sign in the gradient",
        f=lambda x: _misfit(x) + _barrier(x),
        df=lambda x: _misfit_gradient(x) - _barrier_gradient(x),
        right=lambda x: _misfit_gradient(x) + _barrier_gradient(x),
        draw=between(0.2, 2.5, 6),
        codes=codes("term"),
        rows=(2,),
        hints=hints(terms={"misfit": _misfit, "barrier": _barrier}),
        needs_hints=True,
    ),
    Wrong(
        name="smoothness-forgotten",
        title="the gradient of a denoising loss lacks the term of smoothness",
        f=lambda x: _nearness(x) + _smoothness(x),
        df=_nearness_gradient,
        right=lambda x: _nearness_gradient(x) + _smoothness_gradient(x, 1.6),
        draw=around_zero(9, scale=1.5),
        codes=codes("term"),
        rows=(14,),
        hints=hints(terms={"nearness": _nearness, "smoothness": _smoothness}),
        needs_hints=True,
    ),
    Wrong(
        name="weight-of-term-forgotten",
        title="the weight 1.6 of the term of smoothness is missing in the gradient",
        f=lambda x: _nearness(x) + _smoothness(x),
        df=lambda x: _nearness_gradient(x) + _smoothness_gradient(x, 1.0),
        right=lambda x: _nearness_gradient(x) + _smoothness_gradient(x, 1.6),
        draw=around_zero(9, scale=1.5),
        codes=codes("term"),
        rows=(3, 14),
        hints=hints(terms={"nearness": _nearness, "smoothness": _smoothness}),
        needs_hints=True,
    ),
)
