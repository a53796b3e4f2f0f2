"""What the tests share: no deadlines, and the lessons, built once for all processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

from gradcheck.lessons.building import build
from gradcheck.lessons.words import LANGUAGES

settings.register_profile("gradcheck", deadline=None, derandomize=True)
settings.load_profile("gradcheck")


@pytest.fixture(scope="session")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all lessons in all languages."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    folder = shared / "lessons"
    with alone(shared / "lessons.lock"):
        if not (folder / "built").exists():
            build([], langs=tuple(LANGUAGES), out=folder)
            (folder / "built").touch()
    return folder


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep the other processes waiting until the block ends."""
    fcntl = pytest.importorskip("fcntl", reason="file locks of POSIX")
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
