"""Cases, registries and derivations as a notebook shows them."""

from collections.abc import Iterable
from itertools import islice

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from gradcheck.model.case import Case, DerivationStep
from gradcheck.model.registry import Registry
from gradcheck.output import notebook

_POINTS = 8
"""So many points are written out, and so many inputs of each."""


def case(one: Case) -> str:
    """Show a case: f and df as formulas, its points, domain, source and tags."""
    return notebook.block(
        notebook.heading(notebook.name(one.name), notebook.name(one.theme)),
        notebook.facts(
            [
                ("f", notebook.math(one.formula)),
                ("df", notebook.math(one.derivative_formula)),
                ("points", _listed(map(_point, one.points))),
                ("special points", _special(one)),
                ("domain", "" if one.domain.is_everywhere else notebook.text(str(one.domain))),
                ("source", notebook.text(one.source)),
                ("tags", notebook.text(", ".join(sorted(one.tags)))),
                ("file", notebook.code(str(one.origin or ""))),
            ]
        ),
        _derivation(one),
    )


def registry(cases: Registry) -> str:
    """Show the first cases of a registry, and how many more there are."""
    counted = f"{len(cases):,} {'case' if len(cases) == 1 else 'cases'}"
    rows = [
        [
            notebook.name(each.name),
            notebook.math(each.formula),
            notebook.name(each.theme),
            str(each.all_points[0].size if each.all_points else 0),
            str(len(each.all_points)),
            notebook.name(str(each.domain)),
            notebook.name(", ".join(sorted(each.tags - {each.theme}))),
        ]
        for each in islice(cases.values(), notebook.SHOWN)
    ]
    heads = ["case", "f", "theme", "inputs>", "points>", "domain", "tags"]
    problems = cases.problems
    return notebook.block(
        notebook.heading("Registry", counted),
        notebook.table(heads, rows, more=len(cases) - len(rows)),
        notebook.line("could not be loaded:" if problems else ""),
        notebook.bullets(map(notebook.text, problems[: notebook.SHOWN])),
        notebook.quiet(_more(len(problems))),
    )


def step(one: DerivationStep) -> str:
    """Show one step of a derivation."""
    return notebook.block(_step(one))


def _derivation(one: Case) -> Markup:
    steps = notebook.bullets(map(_step, one.derivation[: notebook.SHOWN]))
    return notebook.details("derivation", steps) if steps else Markup()


def _step(one: DerivationStep) -> Markup:
    return Markup("<b>{}</b> {} {}").format(
        notebook.name(one.rule), notebook.text(one.text), notebook.math(one.formula)
    )


def _special(one: Case) -> str:
    return _listed(
        f"{_point(point)} ({notebook.name(reason)})" for reason, point in one.special_points.items()
    )


def _listed(parts: Iterable[str]) -> str:
    written = list(parts)
    more = len(written) - _POINTS
    return "; ".join(written[:_POINTS]) + (f"; and {more:,} more" if more > 0 else "")


def _point(x: npt.NDArray[np.float64]) -> str:
    if x.size > _POINTS:
        return f"array of shape {x.shape}"
    return _nested(x.tolist())


def _nested(values: float | list[object]) -> str:
    if isinstance(values, list):
        return f"[{', '.join(map(_nested, values))}]"  # type: ignore[arg-type]  # lists of lists
    return f"{values:.6g}"


def _more(problems: int) -> str:
    left = problems - notebook.SHOWN
    return f"and {left:,} more" if left > 0 else ""
