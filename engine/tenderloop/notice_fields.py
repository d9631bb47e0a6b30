"""The named values of a notice that a pack's signals.yaml may use, each with its meaning and how it is found.

Knows what a notice states in fields. Must not know packs, words' meaning or scores. What is not stated is not found; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tenderloop import weighting
from tenderloop.notice import AwardCriterion, Code, Lot, Notice
from tenderloop.quantity import exact_text


@dataclass(frozen=True, slots=True)
class Found:
    """A value with the place it was read from and the words or code that stand there. Numbers are in the field's unit."""

    value: Fraction | bool
    where: str
    quote: str


@dataclass(frozen=True, slots=True)
class Field:
    """What a named value is. ``kind`` is number or yes_no; ``unit`` of a number."""

    kind: Literal["number", "yes_no"]
    meaning: str
    find: Callable[[Notice], Found | None]
    unit: str = "1"


def field_value(notice: Notice, name: str) -> Found | None:
    """The named value, or None while the notice does not state it.

    >>> from tenderloop.notice import Lot
    >>> notice = Notice("eforms", "eforms-sdk-1.10", "a", "b", "tender", lots=(Lot("LOT-0001", "Lot", "/x"), Lot("LOT-0002", "Lot", "/y")))
    >>> field_value(notice, "lot_count").value
    Fraction(2, 1)
    >>> field_value(notice, "duration_months") is None
    True
    """
    return FIELDS[name].find(notice)


def _lots(notice: Notice) -> list[Lot]:
    return [lot for lot in notice.lots if lot.kind != "LotsGroup"]


def _weighed(notice: Notice) -> list[Lot]:
    """The lots that have award criteria; criteria stated for the whole stand as one more."""
    whole = [Lot("the whole", "Lot", notice.criteria[0].where, criteria=notice.criteria)] if notice.criteria else []
    return [*whole, *(lot for lot in _lots(notice) if lot.criteria)]


def _share(
    kind: str, choose: Callable[[Iterable[tuple[Fraction, str, str]]], tuple[Fraction, str, str]]
) -> Callable[[Notice], Found | None]:
    """The share of one kind of criterion; of several lots the least favourable, and only when each lot with criteria states its weights."""

    def find(notice: Notice) -> Found | None:
        shares: list[tuple[Fraction, str, str]] = []
        for lot in _weighed(notice):
            share = weighting.weights_of(lot).share_of(kind)
            if share is None:
                return None
            shares.append((share * 100, lot.where, f"{lot.id}: " + ", ".join(_shown(criterion) for criterion in lot.criteria)))
        return Found(*choose(shares)) if shares else None

    return find


def _shown(criterion: AwardCriterion) -> str:
    name = (
        criterion.names[0].value
        if criterion.names
        else (criterion.descriptions[0].value[:60] if criterion.descriptions else criterion.type)
    )
    weights = [parameter for parameter in criterion.parameters if parameter.kind == "weight" and parameter.value is not None]
    return (
        f"{name or criterion.type} {exact_text(Fraction(weights[0].value or 0))} ({weights[0].code})" if weights else name or criterion.type
    )


def _weights_published(notice: Notice) -> Found | None:
    """Only ever yes: a notice without weights may have them in its documents."""
    lots = _weighed(notice)
    if lots and all(weighting.weights_of(lot).complete for lot in lots):
        return Found(True, lots[0].where, f"weights of {sum(len(lot.criteria) for lot in lots)} award criteria in {len(lots)} lots")
    return None


def _lot_count(notice: Notice) -> Found | None:
    lots = _lots(notice)
    return Found(Fraction(len(lots)), lots[0].where, f"{len(lots)} lots") if lots else None


_MONTHS = {"day": Fraction(12, 365), "week": Fraction(84, 365), "month": Fraction(1), "year": Fraction(12)}


def _duration(notice: Notice) -> Found | None:
    """The longest lot; a year is 12 months, a day 12/365 of a month."""
    found = [
        (Fraction(lot.duration.value) * _MONTHS[lot.duration.unit], lot.duration.where, f"{lot.duration.value} {lot.duration.unit}")
        for lot in _lots(notice)
        if lot.duration is not None
    ]
    return Found(*max(found)) if found else None


def _coded(lists: tuple[str, ...], yes: frozenset[str], no: frozenset[str] = frozenset()) -> Callable[[Notice], Found | None]:
    """Yes when any lot states a code that means yes; no only when codes are stated and all of them mean no."""

    def find(notice: Notice) -> Found | None:
        stated: list[Code] = [code for code in notice.every_code() if code.list in lists and code.value in yes | no]
        said = next((code for code in stated if code.value in yes), None) or next(iter(stated), None)
        return Found(said.value in yes, said.where, f"{said.list}: {said.value}") if said is not None else None

    return find


def _languages(notice: Notice) -> Found | None:
    return Found(Fraction(len(notice.languages)), notice.where, ", ".join(notice.languages)) if notice.languages else None


_TRUE, _FALSE = frozenset({"true", "yes"}), frozenset({"false", "no"})

FIELDS: dict[str, Field] = {
    "award_share_price": Field(
        "number", "share of the weight that price criteria carry, of the lot where it is highest", _share("price", max), "%"
    ),
    "award_share_cost": Field(
        "number", "share of the weight that cost criteria carry, of the lot where it is lowest", _share("cost", min), "%"
    ),
    "award_share_quality": Field(
        "number", "share of the weight that quality criteria carry, of the lot where it is lowest", _share("quality", min), "%"
    ),
    "award_weights_published": Field("yes_no", "every award criterion of every lot has its weight in the notice", _weights_published),
    "lot_count": Field("number", "number of lots", _lot_count),
    "duration_months": Field("number", "duration of the longest lot", _duration, "month"),
    "sme_suitable": Field(
        "yes_no", "the buyer calls it suitable for small and medium-sized firms (BT-726)", _coded(("sme-suitable",), _TRUE, _FALSE)
    ),
    "variants_allowed": Field(
        "yes_no",
        "variants are allowed or required (BT-63)",
        _coded(("permission",), frozenset({"allowed", "required"}), frozenset({"not-allowed"})),
    ),
    "framework": Field(
        "yes_no",
        "a framework agreement (BT-765)",
        _coded(("framework-agreement",), frozenset({"fa-mix", "fa-w-rc", "fa-wo-rc"}), frozenset({"none"})),
    ),
    "reserved": Field(
        "yes_no",
        "participation is reserved for sheltered workshops or the like (BT-71)",
        _coded(("reserved-procurement",), frozenset({"res-ws", "res-pub-ser"}), frozenset({"none"})),
    ),
    "selection_environmental": Field(
        "yes_no",
        "a selection criterion asks for environmental management or an environmental certificate (BT-809)",
        _coded(("selection-criterion",), frozenset({"slc-abil-mgmt-env", "slc-sche-env-cert-indep"})),
    ),
    "selection_supply_chain": Field(
        "yes_no",
        "a selection criterion asks for supply-chain management (BT-809)",
        _coded(("selection-criterion",), frozenset({"slc-abil-mgmt-supply"})),
    ),
    "language_count": Field("number", "languages in which the notice is official", _languages),
}
