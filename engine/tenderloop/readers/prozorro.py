"""Tenders of Ukraine's Prozorro in its own format, with life-cycle-cost criteria, features, energy-service terms and bids' answers.

Knows the native API's objects, which resemble OCDS 1.0 with CCCEV criteria. Must not know files or packs.
Source: ProzorroUKR/openprocurement.api, ``docs/source/tendering/``; ProzorroUKR/standards, ``criteria/``.

Codes beside those of OCDS items: ``awardCriteria``, ``procurementMethodType``, ``fundingKind``, ``criterion``, ``tenderStatus``,
``documentType``. A criterion whose id begins with ``CRITERION.OTHER.LIFE_CYCLE_COST`` is an award criterion of type cost; features
are award criteria of type quality, each with the greatest value of its options as a decimal weight.
"""

from __future__ import annotations

from typing import Any, Final

from tenderloop.notice import AwardCriterion, Bid, Code, Figure, Lot, Notice, Outcome, Parameter, Party, Stage
from tenderloop.notice import Role as TextRole
from tenderloop.readers.loose_json import Notes, View
from tenderloop.readers.ocds import items
from tenderloop.readers.ocds_extensions import related_lots, requirements, responses
from tenderloop.readers.ocds_words import METHODS, normalised, spelt, texts

CODES: dict[str, str] = {"unknown-award-criteria": "awardCriteria is none of Prozorro's"}

LIFE_CYCLE_COST: Final = "CRITERION.OTHER.LIFE_CYCLE_COST"
AWARD_CRITERIA: Final = ("lowestCost", "lifeCycleCost", "ratedCriteria")
# What a criterion of the official library is about; the rest follows relatesTo.
_ROLES: Final[dict[str, TextRole]] = {
    LIFE_CYCLE_COST: "award",
    "CRITERION.EXCLUSION": "selection",
    "CRITERION.SELECTION": "selection",
    "CRITERION.OTHER.BID": "note",
    "CRITERION.OTHER.CONTRACT": "clause",
}
_LANGUAGE: Final = "uk"


def read_prozorro(document: dict[str, Any], file: str = "", where: str = "", *, line: int | None = None) -> Notice:
    """One tender (the object with ``tenderID``, or an answer of the API with it under ``data``) as a notice.

    >>> tender = {"tenderID": "UA-1", "title": "Desks", "awardCriteria": "lifeCycleCost", "status": "active.tendering"}
    >>> notice = read_prozorro({"data": tender}, "tender.json")
    >>> notice.procedure, notice.texts[0].where, notice.coded("awardCriteria")
    ('UA-1', '/data/title', ('lifeCycleCost',))
    """
    notes = Notes(file, line)
    tender = View(document, where, notes)
    if isinstance(document.get("data"), dict):
        tender = tender.object("data")
    lots, offers = _lots(tender), _bids(tender)
    named = {lot.id for lot in lots}
    said = texts(tender, "title", "title", _LANGUAGE) + texts(tender, "description", "description", _LANGUAGE)
    said += texts(tender, "cause", "note", _LANGUAGE) + texts(tender, "causeDescription", "note", _LANGUAGE)
    codes: list[Code] = []
    items_said, items_codes = items(tender, _LANGUAGE, named)
    said += items_said
    codes += items_codes
    if "awardCriteria" in tender:
        word = spelt(tender, tender.words("awardCriteria"), tender.place("awardCriteria"), AWARD_CRITERIA, quiet=True)
        if word not in AWARD_CRITERIA:
            shown = ", ".join(AWARD_CRITERIA)
            notes.add("unknown-award-criteria", f"'{word[:60]}' is not known", tender.place("awardCriteria"), f"one of: {shown}")
        codes.append(Code("awardCriteria", word, tender.place("awardCriteria")))
    for key in ("procurementMethodType", "fundingKind"):
        if key in tender:
            codes.append(Code(key, tender.words(key), tender.place(key)))
    if "status" in tender:
        codes.append(Code("tenderStatus", tender.words("status"), tender.place("status")))
    asked_said, asked_codes = requirements(tender.each("criteria"), _LANGUAGE, _ROLES)
    said += [text for text in asked_said if text.role != "award"]
    codes += asked_codes
    for one in tender.each("documents"):
        said += texts(one, "title", "document", _LANGUAGE) + texts(one, "description", "document", _LANGUAGE)
        if "documentType" in one:
            codes.append(Code("documentType", one.words("documentType"), one.place("documentType")))
    parties = _parties(tender)
    return Notice(
        format="prozorro",
        version="",
        id=tender.words("id") or tender.words("tenderID"),
        procedure=tender.words("tenderID") or tender.words("id"),
        stage=_stage(tender),
        where=tender.where,
        subtype=tender.words("procurementMethodType"),
        date=tender.date("noticePublicationDate") or tender.date("dateModified") or tender.date("date"),
        languages=(_LANGUAGE,),
        country=next((party.country for party in parties if party.country), ""),
        method=normalised(tender, "procurementMethod", METHODS),
        nature=tender.words("mainProcurementCategory"),
        texts=tuple(said),
        codes=tuple(codes),
        value=tender.amount("value") if "amount" in tender.object("value") else None,
        lots=tuple(lots),
        parties=tuple(parties),
        bids=tuple(offers),
        outcomes=tuple(_outcomes(tender)),
        criteria=tuple(_criteria(tender)),
        problems=tuple(notes.problems),
    )


def read_prozorro_criteria(document: dict[str, Any], file: str = "", where: str = "", *, line: int | None = None) -> Notice:
    """One criterion of the official library as a notice that holds nothing but this criterion.

    >>> mark = {"scheme": "LCC", "id": "CRITERION.OTHER.LIFE_CYCLE_COST.END_OF_LIFE_COST"}
    >>> notice = read_prozorro_criteria({"title": "End of life", "classification": mark, "requirementGroups": []})
    >>> notice.id, notice.criteria[0].type
    ('CRITERION.OTHER.LIFE_CYCLE_COST.END_OF_LIFE_COST', 'cost')
    """
    notes = Notes(file, line)
    one = View(document, where, notes)
    said, codes = requirements([one], _LANGUAGE, _ROLES)
    mark = one.object("classification").words("id")
    return Notice(
        format="prozorro-criteria",
        version="",
        id=mark or one.words("id"),
        procedure="",
        stage="",
        where=where,
        languages=(_LANGUAGE,),
        texts=tuple(text for text in said if text.role != "award"),
        codes=tuple(codes),
        criteria=tuple(_life_cycle_costs([one])),
        problems=tuple(notes.problems),
    )


def _stage(tender: View) -> Stage:
    status = tender.words("status")
    if status.startswith(("active.qualification", "active.awarded")):
        return "award"
    return "contract" if status == "complete" else "tender"


def _lots(tender: View) -> list[Lot]:
    found = []
    for one in tender.each("lots"):
        name = one.words("id") or one.where
        codes = [Code("fundingKind", one.words("fundingKind"), one.place("fundingKind"), name)] if "fundingKind" in one else []
        if "status" in one:
            codes.append(Code("lotStatus", one.words("status"), one.place("status"), name))
        said = texts(one, "title", "title", _LANGUAGE, name) + texts(one, "description", "description", _LANGUAGE, name)
        value = one.amount("value") if "amount" in one.object("value") else None
        figures = _figures(one, ("yearlyPaymentsPercentageRange", "minimalStepPercentage"))
        found.append(Lot(name, "Lot", one.where, texts=tuple(said), codes=tuple(codes), value=value, figures=tuple(figures)))
    if not found and (discount := _figures(tender, ("NBUdiscountRate",))):
        found.append(Lot("", "Lot", tender.where, figures=tuple(discount)))
    elif found and (discount := _figures(tender, ("NBUdiscountRate",))):
        # the discount rate of the national bank is stated once and holds for every lot
        found = [_with_figures(lot, discount) for lot in found]
    return found


def _with_figures(lot: Lot, figures: list[Figure]) -> Lot:
    return Lot(lot.id, lot.kind, lot.where, texts=lot.texts, codes=lot.codes, value=lot.value, figures=(*lot.figures, *figures))


def _figures(view: View, keys: tuple[str, ...]) -> list[Figure]:
    found = []
    for key in keys:
        if key in view and (number := view.number(key)) is not None:
            found.append(Figure(key, number, "", view.place(key)))
    return found


def _criteria(tender: View) -> list[AwardCriterion]:
    found = _life_cycle_costs(tender.each("criteria"))
    for one in tender.each("features"):
        values = [(value, each.place("value")) for each in one.each("enum") if (value := each.number("value")) is not None]
        lot = one.words("relatedItem") if one.words("featureOf") == "lot" else ""
        parameters = ()
        if values:
            greatest, place = max(values)
            parameters = (Parameter("weight", "dec-exa", greatest, place, "the greatest value of the feature's options"),)  # type: ignore[assignment]
        names = texts(one, "title", "award", _LANGUAGE, lot)
        options = [text for each in one.each("enum") for text in texts(each, "title", "award", _LANGUAGE, lot)]
        descriptions = texts(one, "description", "award", _LANGUAGE, lot) + options
        found.append(AwardCriterion(lot, "quality", one.words("code"), tuple(names), tuple(descriptions), parameters, one.where))
    return found


def _life_cycle_costs(criteria: list[View]) -> list[AwardCriterion]:
    found = []
    for one in criteria:
        mark = one.object("classification").words("id")
        if not mark.startswith(LIFE_CYCLE_COST):
            continue
        lot = one.words("relatedItem") if one.words("relatesTo") == "lot" else ""
        descriptions = texts(one, "description", "award", _LANGUAGE, lot)
        for group in one.each("requirementGroups"):
            for each in group.each("requirements"):
                descriptions += texts(each, "title", "award", _LANGUAGE, lot) + texts(each, "description", "award", _LANGUAGE, lot)
        names = texts(one, "title", "award", _LANGUAGE, lot)
        found.append(AwardCriterion(lot, "cost", mark, tuple(names), tuple(descriptions), (), one.where))
    return found


def _bids(tender: View) -> list[Bid]:
    """The offers; one that names several lots is one bid for each, with the same id, its own value and status, and the same answers."""
    found: list[Bid] = []
    for one in tender.each("bids"):
        name = one.words("id") or one.where
        tenderers = tuple(_named(each) for each in one.each("tenderers"))
        answers = responses(one)
        chosen = tuple(
            Figure(each.words("code"), number, "", each.place("value"))
            for each in one.each("parameters")
            if (number := each.number("value")) is not None
        )
        parts = one.each("lotValues") or [one]
        for part in parts:
            held = part.object("value") if isinstance(part.value.get("value"), dict) else View({}, part.where, tender.notes)
            found.append(
                Bid(
                    id=name,
                    where=part.where,
                    lots=related_lots(part),
                    status=part.words("status") or one.words("status"),
                    value=part.amount("value") if "amount" in held else None,
                    tenderers=tuple(each for each in tenderers if each),
                    date=one.date("date") or one.date("submissionDate"),
                    responses=answers,
                    figures=(*chosen, *_figures(held, ("yearlyPaymentsPercentage", "annualCostsReduction", "amountPerformance"))),
                )
            )
    return found


def _named(organisation: View) -> str:
    return organisation.object("identifier").words("id") or organisation.words("id") or organisation.words("name")


def _outcomes(tender: View) -> list[Outcome]:
    found = []
    for one in tender.each("awards"):
        suppliers = tuple(name for each in one.each("suppliers") if (name := _named(each)))
        lot = one.words("lotID")
        offers = (one.words("bid_id"),) if "bid_id" in one else ()
        value = one.amount("value") if isinstance(one.value.get("value"), dict) else None
        found.append(Outcome(lot, one.words("status"), one.where, value=value, suppliers=suppliers, bids=offers, date=one.date("date")))
    return found


def _parties(tender: View) -> list[Party]:
    found: dict[str, Party] = {}

    def add(one: View, role: str) -> None:
        name = _named(one)
        if not name:
            return
        held = found.get(name)
        roles = tuple(dict.fromkeys((*(held.roles if held else ()), role)))
        place = held.where if held else one.where
        found[name] = Party(name, one.words("name"), roles, place, one.object("address").words("countryName"), one.words("scale"))

    if "procuringEntity" in tender:
        add(tender.object("procuringEntity"), "procuringEntity")
    for one in tender.each("bids"):
        for each in one.each("tenderers"):
            add(each, "tenderer")
    for one in tender.each("awards"):
        for each in one.each("suppliers"):
            add(each, "supplier")
    return list(found.values())
