"""The network of a well-known exercise on gradient checking, with right and with wrong gradients.

Three layers, R⁴⁷ → R: z₁ = W₁x + b₁, a₁ = max(z₁, 0), z₂ = W₂a₁ + b₂, a₂ = max(z₂, 0),
z₃ = W₃a₂ + b₃, a = σ(z₃), and the mean of -y log a - (1 - y) log(1 - a) over three samples. The
sizes and the random numbers are those of the exercise in A. Ng, K. Katanforoosh and Y. Bensouda
Mourri, "Improving Deep Neural Networks" (deeplearning.ai), week 1, "Gradient Checking"; the code
is not. x of a case is W₁, b₁, W₂, b₂, W₃, b₃, each by rows, one after the other.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck import Case

Array = npt.NDArray[Any]

SHAPES = ((5, 4), (5, 1), (3, 5), (3, 1), (1, 3), (1, 1))
"""Of W₁, b₁, W₂, b₂, W₃ and b₃."""


def drawn() -> tuple[Array, Array]:
    """Return the samples, a column each, and the parameters, as the exercise draws them."""
    numbers = np.random.RandomState(1)
    samples = numbers.randn(4, 3)
    return samples, np.concatenate([numbers.randn(*shape).ravel() for shape in SHAPES])


SAMPLES, PARAMETERS = drawn()
LABELS = np.array([[1.0, 1.0, 0.0]])


def unpacked(x: Array) -> Iterator[Array]:
    start = 0
    for shape in SHAPES:
        size = shape[0] * shape[1]
        yield x[start : start + size].reshape(shape)
        start += size


def layers(x: Array) -> tuple[Array, Array, Array]:
    """Return a₁, a₂ and z₃, a column a sample."""
    w1, b1, w2, b2, w3, b3 = unpacked(x)
    a1 = np.maximum(w1 @ SAMPLES + b1, 0.0)
    a2 = np.maximum(w2 @ a1 + b2, 0.0)
    return a1, a2, w3 @ a2 + b3


def course_loss(x: Array) -> Any:
    """Take the logarithms of a and of 1 - a, as the exercise does: digits are lost in 1 - a."""
    _, _, z3 = layers(x)
    a = 1.0 / (1.0 + np.exp(-z3))
    losses = -np.log(a) * LABELS - np.log(1.0 - a) * (1.0 - LABELS)
    return 1.0 / LABELS.size * np.sum(losses)


def stable_loss(x: Array) -> Any:
    """Compute the same as the mean of log(1 + exp(z₃)) - y z₃, where no digit of a is needed."""
    _, _, z3 = layers(x)
    return 1.0 / LABELS.size * np.sum(np.logaddexp(0.0, z3) - LABELS * z3)


def backward(x: Array) -> dict[str, Array]:
    """Return the gradients by W₁, b₁, ... by name."""
    _, _, w2, _, w3, _ = unpacked(x)
    a1, a2, z3 = layers(x)
    dz3 = (1.0 / (1.0 + np.exp(-z3)) - LABELS) / LABELS.size
    dz2 = (w3.T @ dz3) * (a2 > 0.0)
    dz1 = (w2.T @ dz2) * (a1 > 0.0)
    return {
        "W1": dz1 @ SAMPLES.T,
        "b1": dz1.sum(axis=1, keepdims=True),
        "W2": dz2 @ a1.T,
        "b2": dz2.sum(axis=1, keepdims=True),
        "W3": dz3 @ a2.T,
        "b3": dz3.sum(axis=1, keepdims=True),
    }


def packed(gradients: dict[str, Array]) -> Array:
    return np.concatenate([each.ravel() for each in gradients.values()])


def gradient(x: Array) -> Array:
    return packed(backward(x))


def planted_gradient(x: Array) -> Array:
    gradients = backward(x)
    gradients["W2"] *= 2.0  # the first planted mistake
    gradients["b1"] *= 4.0  # the second
    return packed(gradients)


SOURCE = "deeplearning.ai, Improving Deep Neural Networks, week 1, Gradient Checking"

course_network = Case(
    "course-network",
    f=course_loss,
    df=gradient,
    points=[PARAMETERS],
    source=SOURCE,
)

course_network_stable = Case(
    "course-network-stable",
    f=stable_loss,
    df=gradient,
    points=[PARAMETERS],
    source=SOURCE,
)

course_network_planted = Case(
    "course-network-planted",
    f=stable_loss,
    df=planted_gradient,
    points=[PARAMETERS],
    source=SOURCE,
    tags=("wrong",),
)
