"""The questions put to a tool: right derivatives, and mutants with the label detectable or not."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.subjects.conditioning import Conditioning
from benchmarks.subjects.mutants import Mutant, mutants
from benchmarks.subjects.subject import Array, Subject


@dataclass(frozen=True)
class Question:
    """One point of a subject, with the mutants that a tool should recognise there."""

    subject: Subject
    number: int
    """Of the point."""
    detectable: tuple[Mutant, ...]

    @property
    def point(self) -> Any:
        """The point x."""
        return self.subject.points[self.number]

    @cached_property
    def jacobian(self) -> Array:
        """The right derivative."""
        return np.asarray(self.subject.df(self.point), dtype=np.float64)

    @cached_property
    def conditioning(self) -> Conditioning:
        """The exact derivative and what could be seen of it."""
        return Conditioning(self.subject, self.point)


def questions(subjects: Iterable[Subject], most: int | None = None) -> Iterator[Question]:
    """Label the mutants of each point; `most` limits how many detectable ones are asked.

    Labels do not depend on any tool; they are kept in a file of the system's folder for temporary
    files, until a file of this package changes.
    """
    store = Path(tempfile.gettempdir()) / f"gradcheck-detection-{_fingerprint()}.json"
    known: dict[str, list[str]] = json.loads(store.read_text()) if store.exists() else {}
    before = len(known)
    for subject in subjects:
        for number, point in enumerate(subject.points):
            key = f"{subject.name}[{number}]"
            every = {} if subject.kink else _mutants(subject, point)
            if key not in known:
                conditioning = Conditioning(subject, point)
                known[key] = [n for n, mutant in every.items() if conditioning.detectable(mutant)]
            chosen = [every[name] for name in known[key]]
            if most is not None and len(chosen) > most:
                picked = subject.random(4).choice(len(chosen), most, replace=False)
                chosen = [chosen[i] for i in sorted(picked)]
            yield Question(subject, number, tuple(chosen))
    if len(known) > before:
        unfinished = store.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(known))
        unfinished.replace(store)  # at once: another run may be reading


def _mutants(subject: Subject, point: Any) -> dict[str, Mutant]:
    jacobian = np.asarray(subject.df(point), dtype=np.float64)
    return {mutant.name: mutant for mutant in mutants(subject, point, jacobian)}


def _fingerprint() -> str:
    files = sorted(file for file in Path(__file__).parent.glob("*.py") if file.name != "tools.py")
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
