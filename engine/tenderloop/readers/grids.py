"""Sheets of cells from XLSX and CSV as they really are: titles above the header, stray spaces, decimal commas, formulas, repeated heads.

Knows cells, rows, heads, and how numbers and dates are typed. Must not know facts, packs or what a column means.
Nothing is computed or guessed: a formula is flagged and left out, and a number or date that can be read in two ways is told, not chosen.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

from tenderloop.errors import Problem, Problems
from tenderloop.readers.containers import utf8
from tenderloop.readers.faults import Faults
from tenderloop.readers.loose_json import Notes

CODES: dict[str, str] = {
    "table-missing": "the file is missing or may not be read",
    "table-too-large": "a CSV file is larger than can be read at once",
    "empty-table": "no cell is filled",
    "bad-csv": "the CSV text cannot be read further, for example for a quote that is never closed",
    "too-many-rows": "a sheet has more rows than are read",
    "too-many-columns": "a row has more columns than are read",
    "formula-cell": "a formula stands where a value belongs",
    "error-cell": "a cell holds an error value",
    "merged-cells": "cells are merged; only the first holds the value",
    "hidden-sheet": "a sheet is hidden; it is not read",
    "header-empty": "a column with values has no head",
    "header-repeated": "two columns have the same head",
    "row-too-long": "a row has values beyond the last head",
    "decimal-signs-mixed": "decimal commas and decimal points stand in one sheet",
    "ambiguous-number": "a number can be read in two ways",
    "ambiguous-date": "a date can be read in two ways",
    "bad-date": "a text that should be a date is none",
    "bad-number": "a text that should be a number is none",
}

MOST_BYTES: Final = 64_000_000
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 1_000
HEADER_WITHIN: Final = 25
SEPARATORS: Final = (",", ";", "\t", "|")
_BLANKS: Final = " \t\r\n\u00a0\u2007\u202f\ufeff\u200b"

CellValue = str | bool | int | Decimal | dt.date | None
DecimalSign = Literal[".", ",", ""]


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its address (``Bids!C7``). ``None`` when empty, or when what stands there is no value. ``percent``: shown as a share."""

    value: CellValue
    where: str
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number in the sheet (CSV: line on which it begins)."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def filled(self) -> tuple[Cell, ...]:
        """The cells that hold something."""
        return tuple(each for each in self.cells if each.value is not None)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column, its spaces mended. A repeated head keeps its text; ``column`` counts from 0."""

    text: str
    column: int
    where: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. ``header`` is the index in ``rows`` of the row of heads, ``None`` when there is none; rows are never changed."""

    name: str
    rows: tuple[Row, ...]
    header: int | None = None
    decimal: DecimalSign = ""

    @property
    def heads(self) -> tuple[Head, ...]:
        """The heads with a text, from left to right."""
        return () if self.header is None else heads_of(self.rows[self.header])

    @property
    def body(self) -> tuple[Row, ...]:
        """The filled rows below the heads; every filled row where there are none."""
        return tuple(row for row in self.rows[0 if self.header is None else self.header + 1 :] if row.filled)


@dataclass(frozen=True, slots=True)
class Table:
    """A file of one sheet (CSV) or more (XLSX), hidden ones left out. ``separator`` is empty for XLSX."""

    file: str
    format: Literal["xlsx", "csv"]
    sheets: tuple[Sheet, ...]
    separator: str = ""
    problems: tuple[Problem, ...] = ()


def read_table(source: str | Path | bytes, file: str = "") -> Table:
    """The sheets of an XLSX or CSV file, told apart by content. ``Problems`` when nothing can be read; all else is in ``problems``.

    The header is the first row of the first 25 that is all words and about as wide as the sheet. Formulas are not computed.

    >>> table = read_table("Bids for desks;;\\nBidder;Recycled content;Warranty\\n A Ltd ;12,5 %;5 year\\n".encode(), "bids.csv")
    >>> [head.text for head in table.sheets[0].heads], table.sheets[0].decimal
    (['Bidder', 'Recycled content', 'Warranty'], ',')
    >>> [(cell.where, cell.value) for cell in table.sheets[0].body[0].cells]
    [('A3', 'A Ltd'), ('B3', '12,5 %'), ('C3', '5 year')]
    """
    if isinstance(source, bytes):
        data = source
    else:
        file = file or str(source)
        try:
            data = Path(source).read_bytes()
        except OSError as error:
            said = f"the file cannot be read: {error.strerror}"
            raise Problems([Problem("table-missing", said, file, hint="check the name and the rights")]) from error
    notes = Notes(file)
    if data.startswith(b"PK"):
        sheets = _workbook_sheets(data, file, notes)
        return _finished(Table(file, "xlsx", tuple(sheets)), notes)
    separator, sheet = _csv_sheet(data, file, notes)
    return _finished(Table(file, "csv", (sheet,), separator), notes)


def _finished(table: Table, notes: Notes) -> Table:
    if not any(row.filled for sheet in table.sheets for row in sheet.rows):
        notes.add("empty-table", "no cell of a visible sheet holds a value", "", "fill in the table, or give another file")
        raise Problems(notes.problems)
    for sheet in table.sheets:
        if sheet.header is not None:
            _check_heads(sheet, notes)
    return Table(table.file, table.format, table.sheets, table.separator, tuple(notes.problems))


# --------------------------------------------------------------------------------------------------------------------------- workbooks


def _workbook_sheets(data: bytes, file: str, notes: Notes) -> Iterator[Sheet]:
    from tenderloop.readers.workbook import open_workbook_bytes

    faults = Faults(file)
    book = open_workbook_bytes(data, faults)
    if book is None:
        faults.raise_if_any()
    assert book is not None
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            notes.add(
                "hidden-sheet", f"the sheet '{sheet.title}' is hidden and was not read", sheet.title, "show it if it belongs to the bid"
            )
            continue
        merged = [str(each) for each in sheet.merged_cells.ranges]
        if merged:
            said = f"{len(merged)} groups of cells are merged; only the first cell of each holds the value"
            notes.add("merged-cells", said, f"{sheet.title}!{sorted(merged)[0]}", "unmerge them and write the value in each")
        yield _sheet(sheet.title, _workbook_rows(sheet, notes), notes)


def _workbook_rows(sheet: Any, notes: Notes) -> Iterator[Row]:
    """The rows that hold a cell. The cells that exist are walked, not the rectangle around them: it may be seventeen billion."""
    by_row: dict[int, list[Any]] = {}
    too_wide = False
    for (number, column), cell in sheet._cells.items():
        if column <= MOST_COLUMNS:
            by_row.setdefault(number, []).append(cell)
        elif cell.value is not None:
            too_wide = True
    if too_wide:
        notes.add("too-many-columns", f"columns beyond {MOST_COLUMNS} were not read", sheet.title, "split the sheet")
    for number in sorted(by_row):
        width = max(cell.column for cell in by_row[number])
        cells = [Cell(None, address(column, number, sheet.title)) for column in range(width)]
        for cell in by_row[number]:
            cells[cell.column - 1] = _workbook_cell(cell, cells[cell.column - 1].where, notes)
        yield Row(number, tuple(cells))


def _workbook_cell(cell: Any, where: str, notes: Notes) -> Cell:
    value = cell.value
    if value is None:
        return Cell(None, where)
    if cell.data_type == "f":
        notes.add("formula-cell", "a formula stands here; it was not computed and its value is unknown", where, "paste the value over it")
        return Cell(None, where)
    if cell.data_type == "e":
        notes.add("error-cell", f"the cell holds {str(value)[:20]}", where, "type the value, or leave it empty while unknown")
        return Cell(None, where)
    if isinstance(value, bool | int):
        return Cell(value, where)
    if isinstance(value, float):
        # A spreadsheet shows fifteen digits; what stands behind them is the binary shadow of what was typed.
        exact = Decimal(format(value, ".15g"))
        whole = exact == exact.to_integral_value() and abs(exact) < 10**15
        return Cell(int(exact) if whole else exact, where, "%" in str(cell.number_format))
    if isinstance(value, dt.datetime):
        return Cell(value.date() if value.time() == dt.time() else value.isoformat(timespec="seconds"), where)
    return Cell(value, where) if isinstance(value, dt.date) else Cell(tidy(str(value)) or None, where)


# --------------------------------------------------------------------------------------------------------------------------------- CSV


def _csv_sheet(data: bytes, file: str, notes: Notes) -> tuple[str, Sheet]:
    if len(data) > MOST_BYTES:
        said = f"the file has {len(data):,} bytes, at most {MOST_BYTES:,} are read"
        raise Problems([Problem("table-too-large", said, file, hint="split it")])
    plain, problems = utf8(data, file)
    notes.problems += problems
    text = plain.decode("utf-8", errors="replace").replace("\0", "")
    separator = separator_of(text)
    return separator, _sheet("", _csv_rows(text, separator, notes), notes)


def separator_of(text: str) -> str:
    """The sign between cells: the one that splits the first lines most often into equally many cells, at least two.

    >>> separator_of("a;b;c\\n1,5;2;3\\n"), separator_of("bidder,price\\nA,1\\n")
    (';', ',')
    """
    best, best_fit = ",", (0, 0)
    for sign in SEPARATORS:
        widths: list[int] = []
        try:
            for row in csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=sign):
                if row:
                    widths.append(len(row))
                if len(widths) >= 20:
                    break
        except csv.Error:
            pass  # said when the rows are read
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
        fit = (widths.count(usual) if usual > 1 else 0, usual)
        if fit > best_fit:
            best, best_fit = sign, fit
    return best


def _csv_rows(text: str, separator: str, notes: Notes) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    count = 0
    while True:
        number = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            notes.add("bad-csv", f"from here the text cannot be read: {error}", f"line {number}", "check the quotes")
            return
        count += 1
        if count > MOST_ROWS:
            notes.add("too-many-rows", f"rows beyond {MOST_ROWS:,} were not read", f"line {number}", "split the file")
            return
        if len(values) > MOST_COLUMNS:
            notes.add("too-many-columns", f"columns beyond {MOST_COLUMNS} were not read", f"line {number}", "split the table")
        cells = [Cell(tidy(each) or None, address(at, number)) for at, each in enumerate(values[:MOST_COLUMNS])]
        yield Row(number, tuple(cells))


# -------------------------------------------------------------------------------------------------------------------- rows and heads


def _sheet(name: str, rows: Iterable[Row], notes: Notes) -> Sheet:
    held = tuple(rows)
    header = find_header(held)
    texts = [cell.value for row in held[0 if header is None else header + 1 :] for cell in row.cells if isinstance(cell.value, str)]
    sign, mixed = decimal_sign(texts)
    if mixed:
        said = "decimal commas and decimal points stand in this sheet; numbers such as 1,234 or 1.234 are not read"
        notes.add("decimal-signs-mixed", said, name, "write all numbers with a point")
    return Sheet(name, held, header, sign)


def address(column: int, row: int, sheet: str = "") -> str:
    """The address of a cell, columns counted from 0.

    >>> address(27, 5, "Bids")
    'Bids!AB5'
    """
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return f"{sheet}!{letters}{row}" if sheet else f"{letters}{row}"


def tidy(text: str) -> str:
    """A text without the blanks around it, line breaks kept, other runs of blanks made one.

    >>> tidy("\\u00a0 Recycled   content ")
    'Recycled content'
    """
    return "\n".join(re.sub(r"[ \t\u00a0\u2007\u202f\ufeff\u200b]+", " ", line).strip(_BLANKS) for line in text.strip(_BLANKS).splitlines())


def heads_of(row: Row) -> tuple[Head, ...]:
    """The cells of a row as heads, on one line each; empty ones are left out."""
    return tuple(Head(" ".join(str(cell.value).split()), at, cell.where) for at, cell in enumerate(row.cells) if cell.value is not None)


def find_header(rows: Sequence[Row], wanted: Callable[[str], bool] | None = None) -> int | None:
    """The index of the row of heads. With ``wanted``, the first row with the most heads that are wanted, if any has one.

    >>> rows = read_table(b"Offers,,\\n,,\\nbidder,price,years\\nA,1,2\\n").sheets[0].rows
    >>> find_header(rows), find_header(rows, {"years"}.__contains__), find_header(rows, {"mass"}.__contains__)
    (2, 2, None)
    """
    first = [(at, row) for at, row in enumerate(rows) if row.filled][:HEADER_WITHIN]
    if wanted is not None:
        found = [(sum(wanted(head.text) for head in heads_of(row)), -at) for at, row in first]
        most, place = max(found, default=(0, 0))
        return -place if most else None
    width = max((len(row.filled) for _, row in first), default=0)
    for at, row in first:
        words = [cell for cell in row.filled if isinstance(cell.value, str) and not _NUMBER_LIKE.fullmatch(cell.value)]
        if len(words) == len(row.filled) and 2 * len(words) >= width and (len(words) > 1 or width == 1):
            return at
    return None


def _check_heads(sheet: Sheet, notes: Notes) -> None:
    assert sheet.header is not None
    seen: dict[str, str] = {}
    for head in sheet.heads:
        key = head.text.casefold()
        if key in seen:
            said = f"the head '{head.text[:60]}' stands in {seen[key]} too"
            notes.add("header-repeated", said, head.where, "give each column its own head")
        seen.setdefault(key, head.where)
    known = {head.column for head in sheet.heads}
    last = max(known, default=-1)
    open_: set[int] = set()
    for row in sheet.body:
        for at, cell in enumerate(row.cells):
            if cell.value is None or at in known or at in open_:
                continue
            open_.add(at)
            if at > last and len(row.cells) > last + 1:
                notes.add("row-too-long", "a value stands beyond the last head", cell.where, "write a head, or check the separators")
            else:
                notes.add("header-empty", "this column has values and no head", cell.where, "write a head")


# ------------------------------------------------------------------------------------------------------------------ numbers and dates

_NUMBER_LIKE = re.compile(r"[+-]?[\d.,' \u00a0\u2007\u202f]*\d\s*%?")
_PLAIN = re.compile(r"[+-]?\d{1,40}", re.ASCII)
_POINT = re.compile(r"[+-]?\d{1,40}\.\d{1,40}", re.ASCII)
_COMMA = re.compile(r"[+-]?\d{1,40},\d{1,40}", re.ASCII)
_THREE = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<sign>[.,' ])\d{3}(?:(?P=sign)\d{3})*(?:(?P<point>[.,])\d{1,40})?", re.ASCII)
_LEADING = re.compile(r"([+-]?\d(?:[\d.,' ]*\d)?)(?![\d.,]).*", re.ASCII | re.DOTALL)


def decimal_sign(texts: Iterable[str]) -> tuple[DecimalSign, bool]:
    """The decimal sign that numbers in these texts show without doubt, and whether both are shown.

    >>> decimal_sign(["12,5", "1.234"]), decimal_sign(["1,234"]), decimal_sign(["0.5", "0,5 %"])
    ((',', False), ('', False), ('', True))
    """
    signs: set[str] = set()
    for text in texts:
        found = _LEADING.fullmatch(text)
        if found is None:
            continue
        number = re.sub(r"[\u00a0\u2007\u202f]", " ", found[1])
        grouped = _GROUPED.fullmatch(number)
        if grouped and grouped["point"] and grouped["point"] != grouped["sign"]:
            signs.add(grouped["point"])
        elif not _THREE.fullmatch(number):
            signs |= {"."} if _POINT.fullmatch(number) else {","} if _COMMA.fullmatch(number) else set()
    if len(signs) != 1:
        return "", len(signs) > 1
    return ("." if "." in signs else ","), False


def read_number(text: str, sign: DecimalSign = "") -> Decimal | str:
    """The number in a text that holds nothing else, or the code of what is wrong. ``sign`` settles 1,234 and 1.234.

    >>> read_number("1 234,5"), read_number("1.234,50"), read_number("1,234"), read_number("1,234", ","), read_number("1,234", ".")
    (Decimal('1234.5'), Decimal('1234.50'), 'ambiguous-number', Decimal('1.234'), Decimal('1234'))
    >>> read_number("0,125"), read_number("soon")
    (Decimal('0.125'), 'bad-number')
    """
    number = re.sub(r"[\u00a0\u2007\u202f]", " ", text.strip(_BLANKS))
    if _PLAIN.fullmatch(number):
        return Decimal(number)
    if _THREE.fullmatch(number):
        if not sign:
            return "ambiguous-number"
        return Decimal(number.replace(",", ".")) if sign in number else Decimal(re.sub(r"[.,]", "", number))
    if _POINT.fullmatch(number) or _COMMA.fullmatch(number):
        return Decimal(number.replace(",", "."))
    grouped = _GROUPED.fullmatch(number)
    if grouped is None or grouped["point"] == grouped["sign"]:
        return "bad-number"
    whole = number.replace(grouped["sign"], "")
    if grouped["point"] and grouped["sign"] in " '" and sign and grouped["point"] != sign and len(whole.split(grouped["point"])[1]) == 3:
        return "ambiguous-number"
    return Decimal(whole.replace(",", "."))


_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_SPOKEN_DAY = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", re.ASCII)


def read_day(text: str) -> dt.date | str:
    """The day in a text, or the code of what is wrong. 31.12.2026 is day first everywhere; 03/04/2026 is two days and is not chosen.

    >>> read_day("2026-03-04"), read_day("4.3.2026"), read_day("03/04/2026"), read_day("31/12/2026"), read_day("soon")
    (datetime.date(2026, 3, 4), datetime.date(2026, 3, 4), 'ambiguous-date', datetime.date(2026, 12, 31), 'bad-date')
    """
    said = text.strip(_BLANKS)
    try:
        if found := _ISO_DAY.fullmatch(said):
            return dt.date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SPOKEN_DAY.fullmatch(said):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            if found[2] == ".":
                return dt.date(year, second, first)
            if first <= 12 and second <= 12 and first != second:
                return "ambiguous-date"
            return dt.date(year, second, first) if second <= 12 else dt.date(year, first, second)
    except ValueError:
        return "bad-date"
    return "bad-date"
