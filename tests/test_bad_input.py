"""What cannot be used is refused in words: which case, what was expected, what came, what to do."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradcheck as gc
from gradcheck.errors import CaseError, GradcheckError, SelectionError, StencilError, StepError

Bad = dict[str, tuple[Callable[[], object], str]]


def refused(action: Callable[[], object], kind: type[GradcheckError], message: str) -> None:
    """Expect an error of the package's own tree with these words."""
    with pytest.raises(kind, match=message) as caught:
        action()
    assert isinstance(caught.value, GradcheckError)


def make(**fields: Any) -> gc.Case:
    """Make a case that is usable but for the fields given."""
    usable: dict[str, Any] = {"name": "wave", "f": np.sin, "df": np.cos, "points": [0.7]}
    return gc.Case(**(usable | fields))


def run(**fields: Any) -> object:
    """Sweep a case that is usable but for the fields given."""
    return gc.sweep(make(**fields), stencils=[gc.CENTRAL], steps=[0.5, 0.25])


CASES: Bad = {
    "f is no function": (lambda: make(f=3), "wave: f must be a function of x, got 3"),
    "df is None": (lambda: make(df=None), "wave: df must be a function of x, got None"),
    "the name is a number": (lambda: make(name=3), "a case's name is text, got 3"),
    "the name is empty": (lambda: make(name=""), "printable text without outer spaces .* got ''"),
    "the name has spaces": (lambda: make(name=" a"), "without outer spaces .* got ' a'"),
    "the name has colons": (lambda: make(name="a::b"), "without '::', got 'a::b'"),
    "the name has lines": (lambda: make(name="a\nb"), r"printable text .* got 'a\\nb'"),
    "tags are one word": (
        lambda: make(tags="smooth"),
        r"wave: tags is a set of words, got 'smooth'; write \('smooth',\)",
    ),
    "tags are a number": (lambda: make(tags=3), "wave: tags is a set of words, got 3"),
    "points are a number": (
        lambda: make(points=3.0),
        r"wave: points is a list of points, got 3\.0; write points=\[3\.0\]",
    ),
    "a point is text": (
        lambda: make(points=["one"]),
        "wave: point 0 must be a finite real number or an array of such, got 'one'",
    ),
    "a point is None": (lambda: make(points=[1.0, None]), "wave: point 1 must be .* got None"),
    "a point is complex": (lambda: make(points=[1j]), "wave: point 0 must be .* got 1j"),
    "a point is nan": (
        lambda: make(points=[math.nan]),
        "wave: point 0 must be a finite .* got nan",
    ),
    "a point is infinite": (lambda: make(points=[[0.0, math.inf]]), r"point 0 .* got \[0.0, inf\]"),
    "a point is empty": (lambda: make(points=[[]]), r"wave: point 0 must be .* got \[\]"),
    "a point is ragged": (
        lambda: make(points=[[[1.0], [1.0, 2.0]]]),
        r"wave: point 0 must be .* got \[\[1\.0\], \[1\.0, 2\.0\]\]",
    ),
    "a special point is nan": (
        lambda: make(special_points={"the edge": math.nan}),
        "wave: special point 'the edge' must be a finite real number .* got nan",
    ),
    "special points are a list": (
        lambda: make(special_points=[1.0]),
        r"wave: special_points .* got \[1\.0\]",
    ),
    "a point is outside": (
        lambda: make(points=[-1.0], domain="(0, inf)"),
        r"wave: the point -1\.0 lies outside the domain \(0, inf\); move the point or widen",
    ),
    "a point is on an open end": (
        lambda: make(points=[[1.0, 0.0]], domain=["(0, 2)", "(0, 2)"]),
        r"wave: the point \[1\.0, 0\.0\] lies outside the domain \(0, 2\) × \(0, 2\)",
    ),
    "the domain has too many intervals": (
        lambda: make(domain=["(0, 2)", "(0, 2)"]),
        r"wave: the domain has 2 intervals, but the point 0\.7 has 1 inputs; give one interval per",
    ),
    "the domain is nonsense": (
        lambda: make(domain="x > 0"),
        r"""wave: the domain cannot be read: 'x > 0' is no interval; write "\(0, inf\)" or""",
    ),
    "the domain is a pair of numbers": (
        lambda: make(domain=(0, math.inf)),
        r"""wave: the domain cannot be read: 0 is no interval; write "\(0, inf\)" or""",
    ),
    "the domain is a number": (
        lambda: make(domain=3),
        r"""wave: the domain cannot be read: 3 is no interval; write "\(0, inf\)" or""",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_that_cannot_be_used_is_refused_when_it_is_made(name: str) -> None:
    """Mistakes are found where they are written."""
    refused(CASES[name][0], CaseError, CASES[name][1])


def changing(x: float) -> Any:
    """Return a number or an array, as x is."""
    return np.float64(1.0) if x > 0.7 else np.ones(2)


def raising(_: Any) -> float:
    """Raise, as a function with a missing file would."""
    raise RuntimeError("no data")


def leaving(_: Any) -> float:
    """End the program."""
    raise SystemExit(2)


FUNCTIONS: Bad = {
    # what f and df return
    "f raises everywhere": (
        lambda: run(f=raising),
        r"wave: f .*RuntimeError: no data at x = 0\.7",
    ),
    "f is nan everywhere": (lambda: run(f=lambda x: math.nan * x), r"wave: f .*nan"),
    "f returns a list": (
        lambda: run(f=lambda x: [x, x]),
        r"wave: f must return a number or a NumPy array of .*, got a list at x = 0\.7: \[.*array\(",
    ),
    "f returns a tuple": (lambda: run(f=lambda x: (x,)), "wave: f must return .* got a tuple"),
    "f returns a dict": (lambda: run(f=lambda x: {"y": x}), "wave: f must return .* got a dict"),
    "f returns None": (
        lambda: run(f=lambda _: None),
        r"wave: f must return .* got None at x = 0\.7; is a `return` missing\?",
    ),
    "f returns text": (lambda: run(f=str), r"wave: f must return .* got a str at x = 0\.7: '0\.7'"),
    "f returns a set": (lambda: run(f=lambda x: {x}), r"wave: f must return .*\(object\) at x = 0"),
    "f returns a complex number": (
        lambda: run(f=lambda x: complex(x, 1.0)),
        r"wave: f must return .* got the complex \(0\.7\+1j\) .* x = 0\.7; return its real part",
    ),
    "f changes its shape": (
        lambda: run(f=changing, df=lambda _: np.ones(2)),
        r"wave: f must return one shape, but it returned \(2,\) before and \(\) at x = 1\.2",
    ),
    "df raises": (
        lambda: run(df=raising),
        r"wave: df raised RuntimeError: no data at x = 0\.7; df must return the derivative at",
    ),
    "df ends the program": (lambda: run(df=leaving), r"wave: df raised SystemExit: 2 at x = 0\.7"),
    "df returns None": (lambda: run(df=lambda _: None), "wave: df must return .* got None"),
    "df returns a list": (
        lambda: run(f=np.sum, df=lambda x: [1.0] * x.size, points=[[1.0, 2.0]]),
        r"wave: df must return .* got a list at x = \[1\.0, 2\.0\]: \[1\.0, 1\.0\]",
    ),
    "df is complex": (lambda: run(df=lambda x: x + 1j), "wave: df must return .* got the complex"),
    "df of a number is an array": (
        lambda: run(df=lambda x: np.array([x])),
        r"wave: df must return the shape \(\) .* got \(1,\); return df\(x\)\[",
    ),
    "a gradient is a row": (
        lambda: run(f=np.sum, df=lambda x: np.ones((1, x.size)), points=[[1.0, 2.0]]),
        r"wave: df must return the shape \(2,\) .*, got \(1, 2\); return df\(x\)\[0\]",
    ),
    "a gradient is a column": (
        lambda: run(f=np.sum, df=lambda x: np.ones((x.size, 1)), points=[[1.0, 2.0]]),
        r"wave: df must return the shape \(2,\) .* got \(2, 1\); return df\(x\)\[\.\.\., 0\]",
    ),
    "a jacobian is transposed": (
        lambda: run(f=lambda x: np.ones(3) * x[0], df=lambda _: np.ones((2, 3)), points=[[1.0, 2]]),
        r"wave: df must return the shape \(3, 2\) .* got \(2, 3\); return its transpose",
    ),
    "elementwise, but the point is an array": (
        lambda: run(points=[[1.0, 2.0]]),
        r"wave: df must return the shape \(2, 2\) .* got \(2,\); for an elementwise .* numbers",
    ),
    "df has a shape that nothing explains": (
        lambda: run(f=np.sum, df=lambda _: np.ones(5), points=[[1.0, 2.0]]),
        r"wave: df must return the shape \(2,\) \(that of f\(x\), then that of x\), got \(5,\)$",
    ),
    "f raises at every point and df has the wrong shape": (
        lambda: run(f=raising, df=lambda _: np.ones(3), points=[[1.0, 2.0]]),
        r"wave: df must return the shape \(\*output, \*input\)",
    ),
    "a predicate excludes a point": (
        lambda: run(domain=lambda x: x > 1),
        r"wave: the point 0\.7 lies outside the domain where its predicate holds; move the point",
    ),
    "a predicate raises": (
        lambda: run(domain=raising),
        "wave: the domain's predicate must tell for every x .* raised RuntimeError: no data",
    ),
    "no points": (lambda: run(points=[]), r"wave: no points to compare at; give points=\[\.\.\.\]"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_that_cannot_be_compared_is_refused_when_it_is_swept(name: str) -> None:
    """The message names the case, the function, the point, and what came."""
    refused(FUNCTIONS[name][0], CaseError, FUNCTIONS[name][1])


def test_a_hessian_for_a_gradient_gets_no_advice_that_hides_the_mistake() -> None:
    """(2, 2) for (2,) is no gradient in disguise: taking a row of it would be wrong."""
    with pytest.raises(CaseError) as caught:
        run(f=lambda x: x @ x, df=lambda _: 2 * np.eye(2), points=[[1.0, 2.0]])

    assert str(caught.value).endswith("got (2, 2)")


def test_one_value_in_an_array_is_told_from_a_number() -> None:
    """f: R → R¹ with a scalar derivative; the way out is named."""
    with pytest.raises(CaseError, match=r"must return the shape \(1,\) .* got \(\); .*f return"):
        run(f=lambda x: np.array([x * x]), df=lambda x: 2 * x)


SWEEPS: dict[str, tuple[Callable[[], object], type[GradcheckError], str]] = {
    "no case": (lambda: gc.sweep([]), CaseError, "a sweep needs at least one case, got none"),
    "a number": (lambda: gc.sweep(3.0), CaseError, r"a sweep needs cases, got 3\.0"),  # type: ignore[arg-type]
    "None": (lambda: gc.sweep(None), CaseError, "a sweep needs cases, got None"),  # type: ignore[arg-type]
    "a name": (lambda: gc.sweep("wave"), CaseError, "a sweep needs cases, got 'wave'"),  # type: ignore[arg-type]
    "names": (lambda: gc.sweep(["wave"]), CaseError, "a sweep needs cases, got 'wave'; make one"),  # type: ignore[list-item]
    "two cases of one name": (
        lambda: gc.sweep([make(), make()]),
        CaseError,
        "two cases are called 'wave'; rename one of them",
    ),
    "no stencil": (
        lambda: gc.sweep(make(), stencils=[]),
        StencilError,
        "a sweep needs at least one stencil, got none",
    ),
    "a stencil's name": (
        lambda: gc.sweep(make(), stencils=["central"]),  # type: ignore[list-item]
        StencilError,
        r"'central' is no stencil; choose gradcheck\.CENTRAL, or make one",
    ),
    "one stencil's name": (
        lambda: gc.sweep(make(), stencils="central"),  # type: ignore[arg-type]
        StencilError,
        "'central' is no stencil",
    ),
    "stencils are None": (
        lambda: gc.sweep(make(), stencils=None),  # type: ignore[arg-type]
        StencilError,
        "None is no stencil",
    ),
    "a second derivative": (
        lambda: gc.sweep(make(), stencils=[gc.stencil((-1, 0, 1), 2)]),
        StencilError,
        r"stencil\(-1, 0, 1\)\^2 approximates derivative 2, but df is the first one",
    ),
    "two stencils of one name": (
        lambda: gc.sweep(make(), stencils=[gc.CENTRAL, gc.stencil((-2, 2), name="central")]),
        StencilError,
        r"two stencils share a name: \['central', 'central'\]",
    ),
    "no steps": (lambda: gc.sweep(make(), steps=[]), StepError, "steps must be positive finite"),
    "a step of zero": (lambda: gc.sweep(make(), steps=[0.0]), StepError, r"got 0\.0 among them"),
    "a negative step": (lambda: gc.sweep(make(), steps=-0.1), StepError, r"got -0\.1 among them"),
    "a step of nan": (lambda: gc.sweep(make(), steps=[math.nan]), StepError, "got nan among them"),
    "steps in words": (lambda: gc.sweep(make(), steps="small"), StepError, "got 'small'"),
    "no directions": (
        lambda: gc.sweep(make(), directions=0),
        GradcheckError,
        "directions .* at least 1, got 0",
    ),
    "negative directions": (
        lambda: gc.sweep(make(), directions=-1),
        GradcheckError,
        "directions .* at least 1, got -1",
    ),
    "directions that are no number of them": (
        lambda: gc.sweep(make(), directions=2.5),  # type: ignore[arg-type]
        GradcheckError,
        r"directions .* got 2\.5",
    ),
    "an unknown name": (
        lambda: gc.Registry([make()])["waves"],
        SelectionError,
        "no case is called 'waves'; did you mean 'wave'",
    ),
}


@pytest.mark.parametrize("name", SWEEPS)
def test_a_sweep_that_makes_no_sense_is_refused(name: str) -> None:
    """Before any function is called."""
    refused(*SWEEPS[name])


def test_the_first_failure_is_quoted() -> None:
    """Of all the exceptions that f raised, the first one with its place."""
    with pytest.raises(CaseError, match=r"wave: f .* math domain error at x = -2\.0"):
        run(f=lambda x: math.sqrt(x - 100.0), df=lambda x: 0.0 * x, points=[-2.0, 5.0])


def test_a_case_with_one_usable_value_is_not_refused() -> None:
    """Where something can be compared, the rest is a status."""
    table = gc.sweep(
        make(f=lambda x: math.sqrt(x - 1.0), points=[1.0, 5.0], df=lambda x: 0.5 + 0.0 * x),
        stencils=[gc.CENTRAL],
        steps=[0.5],
    )

    assert table["status"].tolist() == ["raised", "ok"]


def test_steps_that_all_leave_the_domain_are_no_fault_of_f() -> None:
    """The rows say outside-domain; f has values where it was asked."""
    table = gc.sweep(make(domain="(0, 1)"), stencils=[gc.CENTRAL], steps=[2.0, 4.0])

    assert table["status"].tolist() == ["outside-domain"] * 2


def test_an_exception_with_a_huge_message_stays_readable() -> None:
    """A long value is cut."""
    with pytest.raises(CaseError) as caught:
        run(f=lambda _: list(range(10_000)))

    assert len(str(caught.value)) < 300
