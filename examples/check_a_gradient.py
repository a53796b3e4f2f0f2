"""Is a hand-written gradient right? Logistic regression, and the gradient of a mean for a sum."""

from typing import Any

import numpy as np

import gradcheck as gc

random = np.random.default_rng(0)
ROWS, COLUMNS = 200, 5
X = random.normal(size=(ROWS, COLUMNS))
y = (random.uniform(size=ROWS) < 1 / (1 + np.exp(-X[:, 0]))).astype(float)


def loss(w: Any) -> Any:
    """Return the sum of the log losses."""
    z = X @ w
    return np.sum(np.logaddexp(0, z) - y * z)


def gradient(w: Any) -> Any:
    """Return the gradient of the loss."""
    return X.T @ (1 / (1 + np.exp(-X @ w)) - y)


def gradient_of_mean(w: Any) -> Any:
    """Return a wrong gradient: that of the mean, so that every ratio is 1 / 200."""
    return X.T @ (1 / (1 + np.exp(-X @ w)) - y) / ROWS


points = list(random.normal(size=(3, COLUMNS)))
right = gc.check(loss, gradient, points=points)
wrong = gc.check(loss, gradient_of_mean, points=points)

if __name__ == "__main__":
    print(right)
    print()
    print(wrong)
