"""Why f failed on certified numbers, in words: from the exception and the line where it came up."""

import re
import traceback
from pathlib import Path


def cause_of(error: BaseException) -> str:
    """Say in words why f failed on certified numbers, and in which line."""
    text = str(error)
    library = _library_function(error)
    if library:
        return f"f calls {library}{_line_of(error)}, which needs floats"
    for pattern, reason in _CAUSES.items():
        match = re.search(pattern, text)
        if match:
            return reason.format(*match.groups(), line=_line_of(error))
    return f"f raised {type(error).__name__}: {text}{_line_of(error)}"


_CAUSES = {
    r"float\(\) argument|must be real number|Cannot cast|setting an array element": (
        "f needs a float{line}; np.* functions, and np.zeros_like(x) in place of np.zeros, let "
        "certified numbers through, while float(), math.*, astype and dtype=float do not"
    ),
    r"cannot be interpreted as an integer|int\(\) argument": "f needs an integer{line}",
    r"complex\(\) (?:first )?argument": "f converts to complex{line}",
    r"(?:ufunc|Cannot cast ufunc) '(\w+)'": "f calls {0}, which needs floats{line}",
    r"unsupported in linalg": "f calls a function of np.linalg that needs floats{line}",
    r"no callable (\w+) method": (
        "f calls np.{0}{line} on an array that holds more than certified numbers; make it by "
        "np.stack or np.zeros_like(x), or leave np.{0} out"
    ),
    r"'Ball(?:Array)?' object has no attribute '(\w+)'": (
        "f uses x.{0}{line}, which certified numbers do not have"
    ),
}
"""Reasons by a pattern in the text of the exception."""


def _library_function(error: BaseException) -> str:
    """Name the function of NumPy or SciPy that f called when the exception came up, or ""."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_HERE)
    ]
    places = [_LIBRARY.search(frame.filename) for frame in frames]
    entered = next((k for k, place in enumerate(places) if place), None)
    if entered is None or not places[-1]:
        return ""
    place = places[entered]
    assert place is not None
    package = "np" if place[1] == "numpy" else place[1]
    module = f".{place[2]}" if place[2] and not place[2].startswith("_") else ""
    return f"{package}{module.removesuffix('.lib')}.{frames[entered].name}"


def _line_of(error: BaseException) -> str:
    """Quote the line of f in which an exception came up: " in `return math.exp(x)`"."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.line
        and not frame.filename.startswith(_HERE)
        and not _LIBRARY.search(frame.filename)
    ]
    return f" in `{frames[-1].line:.60}`" if frames else ""


_HERE = str(Path(__file__).parent)
_LIBRARY = re.compile(r"site-packages/(numpy|scipy)/(\w+)?/?")
