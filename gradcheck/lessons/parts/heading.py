"""A formula that heads a row or a column of a table."""

from markupsafe import Markup

from gradcheck.lessons.markup import formula


def formula_heading(latex: str, text: str) -> Markup:
    """Write a formula, with plain text for those who hear the heading and do not see it.

    Not every program that reads pages aloud takes MathML for the text of a heading.
    """
    return Markup('<span aria-hidden="true">{}</span><span class="unseen">{}</span>').format(
        formula(latex), text
    )
