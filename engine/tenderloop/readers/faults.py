"""Every fault a reader or the lint can find, with its code and meaning, and the list in which one reading collects them.

Knows the catalogue of codes. Must not know YAML, JSON, workbooks, packs or cases.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field

from tenderloop.errors import Problem, Problems

# One line a code. The bad files under tests/ show each of them; a test proves that none is missing.
CODES: dict[str, str] = {
    # strict_yaml: the text itself
    "file-missing": "there is no such file or folder, or it cannot be read",
    "empty-file": "nothing is written in the file",
    "file-too-large": "the file is larger than 2 MB",
    "line-too-long": "a line is longer than 100 000 bytes",
    "not-utf8": "the file is not UTF-8 text",
    "tab": "a tab character",
    "control-character": "a character that cannot be seen, or that changes the order of reading",
    "yaml-syntax": "the text is not YAML",
    "several-documents": "more than one document in a file",
    "yaml-directive": "a line that starts with %",
    "anchor": "an anchor (&name)",
    "alias": "an alias (*name)",
    "tag": "a tag (!name)",
    "repeated-key": "a key is written twice in one mapping",
    "key-not-text": "a key is not plain text",
    "too-deep": "more than 40 levels of nesting",
    "too-many-nodes": "more than 200 000 values in a file",
    "number-too-long": "a number of more than 40 digits",
    "foreign-digits": "a number is not written with the digits 0 to 9",
    "too-many-faults": "the list of faults was cut",
}

MOST_FAULTS = 200


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like ``word``, or an empty text.

    >>> nearest("tittle", ["title", "licence"])
    'title'
    """
    found = difflib.get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


@dataclass
class Faults:
    """The faults of one reading, in the order of finding. ``file`` is the name shown in front of each.

    >>> faults = Faults("case.yaml")
    >>> faults.add("tab", "a tab is written", line=3, hint="write spaces")
    >>> print(faults.problems[0])
    case.yaml:3: tab: a tab is written (write spaces)
    """

    file: str = ""
    problems: list[Problem] = field(default_factory=list)
    cut: bool = False

    def add(self, code: str, message: str, *, line: int | None = None, where: str = "", hint: str = "", file: str | None = None) -> None:
        """Note one fault. The same fault at the same place is noted once; after 200 the list is cut, and says so."""
        if len(self.problems) >= MOST_FAULTS:
            if not self.cut:
                self.cut = True
                self.problems.append(
                    Problem(
                        "too-many-faults",
                        f"the first {MOST_FAULTS} faults are listed, there are more",
                        self.file,
                        hint="mend these and read again",
                    )
                )
            return
        found = Problem(code, message, self.file if file is None else file, line, where, hint)
        if found not in self.problems:
            self.problems.append(found)

    def at(self, line: int | None = None, where: str = "") -> Spot:
        """A place in the file at which faults can be noted."""
        return Spot(self, line or None, where)

    def raise_if_any(self) -> None:
        """Raise all faults at once as ``Problems``; do nothing when there are none."""
        if self.problems:
            raise Problems(in_order(self.problems))


@dataclass(frozen=True)
class Spot:
    """A place in one file: a line, or a JSON path or cell address where there are no lines."""

    faults: Faults
    line: int | None = None
    where: str = ""

    def add(self, code: str, message: str, hint: str) -> None:
        """Note a fault here."""
        self.faults.add(code, message, line=self.line, where=self.where, hint=hint)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """By file, then line, then order of finding.

    >>> [p.line for p in in_order([Problem("tab", "", "b", 1), Problem("tab", "", "a", 9), Problem("tab", "", "a", 2)])]
    [2, 9, 1]
    """
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0))
