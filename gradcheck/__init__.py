"""Check analytic derivatives against finite differences, and see how the error behaves.

Every name is imported on first use, so that `import gradcheck` stays cheap inside a test suite.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcheck.batch.comparing import Comparison, compare
    from gradcheck.batch.reading import Run, read_run
    from gradcheck.batch.run import resume, run
    from gradcheck.behaviour.convergence import convergence
    from gradcheck.behaviour.split import split
    from gradcheck.behaviour.sweep import sweep
    from gradcheck.differences.estimate import Estimate, differentiate
    from gradcheck.differences.probe import batched
    from gradcheck.differences.stencil import (
        BACKWARD,
        CENTRAL,
        CENTRAL4,
        CENTRAL6,
        COMPLEX_STEP,
        FORWARD,
        Stencil,
        stencil,
    )
    from gradcheck.errors import (
        CaseError,
        DefinitionError,
        GradcheckError,
        GradientMismatch,
        LoadingError,
        NotCertifiable,
        OutputError,
        RunError,
        SelectionError,
        StencilError,
        StepError,
        StoreError,
    )
    from gradcheck.lessons.lesson import Lesson, lesson
    from gradcheck.model import calculus
    from gradcheck.model.case import Case
    from gradcheck.model.domain import Interval
    from gradcheck.model.loading import load_cases
    from gradcheck.model.registry import Registry
    from gradcheck.output import figure as plot
    from gradcheck.verdict.checking import assert_gradient, check
    from gradcheck.verdict.location import Location, locate
    from gradcheck.verdict.operators import check_jvp, check_vjp
    from gradcheck.verdict.result import Finding, Reason, Result, Results, Verdict
    from gradcheck.verdict.second_order import check_hessian

__version__ = "0.1.0"

__all__ = [
    "BACKWARD",
    "CENTRAL",
    "CENTRAL4",
    "CENTRAL6",
    "COMPLEX_STEP",
    "FORWARD",
    "Case",
    "CaseError",
    "Comparison",
    "DefinitionError",
    "Estimate",
    "Finding",
    "GradcheckError",
    "GradientMismatch",
    "Interval",
    "Lesson",
    "LoadingError",
    "Location",
    "NotCertifiable",
    "OutputError",
    "Reason",
    "Registry",
    "Result",
    "Results",
    "Run",
    "RunError",
    "SelectionError",
    "Stencil",
    "StencilError",
    "StepError",
    "StoreError",
    "Verdict",
    "assert_gradient",
    "batched",
    "calculus",
    "check",
    "check_hessian",
    "check_jvp",
    "check_vjp",
    "compare",
    "convergence",
    "differentiate",
    "lesson",
    "load_cases",
    "locate",
    "plot",
    "read_run",
    "resume",
    "run",
    "split",
    "stencil",
    "sweep",
]

_MODULES = {"calculus": "gradcheck.model.calculus", "plot": "gradcheck.output.figure"}
_HOMES = {
    "gradcheck.batch.comparing": ("Comparison", "compare"),
    "gradcheck.batch.reading": ("Run", "read_run"),
    "gradcheck.batch.run": ("resume", "run"),
    "gradcheck.behaviour.convergence": ("convergence",),
    "gradcheck.behaviour.split": ("split",),
    "gradcheck.behaviour.sweep": ("sweep",),
    "gradcheck.differences.estimate": ("Estimate", "differentiate"),
    "gradcheck.differences.probe": ("batched",),
    "gradcheck.differences.stencil": (
        "BACKWARD", "CENTRAL", "CENTRAL4", "CENTRAL6", "COMPLEX_STEP", "FORWARD",
        "Stencil", "stencil",
    ),
    "gradcheck.errors": (
        "CaseError", "DefinitionError", "GradcheckError", "GradientMismatch", "LoadingError",
        "NotCertifiable", "OutputError", "RunError", "SelectionError", "StencilError",
        "StepError", "StoreError",
    ),
    "gradcheck.lessons.lesson": ("Lesson", "lesson"),
    "gradcheck.model.case": ("Case",),
    "gradcheck.model.domain": ("Interval",),
    "gradcheck.model.loading": ("load_cases",),
    "gradcheck.model.registry": ("Registry",),
    "gradcheck.verdict.checking": ("assert_gradient", "check"),
    "gradcheck.verdict.location": ("Location", "locate"),
    "gradcheck.verdict.operators": ("check_jvp", "check_vjp"),
    "gradcheck.verdict.result": ("Finding", "Reason", "Result", "Results", "Verdict"),
    "gradcheck.verdict.second_order": ("check_hessian",),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value: Any = import_module(_MODULES[name])
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'gradcheck' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
