"""Check analytic derivatives against finite differences, and see how the error behaves.

Every name is imported on first use, so that `import gradcheck` stays cheap inside a test suite.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcheck.behaviour.sweep import sweep as sweep
    from gradcheck.differences.stencil import BACKWARD as BACKWARD
    from gradcheck.differences.stencil import CENTRAL as CENTRAL
    from gradcheck.differences.stencil import CENTRAL4 as CENTRAL4
    from gradcheck.differences.stencil import CENTRAL6 as CENTRAL6
    from gradcheck.differences.stencil import COMPLEX_STEP as COMPLEX_STEP
    from gradcheck.differences.stencil import FORWARD as FORWARD
    from gradcheck.differences.stencil import Stencil as Stencil
    from gradcheck.differences.stencil import stencil as stencil
    from gradcheck.model.case import Case as Case
    from gradcheck.model.domain import Interval as Interval
    from gradcheck.model.loading import load_cases as load_cases
    from gradcheck.model.registry import Registry as Registry

__version__ = "0.1.0"

_HOMES = {
    "gradcheck.behaviour.sweep": ("sweep",),
    "gradcheck.differences.stencil": (
        "BACKWARD", "CENTRAL", "CENTRAL4", "CENTRAL6", "COMPLEX_STEP", "FORWARD",
        "Stencil", "stencil",
    ),
    "gradcheck.model.case": ("Case",),
    "gradcheck.model.domain": ("Interval",),
    "gradcheck.model.loading": ("load_cases",),
    "gradcheck.model.registry": ("Registry",),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME)  # noqa: PLE0605  (the table above is the one list)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'gradcheck' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
