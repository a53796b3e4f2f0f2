"""What a run was asked to examine: files and folders, and which of their cases."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gradcheck.batch.plan import Planned
from gradcheck.errors import CaseError
from gradcheck.model.case import Case


@dataclass(frozen=True, kw_only=True)
class Request:
    """The cases of files and folders, by path; their code runs in the workers only."""

    paths: tuple[str, ...]
    """Case files and folders, absolute, each with an optional ``::NAME`` or pattern."""
    keywords: tuple[str, ...] = ()
    """Keep the cases with one of these in their name, tags or theme."""
    tags: tuple[str, ...] = ()
    """Keep the cases that carry all of these; a theme counts as a tag."""

    @classmethod
    def of(
        cls,
        paths: str | Path | Iterable[str | Path],
        *,
        keywords: Iterable[str] = (),
        tags: Iterable[str] = (),
    ) -> "Request":
        """Ask for the cases of files and folders; relative paths start from here."""
        listed = [paths] if isinstance(paths, str | Path) else list(paths)
        return cls(paths=tuple(map(_absolute, listed)), keywords=tuple(keywords), tags=tuple(tags))

    def keeps(self, case: Planned) -> bool:
        """Tell whether a case is asked for; a file that could not be loaded always is."""
        if case.problem:
            return True
        words = {case.name, *case.tags, case.theme} - {""}
        return (
            (not self.keywords or any(fits(keyword, words) for keyword in self.keywords))
            and set(self.tags) <= words - {case.name}
            and self._names(case)
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
            inside = case.file == place or Path(place) in Path(case.file).parents
            if inside and (not separator or fnmatchcase(case.name, name)):
                return True
        return False


def fits(keyword: str, words: Iterable[str]) -> bool:
    """Tell whether one of the words holds a keyword, or fits it as a whole if it is a pattern."""
    lower = keyword.lower()
    pattern = lower if set("*?[") & set(lower) else f"*{lower}*"
    return any(fnmatchcase(word.lower(), pattern) for word in words)


def _absolute(path: object) -> str:
    if isinstance(path, Case) or not isinstance(path, str | Path):
        raise CaseError(f"a run takes cases, or paths of case files and folders, got {path!r}")
    place, separator, name = str(path).partition("::")
    return f"{Path(place).resolve()}{separator}{name}"
