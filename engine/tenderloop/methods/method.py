"""What a published formula is: its inputs with units, its outputs, its source, and the sheet on which it shows its work.

Knows how to declare, check and run a method. Must not know any formula, pack or case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tenderloop.quantity import natural_places, shown

Row = Mapping[str, "Fraction | str"]
Value = Fraction | str | bool | Sequence[Row]
Kind = Literal["number", "choice", "yes_no", "date", "table"]


@dataclass(frozen=True)
class Column:
    """A column of a table-valued input. ``unit`` is None for text; the first column is the key and its values are unique.

    ``least`` and ``most`` are the valid range, in ``unit``. A cell of an ``optional`` column may be left out or be None.
    """

    name: str
    unit: str | None
    label: str = ""
    options: tuple[str, ...] = ()
    optional: bool = False
    least: Fraction | None = None
    most: Fraction | None = None


@dataclass(frozen=True)
class Input:
    """One input. Numbers arrive as ``Fraction`` in ``unit``; ``default`` None means that it must be given.

    ``least`` and ``most`` are the valid range, in ``unit``; a value outside is refused, never clamped.
    """

    name: str
    label: str
    unit: str | None = None
    kind: Kind = "number"
    default: Fraction | str | bool | None = None
    optional: bool = False
    least: Fraction | None = None
    most: Fraction | None = None
    options: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Output:
    """One result. ``unit`` None means text; a method may leave an output unset when there is nothing to say."""

    name: str
    label: str
    unit: str | None


@dataclass(frozen=True)
class Line:
    """One line of a worksheet: what, how, how much. ``table`` groups lines that belong in one table (a year, a component)."""

    label: str
    formula: str
    value: Fraction | str | bool
    unit: str = ""
    table: str = ""


class Refused(Exception):  # noqa: N818  (it is not an error of ours: the inputs are refused)
    """The inputs cannot be true together, or lie outside the method's valid range. ``input`` names the one to look at."""

    def __init__(self, message: str, input: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.input = input
        self.hint = hint


@dataclass
class Sheet:
    """Where a method writes its work while it runs."""

    steps: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def step(self, label: str, formula: str, value: Fraction, unit: str = "", table: str = "") -> Fraction:
        """Write one line and give the value back, so that a formula reads as an assignment."""
        self.steps.append(Line(label, formula, value, unit, table))
        return value

    def say(self, label: str, formula: str, value: str | bool, table: str = "") -> None:
        """Write a line whose value is a word."""
        self.steps.append(Line(label, formula, value, "", table))

    def note(self, text: str) -> None:
        """Write a caveat that the reader of the result must see."""
        self.notes.append(text)


@dataclass(frozen=True)
class Worksheet:
    """One run of a method: inputs, steps and outputs, all exact."""

    method: str
    title: str
    formula: str
    inputs: tuple[Line, ...]
    steps: tuple[Line, ...]
    outputs: Mapping[str, Fraction | str]
    notes: tuple[str, ...]
    source: str


Function = Callable[..., Mapping[str, "Fraction | str | None"]]


@dataclass(frozen=True)
class Method:
    """A named formula. ``formula`` is the equation as a person writes it; ``valid`` says where it holds."""

    name: str
    title: str
    formula: str
    source: str
    status: Literal["official", "published", "unverified", "proposed"]
    valid: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    function: Function

    def input(self, name: str) -> Input:
        """The input of that name; KeyError when there is none."""
        for each in self.inputs:
            if each.name == name:
                return each
        raise KeyError(name)

    def output(self, name: str) -> Output:
        """The output of that name; KeyError when there is none."""
        for each in self.outputs:
            if each.name == name:
                return each
        raise KeyError(name)

    def run(self, given: Mapping[str, Value | None]) -> Worksheet:
        """Run on exact values in the declared units.

        A missing required input, an unknown name, or a value outside its range is ``Refused``; defaults are written on the sheet as such.
        """
        values: dict[str, Value | None] = {}
        lines: list[Line] = []
        for name in given:
            if all(name != each.name for each in self.inputs):
                known = ", ".join(each.name for each in self.inputs)
                raise Refused(f"{self.name} has no input '{name}'", name, f"inputs are: {known}")
        for each in self.inputs:
            value = given.get(each.name)
            taken = "given"
            if value is None:
                if each.default is None and not each.optional:
                    raise Refused(f"{self.name} needs '{each.name}' ({each.label})", each.name)
                value, taken = each.default, f"default, {each.source}" if each.source else "default"
            _check(self.name, each, value)
            values[each.name] = value
            if isinstance(value, Fraction | str | bool):
                lines.append(Line(each.label, taken, value, each.unit or ""))
            elif value is not None:
                lines.extend(_table_lines(each, value))
        sheet = Sheet()
        outputs = self.function(sheet, **values)
        known_outputs = {each.name for each in self.outputs}
        assert set(outputs) <= known_outputs, f"{self.name} gave undeclared outputs {set(outputs) - known_outputs}"
        return Worksheet(
            method=self.name,
            title=self.title,
            formula=self.formula,
            inputs=tuple(lines),
            steps=tuple(sheet.steps),
            outputs={name: value for name, value in outputs.items() if value is not None},
            notes=tuple(sheet.notes),
            source=self.source,
        )


def _check(method: str, declared: Input, value: Value | None) -> None:
    if value is None:
        return
    place = f"{method}: '{declared.name}'"
    if declared.kind == "table":
        _check_table(place, declared, value)
    elif declared.kind == "number":
        if not isinstance(value, Fraction):
            raise Refused(f"{place} must be a number in {declared.unit}", declared.name)
        if fault := _outside(value, declared.least, declared.most, declared.unit):
            raise Refused(f"{place} is {fault}", declared.name)
    elif declared.kind == "yes_no":
        if not isinstance(value, bool):
            raise Refused(f"{place} must be yes or no", declared.name)
    elif not isinstance(value, str):
        raise Refused(f"{place} must be text", declared.name)
    elif declared.options and value not in declared.options:
        raise Refused(f"{place} is '{value}'", declared.name, "write one of: " + ", ".join(declared.options))


def _check_table(place: str, declared: Input, value: Value) -> None:
    if isinstance(value, Fraction | str | bool):
        raise Refused(f"{place} must be a table", declared.name)
    if not value:
        raise Refused(f"{place} has no rows", declared.name)
    faults: list[str] = []
    known = {column.name for column in declared.columns}
    key = declared.columns[0].name
    seen: set[Fraction | str] = set()
    for number, row in enumerate(value, start=1):
        at = f"row {number}"
        faults.extend(f"{at} has the unknown column '{name}'" for name in row if name not in known)
        for column in declared.columns:
            cell = row.get(column.name)
            if cell is None:
                if not column.optional:
                    faults.append(f"{at} has no '{column.name}'")
            elif column.unit is None:
                if not isinstance(cell, str):
                    faults.append(f"{at}: '{column.name}' must be text")
                elif column.options and cell not in column.options:
                    faults.append(f"{at}: '{column.name}' is '{cell}', not one of {', '.join(column.options)}")
            elif not isinstance(cell, Fraction):
                faults.append(f"{at}: '{column.name}' must be a number in {column.unit}")
            elif fault := _outside(cell, column.least, column.most, column.unit):
                faults.append(f"{at}: '{column.name}' is {fault}")
        cell = row.get(key)
        if cell is not None and cell in seen:
            faults.append(f"{at} repeats '{cell}'")
        elif cell is not None:
            seen.add(cell)
    if faults:
        raise Refused(f"{place}: " + "; ".join(faults), declared.name)


def _outside(value: Fraction, least: Fraction | None, most: Fraction | None, unit: str | None) -> str:
    if least is not None and value < least:
        return f"{plain(value)}, below {plain(least)} {unit}"
    if most is not None and value > most:
        return f"{plain(value)}, above {plain(most)} {unit}"
    return ""


def whole(value: Fraction, name: str) -> int:
    """A count of years as an int; Refused when it is not whole.

    >>> whole(Fraction(25), "years")
    25
    """
    if value.denominator != 1:
        raise Refused(f"'{name}' is {plain(value)}: a whole number is needed", name)
    return value.numerator


def plain(value: Fraction) -> str:
    """A number inside a sentence: for messages and notes only, never read back.

    >>> plain(Fraction(1000000)), plain(Fraction(1, 3))
    ('1000000', '0.3333')
    """
    return shown(value, natural_places(value))


def _table_lines(declared: Input, rows: Sequence[Row]) -> list[Line]:
    units = {column.name: column.unit or "" for column in declared.columns}
    key = declared.columns[0].name
    return [
        Line(f"{_cell(row[key])}: {name}", "given", value, units.get(name, ""), table=declared.label)
        for row in rows
        for name, value in row.items()
        if name != key and value is not None
    ]


def _cell(value: Fraction | str) -> str:
    return value if isinstance(value, str) else plain(value)


METHODS: dict[str, Method] = {}


def method(
    *,
    name: str,
    title: str,
    formula: str,
    source: str,
    status: Literal["official", "published", "unverified", "proposed"],
    valid: str,
    inputs: Sequence[Input],
    outputs: Sequence[Output],
) -> Callable[[Function], Function]:
    """Register a function ``f(sheet, **inputs) -> {output: value}`` under its published name."""

    def register(function: Function) -> Function:
        assert name not in METHODS, f"two methods are called {name}"
        METHODS[name] = Method(name, title, formula, source, status, valid, tuple(inputs), tuple(outputs), function)
        return function

    return register
