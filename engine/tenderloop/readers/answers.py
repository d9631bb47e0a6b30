"""From what was written to a typed answer: yes or no, a number in its declared unit, an option, a level, a date, a text, a table.

Knows one fact's declaration and how people write values. Must not know which file a value came from, nor what it will be used for.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from fractions import Fraction

from tenderloop.case import Cell, FactValue
from tenderloop.pack import Fact, TableColumn
from tenderloop.quantity import ONE, Quantity, QuantityError, exact_text, parse_number, parse_quantity, parse_unit
from tenderloop.readers.faults import Spot, nearest
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_RATIO = re.compile(r"(-?[0-9]{1,40})/([1-9][0-9]{0,39})(?: (.+))?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.?(nan|inf|infinity)", re.IGNORECASE)
_SILENCE = frozenset({"", "-", "?", "n/a", "na", "none", "null", "~", "unknown", "tbd", "nil"})
SILENT_HINT = "leave it out while it is unknown"


def read_value(fact: Fact, raw: Value, spot: Spot, currency: str | None) -> FactValue | None:
    """The typed value, a number in the fact's declared unit; None when there is a fault, which is noted at ``spot``.

    ``currency`` is the case's; an amount in another currency is refused.

    >>> from tenderloop.readers.faults import Faults
    >>> power = Fact(id="plant_power", kind="number", unit="MW", question="How much power?")
    >>> read_value(power, "19800 kW", Faults().at(), None)
    Fraction(99, 5)
    """
    if isinstance(raw, str) and raw.strip().casefold() in _SILENCE and fact.kind != "text" and raw not in fact.options:
        spot.add("wrong-kind", f"'{raw}' is no answer to '{fact.id}'", SILENT_HINT)
        return None
    if fact.kind == "yes_no":
        return _yes_no(fact, raw, spot)
    if fact.kind == "number":
        return _number(fact, raw, spot, currency)
    if fact.kind == "choice":
        return _option(fact.id, tuple(fact.options), raw, spot)
    if fact.kind == "choices":
        return _options(fact, raw, spot)
    if fact.kind == "date":
        return read_date(raw, spot, f"'{fact.id}'")
    if fact.kind == "level":
        return _level(fact, raw, spot)
    if fact.kind == "table":
        return _table(fact, raw, spot, currency)
    return _text(fact.id, raw, spot)


def shown_kind(raw: Value) -> str:
    """What a value looks like, for messages.

    >>> shown_kind("soon"), shown_kind(True), shown_kind(Mapping())
    ("the text 'soon'", 'true', 'keys with values')
    """
    if raw is None:
        return "nothing"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Number):
        return f"the number {raw.written}"
    if isinstance(raw, str):
        return f"the text '{raw if len(raw) <= 40 else raw[:40] + '…'}'"
    return "keys with values" if isinstance(raw, Mapping) else "a list"


def read_date(raw: Value, spot: Spot, what: str) -> dt.date | None:
    """A calendar date written as 2026-11-21; None with a fault otherwise."""
    if isinstance(raw, str) and _DATE.fullmatch(raw.strip()):
        try:
            return dt.date.fromisoformat(raw.strip())
        except ValueError:
            spot.add("bad-date", f"{raw.strip()} is not a day of the calendar", "write year-month-day, such as 2026-11-21")
            return None
    spot.add("bad-date", f"{what} must be a date, {shown_kind(raw)} is written", "write year-month-day, such as 2026-11-21")
    return None


def _yes_no(fact: Fact, raw: Value, spot: Spot) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = raw.strip().casefold() if isinstance(raw, str) else ""
    hint = "write true or false"
    if word in ("yes", "y", "true", "no", "n", "false"):
        hint = "write true" if word in ("yes", "y", "true") else "write false"
        hint += " without quotes" if word in ("true", "false") else ""
    spot.add("wrong-kind", f"'{fact.id}' is answered yes or no, {shown_kind(raw)} is written", hint)
    return None


def _number(fact: Fact, raw: Value, spot: Spot, currency: str | None) -> Fraction | None:
    value = _in_unit(f"'{fact.id}'", fact.unit, raw, spot, currency)
    if value is None:
        return None
    for limit, word, outside in (
        (fact.min, "least", fact.min is not None and value < fact.min),
        (fact.max, "most", fact.max is not None and value > fact.max),
    ):
        if outside and limit is not None:
            bound = _with_unit(limit, fact.unit)
            spot.add(
                "out-of-range",
                f"'{fact.id}' is {_with_unit(value, fact.unit)}, at {word} {bound} is possible",
                "check the digits and the unit",
            )
            return None
    return value


def _with_unit(value: Fraction, unit: str) -> str:
    return exact_text(value) if unit == "1" else f"{exact_text(value)} {unit}"


def _in_unit(what: str, unit: str, raw: Value, spot: Spot, currency: str | None) -> Fraction | None:
    wanted = parse_unit(unit)
    if isinstance(raw, Number):
        if wanted != ONE:
            spot.add(
                "unit-missing",
                f"{what} is {raw.written} without a unit",
                f"write '{raw.written} {_local(unit, currency)}', or the unit it is in",
            )
            return None
        return Fraction(raw)
    if not isinstance(raw, str):
        spot.add(
            "wrong-kind",
            f"{what} is a number in {unit}, {shown_kind(raw)} is written",
            f"write, for example, '12.5 {_local(unit, currency)}'",
        )
        return None
    text = raw.strip()
    if _NOT_FINITE.fullmatch(text):
        spot.add("not-finite", f"{what} is '{text}', which is no number", SILENT_HINT)
        return None
    try:
        quantity = _quantity(text, currency)
        if quantity.unit == ONE and wanted != ONE and " " not in text:
            spot.add("unit-missing", f"{what} is {text} without a unit", f"write '{text} {_local(unit, currency)}', or the unit it is in")
            return None
        return quantity.to(wanted)
    except QuantityError as error:
        if error.code == "currency-not-known":
            spot.add(
                "currency-missing",
                f"{what} is an amount of money, the case names no currency",
                "write currency: with its three letters at the top of the case",
            )
        else:
            spot.add(error.code, f"{what}: {error.message}", error.hint or f"write a number in {_local(unit, currency)}")
        return None


def _quantity(text: str, currency: str | None) -> Quantity:
    """As quantity.parse_quantity, and a fraction such as '5/18 kWh': a converted number need not end as a decimal."""
    ratio = _RATIO.fullmatch(text)
    if ratio is None:
        return parse_quantity(text, currency=currency)
    whole = parse_quantity(f"{ratio[1]} {ratio[3] or ''}".strip(), currency=currency)
    return Quantity(whole.value / parse_number(ratio[2]), whole.unit)


def _local(unit: str, currency: str | None) -> str:
    return re.sub(r"\bmoney\b", currency, unit) if currency else unit


def written_number(value: Fraction, unit: str, currency: str | None) -> str:
    """A number as it is written in a case, so that it reads back equal.

    >>> written_number(Fraction(300000000), "money", "INR"), written_number(Fraction(5, 18), "kWh", None)
    ('300000000 INR', '5/18 kWh')
    """
    return _with_unit(value, _local(unit, currency))


def _option(what: str, options: tuple[str, ...], raw: Value, spot: Spot) -> str | None:
    word = raw.written if isinstance(raw, Number) else raw
    if isinstance(word, bool) or not isinstance(word, str):
        spot.add("wrong-kind", f"'{what}' is one of its options, {shown_kind(raw)} is written", "write one of: " + ", ".join(options))
        return None
    if word not in options:
        near = nearest(word, options)
        spot.add(
            "unknown-option",
            f"'{word[:60]}' is not an option of '{what}'",
            (f"did you mean '{near}'? " if near else "") + "write one of: " + ", ".join(options),
        )
        return None
    return word


def _options(fact: Fact, raw: Value, spot: Spot) -> tuple[str, ...] | None:
    if not isinstance(raw, Sequence):
        spot.add(
            "wrong-kind",
            f"'{fact.id}' is a list of options, {shown_kind(raw)} is written",
            "write [" + ", ".join(fact.options) + "] with what holds",
        )
        return None
    chosen: list[str] = []
    sound = True
    for index, item in enumerate(raw):
        spot_of_item = item_spot(raw, index, spot)
        option = _option(fact.id, tuple(fact.options), item, spot_of_item)
        if option is None:
            sound = False
        elif option in chosen:
            spot_of_item.add("repeated-option", f"'{option}' is written twice in '{fact.id}'", "keep one of the two")
            sound = False
        else:
            chosen.append(option)
    # In the order of the declaration: the order of writing says nothing.
    return tuple(option for option in fact.options if option in chosen) if sound else None


def _level(fact: Fact, raw: Value, spot: Spot) -> Fraction | None:
    top = len(fact.levels) - 1
    if isinstance(raw, str) and re.fullmatch(r"\d{1,2}", raw.strip(), re.ASCII):
        raw = Number.read(str(int(raw.strip())))
    if not isinstance(raw, Number) or raw.denominator != 1:
        spot.add("wrong-kind", f"'{fact.id}' is a level, {shown_kind(raw)} is written", f"write a whole number from 0 to {top}")
        return None
    if not 0 <= raw <= top:
        spot.add(
            "level-out-of-range", f"'{fact.id}' has levels 0 to {top}, {raw.written} is written", f"write a whole number from 0 to {top}"
        )
        return None
    return Fraction(raw)


def _text(what: str, raw: Value, spot: Spot) -> str | None:
    text = raw.written if isinstance(raw, Number) else raw
    if isinstance(text, bool) or not isinstance(text, str):
        spot.add("wrong-kind", f"'{what}' is a text, {shown_kind(raw)} is written", "put the text in quotes")
        return None
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        spot.add("wrong-kind", f"'{what}' is an empty text", SILENT_HINT)
        return None
    return text


def _table(fact: Fact, raw: Value, spot: Spot, currency: str | None) -> tuple[dict[str, Cell], ...] | None:
    columns = ", ".join(column.id for column in fact.columns)
    if not isinstance(raw, Sequence):
        spot.add("wrong-kind", f"'{fact.id}' is a table, {shown_kind(raw)} is written", f"write a list of rows with {columns}")
        return None
    if not raw:
        spot.add("empty-table", f"the table '{fact.id}' has no rows", f"{SILENT_HINT}, or write rows with {columns}")
        return None
    rows: list[dict[str, Cell]] = []
    sound = True
    seen: dict[Cell, int] = {}
    for index, row in enumerate(raw):
        spot_of_row = item_spot(raw, index, spot)
        if not isinstance(row, Mapping):
            spot_of_row.add(
                "wrong-kind", f"row {index + 1} of '{fact.id}' is {shown_kind(row)}", "write {column: value, …} with " + columns
            )
            sound = False
            continue
        read = _row(fact, row, index + 1, spot_of_row, currency)
        if read is None:
            sound = False
            continue
        if fact.key:
            key = read[fact.key]
            if key in seen:
                shown = key if isinstance(key, str) else exact_text(key)
                spot_of_row.add(
                    "repeated-row",
                    f"'{fact.key}' {shown} is already in row {seen[key]} of '{fact.id}'",
                    "keep one of the two rows, or add them up",
                )
                sound = False
            seen.setdefault(key, index + 1)
        rows.append(read)
    return tuple(rows) if sound else None


def _row(fact: Fact, row: Mapping, number: int, spot: Spot, currency: str | None) -> dict[str, Cell] | None:
    declared = {column.id: column for column in fact.columns}
    cells: dict[str, Cell] = {}
    sound = True
    for name in row:
        if name not in declared:
            near = nearest(name, declared)
            key_spot(row, name, spot).add(
                "unknown-column",
                f"'{fact.id}' has no column '{name[:60]}'",
                f"did you mean '{near}'?" if near else "the columns are " + ", ".join(declared),
            )
            sound = False
    for name, column in declared.items():
        raw = row.get(name)
        if raw is None:
            key_spot(row, name, spot).add("missing-cell", f"row {number} of '{fact.id}' has no '{name}'", f"write {name}: and its value")
            sound = False
            continue
        cell = _cell(fact, column, raw, number, key_spot(row, name, spot), currency)
        if cell is None:
            sound = False
        else:
            cells[name] = cell
    return cells if sound else None


def _cell(fact: Fact, column: TableColumn, raw: Value, number: int, spot: Spot, currency: str | None) -> Cell | None:
    what = f"{fact.id}.{column.id}"
    if column.kind == "number":
        return _in_unit(f"'{what}' in row {number}", column.unit, raw, spot, currency)
    return _option(what, column.options, raw, spot) if column.options else _text(what, raw, spot)


def item_spot(items: Sequence, index: int, parent: Spot) -> Spot:
    """Where an item of a list stands; the parent's place when the item's own is not known."""
    line = items.lines[index] if index < len(items.lines) else 0
    place = items.places[index] if index < len(items.places) else ""
    return Spot(parent.faults, line or parent.line, place or parent.where)


def key_spot(mapping: Mapping, key: str, parent: Spot) -> Spot:
    """Where a key stands; for a key that is not written, where its mapping begins."""
    return Spot(
        parent.faults, mapping.lines.get(key) or mapping.line or parent.line, mapping.places.get(key) or mapping.place or parent.where
    )
