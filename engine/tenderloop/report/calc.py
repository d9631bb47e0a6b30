"""One worksheet for people and for programs: inputs, work, results, caveats, source.

Knows how to show what a method did. Must not compute anything: numbers are rounded here for the eye only, and stand exact in the JSON.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tenderloop.methods.method import Input, Line, Method, Worksheet
from tenderloop.quantity import exact_text, natural_places, shown, shown_grouped, shown_with_unit

WIDTH = 100
WIDEST = 56
"""Characters of a line, and of any column but the last."""
STATUS = {
    "official": "official: the rule itself was seen",
    "published": "published",
    "transcribed": "transcribed: read in a third party's transcription",
    "unverified": "unverified: well known, the original was not seen",
    "proposed": "proposed: ours, not an official rule",
}


def number(value: Fraction, unit: str, currency: str | None = None) -> str:
    """A number for a person: at most four places, fewer when it is large or ends earlier, grouped from five digits on, with its unit.

    >>> number(Fraction(2663, 3140), "1"), number(Fraction(25), "%").replace("\\u00a0", " "), number(Fraction(2035), "1")
    ('0.8481', '25 %', '2035')
    """
    # four digits stand together, so that a calendar year looks like one
    if unit in ("", "1") and abs(value) < 10_000:
        return shown(value, _places(value))
    return shown_with_unit(value, unit or "1", _places(value), currency=currency)


def _places(value: Fraction) -> int:
    places = natural_places(value)
    # a small number keeps its four digits: a margin of -0.0016 is not nothing
    return min(places, 2) if abs(value) >= 100 or (places > 4 and abs(value) >= 1) else places


def calc_text(sheet: Worksheet, method: Method, *, currency: str | None = None) -> str:
    """The worksheet as plain text, results first; lines at most about 100 characters wide.

    >>> from tenderloop.methods import get
    >>> method = get("guaranteed_tonnage")
    >>> print(calc_text(method.run({"maximum": Fraction(150), "minimum": Fraction(100)}), method).splitlines()[2].split("  ")[0])
    max_min_ratio
    """
    lines = [sheet.title, ""]
    outputs = [(each.name, each.label, _shown(sheet.outputs.get(each.name), each.unit or "", currency)) for each in method.outputs]
    lines += _columns(outputs)
    lines += ["", *_wrapped("Formula", sheet.formula)]
    lines += _block("Inputs", sheet.inputs, currency)
    lines += _block("Work", sheet.steps, currency)
    if sheet.notes:
        lines += ["", "Mind"]
        lines += [
            part for note in dict.fromkeys(sheet.notes) for part in textwrap.wrap(note, WIDTH, initial_indent="  ", subsequent_indent="  ")
        ]
    lines += ["", *_wrapped("Source", f"{sheet.source} ({STATUS[method.status]})"), *_wrapped("Valid for", method.valid)]
    return "\n".join(lines) + "\n"


def calc_json(sheet: Worksheet, method: Method, *, currency: str | None = None) -> dict[str, Any]:
    """The worksheet as data: every number exact as text beside what is shown; outputs that are unset stay out.

    >>> from tenderloop.methods import get
    >>> method = get("guaranteed_tonnage")
    >>> calc_json(method.run({"maximum": Fraction(150), "minimum": Fraction(100)}), method)["outputs"]["share"]
    {'exact': '200/3', 'shown': '66.67', 'unit': '%'}
    """
    units = {each.name: each.unit or "" for each in method.outputs}
    return {
        "method": sheet.method,
        "title": sheet.title,
        "formula": sheet.formula,
        "source": sheet.source,
        "status": method.status,
        "valid": method.valid,
        "currency": currency,
        "inputs": [_line(line) for line in sheet.inputs],
        "steps": [_line(line) for line in sheet.steps],
        "outputs": {name: _value(value, units[name]) for name, value in sheet.outputs.items()},
        "notes": list(dict.fromkeys(sheet.notes)),
    }


def method_text(method: Method) -> str:
    """What a method needs and gives, for a person about to use it."""
    lines = [f"{method.name}: {method.title}", "", *_wrapped("Formula", method.formula), "", "Inputs"]
    lines += _columns([(each.name, _unit(each), f"{each.label}{_asked(each)}") for each in method.inputs], indent="  ")
    for each in method.inputs:
        if each.kind == "table":
            row = ":".join(column.name for column in each.columns)
            lines += ["", f"Columns of {each.name}, written {each.name}={row} once for each row, or {each.name}=@file.csv"]
            lines += _columns(
                [
                    (
                        column.name,
                        column.unit or "text",
                        _among(column.label or column.name, column.options) + (", optional" if column.optional else ""),
                    )
                    for column in each.columns
                ],
                indent="  ",
            )
    lines += ["", "Outputs", *_columns([(each.name, each.unit or "text", each.label) for each in method.outputs], indent="  ")]
    lines += ["", *_wrapped("Source", f"{method.source} ({STATUS[method.status]})"), *_wrapped("Valid for", method.valid)]
    return "\n".join(lines) + "\n"


def calc_json_text(sheet: Worksheet, method: Method, *, currency: str | None = None) -> str:
    """The same as canonical JSON text: sorted keys, UTF-8 as it is."""
    return json.dumps(calc_json(sheet, method, currency=currency), sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def list_text(methods: Mapping[str, Method]) -> str:
    """All methods, one a line: name, status, title."""
    wide = max((len(name) for name in methods), default=0)
    return "".join(f"{name.ljust(wide)}  {methods[name].status.ljust(10)}  {methods[name].title}\n" for name in sorted(methods))


def _unit(declared: Input) -> str:
    return declared.unit or {"yes_no": "yes/no", "choice": "choice"}.get(declared.kind, declared.kind)


def _asked(declared: Input) -> str:
    said = f" [{', '.join(declared.options)}]" if declared.options else ""
    if declared.default is not None:
        default = exact_text(declared.default) if isinstance(declared.default, Fraction) else str(declared.default)
        said += f" (default {default}" + (f", {declared.source})" if declared.source else ")")
    elif declared.optional:
        said += " (may be left out" + (f": {declared.source})" if declared.source else ")")
    return said


def _among(label: str, options: Sequence[str]) -> str:
    return f"{label} [{', '.join(options)}]" if options else label


def _shown(value: Fraction | str | bool | None, unit: str, currency: str | None) -> str:
    if value is None:
        return "nothing to say"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else number(value, unit, currency)


def _columns(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    """Rows as aligned columns; a long cell wraps under itself."""
    found = [list(row) for row in rows]
    if not found:
        return []
    widths = [min(max(len(row[at]) for row in found), WIDEST) for at in range(len(found[0]) - 1)]
    # a value and its unit hang together, and a last column that sticks out is better than words cut in two
    widths.append(max(WIDTH - len(indent) - sum(widths) - 2 * len(widths), 36))
    lines: list[str] = []
    for row in found:
        cells = [_wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
        for level in range(max(len(cell) for cell in cells)):
            parts = [(cell[level] if level < len(cell) else "").ljust(width) for cell, width in zip(cells, widths, strict=True)]
            lines.append((indent + "  ".join(parts)).rstrip())
    return lines


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{label}: ", subsequent_indent="  ", break_long_words=False)


def _block(title: str, lines: Sequence[Line], currency: str | None) -> list[str]:
    """A heading, then lines; those of one table stand together under its name."""
    if not lines:
        return []
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line.table, []).append(line)
    found = ["", title, *_plain_lines(groups.pop("", []), currency)]
    if len(groups) > 2 and len({tuple(line.label for line in group) for group in groups.values()}) == 1:
        found += _steps(groups, currency)
    else:
        for table, group in groups.items():
            found.append(f"  {table}")
            found += (
                _rows(group, currency) if all(line.formula == "given" for line in group) else _plain_lines(group, currency, indent="    ")
            )
    return [line.rstrip() for line in found]


def _plain_lines(lines: Sequence[Line], currency: str | None, indent: str = "  ") -> list[str]:
    return _columns([(line.label, _shown(line.value, line.unit, currency), line.formula) for line in lines], indent=indent)


def _steps(groups: Mapping[str, Sequence[Line]], currency: str | None) -> list[str]:
    """Groups with the same lines as one table: a row for each group, a column for each line; the formulas stand above, once."""
    first = next(iter(groups.values()))
    same = [len({group[at].formula for group in groups.values()}) == 1 for at in range(len(first))]
    formulas = [(line.label, line.formula if once else f"{line.formula} in the first row") for line, once in zip(first, same, strict=True)]
    cells = {table: {line.label: line.value for line in group} for table, group in groups.items()}
    return [*_columns(formulas, indent="  "), "", *_matrix({line.label: line.unit for line in first}, cells, currency)]


def _rows(lines: Sequence[Line], currency: str | None) -> list[str]:
    """The rows of a table that was given, from labels such as '2030: arisings'."""
    units: dict[str, str] = {}
    cells: dict[str, dict[str, Fraction | str | bool]] = {}
    for line in lines:
        key, _, column = line.label.rpartition(": ")
        units[column] = line.unit
        cells.setdefault(key, {})[column] = line.value
    return _matrix(units, cells, currency)


def _matrix(units: Mapping[str, str], rows: Mapping[str, Mapping[str, Fraction | str | bool]], currency: str | None) -> list[str]:
    """A table: units in the header, numbers right-aligned with the same places in a column, a dash where nothing is given."""
    heads: list[list[str]] = []
    columns: list[list[str]] = []
    for name, unit in units.items():
        unit = unit.replace("money", currency) if currency else unit
        heads.append(textwrap.wrap(name + (f", {unit}" if unit not in ("", "1") else ""), 16, break_long_words=False))
        values = [row.get(name) for row in rows.values()]
        places = max((_places(value) for value in values if isinstance(value, Fraction)), default=0)
        columns.append([_table_cell(value, places) for value in values])
    widths = [max(len(part) for part in [*head, *cells]) for head, cells in zip(heads, columns, strict=True)]
    key = max(len(each) for each in rows)
    tall = max(len(head) for head in heads)
    lines: list[str] = []
    for level in range(tall):
        parts = [([""] * (tall - len(head)) + head)[level].rjust(width) for head, width in zip(heads, widths, strict=True)]
        lines.append("    " + "  ".join([" " * key, *parts]))
    for at, each in enumerate(rows):
        lines.append("    " + "  ".join([each.ljust(key), *(cells[at].rjust(width) for cells, width in zip(columns, widths, strict=True))]))
    return lines


def _table_cell(value: Fraction | str | bool | None, places: int) -> str:
    if value is None:
        return "–"
    return shown_grouped(value, places) if isinstance(value, Fraction) else _shown(value, "", None)


def _value(value: Fraction | str | bool, unit: str) -> dict[str, Any] | str | bool:
    if isinstance(value, Fraction):
        places = natural_places(value)
        return {"exact": str(value), "shown": shown(value, min(places, 2) if abs(value) >= 1 else places), "unit": unit or "1"}
    return value


def _line(line: Line) -> dict[str, Any]:
    found = {"label": line.label, "formula": line.formula, "value": _value(line.value, line.unit)}
    return {**found, "table": line.table} if line.table else found
