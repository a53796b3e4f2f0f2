"""The structure of a derivative: diagonals, axes, invariances, projections, rotations."""

from typing import Any

import numpy as np

from tests.wrong.record import (
    Array,
    Wrong,
    around_zero,
    between,
    codes,
    normal,
    softmax,
    uniform,
)

_UPSTREAM = normal(7, seed=701)
_TARGET = np.eye(6)[3]
_DIRECTION = normal(6, seed=702)
_DATA = normal(7, 6, seed=703)
_LABELS = (normal(7, seed=704) > 0).astype(float)
_SPREAD = uniform(5, 8, seed=705, low=0.4, high=1.9)
_LANDMARKS = normal(4, 3, seed=706, scale=2.0)
_QUATERNION = np.array([0.62, -0.31, 0.54, 0.478])
_STEP = 0.05
_LINKS = np.array([1.1, 0.8, 0.45])


def _softmax_jacobian(z: Array) -> Array:
    p = softmax(z)
    return np.asarray(np.diag(p) - np.outer(p, p))


def _log_softmax(z: Array) -> Array:
    return np.asarray(z - np.log(np.sum(np.exp(z))))


def _cross_entropy(z: Array) -> Any:
    return np.log(np.sum(np.exp(z))) - z @ _TARGET


def _normalised(x: Array) -> tuple[Array, Any]:
    spread = np.sqrt(np.mean((x - np.mean(x)) ** 2))
    return (x - np.mean(x)) / spread, spread


def _batch_norm(x: Array) -> Any:
    return _UPSTREAM @ _normalised(x)[0]


def _batch_norm_gradient(x: Array, *, mean: bool = True, variance: bool = True) -> Array:
    unit, spread = _normalised(x)
    gradient = np.array(_UPSTREAM)
    if mean:
        gradient -= np.mean(_UPSTREAM)
    if variance:
        gradient -= unit * np.mean(_UPSTREAM * unit)
    return np.asarray(gradient / spread)


def _cosine(x: Array) -> Any:
    return _DIRECTION @ x / np.linalg.norm(x)


def _cosine_gradient(x: Array) -> Array:
    length = np.linalg.norm(x)
    return np.asarray((_DIRECTION - _cosine(x) * x / length) / length)


def _logistic(w: Array) -> Any:
    z = _DATA @ w
    return np.sum(np.log1p(np.exp(z)) - _LABELS * z)


def _errors(w: Array) -> Array:
    """Return the gradient of each row's loss, of shape (rows, inputs)."""
    return np.asarray((1 / (1 + np.exp(-_DATA @ w)) - _LABELS)[:, None] * _DATA)


def _centred(x: Array, axis: int) -> Array:
    return np.asarray(x - np.mean(x, axis=axis, keepdims=True))


def _hat(v: Array) -> Array:
    return np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])


def _rotation(v: Array) -> Array:
    angle, hat = np.linalg.norm(v), _hat(v)
    square = hat @ hat
    return np.asarray(
        np.eye(3) + np.sin(angle) / angle * hat + (1 - np.cos(angle)) / angle**2 * square
    )


def _left_jacobian(v: Array) -> Array:
    angle, hat = np.linalg.norm(v), _hat(v)
    first, second = (1 - np.cos(angle)) / angle**2, (angle - np.sin(angle)) / angle**3
    return np.asarray(np.eye(3) + first * hat + second * hat @ hat)


def _rotated(v: Array) -> Array:
    return np.asarray(_LANDMARKS @ _rotation(v).T)


def _rotated_jacobian(v: Array, inner: Array) -> Array:
    return np.stack([-_hat(point) @ inner for point in _rotated(v)])


def _turned(omega: Array) -> Array:
    """Return the quaternion after one Euler step with an angular velocity."""
    w, x, y, z = _QUATERNION
    columns = np.array([[-x, -y, -z], [w, -z, y], [z, w, -x], [-y, x, w]])
    change = columns @ np.sin(omega)
    return np.asarray(_QUATERNION + _STEP / 2 * change)


def _turned_jacobian(omega: Array, factor: float) -> Array:
    w, x, y, z = _QUATERNION
    columns = np.array([[-x, -y, -z], [w, -z, y], [z, w, -x], [-y, x, w]])
    return np.asarray(_STEP * factor * columns * np.cos(omega))


def _arm(joints: Array) -> Array:
    angles = np.cumsum(joints)
    return np.array([_LINKS @ np.cos(angles), _LINKS @ np.sin(angles)])


def _arm_jacobian(joints: Array) -> Array:
    angles = np.cumsum(joints)
    moves = np.array([-_LINKS * np.sin(angles), _LINKS * np.cos(angles)])
    return np.asarray(np.cumsum(moves[:, ::-1], axis=1)[:, ::-1])


SHAPES = (
    Wrong(
        name="softmax-diagonal-only",
        title="the Jacobian of softmax is p (1 - p) on the diagonal and 0 elsewhere",
        f=softmax,
        df=lambda z: np.diag(softmax(z) * (1 - softmax(z))),
        right=_softmax_jacobian,
        draw=around_zero(6, scale=1.3),
        codes=codes("diagonal-only"),
        partial=codes("zero", "invariance-lost"),
        rows=(23,),
        catalogue=True,
    ),
    Wrong(
        name="softmax-identity",
        title="the Jacobian of softmax is the identity, as of a layer that only scores",
        f=softmax,
        df=lambda z: np.eye(len(z)),
        right=_softmax_jacobian,
        draw=around_zero(6, scale=1.3),
        codes=codes("identity"),
        partial=codes("invariance-lost"),
        rows=(23,),
        catalogue=True,
    ),
    Wrong(
        name="log-softmax-without-normaliser",
        title="the Jacobian of the log-softmax lacks the derivative of the normaliser",
        f=_log_softmax,
        df=lambda z: np.eye(len(z)),
        right=lambda z: np.eye(len(z)) - softmax(z),
        draw=around_zero(6, scale=1.3),
        codes=codes("identity", "invariance-lost"),
        rows=(23, 25),
    ),
    Wrong(
        name="probability-for-logit",
        title="the gradient of the cross-entropy is that by the probabilities, f takes logits",
        f=_cross_entropy,
        df=lambda z: -_TARGET / softmax(z),
        right=lambda z: softmax(z) - _TARGET,
        draw=around_zero(6, scale=1.3),
        codes=codes("invariance-lost"),
        partial=codes("zero"),
        rows=(24,),
        catalogue=True,
    ),
    Wrong(
        name="batch-norm-mean-path",
        title="backward through batch normalisation, the path through the mean is forgotten",
        f=_batch_norm,
        df=lambda x: _batch_norm_gradient(x, mean=False),
        right=_batch_norm_gradient,
        draw=around_zero(7, scale=1.6),
        codes=codes("invariance-lost"),
        rows=(25,),
        catalogue=True,
        needs=2,
    ),
    Wrong(
        name="batch-norm-variance-path",
        title="backward through batch normalisation, the path through the variance is forgotten",
        f=_batch_norm,
        df=lambda x: _batch_norm_gradient(x, variance=False),
        right=_batch_norm_gradient,
        draw=around_zero(7, scale=1.6),
        codes=codes("projection-lost"),
        rows=(25, 26),
        needs=2,
    ),
    Wrong(
        name="projection-forgotten",
        title="the gradient of a cosine similarity is not projected off x",
        f=_cosine,
        df=lambda x: _DIRECTION / np.linalg.norm(x),
        right=_cosine_gradient,
        draw=around_zero(6, scale=1.4),
        codes=codes("projection-lost"),
        rows=(26,),
        catalogue=True,
        needs=2,
    ),
    Wrong(
        name="summed-over-inputs",
        title="the rows' gradients are summed along the wrong axis, giving 7 numbers for 6",
        f=_logistic,
        df=lambda w: _errors(w).sum(axis=1),
        right=lambda w: _errors(w).sum(axis=0),
        draw=around_zero(6, scale=0.8),
        codes=codes("wrong-axis"),
        rows=(22,),
        hints={"constants": {"rows": 7}},
        needs_hints=True,
        reason="wrong-shape",
    ),
    Wrong(
        name="not-summed-over-rows",
        title="the rows' gradients are returned as a matrix of (7, 6), not summed",
        f=_logistic,
        df=_errors,
        right=lambda w: _errors(w).sum(axis=0),
        draw=around_zero(6, scale=0.8),
        codes=codes("wrong-axis"),
        rows=(22,),
        reason="wrong-shape",
    ),
    Wrong(
        name="centred-along-rows",
        title="f centres the columns of a matrix, its gradient the rows",
        f=lambda x: np.sum(_centred(x, 0) ** 2) / 2,
        df=lambda x: _centred(x, 1),
        right=lambda x: _centred(x, 0),
        draw=around_zero(5, 8, scale=1.5),
        codes=codes("wrong-axis"),
        partial=codes("invariance-lost"),
        rows=(22, 25),
    ),
    Wrong(
        name="local-for-global-perturbation",
        title="the Jacobian of rotated landmarks mixes left and right perturbations",
        f=_rotated,
        df=lambda v: _rotated_jacobian(v, _left_jacobian(-v)),
        right=lambda v: _rotated_jacobian(v, _left_jacobian(v)),
        draw=around_zero(3, scale=0.8),
        codes=codes("rotation"),
        rows=(36,),
        catalogue=True,
    ),
    Wrong(
        name="quaternion-half-forgotten",
        title="the Jacobian of a quaternion's step lacks the factor 1/2 of its kinematics",
        f=_turned,
        df=lambda omega: _turned_jacobian(omega, 1.0),
        right=lambda omega: _turned_jacobian(omega, 0.5),
        draw=around_zero(3, scale=0.7),
        codes=codes("factor", "rotation"),
        partial=codes("block-factor"),
        rows=(36,),
    ),
    Wrong(
        name="one-joint-in-degrees",
        title="in the Jacobian of an arm, the column of the second joint is per degree",
        f=_arm,
        df=lambda joints: _arm_jacobian(joints) * [1, np.pi / 180, 1],
        right=_arm_jacobian,
        draw=between(-1.4, 1.4, 3),
        codes=codes("units"),
        partial=codes("block-factor"),
        rows=(35,),
    ),
    Wrong(
        name="last-joint-forgotten",
        title="in the Jacobian of an arm, the column of the last joint is 0",
        f=_arm,
        df=lambda joints: _arm_jacobian(joints) * [1, 1, 0],
        right=_arm_jacobian,
        draw=between(-1.4, 1.4, 3),
        codes=codes("zero"),
        partial=codes("block-factor"),
        rows=(20,),
    ),
)
