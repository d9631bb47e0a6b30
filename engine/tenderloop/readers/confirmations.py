"""From what is written under ``confirmed`` to confirmed thresholds, in a case and in an example.

Knows parameters and how a person vouches for one. Must not know rules, or whether a value is a good one.
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from fractions import Fraction

from tenderloop.case import Confirmation
from tenderloop.pack import Amount, Fact, Parameter
from tenderloop.quantity import parse_unit
from tenderloop.readers.answers import read_value, shown_kind, written_number
from tenderloop.readers.faults import Spot, nearest
from tenderloop.readers.strict_yaml import Value
from tenderloop.thresholds import has_value

# Who confirms in an example; a case must name a person.
EXAMPLE_BUYER = "the buyer in an example"


def read_amount(parameter: Parameter, raw: Value, spot: Spot, currency: str | None) -> Amount | None:
    """The value that a person gives to a parameter, in its declared unit; None with a fault, noted at ``spot``.

    >>> from tenderloop.readers.faults import Faults
    >>> kept = Parameter(id="kept", unit="year", open=True, source="law")
    >>> read_amount(kept, "36 month", Faults().at(), None).text
    '3 year'
    """
    asked = Fact(id=parameter.id, kind="number", unit=parameter.unit, question="Which value holds?")
    value = read_value(asked, raw, spot, currency)
    if value is None:
        return None
    assert isinstance(value, Fraction)
    unit = parse_unit(parameter.unit)
    return Amount(text=written_number(value, parameter.unit, currency), base=value * unit.factor, unit=unit)


def find_threshold(name: str, parameters: AnyMapping[str, Parameter], spot: Spot) -> Parameter | None:
    """The parameter that waits for a confirmation under this name; None with a fault when there is none."""
    parameter = parameters.get(name)
    if parameter is not None and parameter.waits:
        return parameter
    if parameter is not None:
        spot.add("unknown-threshold", f"'{name}' is fixed by the pack and waits for nobody", "delete it: a case does not change a pack")
        return None
    waiting = [each.id for each in parameters.values() if each.waits]
    near = nearest(name, waiting)
    hint = f"did you mean '{near}'?" if near else "name a threshold of the profile: load the pack with it, or write profile: in the case"
    spot.add("unknown-threshold", f"no threshold '{name[:60]}' waits for a confirmation", hint)
    return None


def in_example(parameter: Parameter, raw: Value, spot: Spot, currency: str | None) -> Confirmation | None:
    """What an example confirms: ``true`` is the value as printed, anything else the buyer's own."""
    if raw is True:
        if has_value(parameter):
            return Confirmation(by=EXAMPLE_BUYER)
        spot.add("value-missing", f"'{parameter.id}' has no printed value to confirm", f"write a value in {parameter.unit}")
        return None
    if isinstance(raw, bool) or raw is None:
        spot.add("wrong-kind", f"'{parameter.id}' is confirmed by {shown_kind(raw)}", "write true for the value as printed, or a value")
        return None
    amount = read_amount(parameter, raw, spot, currency)
    return None if amount is None else Confirmation(value=amount, by=EXAMPLE_BUYER)
