"""The steps of a derivation in the language of the page.

The calculus writes them in English. Each of its sentences is an entry of `words/derivation.toml`,
with the parts that change in braces.
"""

import re
from functools import cache

from markupsafe import Markup

from gradcheck.lessons import markup
from gradcheck.lessons.words import Words, words_of
from gradcheck.model.case import Case, DerivationStep

_GROUP = "derivation"


def derivation(case: Case, words: Words) -> Markup:
    """Write the derivation of a case as a list: the rule, what to do, and what comes of it."""
    steps = Markup("\n").join(
        Markup("<li><strong>{}</strong>{}{} {}</li>").format(
            rule, words("cards.after-rule"), text, markup.formula_block(step.formula)
        )
        for step in case.derivation
        for rule, text in [translated(step, words)]
    )
    return Markup('<ol class="derivation">\n{}\n</ol>').format(steps)


def translated(step: DerivationStep, words: Words) -> tuple[str, str]:
    """Return rule and text of a step in the language of the words.

    What somebody wrote for a case of their own stays as it is.
    """
    return _translated(step.rule, words), _translated(step.text, words)


def is_known(text: str) -> bool:
    """Tell whether a rule or a text of a derivation has an entry among the words."""
    return _entry(text) is not None


def _translated(text: str, words: Words) -> str:
    found = _entry(text)
    if found is None:
        return text
    key, parts = found
    return words(f"{_GROUP}.{key}", **parts)


def _entry(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the entry whose English is this text, and what stands in its braces."""
    for key, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return key, match.groupdict()
    return None


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the English entries as patterns, those with braces last."""
    entries = words_of("en").group(_GROUP)
    patterns = (
        (key, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(english))))
        for key, english in entries.items()
    )
    return tuple(sorted(patterns, key=lambda pair: pair[1].groups))
