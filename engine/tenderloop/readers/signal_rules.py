"""What signals.yaml says of its pack: the facts it answers, the levels it gives and the fields it reads.

Knows the pack's facts and the catalogue of notice fields. Must not know the term base (lint checks its concepts) nor any notice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenderloop.notice_fields import FIELDS
from tenderloop.pack import CodeSignal, Fact, FieldSignal, TextSignal
from tenderloop.quantity import parse_unit
from tenderloop.readers.answers import read_value
from tenderloop.readers.faults import nearest
from tenderloop.readers.records import Written

if TYPE_CHECKING:
    from tenderloop.readers.packs import Bundle


def check_signals(bundle: Bundle) -> None:
    """Note every signal that names no fact, gives a value that the fact cannot have, or reads a field that does not exist."""
    facts = {each.record.id: each.record for each in bundle.of("facts")}
    for kind in ("code_signals", "text_signals", "field_signals"):
        for each in bundle.of(kind):
            name = each.record.fact
            fact = facts.get(name)
            if fact is not None:
                _fits(each, fact)
            elif name not in bundle.broken:
                near = nearest(name, facts)
                hint = f"did you mean '{near}'?" if near else "declare it under facts:"
                each.at("fact").add("unknown-fact", f"a signal answers '{name}', which is not declared", hint)


def _fits(each: Written[CodeSignal | TextSignal | FieldSignal], fact: Fact) -> None:
    signal = each.record
    if isinstance(signal, CodeSignal):
        read_value(fact, each.tree.get("value", True), each.at("value"), "EUR")
    elif isinstance(signal, TextSignal):
        if fact.kind != "level":
            each.at("fact").add("wrong-kind", f"a concept gives a level, and '{fact.id}' is {fact.kind}", "name a fact of kind level")
        elif signal.measured >= len(fact.levels):
            each.at("measured").add(
                "level-out-of-range",
                f"level {signal.measured} is given, and '{fact.id}' ends at {len(fact.levels) - 1}",
                "give a lower level",
            )
    else:
        field = FIELDS.get(signal.field)
        if field is None:
            near = nearest(signal.field, FIELDS)
            hint = f"did you mean '{near}'?" if near else "the fields are " + ", ".join(FIELDS)
            each.at("field").add("unknown-field", f"a notice has no field '{signal.field}'", hint)
        elif field.kind != fact.kind:
            each.at("fact").add(
                "wrong-kind", f"'{signal.field}' is {field.kind}, and '{fact.id}' is {fact.kind}", f"name a fact of kind {field.kind}"
            )
        elif field.kind == "number" and parse_unit(field.unit).dimension != parse_unit(fact.unit).dimension:
            each.at("fact").add(
                "unit-mismatch", f"'{signal.field}' is in {field.unit}, and '{fact.id}' in {fact.unit}", "change the fact's unit"
            )
