"""Reads the arguments of a method from a command line: `name=value`, `name=a:b:c` for a row of a table, `name=@file.csv` for a table.

Knows how a person types a number, a row, a table. Must not know any formula, and must not run one.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from io import StringIO
from pathlib import Path

from tenderloop.errors import Problem, Problems
from tenderloop.methods.method import Column, Input, Method, Value
from tenderloop.quantity import QuantityError, parse_quantity
from tenderloop.readers.faults import nearest

MOST_BYTES = 2_000_000
MOST_ROWS = 10_000

CODES: dict[str, str] = {
    "argument-form": "an argument is not name=value",
    "unknown-input": "the method has no input of that name",
    "repeated-input": "an input is given twice",
    "missing-input": "an input that the method needs is not given",
    "wrong-unit": "a unit that cannot be turned into the unit of the input",
    "bad-value": "a value that is not the number, date, choice or yes/no that is wanted",
    "row-length": "a row has too few or too many cells",
    "table-columns": "the first line of a table file does not name the columns",
    "table-file": "a table file is missing, too large, not UTF-8 or not CSV",
}

_GLUED = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)((?![eE][0-9])[A-Za-z%][A-Za-z0-9/*%]*)", re.ASCII)
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z0-9])", re.ASCII)
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


@dataclass
class Arguments:
    """What was read: values in the declared units, and the currency in which money was written (None when none was named)."""

    values: dict[str, Value] = field(default_factory=dict)
    currency: str | None = None


def read_arguments(method: Method, arguments: Sequence[str]) -> Arguments:
    """Read ``name=value`` arguments for a method; every fault is listed, in one ``Problems``.

    A number without a unit is taken in the unit of the input. A table is given as ``name=@file.csv`` (first line: the names of the columns)
    or row by row, cells apart by ``:`` in the order of the columns. The first currency code that is named holds for all money.

    >>> from tenderloop.methods import get
    >>> read_arguments(get("annuity"), ["capital=1000 EUR", "rate=4%", "years=25"]).values
    {'capital': Fraction(1000, 1), 'rate': Fraction(4, 1), 'years': Fraction(25, 1)}
    """
    problems: list[Problem] = []
    texts: dict[str, list[str]] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        name, text = name.strip(), text.strip()
        known = [each.name for each in method.inputs]
        if not equals or not name or not text:
            problems.append(Problem("argument-form", f"'{argument}' is not name=value", hint=f"inputs are: {', '.join(known)}"))
        elif name not in known:
            near = nearest(name, known)
            hint = f"did you mean '{near}'?" if near else f"inputs are: {', '.join(known)}"
            problems.append(Problem("unknown-input", f"{method.name} has no input '{name}'", where=name, hint=hint))
        else:
            texts.setdefault(name, []).append(text)
    found = Arguments(currency=_currency(method, texts))
    for each in method.inputs:
        given = texts.get(each.name)
        if given is None:
            if each.default is None and not each.optional:
                hint = f"write {each.name}={_example(each)}"
                problems.append(Problem("missing-input", f"{method.name} needs '{each.name}' ({each.label})", where=each.name, hint=hint))
        elif each.kind == "table":
            found.values[each.name] = _table(each, given, found.currency, problems)
        elif len(given) > 1:
            problems.append(Problem("repeated-input", f"'{each.name}' is given {len(given)} times", where=each.name, hint="give it once"))
        elif (value := _cell(each, given[0], found.currency, each.name, problems)) is not None:
            found.values[each.name] = value
    if problems:
        raise Problems(problems)
    return found


def _currency(method: Method, texts: dict[str, list[str]]) -> str | None:
    """The first currency code named in an input that holds money; a wrong one is found when its value is read."""
    for each in method.inputs:
        units = [each.unit] if each.kind == "number" else [column.unit for column in each.columns]
        if not any(unit and "money" in unit for unit in units):
            continue
        for text in texts.get(each.name, []):
            if not text.startswith("@") and (code := _CODE.search(text)):
                return code[1]
    return None


def _example(declared: Input) -> str:
    if declared.kind == "table":
        return ":".join(column.name for column in declared.columns) + ", once for each row"
    if declared.kind == "number":
        return "<number>" + ("" if declared.unit in (None, "1") else f" (in {declared.unit})")
    return " or ".join(declared.options) if declared.options else {"yes_no": "yes or no", "date": "2026-01-31"}.get(declared.kind, "<text>")


def _cell(
    declared: Input | Column,
    text: str,
    currency: str | None,
    where: str,
    problems: list[Problem],
    *,
    file: str = "",
    line: int | None = None,
) -> Fraction | str | bool | None:
    """One value; None when it is faulty (the fault is noted)."""
    kind = declared.kind if isinstance(declared, Input) else ("text" if declared.unit is None else "number")
    if kind == "number":
        return _number(declared.unit or "1", text, currency, where, problems, file, line)
    if kind == "yes_no":
        if text not in _YES_NO:
            problems.append(Problem("bad-value", f"'{text[:40]}' is neither yes nor no", file, line, where, "write yes or no"))
        return _YES_NO.get(text)
    if kind == "date" and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        problems.append(Problem("bad-value", f"'{text[:40]}' is not a date", file, line, where, "write a date such as 2026-01-31"))
        return None
    if declared.options and text not in declared.options:
        near = nearest(text, declared.options)
        hint = f"did you mean '{near}'?" if near else "write one of: " + ", ".join(declared.options)
        problems.append(Problem("bad-value", f"'{text[:40]}' is not a choice here", file, line, where, hint))
        return None
    return text


def _number(
    unit: str, text: str, currency: str | None, where: str, problems: list[Problem], file: str, line: int | None
) -> Fraction | None:
    # in a shell, 45% and 9.5MJ/kg are easier to type than with a space
    glued = _GLUED.fullmatch(text)
    if glued:
        text = f"{glued[1]} {glued[2]}"
    try:
        read = parse_quantity(text, currency=currency)
        # a number without a unit is in the unit that the method declares
        return read.to(unit) if " " in text or "%" in text else read.value
    except QuantityError as error:
        code = (
            "wrong-unit"
            if error.code in ("unit-mismatch", "unknown-unit", "bad-unit", "wrong-currency", "currency-not-known")
            else "bad-value"
        )
        problems.append(Problem(code, error.message, file, line, where, error.hint or f"write a number in {unit}"))
        return None


def _table(declared: Input, given: Sequence[str], currency: str | None, problems: list[Problem]) -> list[dict[str, Fraction | str]]:
    rows: list[dict[str, Fraction | str]] = []
    names = [column.name for column in declared.columns]
    for index, text in enumerate(given, start=1):
        if text.startswith("@"):
            rows.extend(_file(declared, text[1:], currency, problems))
            continue
        cells = [cell.strip() for cell in text.split(":")]
        if len(cells) > len(names) or any(not column.optional for column in declared.columns[len(cells) :]):
            message = f"row {index} of '{declared.name}' has {len(cells)} cells"
            problems.append(Problem("row-length", message, where=declared.name, hint=f"write {declared.name}={':'.join(names)}"))
            continue
        rows.append(_row(declared.columns, cells, currency, f"{declared.name} row {index}", problems))
    return rows


def _row(
    columns: Sequence[Column],
    cells: Sequence[str],
    currency: str | None,
    where: str,
    problems: list[Problem],
    *,
    file: str = "",
    line: int | None = None,
) -> dict[str, Fraction | str]:
    row: dict[str, Fraction | str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if not cell and column.optional:
            continue
        value = _cell(column, cell, currency, f"{where} {column.name}", problems, file=file, line=line)
        if value is not None:
            assert not isinstance(value, bool)
            row[column.name] = value
    return row


def _file(declared: Input, name: str, currency: str | None, problems: list[Problem]) -> list[dict[str, Fraction | str]]:
    path = Path(name)
    try:
        if path.stat().st_size > MOST_BYTES:
            problems.append(
                Problem("table-file", "the file is larger than 2 MB", name, hint="a table by year has few rows: is it the right file?")
            )
            return []
        text = path.read_text(encoding="utf-8-sig")
        lines = list(csv.reader(StringIO(text), strict=True))
    except OSError:
        problems.append(
            Problem("table-file", "there is no such file, or it cannot be read", name, hint="write @ and the name of a CSV file")
        )
        return []
    except UnicodeDecodeError:
        problems.append(Problem("table-file", "the file is not UTF-8 text", name, hint="save it as CSV UTF-8"))
        return []
    except csv.Error as error:
        problems.append(Problem("table-file", f"the file is not CSV: {error}", name, hint="commas between cells, quotes in pairs"))
        return []
    by_name = {column.name: column for column in declared.columns}
    header = [cell.strip() for cell in lines[0]] if lines else []
    needed = [column.name for column in declared.columns if not column.optional]
    strange = [cell for cell in header if cell not in by_name]
    missing = [each for each in needed if each not in header]
    if strange or missing or len(set(header)) != len(header):
        said = "; ".join(
            [f"'{cell[:40]}' is no column of '{declared.name}'" for cell in strange]
            + [f"the column '{each}' is missing" for each in missing]
        )
        problems.append(Problem("table-columns", said or "a column stands twice", name, 1, hint="the first line is: " + ",".join(by_name)))
        return []
    rows: list[dict[str, Fraction | str]] = []
    columns = [by_name[cell] for cell in header]
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= MOST_ROWS:
            problems.append(Problem("table-file", f"the table has more than {MOST_ROWS} rows", name, number, hint="is it the right file?"))
            break
        if len(cells) != len(header):
            problems.append(
                Problem("row-length", f"{len(cells)} cells where the first line has {len(header)}", name, number, hint="fill each column")
            )
            continue
        rows.append(_row(columns, [cell.strip() for cell in cells], currency, declared.name, problems, file=name, line=number))
    return rows
