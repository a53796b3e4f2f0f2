"""How much of the Jacobian is wrong: whole blocks, rows and columns, or scattered entries."""

import numpy as np
import numpy.typing as npt

from gradcheck.verdict.diagnosis.evidence import Evidence, Layout

Indices = npt.NDArray[np.intp]


def places(evidence: Evidence) -> Indices:
    """Give each entry of the Jacobian a number, the same at all points."""
    return np.asarray(evidence.output * evidence.inputs + evidence.input, dtype=np.intp)


def wholes(evidence: Evidence) -> bool:
    """Tell whether all entries are wrong, or whole blocks, or whole rows or columns."""
    place = places(evidence)
    among = np.isin(place, np.unique(place[evidence.wrong]))
    groupings = [np.zeros(len(place), dtype=np.intp)]
    if len(evidence.blocks) > 1:
        groupings.append(evidence.block_numbers)
    if evidence.layout is Layout.JACOBIAN and evidence.outputs > 1:
        groupings += [evidence.output, evidence.input]
    return any(_fills(among, groups, evidence.compared) for groups in groupings)


def _fills(among: npt.NDArray[np.bool_], groups: Indices, known: npt.NDArray[np.bool_]) -> bool:
    return bool(among[np.isin(groups, np.unique(groups[among])) & known].all())
