"""Is the backward pass of a network right? Two layers in a dict, and a bias that is averaged."""

from typing import Any

import numpy as np

import gradcheck as gc

random = np.random.default_rng(0)
ROWS, INPUTS, HIDDEN, OUTPUTS = 32, 4, 5, 3
X = random.normal(size=(ROWS, INPUTS))
Y = random.normal(size=(ROWS, OUTPUTS))


def loss(p: Any) -> Any:
    """Return the squared error of the network with the parameters p, a dict of arrays."""
    hidden = np.tanh(X @ p["W1"] + p["b1"])
    return np.sum((hidden @ p["W2"] + p["b2"] - Y) ** 2)


def gradient(p: Any) -> Any:
    """Return the derivatives by all parameters, as a dict like p."""
    hidden = np.tanh(X @ p["W1"] + p["b1"])
    d_out = 2 * (hidden @ p["W2"] + p["b2"] - Y)
    d_hidden = (d_out @ p["W2"].T) * (1 - hidden**2)
    return {
        "W1": X.T @ d_hidden,
        "b1": d_hidden.sum(axis=0),
        "W2": hidden.T @ d_out,
        "b2": d_out.sum(axis=0),
    }


def gradient_with_averaged_bias(p: Any) -> Any:
    """Return a wrong gradient: that of b1 is averaged over the rows instead of summed."""
    found = gradient(p)
    return {**found, "b1": found["b1"] / ROWS}


def parameters() -> dict[str, Any]:
    """Draw parameters; f and df get a dict like this one."""
    return {
        "W1": random.normal(size=(INPUTS, HIDDEN)),
        "b1": random.normal(size=HIDDEN),
        "W2": random.normal(size=(HIDDEN, OUTPUTS)),
        "b2": random.normal(size=OUTPUTS),
    }


points = [parameters(), parameters(), parameters()]
right = gc.check(loss, gradient, points=points)
wrong = gc.check(loss, gradient_with_averaged_bias, points=points, constants={"ROWS": ROWS})

if __name__ == "__main__":
    print(right)
    print()
    print(wrong)
    print()
    print(wrong.blocks.to_string(index=False))
