"""What a bid is: one bidder's offer for a lot, with its version, price, cost lines and answers; and what was decided about it.

Knows bids and the recorded decisions on them. Must not know procedures or scores.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, StrictBool, model_validator

from tenderloop.award.procedure import Currency, Key, Moment, Whole
from tenderloop.case import Document, Evidence, FactValue, plain
from tenderloop.pack import Exact, FactKind, Frozen, Identifier, NodeId, Place

BidId = Key
DecisionStep = Literal["late", "exclusion", "selection", "compliance", "abnormally_low"]


def in_order(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Evidence by document, page and quote: the order in which it was written means nothing."""
    if len(evidence) < 2:
        return evidence
    return tuple(sorted(evidence, key=lambda each: (each.document, each.page, each.quote, each.kind, each.date or "", each.grade)))


class Offered(Frozen):
    """One answer of a bid, in the unit that the procedure declares. A number or level is exact."""

    kind: FactKind
    value: Annotated[Any, PlainSerializer(plain, when_used="json")]
    unit: str = "1"
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, Mapping) and "value" in value:
            return {**value, "value": _valued(str(value.get("kind", "")), value["value"])}
        return value


def _valued(kind: str, value: Any) -> FactValue:
    if kind in ("number", "level") and isinstance(value, str):
        return Fraction(value)
    if kind in ("number", "level") and isinstance(value, int) and not isinstance(value, bool):
        return Fraction(value)
    if kind == "date" and isinstance(value, str):
        return dt.date.fromisoformat(value)
    if kind == "choices":
        return tuple(value)
    if kind == "table":
        raise ValueError("a table cannot be an answer of a bid")
    right = {"yes_no": bool, "number": Fraction, "level": Fraction, "date": dt.date, "choice": str, "text": str}.get(kind)
    if right is not None and not isinstance(value, right):
        raise ValueError(f"{value!r} is no {kind}")
    found: FactValue = value
    return found


class CostLine(Frozen):
    """One cost of a bid over the life of what is bought.

    ``amount`` is money in the bid's currency, or tonnes of CO2 where ``unit`` is ``t CO2``; ``year`` counts from 0 (acquisition) and
    ``until`` repeats the line every year up to that year.
    """

    id: Identifier
    title: str = ""
    kind: Literal["acquisition", "use", "maintenance", "end_of_life", "externality"] = "acquisition"
    amount: Exact
    unit: Literal["money", "t CO2"] = "money"
    year: Whole = 0
    until: Whole | None = None


class Correction(Frozen):
    """A change to the price as read out: an arithmetical correction or an unconditional discount; ``amount`` is added."""

    kind: Literal["arithmetic", "discount", "other"] = "arithmetic"
    amount: Exact
    reason: str = Field(min_length=3)


class Bid(Place):
    """One bidder's offer for one lot, in one version. ``price`` is as read out, in ``currency`` (the procedure's when empty).

    ``confidential`` are texts that may be shown to nobody outside the panel; ``received`` and ``withdrawn`` are moments as recorded.
    """

    id: BidId
    bidder: str = Field(min_length=1)
    lot: Key
    version: str = "1"
    received: Moment = ""
    withdrawn: Moment = ""
    withdrawn_reason: str = ""
    price: Exact | None = None
    currency: Currency | None = None
    corrections: tuple[Correction, ...] = ()
    costs: tuple[CostLine, ...] = ()
    facts: Mapping[Identifier, Offered] = Field(default_factory=dict)
    cases: Mapping[str, str] = Field(default_factory=dict)
    documents: Mapping[str, Document] = Field(default_factory=dict)
    country: str = ""
    sme: StrictBool | None = None
    subcontracted: str = ""
    subcontractors: tuple[str, ...] = ()
    explanation: str = ""
    confidential: tuple[str, ...] = ()
    notes: str = ""


class Decision(Place):
    """A recorded decision on a bid, with its reason. The latest on a bid and step counts; earlier ones stay in the record."""

    bid: BidId
    step: DecisionStep
    outcome: Literal["admit", "reject"]
    ground: str = ""
    reason: str = ""
    by: tuple[str, ...] = ()
    time: Moment = ""
    evidence: tuple[Evidence, ...] = ()


class Draw(Place):
    """A lot drawn in public: the bids that were tied, in the order drawn (first wins)."""

    lot: Key
    order: tuple[BidId, ...]
    reason: str = ""
    witnesses: tuple[str, ...] = ()
    time: Moment = ""


class NotApplicable(Place):
    """A criterion that does not count, for all bids of the lot alike, with its reason and who decided."""

    lot: Key
    criterion: NodeId
    reason: str = ""
    by: str = ""
    time: Moment = ""


class Proceedings(Frozen):
    """What else the report on a procedure must hold; an empty text where nothing was recorded."""

    opened: Moment = ""
    opened_at: str = ""
    opened_by: tuple[str, ...] = ()
    conflicts: str = ""
    non_award: str = ""
    non_electronic: str = ""
    justification: str = ""
    clarifications: tuple[str, ...] = ()
    sent: Moment = ""
