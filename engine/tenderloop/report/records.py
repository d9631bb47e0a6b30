"""What was read from files, as a table and as JSON Lines with every value and its place.

Knows how records and problems are laid out in text. Must not know how anything is read.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tenderloop.errors import Problem
from tenderloop.readers.notices import Record


@dataclass
class Tally:
    """What was read of one file: records by format, problems by code, and what could not be read."""

    file: str
    formats: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    unread: list[Problem] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records were read."""
        return self.formats.total()

    def add(self, record: Record, problems: Sequence[Problem]) -> None:
        """Count one record with its problems."""
        self.formats[record.format] += 1
        self.problems.update(problem.code for problem in problems)


def table_text(tallies: Sequence[Tally]) -> str:
    """One line for each file: its records by format, how many problems they have and how many parts could not be read.

    >>> print(table_text([Tally("a.json", Counter({"ocds": 2}), Counter({"bad-date": 3}))]))
    records  problems  unread  formats  file
          2         3       0  ocds     a.json
    """
    rows = [
        (each.records, each.problems.total(), len(each.unread), ", ".join(_formats(each.formats)) or "none", each.file) for each in tallies
    ]
    return _table(rows, "file")


def summary_text(tallies: Sequence[Tally]) -> str:
    """One line for each format, the codes of problems by how often they occur, and the number of files.

    >>> print(summary_text([Tally("a.json", Counter({"ocds": 2}), Counter({"bad-date": 3}))]).splitlines()[1])
          2         3       0  ocds     1 file
    """
    groups: dict[str, list[Tally]] = {}
    for each in tallies:
        groups.setdefault(" and ".join(sorted(each.formats)) or "none", []).append(each)
    rows = []
    for name, held in sorted(groups.items()):
        problems = sum(each.problems.total() for each in held)
        unread = sum(len(each.unread) for each in held)
        rows.append((sum(each.records for each in held), problems, unread, name, f"{len(held)} file{'s' if len(held) > 1 else ''}"))
    codes = sum((each.problems for each in tallies), Counter[str]())
    lost = Counter(problem.code for each in tallies for problem in each.unread)
    parts = [_table(rows, "files")]
    for title, counted in (("problems in what was read", codes), ("not read", lost)):
        if counted:
            parts.append(f"\n{title}:\n" + "\n".join(f"{number:7}  {code}" for code, number in sorted(counted.items(), key=_most)))
    return "\n".join(parts)


def _most(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _formats(counted: Counter[str]) -> list[str]:
    return [name if len(counted) == 1 else f"{number} {name}" for name, number in sorted(counted.items())]


def _table(rows: Sequence[tuple[int, int, int, str, str]], last: str) -> str:
    width = max([len("formats"), *(len(row[3]) for row in rows)])
    lines = [f"records  problems  unread  {'formats':{width}}  {last}"]
    lines += [f"{records:7}  {problems:8}  {unread:6}  {formats:{width}}  {rest}" for records, problems, unread, formats, rest in rows]
    return "\n".join(lines)


def record_json(record: Record, problems: Sequence[Problem]) -> str:
    """One record as a line of JSON: its identity, its content with the place of every value, and its problems. Numbers are exact text.

    >>> record = Record("ocds", "notice", "ocds-1", lambda: {"value": Decimal("1.50")}, file="a.jsonl", line=3)
    >>> record_json(record, [])
    '{"format": "ocds", "kind": "notice", "id": "ocds-1", "file": "a.jsonl", "line": 3, "content": {"value": "1.50"}}'
    """
    held: dict[str, Any] = {"format": record.format, "kind": record.kind, "version": record.version, "id": record.id, "file": record.file}
    held |= {"line": record.line, "where": record.where}
    content = None if record.kind in ("document", "case") else _plain(record.content)
    if isinstance(content, dict):
        content.pop("problems", None)
    held |= {"content": content, "problems": [_plain(problem) for problem in problems]}
    return json.dumps({key: value for key, value in held.items() if value not in (None, "", [])}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Records as plain JSON values; what is empty is left out, since absence means that nothing is stated."""
    names = getattr(value, "__struct_fields__", None) or _field_names(value)
    if names and not isinstance(value, type):
        named = ((name, _plain(getattr(value, name))) for name in names)
        return {name: held for name, held in named if held not in (None, "", [], {})}
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _field_names(value: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(value)) if is_dataclass(value) and not isinstance(value, type) else ()
