"""What a run was asked to examine: files and folders, and which of their cases."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gradcheck.batch.expression import Labels, chooser, chosen
from gradcheck.batch.plan import Planned
from gradcheck.errors import CaseError
from gradcheck.model.case import Case


@dataclass(frozen=True, kw_only=True)
class Request:
    """The cases of files and folders, by path; their code runs in the workers only.

    Raises
    ------
    CaseError
        If there is no path, or a keyword is no expression.
    """

    paths: tuple[str, ...]
    """Case files and folders, absolute, each with an optional ``::NAME`` or pattern."""
    keywords: tuple[str, ...] = ()
    """Keep the cases that one of these expressions chooses by name, tags, theme or file name."""
    tags: tuple[str, ...] = ()
    """Keep the cases that carry all of these; a theme counts as a tag."""

    def __post_init__(self) -> None:
        if not self.paths:
            raise CaseError("a run needs a path of a case file or folder, got none")
        for keyword in self.keywords:
            chooser(keyword)

    @classmethod
    def of(
        cls,
        paths: str | Path | Iterable[str | Path],
        *,
        keywords: Iterable[str] = (),
        tags: Iterable[str] = (),
    ) -> "Request":
        """Ask for the cases of files and folders; relative paths start from here."""
        listed = [paths] if isinstance(paths, str | Path) else _listed("paths", paths)
        return cls(
            paths=tuple(map(_absolute, listed)),
            keywords=tuple(_words("keywords", keywords)),
            tags=tuple(_words("tags", tags)),
        )

    def keeps(self, case: Planned) -> bool:
        """Tell whether a case is asked for; a file that could not be loaded always is."""
        if case.problem:
            return True
        labels = Labels(name=case.name, theme=case.theme, tags=case.tags, file=case.file)
        return (
            chosen(self.keywords, labels)
            and {*self.tags} <= {*case.tags, case.theme}
            and self._names(case)
        )

    def covers(self, other: "Request") -> bool:
        """Tell whether this asks, as far as its words say, for all that another one asks for."""
        return (
            (not self.keywords or self.keywords == other.keywords)
            and {*self.tags} <= {*other.tags}
            and all(any(_contains(path, inner) for path in self.paths) for inner in other.paths)
        )

    def folders(self) -> tuple[str, ...]:
        """Return the files and folders without the names."""
        return tuple(dict.fromkeys(path.partition("::")[0] for path in self.paths))

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Request":
        """Read what `to_json` gave."""
        return cls(**{key: tuple(value) for key, value in values.items()})

    def _names(self, case: Planned) -> bool:
        for path in self.paths:
            place, separator, name = path.partition("::")
            chosen = not separator or name == case.name or fnmatchcase(case.name, name)
            if chosen and _holds(place, case.file):
                return True
        return False


def _contains(path: str, other: str) -> bool:
    place, separator, _ = path.partition("::")
    return path == other or (not separator and _holds(place, other.partition("::")[0]))


def _holds(place: str, file: str) -> bool:
    """Tell whether a file is a place, or in it."""
    return file == place or Path(place) in Path(file).parents


def _words(name: str, given: object) -> list[Any]:
    """Return words; a single one is most likely meant to be one."""
    words = [given] if isinstance(given, str) else _listed(name, given)
    for word in words:
        if not isinstance(word, str):
            raise CaseError(f"{name} are words, got {word!r}")
    return words


def _listed(name: str, given: object) -> list[Any]:
    if not isinstance(given, Iterable):
        raise CaseError(f"{name} must be a list, got {given!r}")
    return list(given)


def _absolute(path: object) -> str:
    if isinstance(path, Case) or not isinstance(path, str | Path):
        raise CaseError(f"a run takes cases, or paths of case files and folders, got {path!r}")
    place, separator, name = str(path).partition("::")
    return f"{Path(place).resolve()}{separator}{name}"
