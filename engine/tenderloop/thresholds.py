"""Which value of a named number is in force for a case: as the pack writes it, as a person confirmed it, or none yet.

Knows parameters and confirmations. Must not know rules, scores or how anything is laid out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tenderloop.case import Case, Confirmation
from tenderloop.pack import Amount, Pack, Parameter, Threshold

State = Literal["fixed", "confirmed", "unconfirmed", "open", "none"]
# Units that English writes with an s after any number but one; a clause is pasted into a contract as it stands.
_COUNTED = ("year", "month", "week", "day", "item")
_BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}", re.ASCII)


@dataclass(frozen=True)
class InForce:
    """A parameter for one case. ``threshold`` is the one that holds the value: itself, or that of the profile which fills it.

    ``amount`` is None unless ``state`` is fixed or confirmed: an unconfirmed value decides nothing. ``since`` is the date from which a
    dated value holds.
    """

    threshold: Parameter
    state: State
    amount: Amount | None
    since: str = ""
    confirmation: Confirmation | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for a person."""
        return self.state in ("unconfirmed", "open")

    @property
    def shown(self) -> str:
        """The value that holds, for people; empty while none does. A threshold in words holds its words once it is confirmed."""
        if self.amount is not None:
            return self.amount.text
        words = self.threshold.words if isinstance(self.threshold, Threshold) else ""
        return words if self.state in ("fixed", "confirmed") else ""


def in_force(pack: Pack, name: str, date: str, confirmed: Mapping[str, Confirmation]) -> InForce:
    """The value of a parameter on an ISO date, given what a case confirms; a name that the pack does not have is a KeyError.

    >>> from tenderloop.readers.packs import load_pack
    >>> pack = load_pack("waste_to_energy")
    >>> in_force(pack, pack.parameters[0].id, "2026-01-01", {}).state
    'fixed'
    """
    parameter = pack.parameter_of[name]
    # An open parameter of the pack holds what its profile's threshold holds, unless the case gives it a value by its own name.
    if parameter.filled_by and name not in confirmed:
        parameter = pack.parameter_of[parameter.filled_by]
    found = parameter.at(date)
    worded = isinstance(parameter, Threshold) and bool(parameter.words)
    if not parameter.waits:
        return InForce(parameter, "fixed" if worded else "none", None) if found is None else InForce(parameter, "fixed", *found)
    confirmation = confirmed.get(parameter.id)
    if confirmation is None:
        return InForce(parameter, "open" if parameter.open else "unconfirmed", None)
    if confirmation.value is not None:
        return InForce(parameter, "confirmed", confirmation.value, "", confirmation)
    if found is None:
        return InForce(parameter, "confirmed" if worded else "none", None, "", confirmation)
    return InForce(parameter, "confirmed", *found, confirmation)


def has_value(parameter: Parameter) -> bool:
    """Whether a value is printed that a person can confirm without writing it again."""
    return not parameter.open


def printed(parameter: Parameter) -> str:
    """The value as its source prints it, with its sign where it is known; empty where nothing is printed."""
    if isinstance(parameter, Threshold):
        return parameter.printed
    if parameter.value is not None:
        return parameter.value.text
    return "; ".join(f"{amount.text} from {date}" for date, amount in parameter.values.items())


def waiting_text(pack: Pack, parameter: Parameter) -> str:
    """Why an unconfirmed or open parameter decides nothing, as one clause of a sentence.

    The value is named as printed, with the status of its source and the page, so that a buyer can look it up.
    """
    known = [printed(parameter), pack.status_of(parameter.source), parameter.source.where]
    within = ", ".join(each for each in known if each)
    if parameter.open:
        return f"threshold {parameter.id} has no value until the buyer gives one" + (f" ({within})" if printed(parameter) else "")
    return f"threshold {parameter.id} ({within}) is not confirmed by the buyer"


def remark(pack: Pack, found: InForce) -> str:
    """What a reader must know of a confirmed value that leaves the bounds its source prints; empty when it keeps them."""
    amount, threshold = found.amount, found.threshold
    if amount is None or found.confirmation is None:
        return ""
    status = ", ".join(each for each in (pack.status_of(threshold.source), threshold.source.where) if each)
    said = f"Threshold {threshold.id}: the buyer's value {amount.text}"
    if threshold.floor is not None and amount.base < threshold.floor.base:
        return f"{said} lies below the {threshold.floor.text} that the source asks at least ({status})."
    if threshold.range is not None and not threshold.range.start.base <= amount.base <= threshold.range.end.base:
        return f"{said} lies outside {threshold.range.start.text} to {threshold.range.end.text}, as the source prints ({status})."
    if threshold.value is not None and amount.base != threshold.value.base:
        return f"{said} differs from the printed {threshold.value.text} ({status})."
    return ""


def blanks(text: str) -> tuple[str, ...]:
    """The names in braces in a clause, each once.

    >>> blanks("The warranty lasts {warranty_core}, parts are kept {parts_core}; again {warranty_core}.")
    ('warranty_core', 'parts_core')
    """
    return tuple(dict.fromkeys(_BLANK.findall(text)))


def filled(text: str, pack: Pack, case: Case) -> str:
    """A clause with its named values: a confirmed one as the buyer gave it, any other as a blank with its unit.

    Braces around anything but a parameter of the pack stay as they are.
    """
    if "{" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        if found[1] not in pack.parameter_of:
            return found[0]
        held = in_force(pack, found[1], case.date, case.confirmed)
        unit = held.threshold.unit
        if held.amount is not None:
            return f"{held.amount.text}s" if unit in _COUNTED and not re.match(r"1 ", held.amount.text) else held.amount.text
        if held.shown:
            return held.shown
        return "[____]" if unit == "1" else f"[____ {unit}s]" if unit in _COUNTED else f"[____ {unit}]"

    return _BLANK.sub(value, text)
