"""What OCDS extensions add to a release: award and selection criteria, requirements, sustainability, bids, metrics, the PPP profile.

Knows these parts and reads them wherever they are present, announced or not. Must not know packages and records.
Source: open-contracting-extensions, ``release-schema.json`` of each; PPP profile 1.0 beta.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

from tenderloop.notice import AwardCriterion, Bid, Code, Figure, Parameter, ParameterKind, Response, Statistic, Text
from tenderloop.notice import Role as TextRole
from tenderloop.readers.loose_json import View
from tenderloop.readers.ocds_words import BID_STATUSES, GOALS, PARAMETERS, STRATEGIES, normalised, spelt, texts

CODES: dict[str, str] = {
    "weight-in-words": "the weight of an award criterion stands in a text and not in a number",
    "unknown-code": "a code is not in its list",
    "misspelt-code": "a code is written otherwise than in its list",
    "criterion-without-type": "an award criterion has no type",
    "bid-without-id": "a bid has no id",
    "value-of-several-lots": "one value stands for several lots",
}

_KINDS: Final[tuple[ParameterKind, ...]] = ("weight", "fixed", "threshold")
_NO_KIND: Final[list[ParameterKind]] = [""]
_TYPES: Final[dict[str, Literal["price", "cost", "quality", ""]]] = {"price": "price", "cost": "cost", "quality": "quality"}
_BARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)", re.ASCII)
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,4})?)\s*(?:%|per\s?cent)", re.ASCII | re.IGNORECASE)
_OUT_OF = re.compile(r"(?<![\d.,/])(\d{1,3}(?:[.,]\d{1,4})?)\s*/\s*(\d{1,4})(?![\d/])", re.ASCII)


def award_criteria(holder: View, lot: str, language: str) -> tuple[list[AwardCriterion], list[Text]]:
    """The criteria of ``holder.awardCriteria`` and the texts that stand with them (how they are weighed, why in this order).

    A criterion without numbers whose name or description is a bare number, "70 %" or "70/100" has that as its weight, with a note.
    """
    if not isinstance(holder.value.get("awardCriteria"), dict):
        return [], []
    part = holder.object("awardCriteria")
    found = []
    for one in part.each("criteria"):
        code = one.words("type")
        kind = spelt(one, code, one.place("type"), tuple(_TYPES), quiet=True)
        if not code:
            one.notes.add("criterion-without-type", "the award criterion has no type", one.where, "one of: price, cost, quality")
        known = _TYPES.get(kind, "")
        names = texts(one, "name", "award", language, lot) + texts(one, "title", "award", language, lot)
        descriptions = texts(one, "description", "award", language, lot)
        parameters = _parameters(one)
        if not any(each.kind == "weight" for each in parameters):
            parameters += _weight_in_words(one, [*descriptions, *names])
        found.append(
            AwardCriterion(
                lot,
                known,
                code,
                tuple(names),
                tuple(descriptions),
                tuple(parameters),
                one.where,
            )
        )
    said = [text for key in ("weightingDescription", "orderRationale", "description") for text in texts(part, key, "award", language, lot)]
    return found, said


def _parameters(criterion: View) -> list[Parameter]:
    found = []
    for one in criterion.each("numbers"):
        value = one.number("number")
        kinds = [kind for kind in _KINDS if kind in one]
        for kind in kinds or _NO_KIND:
            word = one.words(kind) if kind else ""
            lists = PARAMETERS.get(kind, {})
            known = spelt(one, word, one.place(kind), tuple(lists)) if word else ""
            found.append(Parameter(kind, lists.get(known, word), value, one.place("number")))
    weight = criterion.number("weight") if isinstance(criterion.value.get("weight"), int | Decimal) else None
    if weight is not None:
        found.append(Parameter("weight", "poi-exa", weight, criterion.place("weight"), "the field does not say of what kind the weight is"))
    return found


def _weight_in_words(criterion: View, said: list[Text]) -> list[Parameter]:
    for text in said:
        bare, percent, out_of = _BARE.fullmatch(text.value), _PERCENT.findall(text.value), _OUT_OF.findall(text.value)
        if bare:
            # points: whether per cent are meant only their sum can tell, and the shares are the same
            code, number = "poi-exa", bare[1]
        elif len(percent) == 1 and not out_of:
            code, number = "per-exa", percent[0]
        elif len(out_of) == 1 and not percent and Decimal(out_of[0][1]) >= Decimal(out_of[0][0].replace(",", ".")):
            code, number = ("per-exa" if out_of[0][1] == "100" else "poi-exa"), out_of[0][0]
        else:
            continue
        note = f"read from the words '{text.value[:80]}'"
        criterion.notes.add("weight-in-words", f"the weight {number} was {note}", text.where, "write it in numbers[]")
        return [Parameter("weight", code, Decimal(number.replace(",", ".")), text.where, note)]
    return []


def selection_criteria(holder: View, lot: str, language: str) -> tuple[list[Text], list[Code]]:
    """Who may take part: the words and types of ``holder.selectionCriteria``."""
    if not isinstance(holder.value.get("selectionCriteria"), dict | list):
        return [], []
    part = holder.object("selectionCriteria") if isinstance(holder.value["selectionCriteria"], dict) else None
    said = texts(part, "description", "selection", language, lot) if part else []
    codes = []
    for one in part.each("criteria") if part else holder.each("selectionCriteria"):
        for key in ("name", "description", "minimum", "verificationMethod"):
            said += texts(one, key, "selection", language, lot)
        for key in ("type", "subType"):
            if key in one:
                codes.append(Code("selectionCriterionType", one.words(key), one.place(key), lot))
    return said, codes


def requirements(criteria: list[View], language: str, role_of: dict[str, TextRole] | None = None) -> tuple[list[Text], list[Code]]:
    """The words of ``tender.criteria[]`` (CCCEV). About the tenderer: selection; about an item, a lot or the tender: specification.

    ``role_of`` gives the role by the beginning of a criterion's classification id and goes before that.
    """
    said: list[Text] = []
    codes: list[Code] = []
    for one in criteria:
        role = _requirement_role(one, role_of or {})
        lots = [word for word, _ in one.several("relatedLots")] if "relatedLots" in one else []
        if not lots and one.words("relatesTo") == "lot" and "relatedItem" in one:
            lots = [one.words("relatedItem")]
        parts = [one]
        for group in one.each("requirementGroups"):
            parts += [group, *group.each("requirements")]
        for lot in lots or [""]:
            for part in parts:
                said += texts(part, "title", role, language, lot) + texts(part, "description", role, language, lot)
            mark = one.object("classification")
            if mark.words("id"):
                codes.append(Code("criterion", mark.words("id"), mark.place("id"), lot))
    return said, codes


def _requirement_role(criterion: View, role_of: dict[str, TextRole]) -> TextRole:
    mark = criterion.object("classification").words("id")
    for start, role in role_of.items():
        if mark.startswith(start):
            return role
    if "relatesToTenderer" in criterion:
        return "selection" if criterion.flag("relatesToTenderer") else "specification"
    return "selection" if criterion.words("relatesTo") == "tenderer" else "specification"


def sustainability(holder: View, lot: str, language: str) -> tuple[list[Text], list[Code]]:
    """Goals and strategies that the buyer declares, and the words with them. Both lists are open."""
    said: list[Text] = []
    codes: list[Code] = []
    has = holder.flag("hasSustainability")
    if has is not None:
        codes.append(Code("hasSustainability", "true" if has else "false", holder.place("hasSustainability"), lot))
    for one in holder.each("sustainability"):
        goals = one.several("goals") if "goals" in one else ([(one.words("goal"), one.place("goal"))] if "goal" in one else [])
        codes += [Code("sustainabilityGoal", spelt(one, word, place, GOALS, quiet=True), place, lot) for word, place in goals]
        for word, place in one.several("strategies"):
            codes.append(Code("sustainabilityStrategy", spelt(one, word, place, STRATEGIES, quiet=True), place, lot))
        said += texts(one, "description", "sustainability", language, lot)
    return said, codes


def metrics(holder: View, key: str, role: TextRole, language: str) -> list[Text]:
    """The words of planned, promised or measured metrics."""
    return [text for one in holder.each(key) for name in ("title", "description") for text in texts(one, name, role, language)]


def measures(holder: View, key: str, prefix: str) -> list[Figure]:
    """The observations of metrics as figures, named by the prefix and the metric's id; text that is no number is noted and left out."""
    found = []
    for one in holder.each(key):
        name = f"{prefix}.{one.words('id') or one.words('title')}"
        for each in one.each("observations"):
            unit = each.object("unit") if isinstance(each.value.get("unit"), dict) else View({}, "", each.notes)
            if isinstance(each.value.get("value"), dict) and (money := each.amount("value")):
                found.append(Figure(name, money.value, money.currency, money.where))
            elif (number := each.number("measure", text_is_fine=True)) is not None:
                found.append(Figure(name, number, unit.words("name") or unit.words("id"), each.place("measure")))
    return found


def indicators(holder: View, key: str) -> list[Figure]:
    """The numbers of the PPP profile's summaries (``financeSummary``, ``evaluationIndicators``), named by their fields."""
    if not isinstance(holder.value.get(key), dict):
        return []
    part = holder.object(key)
    found = []
    for name, value in part.value.items():
        if isinstance(value, dict) and "amount" in value:
            if money := part.amount(name):
                found.append(Figure(name, money.value, money.currency, money.where))
        elif isinstance(value, int | Decimal) and not isinstance(value, bool) and (number := part.number(name)) is not None:
            found.append(Figure(name, number, "", part.place(name)))
    return found


def finance_and_risk(contract: View, language: str) -> tuple[list[Text], list[Code]]:
    """The PPP profile: who carries which risk (a clause), and the tariffs that users pay."""
    said: list[Text] = []
    codes: list[Code] = []
    for one in contract.each("riskAllocation"):
        category, bearer = one.words("category"), one.words("allocation")
        if category:
            codes.append(Code("riskAllocation", f"{category}: {bearer or 'not stated'}", one.where))
        said += texts(one, "description", "clause", language) + texts(one, "notes", "clause", language)
    for one in contract.each("tariffs"):
        said += texts(one, "title", "clause", language) + texts(one, "notes", "clause", language)
    return said, codes


def related_lots(view: View) -> tuple[str, ...]:
    """The lots that a bid, award or document is about, in any of the ways they are written."""
    found: list[str] = []
    if "relatedLot" in view:
        found.append(view.words("relatedLot"))
    value = view.value.get("relatedLots")
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for one in view.each("relatedLots"):
            found.append(one.words("lotId") or one.words("id"))
    elif value is not None:
        found += [word for word, _ in view.several("relatedLots")]
    return tuple(dict.fromkeys(lot for lot in found if lot))


def bids(release: View) -> tuple[list[Bid], list[Statistic]]:
    """Offers and counts of offers; ``bids`` may be an object with ``details`` or, in older data, the list itself."""
    value = release.value.get("bids")
    if isinstance(value, list):
        return [bid(one) for one in release.each("bids")], []
    part = release.object("bids")
    found = []
    for one in part.each("statistics"):
        for lot in related_lots(one) or ("",):
            found.append(Statistic(one.words("measure"), one.number("value"), one.where, lot))
    return [bid(one) for one in part.each("details")], found


def bid(one: View) -> Bid:
    """One offer with its answers to requirements. Statuses outside the list are kept and noted."""
    name = one.words("id")
    if not name:
        one.notes.add("bid-without-id", "the bid has no id; its place stands for it", one.where, "write an id")
    tenderers = tuple(each.words("id") or each.words("name") for each in one.each("tenderers"))
    return Bid(
        id=name or one.where,
        where=one.where,
        lots=related_lots(one),
        status=normalised(one, "status", BID_STATUSES),
        value=one.amount("value"),
        tenderers=tuple(each for each in tenderers if each),
        rank=one.words("rank"),
        date=one.date("date"),
        responses=responses(one),
    )


def responses(one: View) -> tuple[Response, ...]:
    """A bid's answers to requirements; an answer without a value is left out, several values are joined."""
    found: list[Response] = []
    for each in one.each("requirementResponses"):
        asked = each.object("requirement")
        value = each.value.get("value")
        answer: str | Decimal | bool | None
        place = each.place("value")
        if isinstance(value, bool):
            answer = value
        elif isinstance(value, int | Decimal):
            answer = each.number("value")
        elif value is None and "values" in each:
            answer, place = "; ".join(word for word, _ in each.several("values")), each.place("values")
        else:
            answer = each.words("value")
        if answer is not None and answer != "":
            found.append(Response(asked.words("id"), asked.words("title") or each.words("title"), answer, place))
    return tuple(found)
