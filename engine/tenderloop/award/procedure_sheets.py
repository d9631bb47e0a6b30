"""A procedure as a workbook, both ways: sheets of keys, lots, criteria, scales, facts, panel and adjustments.

Knows which cell holds which part of a procedure, and gives the same tree that procedure.yaml gives, so that one reader finds every fault of
the model; each fault is then told by sheet and cell. Must not know bids, scores or what makes a procedure sound.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Sequence as AnySequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, Final, Literal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tenderloop.award.lock import changes
from tenderloop.award.procedure import Criterion, Lot, Procedure, ScoredBy, without_place
from tenderloop.award.reading import procedure_of_tree
from tenderloop.errors import Problem, Problems
from tenderloop.quantity import exact_text
from tenderloop.readers.faults import Faults, Spot, nearest
from tenderloop.readers.grids import address, read_number
from tenderloop.readers.strict_yaml import CONTROL, MOST_DEPTH, MOST_DIGITS, Number, Sequence, Value
from tenderloop.readers.strict_yaml import Mapping as Tree
from tenderloop.readers.workbook import open_workbook_bytes, workbook_bytes

Kind = Literal["text", "number", "share", "yes_no", "list", "lines", "options", "pairs"]
READ_ME: Final = "read me"
MOST_TEXT: Final = 32_767  # characters that a cell can hold
MOST_SHOWN: Final = 15  # digits that a spreadsheet keeps of a number
ROWS_WITH_LISTS: Final = 400

# Faults that only a procedure's workbook has; the others are those of every workbook (readers/faults.py) and of procedures
# (award/faults.py).
CODES: Mapping[str, str] = {
    "sheet-added": "a sheet has a name that is not read, and what stands on it would be lost",
    "hidden-sheet": "a sheet is hidden, and nobody would see what it decides",
    "header-repeated": "two columns have the same head",
    "column-missing": "a column that is needed is not there",
    "ambiguous-number": "a number can be read in two ways",
    "unknown-parent": "a criterion stands under one that is not in its lot",
    "circular-parent": "criteria stand under each other in a circle",
    "bad-points": "the text of points, parameters or options is not written as it must be",
    "sheet-cannot-hold": "a part of the procedure that the workbook would lose or change",
}


@dataclass(frozen=True)
class _Column:
    """One column of a sheet. ``options`` are offered as a list."""

    head: str
    kind: Kind
    width: int
    note: str
    options: tuple[str, ...] = ()


_WAYS = ("scale", "ladder", "linear", "rule", "features", "pack")
_WEIGHT_KINDS = ("per-exa", "per-mid", "poi-exa", "poi-mid", "dec-exa", "dec-mid", "ord-imp")
_STATUSES = ("official", "published", "transcribed", "unverified", "proposed")
_SCORED = (
    _Column("scored_by", "text", 12, "how a leaf is scored", _WAYS),
    _Column("reads", "text", 18, "the scale, fact or pack that it reads; empty for rule and features"),
    _Column("points", "text", 34, "ladder: 3=0; 5=50 · linear: 0 to 50 · features: fact=40; fact=60 · rule: the rule"),
)
_SHEETS: Mapping[str, tuple[_Column, ...]] = {
    "procedure": (_Column("key", "text", 34, "a key of the procedure"), _Column("value", "text", 90, "its value")),
    "scales": (
        _Column("scale", "text", 14, "id of the scale, in every row of it"),
        _Column("title", "text", 36, "title of the scale; once is enough"),
        _Column("step", "text", 8, "id of the step"),
        _Column("value", "number", 8, "score that the step gives, 0 to 100"),
        _Column("text", "text", 70, "what must be seen for it"),
        _Column("source", "text", 40, "source of the scale; once is enough"),
        _Column("status", "text", 12, "status of the source; once is enough", _STATUSES),
    ),
    "facts": (
        _Column("id", "text", 20, "id of the fact"),
        _Column("kind", "text", 10, "kind of answer", ("yes_no", "number", "choice", "choices", "text", "date", "level")),
        _Column("unit", "text", 10, "unit of a number"),
        _Column("min", "number", 8, "least possible number"),
        _Column("max", "number", 8, "greatest possible number"),
        _Column("question", "text", 70, "the question to the bidder"),
        _Column("options", "options", 40, "of a choice: option=what it means, one a line"),
        _Column("levels", "lines", 40, "of a level: what each means, level 0 first, one a line"),
        _Column("stages", "list", 16, "stages in which it is asked, with ; between"),
        _Column("guidance", "text", 40, "guidance for the answer"),
        _Column("asked_in", "text", 20, "where else it is asked"),
    ),
    "panel": (
        _Column("id", "text", 18, "id of the evaluator"),
        _Column("name", "text", 26, "name"),
        _Column("role", "text", 30, "role"),
        _Column("criteria", "list", 50, "leaves that this person judges, with ; between; empty: all"),
    ),
    "lots": (
        _Column("id", "text", 14, "id of the lot"),
        _Column("title", "text", 50, "title"),
        _Column("estimate", "number", 16, "estimated value, in the currency of the procedure"),
        _Column("reserved", "text", 12, "for whom the lot is reserved", ("none", "sheltered", "sme", "other")),
        _Column("combine", "text", 26, "formula over quality and price, instead of a weighted sum"),
        _Column("combine.parameters", "pairs", 30, "name=value; name=value"),
    ),
    "criteria": (
        _Column("lot", "text", 12, "id of the lot"),
        _Column("id", "text", 16, "id of the criterion"),
        _Column("parent", "text", 16, "id of the criterion above; empty at the top"),
        _Column("number", "number", 8, "place on the page"),
        _Column("type", "text", 10, "price, cost or quality", ("price", "cost", "quality")),
        _Column("title", "text", 40, "title"),
        _Column("description", "text", 50, "description"),
        _Column("weight", "number", 9, "weight among its siblings"),
        _Column("weight_kind", "text", 12, "kind of weight", _WEIGHT_KINDS),
        _Column("weight_range.from", "number", 10, "least weight, where a range was published"),
        _Column("weight_range.to", "number", 10, "greatest weight, where a range was published"),
        _Column("threshold.min_score", "number", 12, "score of 100 that a bid must reach"),
        _Column("threshold.max_pass", "number", 12, "how many of the best bids stay"),
        _Column("rescale", "yes_no", 9, "yes: the best bid gets the full score", ("yes", "no")),
        *_SCORED,
        _Column("formula", "text", 24, "price or cost formula by name"),
        _Column("formula.parameters", "pairs", 30, "name=value; name=value"),
        _Column("cost", "text", 40, "rule of costs: with_price=no; rate=4 %; timing=end; years=20"),
        _Column("cost.source", "text", 30, "source of the rule of costs"),
        _Column("source", "text", 50, "source of the criterion"),
    ),
    "adjustments": (
        _Column("lot", "text", 12, "id of the lot"),
        _Column("criterion", "text", 16, "id of the price or cost criterion"),
        _Column("id", "text", 16, "id of the adjustment"),
        _Column("title", "text", 40, "title"),
        _Column("effect", "text", 10, "what it does to the amount", ("subtract", "add", "divide")),
        _Column("worth", "number", 12, "money, or a share for divide"),
        *_SCORED,
    ),
}
_NEEDED = {"procedure": ("key", "value"), "lots": ("id", "title"), "criteria": ("lot", "id", "type", "title")}

# The keys of the sheet 'procedure', in the order in which they are written; the last part is the name of the field but for 'procedure'.
_KEYS: Mapping[str, Kind] = {
    "procedure": "text",
    "title": "text",
    "buyer": "text",
    "subject": "text",
    "method": "text",
    "notice": "text",
    "currency": "text",
    "price_date": "text",
    "deadline": "text",
    "rates_source": "text",
    "jurisdiction": "text",
    "standstill.rule": "text",
    "standstill.holidays": "list",
    "disclosure.winner_name": "yes_no",
    "disclosure.winner_price": "yes_no",
    "disclosure.winner_scores": "yes_no",
    "disclosure.other_names": "yes_no",
    "disclosure.other_totals": "yes_no",
    "rules.aggregation": "text",
    "rules.trim": "share",
    "rules.discrepancy": "share",
    "rules.not_applicable": "text",
    "rules.not_applicable_cap": "share",
    "rules.threshold_when": "text",
    "rules.rounding.at": "text",
    "rules.rounding.places": "number",
    "rules.rounding.mode": "text",
    "rules.ties": "list",
    "rules.low_bid.rule": "text",
    "rules.display_places": "number",
}
_OPEN_KEYS = ("rates.", "rules.low_bid.parameters.")  # a name of the author follows
_COST_KEYS: Mapping[str, Kind] = {
    "with_price": "yes_no",
    "kinds": "list",
    "rate": "number",
    "timing": "text",
    "basis": "text",
    "years": "number",
    "first_year": "number",
    "carbon": "text",
}
_NUMBER_HINT = "write a plain number, such as 12.5"


# ------------------------------------------------------------------------------------------------------------------------------ writing


def write_procedure_workbook(procedure: Procedure | None, target: str | Path | IO[bytes]) -> None:
    """Write the procedure as a workbook; without one, a template with every key and head. The same procedure gives the same bytes.

    What the workbook would lose or change is refused as ``Problems`` (``sheet-cannot-hold`` and the place), and nothing is written: the
    workbook is read back and must have the same hash.
    """
    data = procedure_workbook(procedure)
    if isinstance(target, str | Path):
        Path(target).write_bytes(data)
    else:
        target.write(data)


def procedure_workbook(procedure: Procedure | None = None) -> bytes:
    """As write_procedure_workbook, giving the bytes.

    >>> sound = {"procedure": "abc", "title": "T", "buyer": "B", "currency": "EUR", "lots": []}
    >>> procedure_workbook(Procedure.model_validate(sound))[:2]
    b'PK'
    """
    faults = Faults()
    empty = Procedure.model_validate({"procedure": "none", "title": "", "buyer": "", "currency": "XXX", "lots": ()})
    rows = _rows(procedure or empty, faults)
    if procedure is None:
        rows["procedure"] = [(key, "" if key in ("procedure", "currency") else value) for key, value in rows["procedure"]]
    book = Workbook()
    book.properties.creator = "Tenderloop"
    book.properties.title = "Procedure"
    first = book.active
    assert isinstance(first, Worksheet)
    _read_me(first)
    for name, columns in _SHEETS.items():
        _write_sheet(book.create_sheet(name), columns, rows[name], faults)
    faults.raise_if_any()
    data = workbook_bytes(book)
    if procedure is not None:
        _prove_same(procedure, data)
    return data


def _prove_same(procedure: Procedure, data: bytes) -> None:
    """Nothing may be lost in silence: what was written is read back and compared."""
    back = _Reading(data, "").procedure(deep=False)
    if back.hash != procedure.hash:
        hint = "change this part, or keep the procedure as YAML"
        raise Problems(
            Problem(
                "sheet-cannot-hold",
                f"the workbook cannot hold this: {str(before)[:60]!r} would become {str(after)[:60]!r}",
                "",
                None,
                at,
                hint,
            )
            for at, before, after in changes(procedure.content(), back.content())
        )


_Cells = tuple[Any, ...]


def _rows(procedure: Procedure, faults: Faults) -> dict[str, list[_Cells]]:
    rows: dict[str, list[_Cells]] = {name: [] for name in _SHEETS}
    rows["procedure"] = [(key, _shown(kind, _value(procedure, key))) for key, kind in _KEYS.items()]
    rows["procedure"] += [(f"rates.{key}", rate) for key, rate in procedure.rates.items()]
    if procedure.rules.low_bid is not None:
        rows["procedure"] += [(f"rules.low_bid.parameters.{key}", each) for key, each in procedure.rules.low_bid.parameters.items()]
    for scale in procedure.scales:
        about = (scale.source, scale.status)
        rows["scales"] += [(scale.id, scale.title, step.id, step.value, step.text, *about) for step in scale.steps]
        if not scale.steps:
            rows["scales"].append((scale.id, scale.title, "", "", "", *about))
    for fact in procedure.facts:
        if fact.kind == "table":
            faults.add(
                "sheet-cannot-hold", f"the fact '{fact.id}' is a table", where=f"facts[{fact.id}]", hint="ask for its parts as facts"
            )
            continue
        options = "\n".join(f"{key}={text}" for key, text in fact.options.items())
        unit = fact.unit if fact.kind == "number" else ""
        more = (options, "\n".join(fact.levels), _shown("list", fact.stages), fact.guidance, fact.asked_in)
        rows["facts"].append((fact.id, fact.kind, unit, fact.min, fact.max, fact.question, *more))
    rows["panel"] = [(each.id, each.name, each.role, _shown("list", each.criteria)) for each in procedure.panel]
    for lot in procedure.lots:
        combine = lot.combine
        rows["lots"].append(
            (lot.id, lot.title, lot.estimate, lot.reserved, combine and combine.name, combine and _pairs(combine.parameters))
        )
        for criterion in lot.walk():
            rows["criteria"].append(_criterion_row(lot, criterion))
            rows["adjustments"] += [
                (lot.id, criterion.id, each.id, each.title, each.effect, each.worth, *_way(each.scored_by))
                for each in criterion.adjustments
            ]
    return rows


def _criterion_row(lot: Lot, each: Criterion) -> _Cells:
    limit, span, cost = each.threshold, each.weight_range, each.cost
    kind = each.weight_kind if each.weight is not None or each.weight_kind != "per-exa" else ""
    return (
        lot.id, each.id, lot.parent_of[each.id], each.number, each.type, each.title, each.description,
        each.weight, kind, span and span.low, span and span.high, limit and limit.min_score, limit and limit.max_pass,
        "yes" if each.rescale else "", *_way(each.scored_by),
        each.formula and each.formula.name, each.formula and _pairs(each.formula.parameters),
        cost and _cost(cost), cost and cost.source, each.source,
    )  # fmt: skip


def _value(procedure: Procedure, key: str) -> Any:
    found: Any = procedure
    for part in ("id" if key == "procedure" else key).split("."):
        found = getattr(found, part, None)
    return found


def _shown(kind: Kind, value: Any) -> Any:
    """A value as its cell holds it: numbers stay numbers, a share is a percentage, lists have ; between."""
    if value is None:
        return ""
    if kind == "share":
        return f"{exact_text(value * 100)} %" if "/" not in exact_text(value) else value
    if kind == "list":
        return "; ".join(value)
    if kind == "yes_no":
        return "yes" if value else "no"
    return value


def _pairs(parameters: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}={_text(value)}" for name, value in parameters.items())


def _text(value: Any) -> str:
    return exact_text(value) if isinstance(value, Fraction) else str(value)


def _cost(cost: Any) -> str:
    """Whether the price is part is always written, so that the cell is never empty."""
    parts: dict[str, Any] = {"with_price": "yes" if cost.with_price else "no"}
    for key, kind in _COST_KEYS.items():
        value = getattr(cost, key)
        if key != "with_price" and value not in (None, ()):
            parts[key] = ", ".join(value) if kind == "list" else value
    parts.update({f"carbon_prices.{year}": price for year, price in cost.carbon_prices.items()})
    return _pairs(parts)


def _way(way: ScoredBy | None) -> tuple[str, str, str]:
    if way is None:
        return "", "", ""
    if way.ladder is not None:
        return "ladder", way.ladder.fact, "; ".join(f"{_text(at)}={_text(score)}" for at, score in way.ladder.points)
    if way.linear is not None:
        return "linear", way.linear.fact, f"{_text(way.linear.start)} to {_text(way.linear.end)}"
    if way.features is not None:
        return "features", "", "; ".join(f"{each.fact}={_text(each.points)}" for each in way.features)
    if way.rule is not None:
        return "rule", "", way.rule
    return way.way, way.scale or way.pack or "", ""


def _write_sheet(sheet: Worksheet, columns: tuple[_Column, ...], rows: Iterable[_Cells], faults: Faults) -> None:
    for at, column in enumerate(columns, 1):
        head = sheet.cell(1, at, column.head)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", start_color="E8EEF4")
        sheet.column_dimensions[get_column_letter(at)].width = column.width
        if column.options:
            offered = DataValidation(type="list", formula1='"' + ",".join(column.options) + '"', allow_blank=True)
            sheet.add_data_validation(offered)
            offered.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{ROWS_WITH_LISTS}")
    for number, row in enumerate(rows, 2):
        for at, value in enumerate(row, 1):
            _put(sheet, number, at, value, faults)
    sheet.freeze_panes = "B2"


def _put(sheet: Worksheet, row: int, column: int, value: Any, faults: Faults) -> None:
    """Numbers of at most fifteen digits become numbers; all else is text, whatever sign it begins with."""
    if value is None or value == "":
        return
    cell = sheet.cell(row, column)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if isinstance(value, int | Fraction):
        text = exact_text(Fraction(value))
        if "/" not in text and len(text.strip("-").replace(".", "").lstrip("0")) <= MOST_SHOWN:
            cell.value = int(text) if "." not in text else float(text)
            return
        value = text
    where = address(column - 1, row, sheet.title)
    if len(value) > MOST_TEXT:
        faults.add("sheet-cannot-hold", f"the text has {len(value):,} characters", where=where, hint=f"a cell holds {MOST_TEXT:,}")
    elif ILLEGAL_CHARACTERS_RE.search(value):
        faults.add("sheet-cannot-hold", "the text holds a control character", where=where, hint="delete it")
    else:
        cell.value = value
        cell.data_type = "s"
        cell.number_format = "@"


def _read_me(sheet: Worksheet) -> None:
    sheet.title = READ_ME
    lines = [
        "A procedure as sheets",
        "The keys, and what each means, are those of procedure.yaml. An empty cell is not written: the key then has its default.",
        "Write values, not formulas. Numbers are read as they stand; a text such as 40 % or 1/3 is read exactly.",
        "Lists have ; between. Parameters are written name=value; name=value. Rows may stand in any order; nothing on this sheet is read.",
        "Check it with: tenderloop award check FILE",
        "",
        "On the sheet 'procedure': rates.USD is what one USD is worth in the currency; rules.low_bid.parameters.NAME is a parameter.",
    ]
    lines += [f"{name} · {column.head}: {column.note}" for name, columns in _SHEETS.items() for column in columns]
    for row, text in enumerate(lines, 1):
        sheet.cell(row, 1, text)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.column_dimensions["A"].width = 130


# ------------------------------------------------------------------------------------------------------------------------------ reading


def read_procedure_workbook(source: str | Path | bytes, file: str = "") -> Procedure:
    """The procedure of a workbook that is sound in every way; otherwise ``Problems`` with every fault at its sheet and cell.

    ``file`` is the name shown in faults when bytes are given. Nothing is computed: a formula is refused by its address.
    """
    if isinstance(source, bytes):
        return _Reading(source, file).procedure()
    try:
        data = Path(source).read_bytes()
    except OSError:
        said = "there is no such file, or it cannot be read"
        raise Problems([Problem("file-missing", said, str(source), hint="check the path")]) from None
    return _Reading(data, file or str(source)).procedure()


_Raw = str | bool | Decimal | None


@dataclass(frozen=True)
class _Cell:
    """What a cell holds, and ``line``: the number by which the reader of the tree knows its place."""

    value: _Raw
    line: int
    percent: bool = False


@dataclass
class _Row:
    first: int
    cells: dict[str, _Cell] = field(default_factory=dict)

    def __getitem__(self, head: str) -> _Cell:
        return self.cells.get(head, _Cell(None, self.first))


_Place = tuple[int, int, int, str]


class _Reading:
    """One workbook. The reader of the tree knows lines only, so every cell gets a number that stands for its line until the end."""

    def __init__(self, data: bytes, file: str) -> None:
        self.faults = Faults(file)
        self.data = data
        self.places: list[_Place] = []
        self.line_of: dict[tuple[int, int, int], int] = {}
        self.empty: dict[tuple[int, str], int] = {}  # (line of a record, key) of a cell that is empty or not readable
        self.torn = False  # the tree has holes, so that what depends on all of it cannot be said

    def procedure(self, *, deep: bool = True) -> Procedure:
        tree = self._tree()
        if tree is None:
            self.faults.raise_if_any()
            raise AssertionError("no tree and no fault")
        own = list(self.faults.problems)
        found = procedure_of_tree(tree, Spot(self.faults, tree.line), deep=deep and not self.torn)
        problems = self._placed(own, self.faults.problems[len(own) :])
        if problems:
            raise Problems(problems)
        assert found is not None, "a record without faults was read"
        return _without_lines(found)

    def _placed(self, own: AnySequence[Problem], found: AnySequence[Problem]) -> list[Problem]:
        """All faults by sheet and cell. What follows only from a cell of the same row that cannot be read is not said again."""
        repeated = any(each.code == "repeated-id" for each in own)  # told at their cells
        unread = {self.places[each.line - 1][:2] for each in own if each.line}
        placed: list[tuple[_Place, Problem]] = []
        for at, each in enumerate([*own, *found]):
            line, hint = each.line, each.hint
            missing = re.match(r"'([^']+)' is missing", each.message) if each.code == "missing-key" else None
            if missing and line and (cell := self.empty.get((line, missing[1]))):
                line, hint = cell, f"write the {missing[1]} here"
            place = self.places[line - 1] if line else (-1, 0, 0, each.where)
            if at < len(own) or (place[:2] not in unread and not (repeated and each.code == "repeated-id")):
                placed.append((place, replace(each, line=None, where=place[3], hint=hint)))
        return [each for _, each in sorted(placed, key=lambda pair: pair[0])]

    # -------------------------------------------------------------------------------------------------------------- cells and rows

    def _line(self, sheet: int, row: int, column: int, name: str) -> int:
        key = (sheet, row, column)
        if key not in self.line_of:
            self.places.append((*key, address(column - 1, row, name)))
            self.line_of[key] = len(self.places)
        return self.line_of[key]

    def _add(self, line: int, code: str, message: str, hint: str) -> None:
        self.faults.add(code, message, line=line, hint=hint)

    def _tree(self) -> Tree | None:
        book = open_workbook_bytes(self.data, self.faults)
        if book is None:
            return None
        sheets: dict[str, list[_Row]] = {}
        for sheet in book.worksheets:
            name = sheet.title.strip().casefold()
            filled = any(cell.value is not None for cell in sheet._cells.values())
            if name == READ_ME or (not filled and name not in _SHEETS):
                continue
            if name not in _SHEETS:
                known = "the sheets are " + ", ".join(_SHEETS)
                self.faults.add("sheet-added", f"the sheet '{sheet.title}' is not read", where=sheet.title, hint=known)
            elif sheet.sheet_state != "visible":
                self.faults.add("hidden-sheet", f"the sheet '{sheet.title}' is hidden", where=sheet.title, hint="show it")
                self.torn = True
            else:
                sheets[name] = self._read_sheet(sheet, name)
        missing = [name for name in _NEEDED if name not in {sheet.title.strip().casefold() for sheet in book.worksheets}]
        for name in missing:
            hint = "write a template with: tenderloop award draft --xlsx FILE"
            self.faults.add("sheet-missing", f"there is no sheet '{name}'", where=name, hint=hint)
        if missing or any(name not in sheets for name in _NEEDED):
            return None
        return self._built({name: sheets.get(name, []) for name in _SHEETS})

    def _read_sheet(self, sheet: Any, name: str) -> list[_Row]:
        number = list(_SHEETS).index(name)
        for area in sorted(str(each) for each in sheet.merged_cells.ranges):
            hint = "unmerge them and write the value in each"
            self.faults.add("merged-cells", "cells are merged", where=f"{sheet.title}!{area}", hint=hint)
        by_row: dict[int, dict[int, Any]] = {}
        for (row, column), cell in sheet._cells.items():
            if cell.value is not None and not (isinstance(cell.value, str) and not cell.value.strip()):
                by_row.setdefault(row, {})[column] = cell
        if not by_row:
            self._line(number, 1, 1, sheet.title)
            return []
        top = min(by_row)
        heads = self._heads(number, name, sheet.title, top, by_row.pop(top))
        found = []
        for row in sorted(by_row):
            read = _Row(self._line(number, row, 1, sheet.title))
            for column in sorted(by_row[row].keys() | heads.keys()):
                line = self._line(number, row, column, sheet.title)
                cell = by_row[row].get(column)
                if column in heads:
                    read.cells[heads[column]] = self._cell(cell, line)
                elif cell is not None:
                    self._add(line, "unknown-column", "a value stands in a column without a head", "write a head, or delete the value")
            found.append(read)
        return found

    def _heads(self, number: int, name: str, title: str, top: int, cells: Mapping[int, Any]) -> dict[int, str]:
        known = [column.head for column in _SHEETS[name]]
        heads: dict[int, str] = {}
        for column in sorted(cells):
            line = self._line(number, top, column, title)
            head = str(cells[column].value).strip().casefold()
            if head not in known:
                near = nearest(head, known)
                hint = f"did you mean '{near}'?" if near else "the heads are " + ", ".join(known)
                self._add(line, "unknown-column", f"'{head[:60]}' is not a head of the sheet '{name}'", hint)
                self.torn = True
            elif head in heads.values():
                self._add(line, "header-repeated", f"the head '{head}' stands twice", "keep one of the columns")
            else:
                heads[column] = head
        for head in _NEEDED.get(name, ()):
            if head not in heads.values():
                self._add(self._line(number, top, 1, title), "column-missing", f"there is no column '{head}'", f"write a head '{head}'")
                self.torn = True
        return heads

    def _cell(self, cell: Any, line: int) -> _Cell:
        if cell is None:
            return _Cell(None, line)
        value = cell.value
        if cell.data_type == "f":
            self._add(line, "formula-cell", "a formula stands here; it is not computed", "paste its value over it")
        elif cell.data_type == "e":
            self._add(line, "error-cell", f"the cell holds {str(value)[:20]}", "write the value")
        elif isinstance(value, bool):
            return _Cell(value, line)
        elif isinstance(value, int | float):
            # a spreadsheet shows fifteen digits; what stands behind them is the binary shadow of what was typed
            exact = Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))
            if exact.is_finite() and len(f"{exact:f}") <= MOST_DIGITS:
                return _Cell(exact, line, "%" in str(cell.number_format))
            self._add(line, "number-too-long", f"the number has more than {MOST_DIGITS} digits", _NUMBER_HINT)
        elif isinstance(value, dt.datetime):
            return _Cell(value.date().isoformat() if value.time() == dt.time() else value.isoformat(timespec="minutes"), line)
        elif isinstance(value, dt.date):
            return _Cell(value.isoformat(), line)
        elif isinstance(value, str):
            if found := CONTROL.search(value):
                said = f"the text holds the character U+{ord(found[0]):04X}, which cannot be seen"
                self._add(line, "control-character", said, "delete it")
                return _Cell(None, line)
            return _Cell(value, line)
        else:
            self._add(line, "wrong-type", "the cell holds neither text nor number nor date", "write the value as text")
        return _Cell(None, line)

    # ------------------------------------------------------------------------------------------------------------------- one value

    def _read(self, kind: Kind, cell: _Cell) -> Value:
        """The value of a cell as the tree holds it; None when it is empty or has a fault, which is noted."""
        value = cell.value
        if value is None:
            return None
        if kind in ("number", "share"):
            return self._number(value, cell)
        if kind == "yes_no":
            return self._yes_no(value, cell.line)
        if isinstance(value, bool):
            self._add(cell.line, "wrong-type", "yes or no is written where a text belongs", "write the text")
            return None
        text = value if isinstance(value, str) else f"{value * 100:f} %" if cell.percent else f"{value:f}"
        if kind == "list":
            return self._sequence([each.strip() for each in re.split(r"[;\n]", text) if each.strip()], cell.line)
        if kind == "lines":
            return self._sequence([each for each in text.split("\n") if each], cell.line)
        if kind == "pairs":
            return self._parameters(text, cell.line)
        if kind == "options":
            options = self._mapping(cell.line)
            for name, said in self._split(text, "\n", cell.line, "option=what it means, one a line"):
                self._set(options, name, said, cell.line)
            return options
        return text

    def _number(self, value: str | bool | Decimal, cell: _Cell) -> Value:
        if isinstance(value, Decimal):
            return f"{_trimmed(value * 100)} %" if cell.percent else Number.read(_trimmed(value))
        text = "" if isinstance(value, bool) else value.strip()
        share = text.endswith("%")
        if re.fullmatch(r"-?\d{1,40}/\d{0,39}[1-9]\d{0,39}", text, re.ASCII):
            return text
        number = read_number(text.removesuffix("%"))
        if isinstance(number, Decimal):
            return f"{_trimmed(number)} %" if share else Number.read(_trimmed(number))
        said = "can be read in two ways" if number == "ambiguous-number" else "is no number"
        self._add(cell.line, number, f"'{text[:60] or value}' {said}", _NUMBER_HINT)
        return None

    def _yes_no(self, value: _Raw, line: int) -> Value:
        if isinstance(value, bool):
            return value
        said = str(value).strip().casefold()
        if said in ("yes", "true"):
            return True
        if said in ("no", "false"):
            return False
        self._add(line, "wrong-type", f"'{str(value)[:60]}' is neither yes nor no", "write yes or no")
        return None

    def _split(self, text: str, sign: str, line: int, form: str) -> Iterator[tuple[str, str]]:
        """Pairs of name and value. One that is not written so, or a name that stands twice, is a fault."""
        seen: set[str] = set()
        for part in text.split(sign):
            if not part.strip():
                continue
            name, equals, value = (each.strip() for each in part.partition("="))
            if not equals or not name or not value:
                self._add(line, "bad-points", f"'{part.strip()[:60]}' is not written as name=value", f"write {form}")
            elif name in seen:
                self._add(line, "bad-points", f"'{name[:60]}' stands twice", "write it once")
            else:
                seen.add(name)
                yield name, value

    def _inner(self, text: str, line: int) -> Value:
        """A number inside a text: with a point, as a percentage or as a fraction; a comma would be read in two ways."""
        if re.fullmatch(r"-?\d{1,40}(\.\d{1,40})?( ?%)?|-?\d{1,40}/\d{0,39}[1-9]\d{0,39}", text, re.ASCII):
            if "/" in text:
                return text
            plain = _trimmed(Decimal(text.removesuffix("%").strip()))
            return f"{plain} %" if text.endswith("%") else Number.read(plain)
        self._add(line, "bad-number", f"'{text[:60]}' is no number", _NUMBER_HINT)
        return None

    def _parameters(self, text: str, line: int) -> Tree:
        found = self._mapping(line)
        for name, value in self._split(text, ";", line, "name=value; name=value"):
            self._set(found, name, self._inner(value, line), line)
        return found

    # --------------------------------------------------------------------------------------------------------------------- the tree

    def _mapping(self, line: int) -> Tree:
        return Tree(line)

    def _set(self, tree: Tree, key: str, value: Value, line: int) -> None:
        if value is None:
            self.empty[(tree.line, key)] = line
        else:
            tree[key] = value
            tree.lines[key] = line

    def _sequence(self, items: Iterable[Value], line: int) -> Sequence:
        found = Sequence(line)
        for each in items:
            self._push(found, each, each.line if isinstance(each, Tree) else line)
        return found

    def _push(self, items: Sequence, value: Value, line: int) -> None:
        items.append(value)
        items.lines.append(line)

    def _put(self, tree: Tree, row: _Row, name: str, *heads: str) -> None:
        """Cells of a row under keys of the same name; ``a.b`` goes into a mapping ``a``."""
        kinds = {column.head: column.kind for column in _SHEETS[name]}
        for head in heads:
            value = self._read(kinds[head], row[head])
            outer, _, key = head.partition(".")
            if not key:
                self._set(tree, outer, value, row[head].line)
            elif value is not None:
                if outer not in tree:
                    self._set(tree, outer, self._mapping(row[head].line), row[head].line)
                inner = tree[outer]
                assert isinstance(inner, Tree)
                self._set(inner, key, value, row[head].line)

    def _built(self, sheets: Mapping[str, list[_Row]]) -> Tree:
        tree = self._mapping(self._line(0, 1, 1, "procedure"))
        self._keys(tree, sheets["procedure"])
        for name, key in (("scales", "scales"), ("facts", "facts"), ("panel", "panel")):
            rows = sheets[name]
            if rows:
                made = self._scales(rows) if name == "scales" else [self._record(row, name) for row in rows]
                self._set(tree, key, self._sequence(made, rows[0].first), rows[0].first)
        top = self._line(list(_SHEETS).index("lots"), 1, 1, "lots")
        lots = [self._lot(row) for row in sheets["lots"]]
        self._set(tree, "lots", self._sequence(lots, top), top)
        self._criteria(lots, sheets["criteria"], sheets["adjustments"])
        self._once(sheets)
        return tree

    def _record(self, row: _Row, name: str) -> Tree:
        tree = self._mapping(row["id"].line)
        self._put(tree, row, name, *(column.head for column in _SHEETS[name]))
        return tree

    def _keys(self, tree: Tree, rows: Iterable[_Row]) -> None:
        seen: set[str] = set()
        for row in rows:
            key, cell = self._id(row["key"]), row["value"]
            if not key:
                self._add(row["key"].line, "missing-key", "a value stands here without a key", "write the key before it")
                continue
            name = next((each for each in _OPEN_KEYS if key.startswith(each) and len(key) > len(each)), "")
            if key in seen:
                self._add(row["key"].line, "repeated-key", f"'{key}' is written twice", "keep one of the rows")
            elif key not in _KEYS and not name:
                near = nearest(key, _KEYS)
                hint = f"did you mean '{near}'?" if near else "the keys are listed on the sheet 'read me' of a template"
                self._add(row["key"].line, "unknown-key", f"'{key[:60]}' is not a key of the procedure", hint)
            else:
                parts = [*name.rstrip(".").split("."), key.removeprefix(name)] if name else key.split(".")
                self._into(tree, parts, self._read("number" if name else _KEYS[key], cell), cell.line)
            seen.add(key)

    def _into(self, tree: Tree, parts: AnySequence[str], value: Value, line: int) -> None:
        if value is not None:
            for part in parts[:-1]:
                if part not in tree:
                    self._set(tree, part, self._mapping(line), line)
                inner = tree[part]
                assert isinstance(inner, Tree)
                tree = inner
        elif len(parts) > 1:
            return
        self._set(tree, parts[-1], value, line)

    def _scales(self, rows: Iterable[_Row]) -> list[Tree]:
        scales: dict[str, Tree] = {}
        for row in rows:
            name = self._id(row["scale"])
            if not name:
                self._add(row["scale"].line, "missing-key", "a step stands here without a scale", "write the id of its scale")
                continue
            if name not in scales:
                scale = scales[name] = self._mapping(row["scale"].line)
                self._set(scale, "id", name, row["scale"].line)
                self._put(scale, row, "scales", "title", "source", "status")
                self._set(scale, "steps", self._sequence([], row["step"].line), row["step"].line)
            else:
                self._same(scales[name], row, name)
            if all(row[head].value is None for head in ("step", "value", "text")):
                continue
            step = self._mapping(row["step"].line)
            self._set(step, "id", self._id(row["step"]) or None, row["step"].line)
            self._put(step, row, "scales", "value", "text")
            steps = scales[name]["steps"]
            assert isinstance(steps, Sequence)
            self._push(steps, step, step.line)
        return list(scales.values())

    def _same(self, scale: Tree, row: _Row, name: str) -> None:
        for head in ("title", "source", "status"):
            said = self._read("text", row[head])
            if said is not None and said != scale.get(head):
                if head not in scale:
                    self._set(scale, head, said, row[head].line)
                else:
                    self._add(
                        row[head].line, "bad-value", f"the scale '{name}' has another {head} above", f"write the same {head}, or nothing"
                    )

    def _id(self, cell: _Cell) -> str:
        value = self._read("text", cell)
        return value.strip() if isinstance(value, str) else ""

    def _lot(self, row: _Row) -> Tree:
        lot = self._mapping(row["id"].line)
        self._set(lot, "id", self._id(row["id"]) or None, row["id"].line)
        self._put(lot, row, "lots", "title", "estimate", "reserved")
        self._reference(lot, row, "lots", "combine")
        self._set(lot, "criteria", self._sequence([], row["id"].line), row["id"].line)
        return lot

    def _reference(self, tree: Tree, row: _Row, name: str, key: str) -> None:
        """A formula by name with its parameters, in two cells."""
        if row[key].value is None and row[f"{key}.parameters"].value is None:
            return
        found = self._mapping(row[key].line)
        self._set(found, "name", self._id(row[key]) or None, row[key].line)
        parameters = row[f"{key}.parameters"]
        self._set(found, "parameters", self._read("pairs", parameters), parameters.line)
        self._set(tree, key, found, row[key].line)

    def _criteria(self, lots: Iterable[Tree], rows: AnySequence[_Row], adjustments: Iterable[_Row]) -> None:
        lot_of: dict[str, Tree] = {}
        for lot in lots:
            if isinstance(lot.get("id"), str):
                lot_of.setdefault(str(lot["id"]), lot)
        made: list[tuple[str, Tree, _Row]] = []
        named: dict[tuple[str, str], Tree] = {}
        above: dict[tuple[str, str], str] = {}
        for row in rows:
            lot_id = self._known_lot(row, lot_of)
            tree = self._criterion(row)
            if lot_id is None:
                continue
            made.append((lot_id, tree, row))
            key = (lot_id, str(tree.get("id", "")))
            if key not in named:
                named[key] = tree
                above[key] = self._id(row["parent"])
        for lot_id, tree, row in made:
            parent = self._id(row["parent"])
            owner: Tree | None = lot_of[lot_id]
            if parent:
                owner = named.get((lot_id, parent)) if self._parent_stands(lot_id, parent, row, named, above) else None
            if owner is None:
                self.torn = True
                continue
            if "criteria" not in owner:
                self._set(owner, "criteria", self._sequence([], owner.line), owner.line)
            children = owner["criteria"]
            assert isinstance(children, Sequence)
            self._push(children, tree, tree.line)
        for row in adjustments:
            self._adjustment(row, lot_of, named)

    def _once(self, sheets: Mapping[str, list[_Row]]) -> None:
        """Each id once: of lots, facts and the panel in all, of criteria and adjustments in their lot, of steps in their scale."""
        seen: dict[tuple[str, str, str], str] = {}
        for name, outer, inner in (
            ("scales", "scale", "step"),
            ("facts", "", "id"),
            ("panel", "", "id"),
            ("lots", "", "id"),
            ("criteria", "lot", "id"),
            ("adjustments", "lot", "id"),
        ):
            for row in sheets[name]:
                cell = row[inner]
                text = "" if cell.value is None else str(cell.value).strip()
                above = str(row[outer].value).strip() if outer else ""
                key = ("criteria" if name == "adjustments" else name, above, text)
                if text and key in seen:
                    self._add(cell.line, "repeated-id", f"'{text[:60]}' stands in {seen[key]} too", "give each an id of its own")
                elif text:
                    seen[key] = self.places[cell.line - 1][3]

    def _known_lot(self, row: _Row, lot_of: Mapping[str, Tree]) -> str | None:
        named = self._id(row["lot"])
        if named in lot_of:
            return named
        near = nearest(named, lot_of)
        said = f"there is no lot '{named[:60]}' on the sheet 'lots'" if named else "the row names no lot"
        hint = f"did you mean '{near}'?" if near else "write one of: " + (", ".join(sorted(lot_of)) or "none is declared")
        self._add(row["lot"].line, "unknown-lot", said, hint)
        self.torn = True
        return None

    def _parent_stands(
        self, lot: str, parent: str, row: _Row, named: Mapping[tuple[str, str], Tree], above: Mapping[tuple[str, str], str]
    ) -> bool:
        """Whether the criterion above exists and leads to the top; else a fault at the cell."""
        line = row["parent"].line
        known = [name for each, name in named if each == lot and name]
        if (lot, parent) not in named:
            near = nearest(parent, known)
            hint = f"did you mean '{near}'?" if near else "write the id of a criterion of the same lot, or nothing"
            self._add(line, "unknown-parent", f"there is no criterion '{parent[:60]}' in the lot '{lot}'", hint)
            return False
        seen = {self._id(row["id"])}
        step = parent
        while step:
            if step in seen:
                self._add(line, "circular-parent", f"'{step}' stands under itself", "leave one parent empty")
                return False
            if len(seen) >= MOST_DEPTH // 2:
                self._add(line, "too-deep", f"more than {MOST_DEPTH // 2} criteria stand under each other", "use fewer levels")
                return False
            seen.add(step)
            step = above.get((lot, step), "")
        return True

    def _criterion(self, row: _Row) -> Tree:
        tree = self._mapping(row["id"].line)
        self._set(tree, "id", self._id(row["id"]) or None, row["id"].line)
        plain = ("number", "type", "title", "description", "weight", "weight_kind", "rescale", "source")
        dotted = ("weight_range.from", "weight_range.to", "threshold.min_score", "threshold.max_pass")
        self._put(tree, row, "criteria", *plain, *dotted)
        self._scored_by(tree, row)
        self._reference(tree, row, "criteria", "formula")
        if row["cost"].value is not None or row["cost.source"].value is not None:
            self._set(tree, "cost", self._cost_rule(row), row["cost"].line)
        return tree

    def _cost_rule(self, row: _Row) -> Tree:
        cell = row["cost"]
        found = self._mapping(cell.line)
        form = "with_price=no; rate=4 %; timing=end; years=20; kinds=use, maintenance; carbon_prices.2030=250"
        for name, said in self._split(self._id(cell), ";", cell.line, form):
            prefix, _, year = name.partition(".")
            if prefix == "carbon_prices" and year:
                self._into(found, [prefix, year], self._inner(said, cell.line), cell.line)
                continue
            kind = _COST_KEYS.get(name)
            value: Value = said
            if kind == "number":
                value = self._inner(said, cell.line)
            elif kind == "yes_no":
                value = self._yes_no(said, cell.line)
            elif kind == "list":
                value = self._sequence([each.strip() for each in said.split(",") if each.strip()], cell.line)
            self._set(found, name, value, cell.line)  # a name that is none is told by the reader of the tree
        source = row["cost.source"]
        self._set(found, "source", self._read("text", source), source.line)
        return found

    def _scored_by(self, tree: Tree, row: _Row) -> None:
        way, reads, points = (row[head] for head in ("scored_by", "reads", "points"))
        named = self._id(way)
        if not named:
            if way.value is None and (reads.value is not None or points.value is not None):
                self._add(
                    way.line, "missing-key", "how it is scored is not written, and what it reads is", "write one of: " + ", ".join(_WAYS)
                )
            return
        if named not in _WAYS:
            near = nearest(named, _WAYS)
            hint = (f"did you mean '{near}'? " if near else "") + "write one of: " + ", ".join(_WAYS)
            self._add(way.line, "unknown-value", f"'{named[:60]}' is no way to score", hint)
            return
        found = self._mapping(way.line)
        needs_reads, needs_points = named not in ("rule", "features"), named not in ("scale", "pack")
        for cell, needed, what in ((reads, needs_reads, "what it reads"), (points, needs_points, "its points")):
            if needed and cell.value is None:
                self._add(cell.line, "missing-key", f"it is scored by {named}, and {what} is not written", f"write {what} here")
            elif not needed and cell.value is not None:
                self._add(cell.line, "bad-value", f"it is scored by {named}, which has no use for this cell", "leave it empty")
        if (needs_reads and reads.value is None) or (needs_points and points.value is None):
            return
        self._set(found, named, self._way(named, reads, points), (reads if needs_reads else points).line)
        self._set(tree, "scored_by", found, way.line)

    def _way(self, named: str, reads: _Cell, points: _Cell) -> Value:
        if named in ("scale", "pack"):
            return self._id(reads) or None
        said = self._read("text", points)
        if not isinstance(said, str):
            return None
        if named == "rule":
            return said
        line = points.line
        if named == "features":
            made: list[Value] = []
            for name, value in self._split(said, ";", line, "fact=40; fact=60"):
                feature = self._mapping(line)
                self._set(feature, "fact", name, line)
                self._set(feature, "points", self._inner(value, line), line)
                made.append(feature)
            return self._sequence(made, line)
        found = self._mapping(reads.line)
        self._set(found, "fact", self._id(reads) or None, reads.line)
        if named == "ladder":
            pairs: list[Value] = [
                self._sequence([self._inner(at, line), self._inner(score, line)], line)
                for at, score in self._split(said, ";", line, "3=0; 5=50; 10=100")
            ]
            self._set(found, "points", self._sequence(pairs, line), line)
            return found
        ends = re.fullmatch(r"\s*(\S+)\s+to\s+(\S+)\s*", said)
        if ends is None:
            self._add(
                line, "bad-points", f"'{said[:60]}' is not written as a line", "write 0 to 50: no points at the first, all at the second"
            )
            return None
        self._set(found, "from", self._inner(ends[1], line), line)
        self._set(found, "to", self._inner(ends[2], line), line)
        return found

    def _adjustment(self, row: _Row, lot_of: Mapping[str, Tree], named: Mapping[tuple[str, str], Tree]) -> None:
        lot, criterion = self._known_lot(row, lot_of), self._id(row["criterion"])
        if lot is None:
            return
        owner = named.get((lot, criterion))
        if owner is None:
            near = nearest(criterion, [name for each, name in named if each == lot])
            hint = f"did you mean '{near}'?" if near else "write the id of a criterion of the same lot"
            said = f"there is no criterion '{criterion[:60]}' in the lot '{lot}'"
            self._add(row["criterion"].line, "unknown-criterion", said, hint)
            self.torn = True
            return
        tree = self._mapping(row["id"].line)
        self._set(tree, "id", self._id(row["id"]) or None, row["id"].line)
        self._put(tree, row, "adjustments", "title", "effect", "worth")
        self._scored_by(tree, row)
        if "adjustments" not in owner:
            self._set(owner, "adjustments", self._sequence([], tree.line), tree.line)
        items = owner["adjustments"]
        assert isinstance(items, Sequence)
        self._push(items, tree, tree.line)


def _trimmed(value: Decimal) -> str:
    """A plain decimal without zeros that say nothing.

    >>> _trimmed(Decimal("40.00")), _trimmed(Decimal("1E+2")), _trimmed(Decimal("0.50"))
    ('40', '100', '0.5')
    """
    text = f"{value:f}".removeprefix("+")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    return f"{sign}{whole.lstrip('0') or '0'}{point}{rest}"


def _without_lines(procedure: Procedure) -> Procedure:
    """The numbers of cells stood for lines; they are no lines of any file."""

    def criterion(each: Criterion) -> Criterion:
        return each.model_copy(update={"line": 0, "criteria": tuple(criterion(child) for child in each.criteria)})

    lots = tuple(lot.model_copy(update={"line": 0, "criteria": tuple(criterion(each) for each in lot.criteria)}) for lot in procedure.lots)
    return procedure.model_copy(update={"line": 0, "lots": lots, "facts": tuple(without_place(each) for each in procedure.facts)})
