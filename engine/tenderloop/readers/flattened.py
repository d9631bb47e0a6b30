"""Flattened releases put together again: sheets whose heads are JSON paths (``tender/items/0/id``), joined on the ids of their rows.

Knows paths, ids and how flattened tables of OCDS and OC4IDS are laid out. Must not know what any field means, nor files.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tenderloop.errors import Problem
from tenderloop.readers.grids import CellValue, Head, Row, Sheet, Table
from tenderloop.readers.loose_json import Notes, escaped

CODES: dict[str, str] = {
    "row-without-root": "a row does not say to which release or project it belongs",
    "child-sheet": "a child sheet of a registry export is not joined",
    "bad-path": "a head is no path, or a path runs through a value",
    "path-too-deep": "a head has more than 20 parts",
    "join-conflict": "two rows of one record say different things",
}

MOST_PARTS: Final = 20
# Columns that name the record to which a row belongs, best first.
ROOTS: Final = ("ocid", "project/id")
# Child sheets of registry exports have this column and heads without paths; how they name their parents was not seen.
REGISTRY: Final = "main_ocid"
# Lists of texts, which a flattened table writes as one text with semicolons.
TEXT_LISTS: Final = frozenset(
    {
        "tag",
        "roles",
        "submissionMethod",
        "additionalProcurementCategories",
        "sector",
        "languages",
        "coveredBy",
        "relatedLots",
        "relationship",
    }
)
_INDEX = re.compile(r"\d{1,6}", re.ASCII)
_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_:.-]{0,99}|\d{1,6}", re.ASCII)
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as JSON, with the cell from which each value comes, by JSON pointer."""

    value: dict[str, Any]
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Flattened:
    """The records of a table in the order of their first rows, the key-value sheet (package data), and what was wrong."""

    records: tuple[Record, ...]
    meta: Mapping[str, CellValue]
    problems: tuple[Problem, ...]


def is_flattened(table: Table) -> bool:
    """Whether a sheet has ``ocid`` or a project id as a head and some head is a path."""
    heads = [head.text for sheet in table.sheets for head in sheet.heads]
    return any(each in heads for each in ROOTS) and any("/" in each for each in heads)


def unflatten(table: Table) -> Flattened:
    """The records of a flattened table: rows with the same ``ocid`` and ``id`` make one, entries of its lists are joined on their ``id``.

    A value that contradicts one already read is told and left out, by the address of its cell.

    >>> from tenderloop.readers.grids import read_table
    >>> text = b"ocid,id,tender/id,tender/items/0/id,tender/items/0/quantity\\nx-1,r1,T,1,8\\nx-1,r1,T,2,9\\n"
    >>> unflatten(read_table(text, "releases.csv")).records[0].value["tender"]
    {'id': 'T', 'items': [{'id': '1', 'quantity': '8'}, {'id': '2', 'quantity': '9'}]}
    """
    notes = Notes(table.file)
    meta: dict[str, CellValue] = {}
    rows: list[tuple[str, str, Row, list[tuple[Head, Path]]]] = []
    for sheet in table.sheets:
        names = {head.text: head.column for head in sheet.heads}
        root = next((each for each in ROOTS if each in names), None)
        if root is None and REGISTRY in names:
            said = f"the sheet '{sheet.name}' is the child sheet of a registry export; its rows were not joined"
            notes.add("child-sheet", said, sheet.heads[0].where, "give the JSON Lines of the registry")
            continue
        if root is None:
            meta.update(_pairs(sheet))
            continue
        paths = list(_paths(sheet, notes))
        for row in sheet.body:
            key = _text(_at(row, names[root]))
            if key:
                rows.append((key, _text(_at(row, names["id"])) if "id" in names else "", row, paths))
            else:
                notes.add("row-without-root", f"this row has no {root}", row.cells[0].where, f"fill in {root}")
    owners: dict[str, list[str]] = {}
    for key, own, _, _ in rows:
        if own and own not in owners.setdefault(key, []):
            owners[key].append(own)
    found: dict[tuple[str, str], _Joined] = {}
    for key, own, row, paths in rows:
        held = owners.get(key, [])
        if not own and len(held) > 1:
            said = f"this row names no id, and '{key[:60]}' has {len(held)} releases"
            notes.add("row-without-root", said, row.cells[0].where, "fill in id")
            continue
        # a row without id belongs to the only release of its process
        _add_row(found.setdefault((key, own or (held[0] if held else "")), _Joined({}, {})), row, paths, notes)
    records = tuple(Record(each.value, {place: cell for place, (_, cell) in each.seen.items()}) for each in found.values())
    return Flattened(records, meta, tuple(notes.problems))


@dataclass(eq=False)
class _Joined:
    value: dict[str, Any]
    seen: dict[str, tuple[Any, str]]


def _at(row: Row, column: int) -> CellValue:
    return row.cells[column].value if column < len(row.cells) else None


def _text(value: CellValue) -> str:
    return "" if value is None else str(_json(value))


def _pairs(sheet: Sheet) -> Iterator[tuple[str, CellValue]]:
    """The rows of a sheet of names and values, its first row too."""
    for row in sheet.rows:
        filled = row.filled
        if filled and len(row.cells) <= 2 and isinstance(filled[0].value, str):
            yield filled[0].value, filled[1].value if len(filled) > 1 else None


def _paths(sheet: Sheet, notes: Notes) -> Iterator[tuple[Head, Path]]:
    for head in sheet.heads:
        parts = tuple(head.text.split("/"))
        if len(parts) > MOST_PARTS:
            notes.add("path-too-deep", f"the head '{head.text[:60]}…' has {len(parts)} parts", head.where, "name the field by its path")
        elif not all(_PART.fullmatch(each) for each in parts) or _INDEX.fullmatch(parts[0]):
            notes.add("bad-path", f"the head '{head.text[:60]}' is no path; the column was left out", head.where, "write names joined by /")
        else:
            yield head, parts


def _json(value: CellValue) -> Any:
    """A cell as JSON: days as text, numbers exact."""
    return value.isoformat() if isinstance(value, dt.date) else value


def _add_row(joined: _Joined, row: Row, paths: list[tuple[Head, Path]], notes: Notes) -> None:
    """One row into its record: ids first, so that every entry of a list finds its like."""
    filled = [(head, path, row.cells[head.column]) for head, path in paths if _at(row, head.column) is not None]
    ids = {path: cell.value for _, path, cell in filled if path[-1] == "id"}
    entries: dict[Path, int] = {}
    for head, path, cell in filled:
        value = _json(cell.value)
        if path[-1] in TEXT_LISTS and isinstance(value, str):
            value = [each.strip() for each in value.split(";") if each.strip()]
        _set(joined, path, value, head, cell.where, ids, entries, notes)


def _set(
    joined: _Joined, path: Path, value: Any, head: Head, where: str, ids: Mapping[Path, Any], entries: dict[Path, int], notes: Notes
) -> None:
    holder: Any = joined.value
    place = ""
    for at, part in enumerate(path[:-1]):
        opens_list = _INDEX.fullmatch(path[at + 1]) is not None
        if isinstance(holder, list):
            index = _entry(holder, path[: at + 1], ids, entries)
            place += f"/{index}"
            holder = holder[index]
            continue
        if not isinstance(holder, dict):
            notes.add("bad-path", f"'{head.text[:60]}' runs through a value", where, "keep one of the two columns")
            return
        holder = holder.setdefault(part, [] if opens_list else {})
        place += f"/{escaped(part)}"
    last = path[-1]
    if isinstance(holder, list):
        if not _INDEX.fullmatch(last):
            notes.add("bad-path", f"'{head.text[:60]}' names a field of a list without a number", where, "write the path as list/0/field")
        elif value not in holder:
            holder.append(value)
        return
    if not isinstance(holder, dict) or isinstance(holder.get(last), dict):
        notes.add("bad-path", f"'{head.text[:60]}' runs through a value", where, "keep one of the two columns")
        return
    place += f"/{escaped(last)}"
    if last not in holder:
        holder[last] = value
        joined.seen[place] = (value, where)
    elif str(holder[last]) == str(value):
        joined.seen.setdefault(place, (value, where))  # an entry's id is written when the entry is made
    else:
        before = joined.seen.get(place, (None, "another row"))[1]
        said = f"'{head.text[:60]}' is {_shown(value)} here and {_shown(holder[last])} in {before}; the first was kept"
        notes.add("join-conflict", said, where, "make the two rows agree")


def _entry(holder: list[Any], path: Path, ids: Mapping[Path, Any], entries: dict[Path, int]) -> int:
    """Which entry of a list this row means: the one with its id, else one of its own for each row and number."""
    if path in entries:
        return entries[path]
    name = ids.get((*path, "id"))
    index = -1
    if name is not None:
        index = next((at for at, each in enumerate(holder) if isinstance(each, dict) and str(each.get("id")) == str(_json(name))), -1)
    if index < 0:
        holder.append({} if name is None else {"id": _json(name)})
        index = len(holder) - 1
    entries[path] = index
    return index


def _shown(value: Any) -> str:
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return f"'{text[:40]}'"
