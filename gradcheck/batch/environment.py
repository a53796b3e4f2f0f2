"""Where a run was carried out: versions, platform, workers, limits."""

import platform
from concurrent.futures import Executor
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from gradcheck.batch.settings import Limits

_PACKAGES = ("numpy", "scipy", "pandas", "distributed")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


VERSION = _version("gradcheck")
"""Of this package, as it is installed."""


def environment(workers: int, executor: Executor | None, limits: Limits) -> dict[str, Any]:
    """Describe it in plain values."""
    packages = {name: found for name in _PACKAGES if (found := _version(name))}
    return {
        "gradcheck": VERSION,
        "python": platform.python_version(),
        **packages,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "workers": workers,
        "executor": "" if executor is None else type(executor).__name__,
        "time_limit": limits.seconds,
        "memory_limit": limits.memory,
    }
