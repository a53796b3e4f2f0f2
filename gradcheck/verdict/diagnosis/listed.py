"""Constants that claimed / true is compared with, and the mistake that each of them stands for."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, permutations
from math import prod
from types import MappingProxyType

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Certainty

_EQUAL = 1e-9
"""Constants that differ by less, relatively, are the same number."""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why df may be a constant times the derivative."""

    value: float
    """Claimed / true."""
    code: str
    certainty: Certainty
    message: str
    by_caller: bool = False
    """Whether the number is one that the caller named."""


def _listed(value: float, code: str, certainty: Certainty, message: str) -> Cause:
    return Cause(value=value, code=code, certainty=certainty, message=message)


_KNOWN = (
    _listed(-1.0, "sign", "A", "df has the wrong sign"),
    _listed(2.0, "factor", "A", "df is twice the derivative: a factor 2 too many"),
    _listed(0.5, "factor", "A", "df is half the derivative: a factor 2 is missing"),
    _listed(-2.0, "factor", "B", "df is -2 times the derivative: sign and a factor 2"),
    _listed(-0.5, "factor", "B", "df is -1/2 times the derivative: sign and a factor 2"),
)
_LN10, _LN2, _DEGREE = math.log(10), math.log(2), math.pi / 180
_WORDS: Mapping[str, tuple[float, str, Certainty, str, str]] = MappingProxyType(
    {
        "ln 10": (_LN10, "log-base", "A", "log10 taken for ln", "ln taken for log10"),
        "ln 2": (_LN2, "log-base", "A", "log2 taken for ln", "ln taken for log2"),
        "π/180": (_DEGREE, "units", "A", "radians for degrees", "degrees for radians"),
        "2π": (2 * math.pi, "units", "A", "turns and radians mixed up", ""),
        "0.3048": (0.3048, "units", "A", "feet and metres mixed up", ""),
        "0.0254": (0.0254, "units", "A", "inches and metres mixed up", ""),
        "1000": (1e3, "units", "B", "a unit is off by 1000", ""),
        "3600": (3600.0, "units", "B", "hours and seconds mixed up", ""),
        "60": (60.0, "units", "B", "minutes and seconds mixed up", ""),
        "100": (100.0, "units", "B", "per cent, or centimetres and metres, mixed up", ""),
    }
)
"""By their names: value, code, certainty, and what is wrong if df is so many times too large, or
too small; "" for the same."""
_PAIRED = 12
"""So many sizes are divided by each other."""


def causes(evidence: Evidence) -> list[list[Cause]]:
    """Return all causes to try, those with the same value together; rivals are B at most."""
    together: list[list[Cause]] = []
    of_caller = (replace(each, by_caller=True) for each in _of_caller(evidence.constants))
    for cause in (*_KNOWN, *of_caller, *_named(), *_of_sizes(evidence)):
        if not _is_useful(cause.value):
            continue
        same = next((each for each in together if _same(each[0].value, cause.value)), None)
        if same is None:
            together.append([cause])
        else:
            same.append(cause)
    taken = [each[0].value for each in together]
    for cause in (*_of_quotients(evidence), *_integers()):  # only where nothing better is known
        if not any(_same(cause.value, value) for value in taken):
            taken.append(cause.value)
            together.append([cause])
    return [
        each if len(each) == 1 else [replace(cause, certainty="B") for cause in each]
        for each in together
    ]


def lengths(evidence: Evidence) -> dict[int, str]:
    """Return the sizes that the shapes of x and f(x) show, with their meaning."""
    found: dict[int, str] = {}

    def put(size: int, meaning: str) -> None:
        if size > 1:
            found[size] = f"{found[size]}, or {meaning}" if size in found else meaning

    put(evidence.inputs, "the number of inputs")
    put(evidence.outputs, "the number of outputs")
    shapes = {"f(x)": evidence.output_shape}
    shapes |= {block.name: block.shape for block in evidence.blocks}
    for name, shape in shapes.items():
        if len(shape) > 1 or (name != "f(x)" and len(evidence.blocks) > 1):
            for axis, length in enumerate(shape):
                put(length, f"the length of axis {axis} of {name}")
            if len(shape) > 1:
                put(prod(shape), f"the size of {name}")
    return found


def _named() -> Iterator[Cause]:
    for name, (value, code, certainty, more, less) in _WORDS.items():
        many, few = (
            f"df is {name} times the derivative",
            f"df is {_inverse(name)} times the derivative",
        )
        yield _listed(value, code, certainty, f"{many}: {more}")
        yield _listed(1 / value, code, certainty, f"{few}: {less or more}")


def _inverse(name: str) -> str:
    over, _, under = name.partition("/")
    return f"{under}/{over}" if under else f"1/{over}"


def _of_sizes(evidence: Evidence) -> Iterator[Cause]:
    for size, meaning in lengths(evidence).items():
        text = f"{size} is {meaning}"
        for sign, word in ((1, ""), (-1, "-")):
            much, little = f"df is {word}{size} times", f"df is {word}1/{size} times"
            sum_, mean = ("a sum taken for a mean", "a mean taken for a sum")
            yield _listed(
                float(sign * size), "factor", "B", f"{much} the derivative, and {text}: {sum_}"
            )
            yield _listed(
                sign / size, "factor", "B", f"{little} the derivative, and {text}: {mean}"
            )


def _of_quotients(evidence: Evidence) -> Iterator[Cause]:
    sizes = list(lengths(evidence).items())[:_PAIRED]
    for (p, over), (q, under) in permutations(sizes, 2):
        message = f"df is {p}/{q} times the derivative: {p} is {over}, {q} {under}"
        yield _listed(p / q, "factor", "B", message)


def _integers() -> Iterator[Cause]:
    for n in range(3, 11):
        yield _listed(float(n), "factor", "B", f"df is {n} times the derivative")
        yield _listed(1 / n, "factor", "B", f"df is 1/{n} of the derivative")


def _of_caller(constants: Mapping[str, float]) -> Iterator[Cause]:
    for name, c in constants.items():
        text = f"({name})" if any(sign in name for sign in " +-*/") else name
        values: list[tuple[float, str, Certainty]] = [
            (c, name, "A"), (-c, f"-{text}", "A"), (1 - c, f"1 - {text}", "A"),
            (c * c, f"{text}²", "B"),
        ]  # fmt: skip
        if c not in (0.0, 1.0):
            values += [(1 / c, f"1/{text}", "A"), (-1 / c, f"-1/{text}", "A")]
            values += [(1 / (1 - c), f"1/(1 - {text})", "A"), (1 / (c * c), f"1/{text}²", "B")]
        if c > 0:
            values += [(math.sqrt(c), f"√{text}", "B"), (1 / math.sqrt(c), f"1/√{text}", "B")]
        for value, words, certainty in values:
            yield _listed(value, "factor", certainty, f"df is {words} times the derivative")
    for (left, a), (right, b) in combinations(constants.items(), 2):
        products = [(a * b, f"{left} · {right}")]
        if a and b:
            products += [(a / b, f"{left} / {right}"), (b / a, f"{right} / {left}")]
            products += [(1 / (a * b), f"1 / ({left} · {right})")]
        for value, words in products:
            yield _listed(value, "factor", "B", f"df is {words} times the derivative")


def _is_useful(value: float) -> bool:
    return math.isfinite(value) and value != 0.0 and not _same(value, 1.0)


def _same(left: float, right: float) -> bool:
    return math.isclose(left, right, rel_tol=_EQUAL)
