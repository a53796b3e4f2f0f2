"""The words of tables, figures and buttons, in each language: `reports/lessons/words/*.toml`.

Every entry holds all its languages side by side, so that none can be forgotten:

    [truncation]
    en = "truncation dominates"
    ja = "打ち切り誤差が支配的"

It is called by the file and its own name, `words("lab.truncation")`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gradcheck import content
from gradcheck.errors import DefinitionError
from gradcheck.output.toml_file import did_you_mean, parse

LANGUAGES: Mapping[str, str] = {"en": "English", "ja": "日本語"}
"""The languages of the lessons, each with its own name for itself."""


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Examples
    --------
    >>> words_of("en")("frame.contents")
    'Contents'
    """

    lang: str
    _entries: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the words of a key, with `values` in place of what stands in braces.

        Raises
        ------
        DefinitionError
            If there is no such key.
        """
        try:
            words = self._entries[key]
        except KeyError:
            hint = did_you_mean(key, self._entries)
            raise DefinitionError(f"no words for {key!r}{hint}; add them to words/*.toml") from None
        return words.format(**values) if values else words

    def has(self, key: str) -> bool:
        """Tell whether there are words for a key."""
        return key in self._entries

    def group(self, name: str) -> dict[str, str]:
        """Return all words of one file, without its name in the keys: for a script."""
        start = f"{name}."
        return {
            key.removeprefix(start): words
            for key, words in self._entries.items()
            if key.startswith(start)
        }


@cache
def words_of(lang: str) -> Words:
    """Return the words of a language.

    Raises
    ------
    DefinitionError
        If the language is unknown, or an entry lacks it.
    """
    require_language(lang)
    entries: dict[str, str] = {}
    for file in sorted((lessons_folder() / "words").glob("*.toml")):
        for name, languages in parse(file).items():
            if not isinstance(languages, dict) or not isinstance(languages.get(lang), str):
                raise DefinitionError(f'{file}: {name}: write {lang} = "..." below [{name}]')
            entries[f"{file.stem}.{name}"] = languages[lang]
    return Words(lang, entries)


def require_language(lang: str) -> None:
    """Raise `DefinitionError` if there are no lessons in a language."""
    if lang not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise DefinitionError(f"there are no lessons in {lang!r}; there are: {known}")


def lessons_folder() -> Path:
    """Return the folder of the texts, words, templates and cases of the lessons."""
    return content.folder("reports") / "lessons"
