"""A case as a program in single precision would compute it: x and all of f in 24 bits."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from gradcheck.differences.stencil import Stencil
from gradcheck.errors import CaseError
from gradcheck.model.case import Case

Array = npt.NDArray[Any]


def in_single_precision(case: Case) -> Case:
    """Return the case with an f that rounds x to float32 and computes in float32.

    The complex step gets complex64. The values are handed on as float64, so that nothing is lost
    after f. df stays what it is: the truth does not depend on the precision of a program.
    """

    def rounded(x: Any) -> Any:
        narrow = np.asarray(x)
        is_complex = narrow.dtype.kind == "c"
        value = np.asarray(case.f(narrow.astype(np.complex64 if is_complex else np.float32)[()]))
        if value.dtype not in (np.float32, np.complex64):
            raise CaseError(
                f"{case.name}: f leaves single precision: it returns {value.dtype} for float32; "
                "write constants as Python numbers, which NumPy keeps in the precision of x"
            )
        return value.astype(np.complex128 if is_complex else np.float64)[()]

    return replace(case, f=rounded)


def is_lost(x: float, formula: Stencil, h: Array) -> npt.NDArray[np.bool_]:
    """Tell for which steps an abscissa of the formula is x itself in float32.

    Parameters
    ----------
    x : float
        The point.
    formula : Stencil
        Whose offsets make the abscissae.
    h : array of shape (steps,)
        The steps.

    Examples
    --------
    >>> from gradcheck.differences.stencil import FORWARD
    >>> is_lost(1.0, FORWARD, np.array([1e-7, 1e-8]))
    array([False,  True])
    """
    offsets = [offset for offset in formula.offsets if offset != 0]
    if formula.is_complex:
        moved = np.array([(x + offset * h).astype(np.complex64) for offset in offsets])
        return np.asarray((moved == np.complex64(x)).any(axis=0))
    moved = np.array([(x + offset * h).astype(np.float32) for offset in offsets])
    return np.asarray((moved == np.float32(x)).any(axis=0))
