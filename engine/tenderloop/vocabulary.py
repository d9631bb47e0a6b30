"""The names that a pack's rules may use, and of what kind and unit each is.

Knows facts, parameters and derived values as types, and the order in which derived values can be computed. Must not know any value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from tenderloop import methods
from tenderloop.errors import Problem
from tenderloop.expression import Expression, ExpressionError, ExpressionErrors, Type, check, names_in, parse
from tenderloop.methods import Input, Method
from tenderloop.pack import Derived, Fact, Pack, Place
from tenderloop.quantity import QuantityError, parse_quantity, parse_unit


class Bound(NamedTuple):
    """What a method's input is bound to: a rule, a table fact, or a constant."""

    input: Input
    rule: Expression | None = None
    table: str | None = None
    constant: Fraction | str | bool | None = None


@dataclass(frozen=True)
class Value:
    """A derived value, ready to compute."""

    declared: Derived
    type: Type
    rule: Expression | None = None
    method: Method | None = None
    bound: tuple[Bound, ...] = ()

    @property
    def rules(self) -> tuple[Expression, ...]:
        """Every rule that it reads: its own, or those bound to its method's inputs."""
        return (self.rule,) if self.rule is not None else tuple(bound.rule for bound in self.bound if bound.rule is not None)


@dataclass
class Vocabulary:
    """Types by name, derived values in computing order, and the faults found on the way."""

    types: dict[str, Type] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, rule: str, place: Place, what: str, *, kinds: tuple[str, ...] = ()) -> tuple[Expression, Type] | None:
        """Parse and check one rule; faults are collected under the place's file and line."""

        def fault(code: str, message: str, hint: str) -> None:
            self.problems.append(Problem(code, f"{message} in {what}: {rule}"[:400], place.file, place.line or None, hint=hint))

        try:
            tree = parse(rule)
            kind = check(tree, self.types)
        except ExpressionErrors as errors:
            for error in errors.errors:
                fault(error.code, error.message, error.hint)
            return None
        except ExpressionError as error:
            fault(error.code, error.message, error.hint)
            return None
        if kinds and kind.kind not in kinds:
            fault("wrong-kind", f"this gives a {kind.kind}, not a {' or '.join(kinds)}", "")
            return None
        return tree, kind


def fact_type(fact: Fact) -> Type:
    """The type of a fact's answer."""
    if fact.kind == "number":
        return Type("number", parse_unit(fact.unit).dimension, unit=fact.unit)
    if fact.kind == "yes_no":
        return Type("truth")
    if fact.kind in ("choice", "choices"):
        return Type(fact.kind, (), tuple(fact.options))
    return Type(fact.kind)


def vocabulary(pack: Pack) -> Vocabulary:
    """Every name of a pack; a derived value with a fault is left out, and what hangs on it is reported as unknown name."""
    found = Vocabulary()
    for fact in pack.facts:
        try:
            found.types[fact.id] = fact_type(fact)
        except QuantityError as error:
            found.problems.append(Problem(error.code, f"fact {fact.id}: {error.message}", fact.file, fact.line or None, hint=error.hint))
    for parameter in pack.parameters:
        try:
            found.types[parameter.id] = Type("number", parse_unit(parameter.unit).dimension, unit=parameter.unit)
        except QuantityError as error:
            found.problems.append(
                Problem(error.code, f"parameter {parameter.id}: {error.message}", parameter.file, parameter.line or None, hint=error.hint)
            )
    for derived in _ordered(pack, found.problems):
        value = _of_rule(derived, found) if derived.value is not None else _of_method(derived, found, pack.fact_of)
        if value is not None:
            found.types[derived.id] = value.type
            found.values.append(value)
    return found


def _ordered(pack: Pack, problems: list[Problem]) -> list[Derived]:
    """Derived values so that each comes after those it reads; a circle is a fault."""
    declared = {derived.id: derived for derived in pack.derived}
    done: dict[str, bool] = {}
    ordered: list[Derived] = []

    def visit(derived: Derived, path: tuple[str, ...]) -> None:
        if derived.id in done:
            if not done[derived.id]:
                circle = " > ".join((*path[path.index(derived.id) :], derived.id))
                problems.append(Problem("circular-value", f"derived values read each other: {circle}", derived.file, derived.line or None))
            return
        done[derived.id] = False
        for name in sorted(_reads(derived) & declared.keys()):
            visit(declared[name], (*path, derived.id))
        done[derived.id] = True
        ordered.append(derived)

    for derived in pack.derived:
        visit(derived, ())
    return ordered


def _reads(derived: Derived) -> frozenset[str]:
    rules = [derived.value] if derived.value is not None else [each for each in derived.with_.values() if isinstance(each, str)]
    names: set[str] = set()
    for rule in rules:
        try:
            names |= names_in(parse(rule))
        except (ExpressionError, ExpressionErrors):
            continue  # reported when the rule is read
    return frozenset(names)


def _of_rule(derived: Derived, found: Vocabulary) -> Value | None:
    assert derived.value is not None
    read = found.read(derived.value, derived, f"derived value {derived.id}")
    if read is None:
        return None
    tree, kind = read
    if derived.unit:
        try:
            declared = parse_unit(derived.unit).dimension
        except QuantityError as error:
            found.problems.append(
                Problem(error.code, f"derived value {derived.id}: {error.message}", derived.file, derived.line or None, hint=error.hint)
            )
            return None
        if kind.kind in ("number", "level") and declared != kind.dimension:
            found.problems.append(
                Problem(
                    "unit-mismatch",
                    f"derived value {derived.id} is declared in {derived.unit} but its rule gives another unit: {derived.value}",
                    derived.file,
                    derived.line or None,
                )
            )
            return None
    return Value(derived, kind, rule=tree)


def _of_method(derived: Derived, found: Vocabulary, fact_of: Mapping[str, Fact]) -> Value | None:
    assert derived.method is not None
    assert derived.take is not None
    before = len(found.problems)

    def fault(code: str, message: str, hint: str = "") -> None:
        found.problems.append(Problem(code, f"derived value {derived.id}: {message}", derived.file, derived.line or None, hint=hint))

    try:
        method = methods.get(derived.method)
    except KeyError as error:
        fault("unknown-method", str(error.args[0]), "tenderloop calc --list shows all")
        return None
    try:
        output = method.output(derived.take)
    except KeyError:
        fault("unknown-output", f"{method.name} gives no '{derived.take}'", "it gives: " + ", ".join(each.name for each in method.outputs))
        return None
    bound: list[Bound] = []
    for name, given in derived.with_.items():
        try:
            declared = method.input(name)
        except KeyError:
            fault("unknown-input", f"{method.name} has no input '{name}'", "it has: " + ", ".join(each.name for each in method.inputs))
            continue
        each = _bind(declared, given, derived, found, fact_of, fault)
        if each is not None:
            bound.append(each)
    for declared in method.inputs:
        if declared.default is None and not declared.optional and declared.name not in derived.with_:
            fault("missing-input", f"{method.name} needs '{declared.name}' ({declared.label})")
    if output.unit is not None and derived.unit:
        try:
            if parse_unit(derived.unit).dimension != parse_unit(output.unit).dimension:
                fault("unit-mismatch", f"is declared in {derived.unit} but {method.name}.{output.name} is in {output.unit}")
        except QuantityError as error:
            fault(error.code, error.message, error.hint)
    if len(found.problems) > before:
        return None
    kind = Type("text") if output.unit is None else Type("number", parse_unit(output.unit).dimension, unit=output.unit)
    return Value(derived, kind, method=method, bound=tuple(bound))


def _bind(
    declared: Input,
    given: str | Fraction | bool,
    derived: Derived,
    found: Vocabulary,
    fact_of: Mapping[str, Fact],
    fault: Callable[..., None],
) -> Bound | None:
    if declared.kind == "table":
        fact = fact_of.get(str(given))
        if fact is None or fact.kind != "table":
            fault("wrong-kind", f"'{declared.name}' needs a table fact, not {given}")
            return None
        for column in declared.columns:
            own = next((each for each in fact.columns if each.id == column.name), None)
            if own is None:
                if not column.optional:
                    fault("missing-column", f"table {fact.id} has no column '{column.name}', which '{declared.name}' needs")
                continue
            if (own.kind == "number") != (column.unit is not None) or (
                column.unit is not None and parse_unit(own.unit).dimension != parse_unit(column.unit).dimension
            ):
                fault("unit-mismatch", f"column {fact.id}.{own.id} is in {own.unit}, '{declared.name}' needs {column.unit or 'text'}")
        return Bound(declared, table=fact.id)
    if isinstance(given, bool) or (isinstance(given, str) and declared.kind in ("choice", "date") and given not in found.types):
        if declared.options and str(given) not in declared.options:
            fault("unknown-option", f"'{declared.name}' cannot be {given}", "write one of: " + ", ".join(declared.options))
            return None
        return Bound(declared, constant=given)
    if isinstance(given, Fraction):
        return Bound(declared, constant=given)
    if declared.kind == "number":
        try:
            quantity = parse_quantity(given)
        except QuantityError:
            pass
        else:
            if quantity.unit.dimension != parse_unit(declared.unit or "1").dimension:
                fault("unit-mismatch", f"'{declared.name}' is in {declared.unit}, not {given}")
                return None
            return Bound(declared, constant=quantity.to(declared.unit or "1"))
    read = found.read(given, derived, f"derived value {derived.id}, input {declared.name}")
    if read is None:
        return None
    tree, kind = read
    wanted = {"number": ("number", "level"), "choice": ("choice", "text"), "yes_no": ("truth",), "date": ("date",)}[declared.kind]
    if kind.kind not in wanted:
        fault("wrong-kind", f"'{declared.name}' needs a {declared.kind}, and {given} is a {kind.kind}")
        return None
    if declared.kind == "number" and kind.dimension != parse_unit(declared.unit or "1").dimension:
        fault("unit-mismatch", f"'{declared.name}' is in {declared.unit}, and {given} is not")
        return None
    if declared.kind == "choice" and kind.options and not set(kind.options) <= set(declared.options):
        fault("unknown-option", f"'{declared.name}' knows {', '.join(declared.options)}; {given} may be {', '.join(kind.options)}")
        return None
    return Bound(declared, rule=tree)
