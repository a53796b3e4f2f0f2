"""Functions with derivatives that are right, for measuring what a check of derivatives finds."""

from benchmarks.subjects import (
    edges,
    jacobians,
    learning,
    matrices,
    noisy,
    optimisation,
    scalars,
    scales,
)
from benchmarks.subjects.subject import Subject

SUBJECTS: tuple[Subject, ...] = (
    *scalars.SUBJECTS,
    *optimisation.SUBJECTS,
    *learning.SUBJECTS,
    *jacobians.SUBJECTS,
    *matrices.SUBJECTS,
    *scales.SUBJECTS,
    *edges.SUBJECTS,
    *noisy.SUBJECTS,
)
