"""From a tree that was read to a record of the pack model, with every fault of the record at its line.

Knows the pydantic models of pack.py and how their faults are said. Must not know files, rules or references between records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence as AnySequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from tenderloop.pack import (
    Check,
    CodeSignal,
    Derived,
    Fact,
    FieldSignal,
    Gate,
    Indicator,
    Pack,
    Parameter,
    Place,
    Profile,
    Source,
    TextSignal,
    Threshold,
)
from tenderloop.quantity import QuantityError
from tenderloop.readers.answers import shown_kind
from tenderloop.readers.faults import Spot, nearest
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value

M = TypeVar("M", bound=BaseModel)

# What the reader itself writes into a record; an author may not.
_OURS = frozenset({"file", "line", "hash", "folder", "filled_by"})
RECORDS: tuple[type[Place], ...] = (
    Source, Fact, Parameter, Derived, Indicator, Gate, Check, CodeSignal, TextSignal, FieldSignal, Threshold, Profile,
)  # fmt: skip


@dataclass(frozen=True)
class Written(Generic[M]):
    """A record with the tree it was read from, so that a later fault can name the line of a part."""

    record: M
    tree: Mapping
    file: str
    spot: Spot

    def at(self, *path: str | int) -> Spot:
        """Where a part of the record stands; the nearest part above it when it is not written."""
        return place_of(self.tree, path, self.spot)[0]


def place_of(tree: Value, path: AnySequence[str | int], spot: Spot) -> tuple[Spot, Value]:
    """The place and the value at the end of a path, as far as it is written.

    Parts that name no key or item (pydantic names the branch of a union there) are passed over.
    """
    line = spot.line
    for part in path:
        if isinstance(tree, Mapping) and str(part) in tree:
            line = tree.lines.get(str(part)) or line
            tree = tree[str(part)]
        elif isinstance(tree, Sequence) and isinstance(part, int) and part < len(tree):
            line = tree.lines[part] or line
            tree = tree[part]
    return Spot(spot.faults, line, spot.where), tree


def read_record(
    model: type[M],
    tree: Value,
    spot: Spot,
    what: str,
    keys: AnyMapping[str, tuple[str, ...]] | None = None,
    page: str = "docs/pack-format.md",
) -> Written[M] | None:
    """The record, or None when it has faults, which are noted. ``what`` names the record in messages, such as "indicator 'a.b'".

    ``keys`` are the keys that hints may name, by the key under which a record is written (``key_table``); those of a pack unless given.
    ``page`` is where the format is described.

    >>> from tenderloop.readers.faults import Faults
    >>> from tenderloop.readers.strict_yaml import read_yaml
    >>> faults = Faults("sources.yaml")
    >>> read_record(Source, read_yaml("id: x\\ntittle: A law\\nstatus: official\\n"), faults.at(1), "source 'x'")
    >>> for problem in faults.problems: print(problem)
    sources.yaml:1: missing-key: 'title' is missing in source 'x' (write title: and its value)
    sources.yaml:2: unknown-key: 'tittle' is not a key of source 'x' (did you mean 'title'?)
    """
    if not isinstance(tree, Mapping):
        spot.add("wrong-type", f"{what} must be written as keys with values, {shown_kind(tree)} is written", "write key: value, one a line")
        return None
    before = len(spot.faults.problems)
    for key in sorted(_OURS & tree.keys()):
        place_of(tree, [key], spot)[0].add("unknown-key", f"'{key}' is not a key of {what}", "delete it: the reader fills it in")
    data = _plain(tree)
    if issubclass(model, Place):
        data.update(file=spot.faults.file, line=tree.line or spot.line or 0)
    _prepare(data, tree, spot.faults.file)
    try:
        record = _validated(model, data, tree)
    except ValidationError as error:
        _explain(error, tree, spot, what, model, keys or keys_of(), page)
        return None
    _refuse_words_for_truth(tree, spot, what)
    return None if len(spot.faults.problems) > before else Written(record, tree, spot.faults.file, spot)


def _validated(model: type[M], data: dict[str, Any], tree: Mapping) -> M:
    try:
        return model.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as error:
        # A number is text where text is asked for: 'unit: 1', 'rating: 3', 'version: 0.1'.
        changed = False
        for fault in error.errors(include_url=False):
            written = place_of(tree, fault["loc"], Spot(_NOWHERE))[1]
            if fault["type"] == "string_type" and isinstance(written, Number):
                changed |= _set(data, fault["loc"], written.written)
        if not changed:
            raise
    return model.model_validate(data, by_alias=True, by_name=False)


def _set(data: Any, path: AnySequence[str | int], text: str) -> bool:
    for part in path[:-1]:
        if _holds(data, part):
            data = data[part]
    if not _holds(data, path[-1]):
        return False
    data[path[-1]] = text
    return True


def _holds(data: Any, part: str | int) -> bool:
    return (isinstance(data, dict) and part in data) or (isinstance(data, list) and isinstance(part, int))


def _plain(tree: Value) -> Any:
    if isinstance(tree, Mapping):
        return {key: _plain(value) for key, value in tree.items()}
    if isinstance(tree, Sequence):
        return [_plain(value) for value in tree]
    if isinstance(tree, Number):
        return Fraction(tree)
    return tree


def plain_answers(tree: Value) -> Any:
    """An example's answers as a pack keeps them: whole numbers as int, other numbers as written, so that they can be stored as JSON."""
    if isinstance(tree, Mapping):
        return {key: plain_answers(value) for key, value in tree.items()}
    if isinstance(tree, Sequence):
        return [plain_answers(value) for value in tree]
    if isinstance(tree, Number):
        return int(tree) if tree.written.lstrip("-").isdigit() else tree.written
    return tree


def _prepare(data: dict[str, Any], tree: Mapping, file: str) -> None:
    """Empty values are as good as not written, where a key may be left out; examples keep their answers as written."""
    examples = tree.get("examples")
    if isinstance(examples, Sequence) and isinstance(data.get("examples"), list):
        for item, plain in zip(examples, data["examples"], strict=True):
            if not isinstance(item, Mapping):
                continue
            plain.update(file=file, line=item.line)
            for key in ("facts", "confirmed"):
                if isinstance(item.get(key), Mapping):
                    plain[key] = plain_answers(item[key])
            expected = item.get("expect")
            if isinstance(expected, Number):
                plain["expect"] = expected.written  # with its places: 83.3 is compared after rounding to one


def _refuse_words_for_truth(tree: Mapping, spot: Spot, what: str) -> None:
    """pydantic takes 'yes' for true; this dialect does not."""
    scoring = tree.get("scoring")
    levels = scoring.get("levels") if isinstance(scoring, Mapping) else None
    places: list[tuple[Mapping, str]] = [(levels, "by_stage")] if isinstance(levels, Mapping) else []
    examples = tree.get("examples")
    if isinstance(examples, Sequence):
        places += [(each, "na") for each in examples if isinstance(each, Mapping)]
    for mapping, key in places:
        if key in mapping and not isinstance(mapping[key], bool):
            place_of(mapping, [key], spot)[0].add("wrong-type", f"'{key}' in {what} is {shown_kind(mapping[key])}", "write true or false")


class _Nowhere:
    """Takes the place of a list of faults where only a value is looked up."""

    def add(self, *_: object, **__: object) -> None:
        raise AssertionError("a fault was noted while looking up a value")


_NOWHERE: Any = _Nowhere()


# ------------------------------------------------------------------------------------------------------------ saying what is wrong


@cache
def keys_of() -> dict[str, tuple[str, ...]]:
    """The keys of each kind of record of a pack, by the key under which it is written; of a whole record by the name of its model."""
    models: tuple[type[BaseModel], ...] = (*RECORDS, Pack)
    return key_table(models) | {"Pack": HEADER_KEYS}


def key_table(models: AnySequence[type[BaseModel]]) -> dict[str, tuple[str, ...]]:
    """The keys of each kind of record under ``models``, by the key under which it is written; of a whole record by its name.

    >>> key_table([Source])["Source"][:2]
    ('id', 'title')
    """
    table: dict[str, tuple[str, ...]] = {}

    def keys(model: type[BaseModel]) -> tuple[str, ...]:
        return tuple(field.alias or name for name, field in model.model_fields.items() if name not in _OURS)

    def visit(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            for inner in _models(field.annotation):
                key = field.alias or name
                if key not in table:
                    table[key] = keys(inner)
                    visit(inner)

    for model in models:
        table[model.__name__] = keys(model)
        visit(model)
    return table


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in get_args(annotation) for found in _models(argument)]


# What pack.yaml may hold: the rest of a Pack comes from the other files.
HEADER_KEYS: tuple[str, ...] = tuple(
    name
    for name in Pack.model_fields
    if name not in {"sources", "facts", "parameters", "derived", "indicators", "gates", "checks", "profile", "hash", "folder"}
    and not name.endswith("_signals")
)

_EXPECTED = re.compile(r"'([^']*)'")
_AMOUNTS = frozenset({"from", "to", "at", "points", "value", "values"})


def _explain(
    error: ValidationError,
    tree: Mapping,
    spot: Spot,
    what: str,
    model: type[BaseModel],
    keys: AnyMapping[str, tuple[str, ...]],
    page: str,
) -> None:
    seen: set[tuple[object, ...]] = set()
    for fault in error.errors(include_url=False):
        path = fault["loc"]
        at, written = place_of(tree, path, spot)
        named = [
            str(part)
            for part in path
            if isinstance(part, str) and not part.startswith(("literal[", "function-", "constrained-", "Cap", "lax-"))
        ]
        key = named[-1] if named else ""
        place = (at.line, key)
        kind = fault["type"]
        if kind != "extra_forbidden" and place in seen:
            continue  # one fault a place: a union reports one for each branch
        seen.add(place)
        inside = f"{what}, {'.'.join(named[:-1])}" if len(named) > 1 else what
        code, message, hint = _said(fault, key, inside, named, written, model, keys, page)
        at.add(code, message, hint)


def _said(
    fault: Any,
    key: str,
    inside: str,
    named: list[str],
    written: Value,
    model: type[BaseModel],
    keys: AnyMapping[str, tuple[str, ...]],
    page: str,
) -> tuple[str, str, str]:
    kind: str = fault["type"]
    context = fault.get("ctx", {})
    said = f"'{key}' in {inside}"
    if kind == "missing":
        return "missing-key", f"'{key}' is missing in {inside}", f"write {key}: and its value"
    if kind == "extra_forbidden":
        container = next((part for part in reversed(named[:-1]) if part in keys), model.__name__)
        known = keys.get(container, ())
        near = nearest(key, known)
        if written is None and " " in key:
            return "unknown-key", f"'{key}' is not a key of {inside}", "quote the text before it: inside { } a comma begins the next key"
        return "unknown-key", f"'{key}' is not a key of {inside}", f"did you mean '{near}'?" if near else "its keys are " + ", ".join(known)
    if key == "on_fail":
        return "unknown-value", f"{said} is {shown_kind(written)}", "write reject, warn or {cap: RATING}"
    if kind == "literal_error":
        options = _EXPECTED.findall(context.get("expected", ""))
        near = nearest(str(written), options)
        return (
            "unknown-value",
            f"{said} is {shown_kind(written)}",
            (f"did you mean '{near}'? " if near else "") + "write one of: " + ", ".join(options),
        )
    if kind == "string_pattern_mismatch":
        if "\\d{4}" in context["pattern"]:
            return "bad-date", f"{said}: '{fault['input']}' is not a date", "write year-month-day, such as 2026-11-21"
        if "[A-Z]{3}" in context["pattern"]:
            return "bad-currency", f"{said}: '{str(fault['input'])[:60]}' is no currency", "write its three-letter code, such as EUR"
        if "\\d" in context["pattern"]:
            return "unknown-value", f"{said}: '{fault['input']}' is no SDG target", 'write it in quotes, such as "12.5"'
        return "bad-id", f"{said}: '{str(fault['input'])[:60]}' is no id", "write lower-case letters, digits and _, a letter first"
    if kind in ("string_too_long", "string_too_short"):
        if kind == "string_too_short":
            return "text-too-short", f"{said} is too short", f"write at least {context['min_length']} characters"
        return "text-too-long", f"{said} has {len(str(fault['input']))} characters", f"write at most {context['max_length']}"
    if kind == "too_short":
        return "too-few", f"{said} has too few entries", f"write at least {context['min_length']}"
    if kind == "value_error":
        cause = context.get("error")
        if isinstance(cause, QuantityError):
            return cause.code, f"{said}: {cause.message}", cause.hint or "write a number with its unit"
        return "bad-value", f"{said}: {cause}" if key else f"{inside}: {cause}", f"see {page}"
    if kind in ("greater_than_equal", "less_than_equal"):
        return "out-of-range", f"{said} is {shown_kind(written)}", f"write a number from {context.get('ge', 0)} to {context.get('le', 4)}"
    return "wrong-type", f"{said} is {shown_kind(written)}: {fault['msg'][:1].lower() + fault['msg'][1:]}", _type_hint(kind, page)


def _type_hint(kind: str, page: str) -> str:
    if kind == "string_type":
        return "write a text, in quotes if need be"
    if kind in ("tuple_type", "list_type"):
        return "write a list: [a, b]"
    if kind in ("model_type", "mapping_type", "dict_type"):
        return "write keys with values: {key: value}"
    if kind.startswith("int"):
        return "write a whole number"
    return f"see {page}"
