"""The numbered list of sources of a report.

Knows which source has which number. Must not know where the numbers are printed.
"""

from __future__ import annotations

from collections.abc import Sequence

from tenderloop.report.model import Cited, SourceLine
from tenderloop.result import Result, SourceNote

Key = tuple[str, str, str]


class Citations:
    """Sources of several results, numbered from 1 in the order of the packs; a source that two packs share has one number."""

    def __init__(self, results: Sequence[Result]) -> None:
        self._notes: dict[Key, SourceNote] = {}
        self._packs: dict[Key, list[str]] = {}
        for result in results:
            for note in _all(result):
                key = _key(note)
                self._notes.setdefault(key, note)
                packs = self._packs.setdefault(key, [])
                if result.pack.id not in packs:
                    packs.append(result.pack.id)
        self._number = {key: number for number, key in enumerate(self._notes, start=1)}

    def cite(self, note: SourceNote | None) -> Cited | None:
        """How the report refers to a source; None for none."""
        return None if note is None else Cited(self._number[_key(note)], note.where, note.status)

    def lines(self) -> tuple[SourceLine, ...]:
        """The list itself."""
        return tuple(SourceLine(self._number[key], note, tuple(self._packs[key])) for key, note in self._notes.items())


def _key(note: SourceNote) -> Key:
    return note.id, note.title, note.url


def _all(result: Result) -> list[SourceNote]:
    cited = [result.ladder.source, *(gate.source for gate in result.gates), *(check.source for check in result.checks)]
    cited += [node.source for node in result.nodes if node.source is not None]
    cited += [parameter.source for parameter in result.parameters]
    # the list of the result comes first: it gives each source its own status, not that of one use
    return [*result.sources, *cited]
