"""Numbers of a verdict as text: a bound in one digit, a value in the digits its bound leaves."""

import math
from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from gradcheck.output.text import NOTHING

_FIXED = (-4, 7)
"""Powers of ten from which and below which numbers are written without an exponent."""
_DIGITS = 15
"""What every float carries after its leading digit; where a bar leaves more, all are shown."""


def bound(value: float) -> str:
    """Write a bound with one digit, rounded up unless it is larger by less than a twentieth.

    Examples
    --------
    >>> bound(3e-10), bound(2.1e-10), bound(1.0003e-9), bound(0.25), bound(math.inf)
    ('3e-10', '3e-10', '1e-09', '0.3', 'inf')
    """
    return f"{float(_rounded_up(value)):g}" if _is_positive(value) else f"{value:.0f}"


def numeric(value: float, error_bar: float) -> str:
    """Write a value with as many digits as its error bar leaves.

    Examples
    --------
    >>> numeric(-88.0, 3e-10), numeric(-88.0, 0.3), numeric(1234.5, 20.0), numeric(2e-12, 3e-10)
    ('-88.0000000000', '-88.0', '1230', '0')
    >>> numeric(1.25e-20, 3e-25)
    '1.25000e-20'
    """
    if math.isnan(value):
        return NOTHING
    if not _is_positive(error_bar) or not math.isfinite(value):
        return _short(value)
    place = _place(error_bar)
    if abs(value) < 0.5 * 10.0**place:
        return "0"
    return _to_place(value, place)


def analytic(value: float, *, like: float, error_bar: float) -> str:
    """Write what df claims to the same place as the numeric value, so that digits can be compared.

    Examples
    --------
    >>> analytic(-44.0, like=-88.0, error_bar=3e-10)
    '-44.0000000000'
    >>> analytic(1e-9, like=-88.0, error_bar=3e-10), analytic(math.nan, like=1.0, error_bar=0.1)
    ('1e-09', 'nan')
    """
    comparable = math.isfinite(value) and math.isfinite(like) and _is_positive(error_bar)
    if not comparable or value == 0:
        return _short(value)
    place = _place(error_bar)
    if place >= 0 or _exponent(value) < place + 2:  # too few digits would be left to know it by
        return f"{value:.6g}"
    return _to_place(value, place)


def plus_minus(value: float, error_bar: float) -> str:
    """Write a value with its error bar; nothing where there is none.

    Examples
    --------
    >>> plus_minus(-88.0, 3e-10), plus_minus(math.nan, math.inf)
    ('-88.0000000000 ± 3e-10', '–')
    """
    written = numeric(value, error_bar)
    return written if written == NOTHING else f"{written} ± {bound(error_bar)}"


def ratio(analytic: float, numeric: float, error_bar: float) -> str:
    """Write analytic / numeric, near 1 as its distance from 1; nothing where numeric may be 0.

    Examples
    --------
    >>> ratio(-44.0, -88.0, 3e-10), ratio(1 + 3e-7, 1.0, 1e-12), ratio(5.0, 0.0, 1e-12)
    ('0.5', '1 + 3e-07', '–')
    >>> ratio(1.0, 3.0, 0.02)
    '0.333'
    """
    if not abs(numeric) > error_bar or not math.isfinite(analytic) or math.isinf(numeric):
        return NOTHING
    quotient = analytic / numeric
    distance = (analytic - numeric) / numeric
    if 0 < abs(distance) < 1e-3:
        return f"1 {'+' if distance > 0 else '-'} {abs(distance):.1g}"
    known = _exponent(numeric) - _place(error_bar) + 1 if error_bar > 0 else _DIGITS
    return f"{quotient:.{max(2, min(6, known))}g}"


def at_the_point(cells: Sequence[str]) -> list[str]:
    """Pad numbers, and the bars behind them, so that the decimal points stand in one column.

    Examples
    --------
    >>> at_the_point(["1.25 ± 0.01", "10", "nan"])
    [' 1.25 ± 0.01', '10          ', '         nan']
    """
    parts = {cell: _parted(cell) for cell in cells if any(map(str.isdigit, cell))}
    columns = zip(("", "", ""), *parts.values(), strict=True)
    whole, fraction, bar = (max(map(len, column)) for column in columns)
    padded = {cell: f"{w:>{whole}}{f:<{fraction}}{b:<{bar}}" for cell, (w, f, b) in parts.items()}
    return [padded.get(cell, f"{cell:>{whole + fraction + bar}}") for cell in cells]


def _parted(cell: str) -> tuple[str, str, str]:
    """Split a number before its decimal point, and before its error bar."""
    value, plus_minus, bar = cell.partition(" ± ")
    whole, point, fraction = value.partition(".")
    return whole, point + fraction, plus_minus + bar


def _is_positive(value: float) -> bool:
    return value > 0 and math.isfinite(value)


def _rounded_up(value: float) -> Decimal:
    """Round to two digits, and then up to one."""
    known = Decimal(f"{value:.1e}")
    return known.quantize(Decimal(1).scaleb(known.adjusted()), rounding=ROUND_CEILING)


def _place(error_bar: float) -> int:
    """Return the power of ten of the bar's one digit."""
    return _rounded_up(error_bar).adjusted()


def _exponent(value: float) -> int:
    return Decimal(f"{value:.6e}").adjusted() if value else 0


def _to_place(value: float, place: int) -> str:
    """Write a value up to a power of ten, within what a float carries."""
    exponent = _exponent(value)
    lowest, highest = _FIXED
    if exponent - place > _DIGITS:
        return _short(value)
    if not lowest <= exponent < highest:
        return f"{value:.{max(exponent - place, 0)}e}"
    if place > 0:
        return f"{float(Decimal(value).quantize(Decimal(1).scaleb(place))):.0f}"
    return f"{value:.{-place}f}"


def _short(value: float) -> str:
    """Write every digit that a number has: "2", "0.1"."""
    return repr(float(value)).removesuffix(".0")
