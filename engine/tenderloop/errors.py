"""What a fault in a file that we were given looks like.

Knows how to hold and print faults. Must not know what a pack, a case or a method is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: what is wrong, where, and what to write instead.

    ``code`` is stable and kebab-case; ``where`` is a cell address, JSON path or node id when a line says too little.

    >>> print(Problem("unknown-unit", "unit 'tonns' is not known", "case.yaml", 7, hint="write 't'"))
    case.yaml:7: unknown-unit: unit 'tonns' is not known (write 't')
    """

    code: str
    message: str
    file: str = ""
    line: int | None = None
    where: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place = f"{place}:{self.line}" if place else f"line {self.line}"
        if self.where:
            place = f"{place} {self.where}" if place else self.where
        text = f"{self.code}: {self.message}"
        if place:
            text = f"{place}: {text}"
        return f"{text} ({self.hint})" if self.hint else text


class Problems(Exception):  # noqa: N818  (the faults are in what we were given)
    """All faults of one reading, raised once.

    >>> try:
    ...     raise Problems([Problem("empty-file", "nothing is written here", "pack.yaml")])
    ... except Problems as faults:
    ...     print(faults)
    pack.yaml: empty-file: nothing is written here
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
