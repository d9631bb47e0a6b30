"""A method's worksheet laid out: single lines, and lines that belong together as tables.

Knows how methods name lines of a table: ``key: column`` inside a named table, or the key as table and the column as label.
Must not compute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from tenderloop.because import number_text
from tenderloop.methods import METHODS
from tenderloop.quantity import shown
from tenderloop.report.model import WorkSheet, WorkTable
from tenderloop.result import Result, WorkLine, WorkNote


def worksheets(result: Result) -> tuple[WorkSheet, ...]:
    """Every worksheet of a result, numbered from 1."""
    return tuple(_sheet(result, index, note) for index, note in enumerate(result.worksheets))


def _sheet(result: Result, index: int, note: WorkNote) -> WorkSheet:
    return WorkSheet(
        number=index + 1,
        note=note,
        inputs=tuple(line for line in note.inputs if not line.table),
        steps=tuple(line for line in note.steps if not line.table),
        tables=(*_tables(note.inputs), *_tables(note.steps)),
        outputs=tuple(_output(result, note, name, note.outputs[name]) for name in output_names(note)),
        gives=tuple(value for value in result.derived if value.worksheet == index),
    )


def output_names(note: WorkNote) -> list[str]:
    """Outputs in the order in which the method declares them, so that a result read back from its file gives the same report."""
    declared = METHODS.get(note.method)
    order = [] if declared is None else [each.name for each in declared.outputs]
    return sorted(note.outputs, key=lambda name: (order.index(name) if name in order else len(order), name))


def _output(result: Result, note: WorkNote, name: str, value: str) -> tuple[str, str, str]:
    label, unit = name.replace("_", " "), ""
    declared = METHODS.get(note.method)
    if declared is not None and name in {each.name for each in declared.outputs}:
        output = declared.output(name)
        label, unit = output.label, (output.unit or "").replace("money", result.case.currency or "money")
    try:
        number = Fraction(value)
    except ValueError:
        return label, value, ""
    # four digits without a unit stand together, so that a calendar year looks like one
    year = unit in ("", "1") and number.denominator == 1 and abs(number) < 10_000
    return label, shown(number, 0) if year else number_text(number), "" if unit == "1" else unit


def _tables(lines: Iterable[WorkLine]) -> tuple[WorkTable, ...]:
    """Lines with a table, gathered: named tables keep their name; rows that are tables of their own (years) make one table together."""
    named: dict[str, list[tuple[str, str, WorkLine]]] = {}
    for line in lines:
        if not line.table:
            continue
        key, colon, column = line.label.partition(": ")
        if colon:
            named.setdefault(line.table, []).append((key, column, line))
        elif line.table.isdecimal():
            named.setdefault("", []).append((line.table, line.label, line))
        else:
            named.setdefault(line.table, []).append((line.label, "", line))
    return tuple(_table(title, cells) for title, cells in named.items())


def _table(title: str, cells: Sequence[tuple[str, str, WorkLine]]) -> WorkTable:
    names = list(dict.fromkeys(column for _, column, _ in cells))
    keys = list(dict.fromkeys(key for key, _, _ in cells))
    units = {name: {_unit(line) for _, column, line in cells if column == name} for name in names}
    values: dict[tuple[str, str], str] = {}
    for key, column, line in cells:
        mixed = len(units[column]) > 1
        values[key, column] = f"{line.shown}\u00a0{_unit(line)}".rstrip("\u00a0") if mixed else line.shown
    columns = tuple((name.replace("_", " "), next(iter(units[name])) if len(units[name]) == 1 else "") for name in names)
    formulas: list[tuple[str, str]] = []
    for name in names:
        said = list(dict.fromkeys(line.formula for _, column, line in cells if column == name and line.formula != "given"))
        # a formula that differs from row to row is an origin; five are enough to see of which kind
        if said:
            formulas.append((name.replace("_", " "), " / ".join(said[:5])))
    key_name = "Year" if all(key.isdecimal() for key in keys) else ""
    return WorkTable(
        title, key_name, columns, tuple((key, tuple(values.get((key, name), "") for name in names)) for key in keys), tuple(formulas)
    )


def _unit(line: WorkLine) -> str:
    return "" if line.unit == "1" else line.unit
