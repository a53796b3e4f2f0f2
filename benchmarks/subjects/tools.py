"""The tools that judge a derivative: gradcheck, and its peers with their natural rules.

A peer that only computes a derivative is given a rule. With an error estimate of its own, a claim a
passes if |a - n| <= 10 x estimate + 1e-8 |n| in every entry. Without one, the rules are relative,
which is the kindest choice (the balanced accuracy on all functions of one family, in percent):

- check_grad (R^n -> R only): the norm of the difference is at most 1e-5 of the norm of the claim.
  Standard 87, hard 68; below 1e-5 in absolute terms 85 and 64; either of both 87 and 67.
- approx_derivative: |a - n| <= 1e-6 |n| in every entry. Standard 92, hard 71; with 1e-6 of the
  row's largest |n| 91 and 71; with 1e-6 max(1, |n|), as scipy documents it, 90 and 68.

torch.autograd.gradcheck and jax.test_util.check_grads decide themselves, with their defaults.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

import gradcheck as gc
from benchmarks.subjects.subject import Array, Function, Subject

PASS, FAIL, INCONCLUSIVE = "pass", "fail", "inconclusive"
RELATIVE = 1e-8
ESTIMATES = 10.0
CHECK_GRAD = 1e-5
THREE_POINT = 1e-6
LARGEST_SCIPY = 40
"""Inputs: scipy's jacobian needs n² evaluations and more."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a tool said of one claim."""

    verdict: str
    evaluations: int
    result: Any = None
    """gradcheck's Result, or the exception that came instead."""


Judge = Callable[[Function], Outcome]
Tool = Callable[[Subject, Any], Judge | None]
"""Takes a subject and a point; None: the tool has no answer to questions of this kind."""


class Counted:
    """f with its calls counted, as a function of a flat vector too."""

    def __init__(self, f: Function, point: Any) -> None:
        self.f, self.shape, self.calls = f, np.shape(point), 0

    def __call__(self, x: Any) -> Any:
        """Return f(x)."""
        self.calls += 1
        return self.f(x)

    def restored(self, x: Any) -> Any:
        """Return the flat vector in the shape that f takes."""
        flat = np.asarray(x, dtype=np.float64)
        return flat.reshape(self.shape) if self.shape else float(flat.reshape(-1)[0])

    def scalar(self, x: Any) -> float:
        """Return f of a flat vector as a number."""
        return float(self(self.restored(x)))

    def vector(self, x: Any) -> Array:
        """Return f of a flat vector as a flat vector."""
        return np.asarray(self(self.restored(x)), dtype=np.float64).reshape(-1)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings of tools and functions to themselves."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def gradcheck(subject: Subject, point: Any) -> Judge:
    """Return gc.check with its defaults."""

    def judge(df: Function) -> Outcome:
        f = Counted(subject.f, point)
        try:
            result = gc.check(f, df, point)
        except Exception as error:  # noqa: BLE001  (an exception is an outcome, and is reported)
            return Outcome(verdict=INCONCLUSIVE, evaluations=f.calls, result=error)
        return Outcome(
            verdict=result.verdict.value,
            evaluations=max(result.evaluations, f.calls),
            result=result,
        )

    return judge


def by_rule(
    subject: Subject,
    point: Any,
    numeric: Callable[[Counted, Array], tuple[Any, Any]],
    passes: Callable[[Array, Array, Array], Any],
) -> Judge:
    """Return a judge that computes derivative and estimate once, and applies a rule to claims."""
    f = Counted(subject.f, point)
    flat = np.atleast_1d(np.asarray(point, dtype=np.float64)).reshape(-1)
    shape = (-1, flat.size)
    try:
        with quiet():
            value, estimate = (np.asarray(a, np.float64).reshape(shape) for a in numeric(f, flat))
    except Exception as error:  # noqa: BLE001  (an exception is an outcome, and is reported)
        failed = Outcome(verdict=INCONCLUSIVE, evaluations=f.calls, result=error)
        return lambda _: failed

    def judge(df: Function) -> Outcome:
        claim = np.asarray(df(point), dtype=np.float64).reshape(shape)
        if not (np.isfinite(value).all() and np.isfinite(estimate).all()):
            return Outcome(verdict=INCONCLUSIVE, evaluations=f.calls)
        with quiet():
            good = bool(np.all(passes(claim, value, estimate)))
        return Outcome(verdict=PASS if good else FAIL, evaluations=f.calls)

    return judge


def within_estimate(claim: Array, value: Array, estimate: Array) -> Any:
    """Return whether the claim lies within ten times the tool's own estimate."""
    return np.abs(claim - value) <= ESTIMATES * np.abs(estimate) + RELATIVE * np.abs(value)


def check_grad(subject: Subject, point: Any) -> Judge | None:
    """Return scipy.optimize.check_grad."""
    from scipy.optimize import check_grad as measure

    if np.ndim(subject.f(point)):
        return None
    flat = np.atleast_1d(np.asarray(point, dtype=np.float64)).reshape(-1)

    def judge(df: Function) -> Outcome:
        f = Counted(subject.f, point)
        claim = np.asarray(df(point), dtype=np.float64).reshape(-1)
        try:
            with quiet():
                error = float(measure(f.scalar, lambda _: claim, flat))
        except Exception as problem:  # noqa: BLE001  (an exception is an outcome)
            return Outcome(verdict=INCONCLUSIVE, evaluations=f.calls, result=problem)
        if not np.isfinite(error):
            return Outcome(verdict=INCONCLUSIVE, evaluations=f.calls)
        with quiet():
            good = error <= CHECK_GRAD * float(np.linalg.norm(claim))
        return Outcome(verdict=PASS if good else FAIL, evaluations=f.calls)

    return judge


def approx_derivative(subject: Subject, point: Any) -> Judge:
    """Return scipy's three-point differences."""
    from scipy.optimize._numdiff import approx_derivative as differentiate

    def numeric(f: Counted, x: Array) -> tuple[Any, Any]:
        value = differentiate(f.vector, x, method="3-point")
        return value, np.zeros_like(value)

    def passes(claim: Array, value: Array, _: Array) -> Any:
        return np.abs(claim - value) <= THREE_POINT * np.abs(value)

    return by_rule(subject, point, numeric, passes)


def numdifftools(subject: Subject, point: Any) -> Judge:
    """Return numdifftools.Gradient or Jacobian with its error estimate."""
    nd = import_module("numdifftools")

    def numeric(f: Counted, x: Array) -> tuple[Any, Any]:
        if np.ndim(subject.f(point)):
            found = nd.Jacobian(f.vector, full_output=True)(x)
        else:
            found = nd.Gradient(f.scalar, full_output=True)(x)
        return found[0], found[1]

    return by_rule(subject, point, numeric, within_estimate)


def scipy_differentiate(subject: Subject, point: Any) -> Judge | None:
    """Return scipy.differentiate.jacobian with its error."""
    from scipy.differentiate import jacobian

    if np.size(point) > LARGEST_SCIPY:
        return None

    def numeric(f: Counted, x: Array) -> tuple[Any, Any]:
        found = jacobian(lambda z: np.apply_along_axis(f.vector, 0, z), x)
        return found.df, found.error

    return by_rule(subject, point, numeric, within_estimate)


def jacobi(subject: Subject, point: Any) -> Judge:
    """Return jacobi.jacobi with its error."""
    library = import_module("jacobi")

    def numeric(f: Counted, x: Array) -> tuple[Any, Any]:
        value, error = library.jacobi(f.vector, x)
        return value, error

    return by_rule(subject, point, numeric, within_estimate)


def torch(subject: Subject, point: Any) -> Judge:
    """Return torch.autograd.gradcheck with f and df inside an autograd.Function."""
    library = import_module("torch")

    def judge(df: Function) -> Outcome:
        f = Counted(subject.f, point)

        class Wrapped(library.autograd.Function):  # type: ignore[misc, name-defined]
            @staticmethod
            def forward(context: Any, x: Any) -> Any:
                context.save_for_backward(x)
                return library.from_numpy(f.vector(x.detach().numpy()))

            @staticmethod
            def backward(context: Any, cotangent: Any) -> Any:
                (x,) = context.saved_tensors
                rows = np.asarray(df(f.restored(x.detach().numpy())), dtype=np.float64)
                return cotangent @ library.from_numpy(rows.reshape(-1, x.numel()))

        flat = np.array(point, dtype=np.float64).reshape(-1)
        x = library.from_numpy(flat).requires_grad_()
        try:
            with quiet():
                good = library.autograd.gradcheck(Wrapped.apply, (x,), raise_exception=False)
        except Exception as error:  # noqa: BLE001  (an exception is an outcome, and is reported)
            return Outcome(verdict=INCONCLUSIVE, evaluations=f.calls, result=error)
        return Outcome(verdict=PASS if good else FAIL, evaluations=f.calls)

    return judge


def jax(subject: Subject, point: Any) -> Judge:
    """Return jax.test_util.check_grads with f and df behind callbacks."""
    library, check_grads = import_module("jax"), import_module("jax.test_util").check_grads
    library.config.update("jax_enable_x64", True)  # noqa: FBT003  (jax takes name and value)
    flat = np.array(point, dtype=np.float64).reshape(-1)
    outputs = int(np.size(subject.f(point)))
    value = library.ShapeDtypeStruct((outputs,), np.float64)
    matrix = library.ShapeDtypeStruct((outputs, flat.size), np.float64)

    def judge(df: Function) -> Outcome:
        f = Counted(subject.f, point)

        def jacobian(x: Any) -> Array:
            return np.asarray(df(f.restored(x)), dtype=np.float64).reshape(matrix.shape)

        @library.custom_jvp  # type: ignore[untyped-decorator]
        def wrapped(x: Any) -> Any:
            return library.pure_callback(f.vector, value, x)

        @wrapped.defjvp  # type: ignore[untyped-decorator]
        def along(primals: Any, tangents: Any) -> Any:
            rows = library.pure_callback(jacobian, matrix, primals[0])
            return wrapped(primals[0]), rows @ tangents[0]

        try:
            with quiet():
                check_grads(wrapped, (library.numpy.asarray(flat),), order=1, modes=("fwd",))
        except AssertionError:
            return Outcome(verdict=FAIL, evaluations=f.calls)
        except Exception as error:  # noqa: BLE001  (an exception is an outcome, and is reported)
            return Outcome(verdict=INCONCLUSIVE, evaluations=f.calls, result=error)
        return Outcome(verdict=PASS, evaluations=f.calls)

    return judge


TOOLS: dict[str, tuple[str, Tool]] = {
    "gradcheck": ("gradcheck", gradcheck),
    "check_grad": ("scipy", check_grad),
    "approx_derivative": ("scipy", approx_derivative),
    "scipy.differentiate": ("scipy", scipy_differentiate),
    "numdifftools": ("numdifftools", numdifftools),
    "jacobi": ("jacobi", jacobi),
    "torch": ("torch", torch),
    "jax": ("jax", jax),
}
"""The package that each needs, and the tool."""


def installed(names: list[str] | None = None) -> dict[str, Tool]:
    """Return the tools that can be used; a name picks tools by their own or their package's."""
    return {
        name: tool
        for name, (package, tool) in TOOLS.items()
        if (names is None or {name, package} & set(names)) and find_spec(package)
    }
