"""Are a Jacobian-vector product and its transpose right? A layer, and a bias applied to the vector.

The wrong one is a common slip: the bias of the layer is added to the tangent as well, so that the
product is no longer linear in it.
"""

from typing import Any

import numpy as np

import gradcheck as gc

random = np.random.default_rng(0)
INPUTS, OUTPUTS = 4, 3
W = random.normal(size=(OUTPUTS, INPUTS))
b = random.normal(size=OUTPUTS)


def layer(x: Any) -> Any:
    """Return tanh(W x + b)."""
    return np.tanh(W @ x + b)


def jvp(x: Any, v: Any) -> Any:
    """Return its derivative along v."""
    return (1 - layer(x) ** 2) * (W @ v)


def vjp(x: Any, w: Any) -> Any:
    """Return the gradient of w · layer(x)."""
    return W.T @ ((1 - layer(x) ** 2) * w)


def jvp_with_bias(x: Any, v: Any) -> Any:
    """Return a wrong product: it is affine in v."""
    return (1 - layer(x) ** 2) * (W @ v + b)


points = list(random.normal(size=(3, INPUTS)))
right = gc.check_vjp(layer, vjp, jvp=jvp, points=points)
wrong = gc.check_jvp(layer, jvp_with_bias, points=points)

if __name__ == "__main__":
    print(right)
    print()
    print(wrong)
