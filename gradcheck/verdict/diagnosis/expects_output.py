"""A formula for df that is written in terms of f(x), and gets x."""

from collections.abc import Iterator

import numpy as np

from gradcheck.verdict.diagnosis.evidence import Evidence
from gradcheck.verdict.diagnosis.hypothesis import Hypothesis


def expects_output(evidence: Evidence) -> Iterator[Hypothesis]:
    """Propose that df(f(x)) is the derivative, as for a sigmoid's x (1 - x)."""
    if evidence.outputs != evidence.inputs:
        return
    answers = []
    for sample in evidence.samples:
        answer = evidence.ask(sample.y)
        if answer is None:
            return
        answers.append(answer.reshape(-1))
    answered = np.concatenate(answers)
    if answered.shape != evidence.claimed.shape:
        return
    yield Hypothesis(
        code="expects-output",
        message="df expects f(x), not x: df(f(x)) is the derivative; call it with f(x), or compute "
        "f(x) inside",
        certainty="A",
        predicted=evidence.numeric,
        bar=evidence.bar,
        answered=answered,
    )
