"""A script that checks one case of a run again, with the same outcome."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from gradcheck.batch.settings import Settings
from gradcheck.verdict.result import Result

Array = npt.NDArray[Any]

MOST = 400
"""So many numbers are written out; a case with more brings its points itself."""
_WIDTH = 96
_DEFAULTS = Settings().of_check


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to meet a case again."""

    script: str
    """Python, with every number exact."""
    remark: str
    """What it takes for granted."""


def recipe(result: Result, settings: Settings) -> Recipe:
    """Write how to get a result again.

    Parameters
    ----------
    result : Result
        What a run found.
    settings : Settings
        Those of the run.
    """
    case = result.case
    if case.origin is None:
        remark = "The case was made in memory: make it again as `case`, then run this."
    else:
        remark = ""
    if sum(point.size for point in case.all_points) <= MOST:
        lines = _at_written_points(result, settings)
    elif settings.points is None:
        lines = _at_own_points(result, settings)
    else:
        lines = _in_a_run(result, settings)
        remark += " It draws the same points again."
    return Recipe(script="\n".join(lines), remark=remark.strip())


def loaded_again(file: str, name: str) -> str:
    """Write how to load a case and check it, where it has no result."""
    return "\n".join(
        (
            "import gradcheck",
            "",
            _loading(file, name),
            "print(gradcheck.check(case))",
        )
    )


def _at_written_points(result: Result, settings: Settings) -> Iterator[str]:
    yield "from dataclasses import replace"
    yield ""
    yield "import gradcheck"
    yield "import numpy as np"
    yield ""
    yield from _loaded(result)
    yield "points = ["
    yield from _points(result.case.points)
    yield "]"
    yield f"result = gradcheck.check(replace(case, points=points){_options(settings)})"
    yield "print(result)"


def _at_own_points(result: Result, settings: Settings) -> Iterator[str]:
    yield "import gradcheck"
    yield ""
    yield from _loaded(result)
    yield f"result = gradcheck.check(case{_options(settings)})"
    yield "print(result)"


def _in_a_run(result: Result, settings: Settings) -> Iterator[str]:
    """Write a run of one case: only a run draws points."""
    given = {"points": settings.points} | _changed(settings)
    options = "".join(f", {name}={value!r}" for name, value in given.items())
    yield "import gradcheck"
    yield ""
    yield from _loaded(result)
    yield f'run = gradcheck.run([case], "again.sqlite", workers=0{options})'
    yield "print(run.result(case.name))"


def _loaded(result: Result) -> Iterator[str]:
    case = result.case
    if case.origin is not None:
        yield _loading(str(case.origin.path), case.name)


def _loading(file: str, name: str) -> str:
    return f"case = gradcheck.load_cases({file!r})[{name!r}]"


def _points(points: Sequence[Array]) -> Iterator[str]:
    """Write points; `repr` of a float is exact."""
    if not any(point.shape for point in points):
        yield from _wrapped(" ".join(f"{float(point)!r}," for point in points), "    ")
        return
    for point in points:
        if point.size and point.shape:
            yield from _wrapped(f"np.array({point.tolist()!r}),", "        ")
        else:
            yield f"    np.empty({point.shape})," if point.shape else f"    {float(point)!r},"


def _wrapped(numbers: str, rest: str) -> list[str]:
    return textwrap.wrap(
        numbers,
        _WIDTH,
        initial_indent="    ",
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _options(settings: Settings) -> str:
    return "".join(f", {name}={value!r}" for name, value in _changed(settings).items())


def _changed(settings: Settings) -> dict[str, Any]:
    """Return the options of a check that are not what they are by default."""
    options = settings.of_check
    return {name: value for name, value in options.items() if value != _DEFAULTS[name]}
