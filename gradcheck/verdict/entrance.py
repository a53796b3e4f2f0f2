"""What is asked: functions, points, trees and patterns in the one form that is checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradcheck.differences.grouping import Pattern, pattern_of
from gradcheck.differences.structure import Structure
from gradcheck.errors import CaseError
from gradcheck.model.case import Case
from gradcheck.model.domain import Domain, DomainLike
from gradcheck.verdict.blocks import Block
from gradcheck.verdict.on_pattern import sparse_case
from gradcheck.verdict.subject import case_of, listed_points
from gradcheck.verdict.tree import blocks_of, has_trees, tree_case


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """A case on flat vectors or arrays, and what its x and df stand for."""

    case: Case
    structure: Structure | None = None
    """The tree that x is, if it is one."""
    pattern: Pattern | None = None
    """Where the derivative may differ from zero, if only those entries are compared."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The named parts of x; none if it is an array."""
        return () if self.structure is None else blocks_of(self.structure)

    def on(self, sparsity: Any) -> "Question":
        """Return the question about the entries of a sparsity pattern alone; None for all.

        Raises
        ------
        CaseError
            If x is a tree, or the pattern no matrix.
        """
        if sparsity is None:
            return self
        if self.structure is not None:
            raise CaseError("sparsity is for an x that is an array, got a tree")
        pattern = pattern_of(sparsity)
        return replace(self, case=sparse_case(self.case, pattern), pattern=pattern)


def question(f: Any, df: Any, x: Any, points: Any, domain: DomainLike | Domain) -> Question:
    """Return what a call of `check` asks.

    Raises
    ------
    CaseError
        If f or df is no function, both x and points are given, or a point cannot be used.
    """
    if isinstance(f, Case):
        return Question(case=f)
    if x is not None and points is not None:
        raise CaseError("give either x or points, not both")
    listed = listed_points(points) if x is None else (x,)
    if listed is None or not has_trees(listed):
        return Question(case=case_of(f, df, listed, domain))
    case, structure = tree_case(f, df, listed, _called(listed, points), domain)
    return Question(case=case, structure=structure)


def _called(listed: Sequence[Any], points: Any) -> tuple[str, ...]:
    """Return what messages call the points."""
    if points is None:
        return ("x",)
    return tuple(f"points[{number}]" for number in range(len(listed)))
