"""Where the wrong entries are, when nothing else is known of them."""

import numpy as np

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.scope import words


def place(evidence: Evidence) -> str:
    """Say which entries are wrong: "only W1 is wrong"."""
    wrong = evidence.wrong | evidence.undefined
    spots = evidence.output * evidence.inputs + evidence.input
    among = np.isin(spots, np.unique(spots[wrong]))
    return f"only {words(evidence, among)}"
