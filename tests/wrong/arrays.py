"""Arrays: repeated indices, overlapping windows, padding, symmetric storage."""

from typing import Any

import numpy as np

from tests.wrong.record import Array, Wrong, around_zero, codes, normal

_WORDS = np.array([3, 0, 5, 3, 8, 1, 5, 3, 6])
"""Numbers of words in a sentence, of a dictionary of 10."""
_CHOICE = np.array([0.7, -1.2, 0.4, 1.9, -0.6, 1.1, 2.3, -0.8, 0.9])
_KERNEL = normal(3, 3, seed=901)
_IMAGE = normal(6, 8, seed=902)
_GRADE = normal(5, 7, seed=903)
_ROWS, _COLUMNS = np.tril_indices(4)
_MOMENTS = normal(4, 4, seed=904)


def _scattered(x: Array, weights: Array) -> Array:
    gradient = np.zeros_like(x)
    np.add.at(gradient, _WORDS, weights * np.exp(x[_WORDS]))
    return gradient


def _overwritten(x: Array, weights: Array) -> Array:
    gradient = np.zeros_like(x)
    gradient[_WORDS] += weights * np.exp(x[_WORDS])  # the last of equal indices wins
    return gradient


def _windows(image: Array) -> Array:
    return np.lib.stride_tricks.sliding_window_view(image, (3, 3))


def _convolved(image: Array) -> Array:
    return np.asarray(np.einsum("ijkl,kl->ij", _windows(np.pad(image, 1)), _KERNEL))


def _convolution_loss(image: Array) -> Any:
    return np.sum((_convolved(image) - _IMAGE) ** 2) / 2


def _convolution_gradient(image: Array, mode: Any) -> Array:
    error = np.pad(_convolved(image) - _IMAGE, 1, mode=mode)
    return np.asarray(np.einsum("ijkl,kl->ij", _windows(error), _KERNEL[::-1, ::-1]))


def _pooled(image: Array) -> Array:
    """Return the means over windows of 2 by 2 that overlap."""
    return np.asarray((image[:-1, :-1] + image[1:, :-1] + image[:-1, 1:] + image[1:, 1:]) / 4)


def _pooled_gradient(image: Array) -> Array:
    gradient = np.zeros_like(image)
    for i in range(2):
        for j in range(2):
            gradient[i : i + 5, j : j + 7] += _GRADE / 4
    return gradient


def _pooled_overwritten(image: Array) -> Array:
    gradient = np.zeros_like(image)
    for i in range(5):
        for j in range(7):
            gradient[i : i + 2, j : j + 2] = _GRADE[i, j] / 4
    return gradient


def _counted(image: Array, size: Any) -> Array:
    gradient = np.zeros_like(image)
    for i in range(5):
        for j in range(7):
            window = (slice(i, i + 2), slice(j, j + 2))
            gradient[window] = size(gradient[window])
    return gradient


def _stored(entries: Array) -> Array:
    """Return the symmetric matrix whose lower triangle is given."""
    matrix = np.zeros((4, 4))
    matrix[_ROWS, _COLUMNS] = entries
    matrix[_COLUMNS, _ROWS] = entries
    return matrix


def _stored_loss(entries: Array) -> Any:
    matrix = _stored(entries)
    return np.trace(_MOMENTS.T @ _MOMENTS @ matrix @ matrix) / 2


def _stored_gradient(entries: Array) -> Array:
    """Return the gradient by the full matrix."""
    second, matrix = _MOMENTS.T @ _MOMENTS, _stored(entries)
    return np.asarray((second @ matrix + matrix @ second) / 2)


_BOTH = np.where(_ROWS == _COLUMNS, 1.0, 2.0)

ARRAYS = (
    Wrong(
        name="embedding-overwritten",
        title="the gradients of a word that occurs twice or thrice overwrite each other",
        f=lambda x: np.sum(np.exp(x[_WORDS])),
        df=lambda x: _overwritten(x, np.ones(9)),
        right=lambda x: _scattered(x, np.ones(9)),
        draw=around_zero(10),
        codes=codes("repeated-index"),
        partial=codes("block-factor"),
        rows=(30,),
        catalogue=True,
    ),
    Wrong(
        name="weighted-embedding-overwritten",
        title="the weighted gradients of a word that occurs again overwrite each other",
        f=lambda x: np.sum(_CHOICE * np.exp(x[_WORDS])),
        df=lambda x: _overwritten(x, _CHOICE),
        right=lambda x: _scattered(x, _CHOICE),
        draw=around_zero(10),
        codes=codes("repeated-index"),
        partial=codes("block-factor"),
        rows=(30,),
        catalogue=True,
    ),
    Wrong(
        name="overlapping-windows-overwritten",
        title="the sums over overlapping windows of 2 by 2 overwrite each other backward",
        f=lambda image: (
            np.sum(np.log(np.cosh(image[:-1, :-1])))
            + np.sum(np.log(np.cosh(image[1:, :-1])))
            + np.sum(np.log(np.cosh(image[:-1, 1:])))
            + np.sum(np.log(np.cosh(image[1:, 1:])))
        ),
        df=lambda image: np.tanh(image) * _counted(image, lambda old: 0 * old + 1),
        right=lambda image: np.tanh(image) * _counted(image, lambda old: old + 1),
        draw=around_zero(6, 8),
        codes=codes("repeated-index"),
        partial=codes("block-factor"),
        rows=(30, 38),
    ),
    Wrong(
        name="padding-repeats-the-edge",
        title="the gradient of a convolution pads with the edge, f with zeros",
        f=_convolution_loss,
        df=lambda image: _convolution_gradient(image, "edge"),
        right=lambda image: _convolution_gradient(image, "constant"),
        draw=around_zero(6, 8),
        codes=codes("border"),
        rows=(38,),
        catalogue=True,
    ),
    Wrong(
        name="lower-triangle-once",
        title="the gradient by a stored lower triangle is that by the full symmetric matrix",
        f=_stored_loss,
        df=lambda entries: _stored_gradient(entries)[_ROWS, _COLUMNS],
        right=lambda entries: _BOTH * _stored_gradient(entries)[_ROWS, _COLUMNS],
        draw=around_zero(10),
        codes=codes("symmetric-counted"),
        partial=codes("factor", "block-factor"),
        rows=(39,),
    ),
)
