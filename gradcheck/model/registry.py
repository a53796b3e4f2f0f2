"""A registry: an immutable mapping from names to cases, with selection."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gradcheck.errors import CaseError, SelectionError
from gradcheck.model.case import Case

if TYPE_CHECKING:
    import pandas as pd


class Registry(Mapping[str, Case]):
    """Cases by name, in the order in which they were given; it never changes.

    Parameters
    ----------
    cases : iterable of Case, or mapping of str to Case
        The keys of a mapping must be the cases' own names.
    problems : iterable of str
        Why some case files could not be loaded (`load_cases` with ``on_error="keep"``).

    Raises
    ------
    CaseError
        If two cases have one name, or a key is not its case's name.

    Examples
    --------
    >>> square = Case("square", f=lambda x: x**2, df=lambda x: 2 * x, points=[3.0])
    >>> registry = Registry([square])
    >>> registry["square"] is square, len(registry.select("sq*"))
    (True, 1)
    """

    def __init__(
        self, cases: Iterable[Case] | Mapping[str, Case], *, problems: Iterable[str] = ()
    ) -> None:
        if isinstance(cases, Case):
            raise CaseError(f"a registry is made of several cases, got {cases!r}; write [case]")
        named = (
            cases.items()
            if isinstance(cases, Mapping)
            else ((getattr(case, "name", None), case) for case in cases)
        )
        self._cases: dict[str, Case] = {}
        self._problems = tuple(problems)
        for name, case in named:
            if not isinstance(case, Case):
                raise CaseError(f"a registry holds cases, got {case!r}; make one with Case(...)")
            if name != case.name:
                raise CaseError(f"the case {case.name!r} stands under another name, {name!r}")
            if name in self._cases:
                places = [str(c.origin) for c in (self._cases[name], case) if c.origin]
                where = f" ({' and '.join(places)})" if places else ""
                raise CaseError(f"two cases are called {name!r}{where}; rename one of them")
            self._cases[name] = case

    @property
    def problems(self) -> tuple[str, ...]:
        """Why some case files could not be loaded; each text names file and line."""
        return self._problems

    def __getitem__(self, name: str) -> Case:
        try:
            return self._cases[name]
        except KeyError:
            raise SelectionKeyError(_unknown(name, self._cases)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._cases)

    def __len__(self) -> int:
        return len(self._cases)

    def __repr__(self) -> str:
        return f"Registry({len(self)} cases)"

    def _repr_html_(self) -> str:
        from gradcheck.output.notebook_case import registry

        return registry(self)

    def select(self, *patterns: str, tags: Iterable[str] = ()) -> "Registry":
        """Keep the cases whose name fits one of the patterns and which carry all the tags.

        Parameters
        ----------
        *patterns : str
            Shell patterns on the name, such as "exp*"; none means every name.
        tags : iterable of str
            Words that a case must all carry. A theme counts as a tag.

        Raises
        ------
        SelectionError
            If a pattern fits no name, or nothing is left.
        """
        if isinstance(tags, str):
            tags = (tags,)
        wanted = frozenset(tags)
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in self):
                raise SelectionError(_unknown(pattern, self._cases))
        kept = [
            case
            for case in self.values()
            if (not patterns or any(fnmatchcase(case.name, pattern) for pattern in patterns))
            and wanted <= case.tags | {case.theme}
        ]
        if not self:
            raise SelectionError("nothing can be selected: the registry is empty")
        if not kept:
            fitting = f" that fits {' or '.join(map(repr, patterns))}" if patterns else ""
            known = sorted(
                set().union(*(case.tags | {case.theme} for case in self.values())) - {""}
            )
            raise SelectionError(
                f"no case{fitting} carries all of the tags {sorted(wanted)}; "
                f"there are: {', '.join(known)}"
            )
        return Registry(kept, problems=self._problems)

    def to_frame(self) -> "pd.DataFrame":
        """Describe the cases, a row a case.

        Returns
        -------
        pandas.DataFrame
            Columns `case, theme, tags, inputs, points, domain, formula, derivative_formula,
            source, file, line`; `inputs` is the number of inputs of the first point.
        """
        import pandas as pd

        columns = {
            "case": [c.name for c in self.values()],
            "theme": [c.theme for c in self.values()],
            "tags": [", ".join(sorted(c.tags)) for c in self.values()],
            "inputs": [c.all_points[0].size if c.all_points else 0 for c in self.values()],
            "points": [len(c.all_points) for c in self.values()],
            "domain": [str(c.domain) for c in self.values()],
            "formula": [c.formula for c in self.values()],
            "derivative_formula": [c.derivative_formula for c in self.values()],
            "source": [c.source for c in self.values()],
            "file": [str(c.origin.path) if c.origin else "" for c in self.values()],
            "line": [c.origin.line if c.origin else 0 for c in self.values()],
        }
        return pd.DataFrame(columns)


class SelectionKeyError(SelectionError, KeyError):
    """A name that is not in the registry; a KeyError too, as for any mapping."""

    def __str__(self) -> str:
        return str(self.args[0])


def _unknown(name: str, cases: Mapping[str, Case]) -> str:
    near = get_close_matches(str(name), list(cases), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`gradcheck list` shows all"
    return f"no case is called {name!r}; {hint}"
