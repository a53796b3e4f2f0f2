"""What the block of a laboratory says: functions, points, steps, and where it starts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gradcheck.errors import DefinitionError
from gradcheck.lessons.instruments.lab.data import FORMULAS, PRECISIONS
from gradcheck.lessons.setting import Setting, at_points
from gradcheck.model.case import Case
from gradcheck.output.toml_file import MOST_STEPS, Value, did_you_mean, listing, require_known

DEFAULT_STEPS: Mapping[str, float] = {"largest": 1.0, "smallest": 1e-17, "per_decade": 4}
MOST_POINTS = 3
"""So many points of a case are taken where the block lists none."""
_STEPS = "a table such as {largest = 1.0, smallest = 1e-17, per_decade = 4}"
_ADVICE = "write start = {} to begin with the first case"
_START = ("case", "x", "stencil", "precision", "h")


@dataclass(frozen=True, kw_only=True)
class Start:
    """What the laboratory shows first."""

    case: str
    x: float
    formula: str
    precision: str
    h: float


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a laboratory measures."""

    cases: tuple[Case, ...]
    """Functions of one number, each with the points that can be chosen."""
    steps: tuple[float, ...]
    """From the smallest to the largest."""
    start: Start


def plan(setting: Setting) -> Plan:
    """Read the block of a laboratory.

    Raises
    ------
    DefinitionError
        If a value cannot be used; the message names file and key, what was expected and what came.
    """
    setting.require_known("cases", "points", "steps", "start")
    points = _own(setting, "points")
    cases = setting.listed_cases()
    names = [case.name for case in cases]
    if len(set(names)) != len(names):
        raise setting.value("cases").wrong("different cases")
    if points is not None:
        _require_listed(points, names)
    chosen = tuple(_with_points(case, points, setting.value("cases")) for case in cases)
    own = _own(setting, "steps")
    steps = _ladder(DEFAULT_STEPS) if own is None else _steps(own)
    return Plan(cases=chosen, steps=steps, start=_start(_own(setting, "start"), chosen, steps))


def _own(setting: Setting, key: str) -> Value | None:
    """Return a table of the block itself: the example's values mean something else here."""
    if key not in setting.block.value:
        return None
    value = setting.block.at(key)
    if not isinstance(value.value, dict):
        raise value.wrong("a table")
    return value


def _require_listed(points: Value, names: Sequence[str]) -> None:
    for name in points.value:
        if name not in names:
            raise DefinitionError(
                f"{points.file}: {points.key}.{name}: no such case{did_you_mean(name, names)}; "
                f"cases lists: {listing(names)}; write points = {{}} for the points of the cases"
            )


def _with_points(case: Case, points: Value | None, listed: Value) -> Case:
    if any(point.ndim for point in case.all_points):
        raise DefinitionError(
            f"{listed.file}: {listed.key}: expected functions of one number, but {case.name} takes "
            f"an array of shape {case.all_points[0].shape}"
        )
    if points is not None and case.name in points.value:
        given = points.at(case.name)
        numbers = [float(item.number("a number")) for item in given.items("a list of numbers")]
        if len(set(numbers)) != len(numbers):
            raise given.wrong("different points")
        return at_points(case, numbers, given)
    own = (case.points or case.all_points)[:MOST_POINTS]
    if not own:
        raise DefinitionError(
            f"{listed.file}: {listed.key}: {case.name} has no points; list some in points"
        )
    return replace(case, points=own, special_points={})


def _steps(value: Value) -> tuple[float, ...]:
    require_known(value.file, f"{value.key}.", value.value, tuple(DEFAULT_STEPS))
    numbers = {
        key: value.at(key).number(f"a number, in {_STEPS}") if key in value.value else default
        for key, default in DEFAULT_STEPS.items()
    }
    if not 0 < numbers["smallest"] < numbers["largest"] < math.inf:
        raise value.wrong("0 < smallest < largest, both finite")
    many = numbers["per_decade"]
    if not (isinstance(many, int) and 1 <= many <= 20):
        raise value.wrong(f"per_decade from 1 to 20, in {_STEPS}")
    found = _ladder(numbers)
    if not 2 <= len(found) <= MOST_STEPS:
        raise value.wrong(f"2 to {MOST_STEPS} steps")
    return found


def _ladder(numbers: Mapping[str, float]) -> tuple[float, ...]:
    """List the steps from the smallest up; each is the number that three digits say."""
    many = int(numbers["per_decade"])
    low, high = (many * math.log10(numbers[key]) for key in ("smallest", "largest"))
    places = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    return tuple(_decimal(place, many) for place in places)


def _decimal(place: int, many: int) -> float:
    decade, part = divmod(place, many)
    return float(f"{10 ** (part / many):.2f}e{decade}")


def _start(value: Value | None, cases: Sequence[Case], steps: Sequence[float]) -> Start:
    given = {} if value is None else value.value
    if value is not None:
        require_known(value.file, f"{value.key}.", given, _START)
    first = cases[0].name
    name = _one_of(value, "case", [case.name for case in cases], first)
    case = next(case for case in cases if case.name == name)
    xs = [float(point) for point in case.all_points]
    return Start(
        case=name,
        x=_number_of(value, "x", xs, xs[0]),
        formula=_one_of(value, "stencil", [f.name for f in FORMULAS], FORMULAS[0].name),
        precision=_one_of(value, "precision", PRECISIONS, PRECISIONS[0]),
        h=_number_of(value, "h", steps, steps[-1]),
    )


def _one_of(value: Value | None, key: str, known: Sequence[str], default: str) -> str:
    if value is None or key not in value.value:
        return default
    chosen = value.at(key)
    text = chosen.text("text")
    if text not in known:
        raise chosen.wrong(f"one of {listing(known)}", _ADVICE)
    return text


def _number_of(value: Value | None, key: str, known: Sequence[float], default: float) -> float:
    if value is None or key not in value.value:
        return default
    chosen = value.at(key)
    number = float(chosen.number("a number"))
    if number not in known:
        raise chosen.wrong(f"one of {listing(f'{each:g}' for each in known)}", _ADVICE)
    return number
