"""A network with one hidden layer, its parameters in one vector, and softmax regression."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.wrong.record import Array, Wrong, around_zero, codes, normal, softmax


@dataclass(frozen=True)
class Layers:
    """The sizes of a network with one hidden layer."""

    inputs: int
    hidden: int
    classes: int

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The shapes of W1, b1, W2, b2."""
        return (
            (self.inputs, self.hidden),
            (self.hidden,),
            (self.hidden, self.classes),
            (self.classes,),
        )

    @property
    def size(self) -> int:
        """The number of parameters."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    def unpack(self, w: Array) -> list[Array]:
        """Return W1, b1, W2, b2."""
        ends = np.cumsum([int(np.prod(shape)) for shape in self.shapes])[:-1]
        return [part.reshape(s) for part, s in zip(np.split(w, ends), self.shapes, strict=True)]


LAYERS = Layers(inputs=5, hidden=4, classes=3)
_DATA = normal(7, 5, seed=601)
_CLASSES = np.eye(3)[np.array([1, 0, 2, 2, 1, 0, 1])]


def pack(*parts: Array) -> Array:
    """Return the parts one after the other."""
    return np.concatenate([np.ravel(part) for part in parts])


def train_loss(w: Array) -> Any:
    """Return the sum of the cross-entropies."""
    w1, b1, w2, b2 = LAYERS.unpack(w)
    z = np.tanh(_DATA @ w1 + b1) @ w2 + b2
    return np.sum(np.log(np.sum(np.exp(z), axis=1)) - np.sum(z * _CLASSES, axis=1))


def train_gradients(w: Array) -> tuple[Array, ...]:
    """Return the gradients by W1, b1, W2, b2."""
    w1, b1, w2, b2 = LAYERS.unpack(w)
    hidden = np.tanh(_DATA @ w1 + b1)
    error = softmax(hidden @ w2 + b2) - _CLASSES
    inner = (error @ w2.T) * (1 - hidden**2)
    return _DATA.T @ inner, inner.sum(axis=0), hidden.T @ error, error.sum(axis=0)


def _right(w: Array) -> Array:
    return pack(*train_gradients(w))


def _scaled(w: Array, *factors: float) -> Array:
    parts = zip(factors, train_gradients(w), strict=True)
    return pack(*(factor * part for factor, part in parts))


def _without_activation(w: Array) -> Array:
    """Backpropagate past tanh without its derivative."""
    w1, b1, w2, b2 = LAYERS.unpack(w)
    hidden = np.tanh(_DATA @ w1 + b1)
    error = softmax(hidden @ w2 + b2) - _CLASSES
    inner = error @ w2.T
    return pack(_DATA.T @ inner, inner.sum(axis=0), hidden.T @ error, error.sum(axis=0))


def _named(w: Array) -> dict[str, Array]:
    return dict(zip(("W1", "b1", "W2", "b2"), LAYERS.unpack(w), strict=True))


def _named_loss(layers: dict[str, Array]) -> Any:
    return train_loss(pack(*layers.values()))


def _named_gradients(layers: dict[str, Array]) -> dict[str, Array]:
    return dict(zip(layers, train_gradients(pack(*layers.values())), strict=True))


def _decayed_loss(layers: list[dict[str, Array]]) -> Any:
    """Return the loss with a penalty on the weights; each layer has weights W and biases b."""
    penalty = sum(np.sum(layer["W"] ** 2) for layer in layers)
    return train_loss(pack(*_flat(layers))) + 0.02 * penalty


def _decayed_gradients(layers: list[dict[str, Array]], *, decay: float) -> list[dict[str, Array]]:
    w1, b1, w2, b2 = train_gradients(pack(*_flat(layers)))
    first, second = (decay * layer["W"] for layer in layers)
    return [{"W": w1 + first, "b": b1}, {"W": w2 + second, "b": b2}]


def _flat(layers: list[dict[str, Array]]) -> list[Array]:
    return [part for layer in layers for part in (layer["W"], layer["b"])]


def _listed(w: Array) -> list[dict[str, Array]]:
    w1, b1, w2, b2 = LAYERS.unpack(w)
    return [{"W": w1, "b": b1}, {"W": w2, "b": b2}]


_POINTS = around_zero(LAYERS.size, scale=0.6)

NETWORKS = (
    Wrong(
        name="blocks-scaled",
        title="in a network with two layers, the gradient by W2 is doubled, that by b1 four-fold",
        f=train_loss,
        df=lambda w: _scaled(w, 1, 4, 2, 1),
        right=_right,
        draw=_POINTS,
        codes=codes("block-factor", "factor"),
        rows=(6,),
        catalogue=True,
    ),
    Wrong(
        name="bias-averaged",
        title="the gradients by the biases are means over 7 rows instead of sums",
        f=train_loss,
        df=lambda w: _scaled(w, 1, 1 / 7, 1, 1 / 7),
        right=_right,
        draw=_POINTS,
        codes=codes("block-factor", "factor"),
        rows=(4, 6),
        hints={"constants": {"rows": 7}},
    ),
    Wrong(
        name="first-layer-detached",
        title="no gradient reaches the first layer: its entries are 0",
        f=train_loss,
        df=lambda w: _scaled(w, 0, 0, 1, 1),
        right=_right,
        draw=_POINTS,
        codes=codes("zero"),
        partial=codes("block-factor"),
        rows=(27,),
    ),
    Wrong(
        name="named-layer-doubled",
        title="in a dict of parameters, the gradients by W2 and b2 are doubled",
        f=_named_loss,
        df=lambda layers: {
            name: part * (2 if name.endswith("2") else 1)
            for name, part in _named_gradients(layers).items()
        },
        right=_named_gradients,
        draw=lambda g: _named(_POINTS(g)),
        codes=codes("factor"),
        partial=codes("block-factor"),
        rows=(6,),
    ),
    Wrong(
        name="named-bias-sign",
        title="in a dict of parameters, the sign of the gradient by b1 is wrong",
        f=_named_loss,
        df=lambda layers: {
            name: part * (-1 if name == "b1" else 1)
            for name, part in _named_gradients(layers).items()
        },
        right=_named_gradients,
        draw=lambda g: _named(_POINTS(g)),
        codes=codes("sign"),
        partial=codes("block-factor"),
        rows=(2,),
    ),
    Wrong(
        name="listed-weights-decayed-by-half",
        title="in a list of layers, the penalty 0.02 |W|² of each W contributes 0.02 W only",
        f=_decayed_loss,
        df=lambda layers: _decayed_gradients(layers, decay=0.02),
        right=lambda layers: _decayed_gradients(layers, decay=0.04),
        draw=lambda g: _listed(_POINTS(g)),
        codes=codes("regulariser"),
        rows=(15,),
    ),
)
