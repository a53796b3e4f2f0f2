"""Where the wrong entries are, when nothing else is known of them."""

from gradcheck.verdict.diagnosis.conditions import conditions
from gradcheck.verdict.diagnosis.evidence import Evidence, Layout
from gradcheck.verdict.diagnosis.points import where_points
from gradcheck.verdict.diagnosis.scope import words

_LUCKY = -2.0
"""A threshold that parts fewer entries, so that one in a hundred does it by chance, says less."""


def place(evidence: Evidence) -> str:
    """Say which entries are wrong, and at which points: "df is wrong only in W1"."""
    wrong = evidence.wrong
    if evidence.layout is Layout.DIRECTIONS:
        where = words(evidence, wrong)
        if where.startswith("all "):
            return "df is wrong along all directions that were checked"
        return f"df is wrong only in {where}"
    telling = evidence.compared & ((evidence.claimed != 0) | (evidence.numeric != 0))
    for each in conditions(evidence, wrong, telling & ~wrong):
        if each.special and each.chance <= _LUCKY:
            return f"df is wrong exactly where {each.text}: look at the branch for it"
    among = evidence.at_all_points(wrong)
    where = words(evidence, among)
    at = where_points(evidence, wrong)
    only = "" if where.startswith("all ") and not at else "only "
    return f"df is wrong {only}in {where}{at}"
