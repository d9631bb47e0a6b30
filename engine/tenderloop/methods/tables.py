"""The default numbers of the methods: CSV tables in ``defaults/``, read exactly.

Knows the shape of those files (a key, values, ``status`` and ``source`` on every row). Must not know what a number means.
A fault in one of these files is a fault of ours, so it is an ordinary ValueError with file and line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files

_STATUSES = ("official", "published", "unverified", "proposed")
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Entry:
    """One row: its cells as text, with where it stands."""

    table: str
    line: int
    cells: dict[str, str]

    @property
    def status(self) -> str:
        """How sure the row is: official, published, unverified or proposed."""
        return self.cells["status"]

    @property
    def source(self) -> str:
        """Where the row was seen."""
        return self.cells["source"]

    def text(self, column: str) -> str:
        """A cell as it is written."""
        return self.cells[column]

    def number(self, column: str) -> Fraction:
        """A cell as an exact number; ValueError when it is empty or not a plain decimal."""
        value = self.number_or_none(column)
        if value is None:
            raise ValueError(f"{self.table}:{self.line}: '{column}' is empty")
        return value

    def number_or_none(self, column: str) -> Fraction | None:
        """A cell as an exact number, None when it is empty (no number is published)."""
        cell = self.cells[column]
        if not cell:
            return None
        if not _DECIMAL.fullmatch(cell):
            raise ValueError(f"{self.table}:{self.line}: '{column}' is '{cell}', not a plain decimal")
        return Fraction(cell)


@dataclass(frozen=True)
class Table:
    """A table of defaults: rows by their key (the cells of its first columns, in order)."""

    name: str
    entries: dict[tuple[str, ...], Entry]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __contains__(self, key: object) -> bool:
        return (key if isinstance(key, tuple) else (key,)) in self.entries

    def __getitem__(self, key: str | tuple[str, ...]) -> Entry:
        return self.entries[key if isinstance(key, tuple) else (key,)]

    def keys(self) -> tuple[str, ...]:
        """The first key cell of every row, in the order of the file, each once.

        >>> read_table("warming_potentials").keys()
        ('sar', 'ar4', 'ar5', 'ar6')
        """
        return tuple(dict.fromkeys(key[0] for key in self.entries))


@cache
def read_table(name: str, keys: int = 1) -> Table:
    """The table ``defaults/<name>.csv``; its first ``keys`` columns name a row.

    ValueError for a row that is too short or too long, a key written twice, or a row without a source or a known status.

    >>> entry = read_table("waste_carbon")["plastics"]
    >>> entry.number("total_carbon"), entry.status
    (Fraction(75, 1), 'published')
    """
    return parse(f"{name}.csv", (files(__package__) / "defaults" / f"{name}.csv").read_text(encoding="utf-8"), keys)


def parse(name: str, text: str, keys: int = 1) -> Table:
    """The same from text.

    >>> parse("x.csv", "gas,gwp,status,source\\nch4,28,published\\n")
    Traceback (most recent call last):
    ValueError: x.csv:2: 3 cells where the header has 4
    """
    rows = csv.reader(text.splitlines(), strict=True)
    header = next(rows)
    entries: dict[tuple[str, ...], Entry] = {}
    for row in rows:
        line = rows.line_num
        if len(row) != len(header):
            raise ValueError(f"{name}:{line}: {len(row)} cells where the header has {len(header)}")
        entry = Entry(name, line, dict(zip(header, row, strict=True)))
        if entry.cells.get("status") not in _STATUSES or not entry.cells.get("source"):
            raise ValueError(f"{name}:{line}: every row needs a source and a status ({', '.join(_STATUSES)})")
        key = tuple(row[:keys])
        if key in entries:
            raise ValueError(f"{name}:{line}: {', '.join(key)} is there already, in line {entries[key].line}")
        entries[key] = entry
    return Table(name, entries)
