"""One notice in the XML of TED before eForms (TED_EXPORT R2.0.9, 2016 to 2022) read into a Notice.

Knows the forms F01 to F25 by the local names of their elements, since namespaces differ by release; weights are words there.
Must not know packs, what a word means, or how a file was packed.

Codes that have an eForms code of the same sense are given as that, with the original in ``Code.published``; the rest stays as published.
Source of the paths: OP-TED/ted-rdf-mapping, ``test_data/``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

import msgspec
from lxml import etree

from tenderloop.errors import Problem, Problems
from tenderloop.markup import parse_xml
from tenderloop.notice import (
    Amount,
    AwardCriterion,
    Bid,
    Code,
    Duration,
    Figure,
    Lot,
    Notice,
    Outcome,
    Parameter,
    Party,
    Role,
    Stage,
    Statistic,
    Text,
)

_STAGE_OF_FORM: Final[dict[str, Stage]] = {
    "F01": "planning",
    "F02": "tender",
    "F03": "award",
    "F04": "planning",
    "F05": "tender",
    "F06": "award",
    "F07": "tender",
    "F08": "planning",
    "F12": "tender",
    "F13": "award",
    "F14": "change",
    "F15": "award",
    "F20": "contract",
    "F21": "tender",
    "F22": "tender",
    "F23": "tender",
    "F24": "tender",
    "F25": "award",
}
_CALLS: Final = frozenset({"CONTRACT", "CONCESSION_CONTRACT", "QSU_CALL_COMPETITION", "PRI_CALL_COMPETITION", "PER_CALL_COMPETITION"})
_STAGE_OF_TYPE: Final[dict[str, Stage]] = {
    **dict.fromkeys(_CALLS, "tender"),
    "AWARD_CONTRACT": "award",
    "CONCESSION_AWARD_CONTRACT": "award",
    "PRI_ONLY": "planning",
    "PER_ONLY": "planning",
    "PRI": "planning",
}

# Element -> list, code, for what eForms says with a code of the same sense.
_MARKS_OF_LOT: Final[dict[str, tuple[str, str]]] = {
    "ACCEPTED_VARIANTS": ("permission", "allowed"),
    "NO_ACCEPTED_VARIANTS": ("permission", "not-allowed"),
    "EU_PROGR_RELATED": ("eu-funded", "eu-funds"),
    "NO_EU_PROGR_RELATED": ("eu-funded", "no-eu-funds"),
}
_MARKS_OF_LEFTI: Final[dict[str, tuple[str, str]]] = {
    "RESTRICTED_SHELTERED_WORKSHOP": ("reserved-procurement", "res-ws"),
    "RESTRICTED_SHELTERED_PROGRAM": ("reserved-execution", "yes"),
}
_TEXTS_OF_LOT: Final[dict[str, Role]] = {
    "TITLE": "title",
    "SHORT_DESCR": "description",
    "CRITERIA_CANDIDATE": "selection",
    "OPTIONS_DESCR": "note",
    "RENEWAL_DESCR": "note",
    "INFO_ADD": "note",
}
_TEXTS_OF_LEFTI: Final[dict[str, Role]] = {
    "SUITABILITY": "selection",
    "ECONOMIC_FINANCIAL_INFO": "selection",
    "ECONOMIC_FINANCIAL_MIN_LEVEL": "selection",
    "TECHNICAL_PROFESSIONAL_INFO": "selection",
    "TECHNICAL_PROFESSIONAL_MIN_LEVEL": "selection",
    "RULES_CRITERIA": "selection",
    "CONDITIONS": "selection",
    "METHODS": "selection",
    "PERFORMANCE_CONDITIONS": "clause",
}
_COUNTS: Final[dict[str, str]] = {
    "NB_TENDERS_RECEIVED": "tenders",
    "NB_TENDERS_RECEIVED_SME": "t-sme",
    "NB_TENDERS_RECEIVED_OTHER_EU": "t-oth-eea",
    "NB_TENDERS_RECEIVED_NON_EU": "t-no-eea",
    "NB_TENDERS_RECEIVED_EMEANS": "t-esubm",
}
_TYPES: Final[dict[str, Literal["price", "cost", "quality", ""]]] = {"AC_PRICE": "price", "AC_COST": "cost", "AC_QUALITY": "quality"}
_UNITS: Final[dict[str, Literal["day", "month", "year", "week"]]] = {"DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}

_WEIGHT: Final = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?)\s*(.*)", re.ASCII | re.DOTALL)
_PER_CENT: Final = re.compile(r"(?:%|per ?cents?|proc(?:ent|\.)?\w*|pour ?cent|por ciento|prozent|v\.? ?h\.?|százalék)\.?", re.IGNORECASE)
_POINTS: Final = re.compile(
    r"(?:points?|pts?|pkt|punkt\w*|punct\w*|punt[io]s?|puntos?|pont\w*|bod\w*|body|bodů|bodov|balai|balle?s?|punten|poäng|pistettä|točk\w*|pontos?)\.?",
    re.IGNORECASE,
)
_WHOLES: Final = (Fraction(1), Fraction(10), Fraction(100), Fraction(1000))
_NUMBER: Final = re.compile(r"\d{1,30}(?:\.\d{1,30})?", re.ASCII)


class _Node:
    """An element with its place, found again by local names."""

    __slots__ = ("element", "where")

    def __init__(self, element: etree._Element, where: str) -> None:
        self.element = element
        self.where = where

    def all(self, *names: str) -> list[_Node]:
        """The children of these names, in order."""
        found = []
        counts: dict[str, int] = {}
        for child in self.element:
            name = _local(child)
            if name in names:
                counts[name] = counts.get(name, 0) + 1
                found.append(_Node(child, f"{self.where}/*[local-name()='{name}'][{counts[name]}]"))
        return found

    def at(self, *path: str) -> list[_Node]:
        """The descendants along a path of names."""
        nodes = [self]
        for name in path:
            nodes = [inner for node in nodes for inner in node.all(name)]
        return nodes

    def first(self, *path: str) -> _Node | None:
        return next(iter(self.at(*path)), None)

    @property
    def name(self) -> str:
        return _local(self.element)

    def get(self, attribute: str) -> str:
        return self.element.get(attribute, "").strip()

    def words(self) -> str:
        """The running text, one line for each paragraph."""
        paragraphs = [child for child in self.element.iter() if _local(child) == "P"] or [self.element]
        lines = ("".join(str(part) for part in paragraph.itertext()).strip() for paragraph in paragraphs)
        return "\n".join(line for line in lines if line)


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def weight_in_words(words: str) -> tuple[str, Decimal | None]:
    """The code (BT-5421) and the number of a weight written in words; no code when no unit stands there, no number when none is readable.

    A comma before three digits could group thousands; such a number is not read.

    >>> weight_in_words("15 %"), weight_in_words("30 pkt"), weight_in_words("13,50")
    (('per-exa', Decimal('15')), ('poi-exa', Decimal('30')), ('', Decimal('13.50')))
    >>> weight_in_words("Pass/Fail"), weight_in_words("1,000")
    (('', None), ('', None))
    """
    found = _WEIGHT.fullmatch(words.strip())
    if found is None:
        return "", None
    number, unit = found[1], found[2].strip()
    whole, comma, part = number.partition(",")
    if comma and len(part) == 3 and whole.strip("0"):
        return "", None
    value = Decimal(number.replace(",", "."))
    if not unit:
        return "", value
    if _PER_CENT.fullmatch(unit):
        return "per-exa", value
    return ("poi-exa", value) if _POINTS.fullmatch(unit) else ("", None)


def is_ted_export(root: etree._Element) -> bool:
    """Whether a root element is that of a notice in the older XML of TED.

    >>> is_ted_export(parse_xml(b'<TED_EXPORT xmlns="ted/R2.0.9.S02/publication"/>'))
    True
    """
    return _local(root) == "TED_EXPORT"


class _Reading:
    """One notice while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def problem(self, code: str, message: str, node: _Node, hint: str = "") -> None:
        line = node.element.sourceline
        self.problems.append(Problem(code, message, self.file, line if isinstance(line, int) else None, node.where, hint))

    def number(self, node: _Node) -> Decimal | None:
        words = node.words()
        if _NUMBER.fullmatch(words):
            return Decimal(words)
        self.problem("bad-number", f"{words[:40]!r} is not a number" if words else "a number is missing", node, "write digits")
        return None

    def amount(self, node: _Node) -> Amount | None:
        value = self.number(node)
        if value is None:
            return None
        if not node.get("CURRENCY"):
            self.problem("currency-missing", f"{value} is stated without a currency", node, 'add CURRENCY="EUR" or the like')
        return Amount(value, node.get("CURRENCY"), node.where)

    def figure(self, into: list[Figure], node: _Node, name: str, unit: str = "") -> None:
        value = self.number(node)
        if value is not None:
            into.append(Figure(name, value, unit or node.get("CURRENCY"), node.where))

    def text(self, into: list[Text], node: _Node, role: Role, language: str, lot: str = "") -> None:
        words = node.words()
        if words:
            into.append(Text(words, role, node.where, language, lot))

    def cpv(self, into: list[Code], node: _Node, lot: str = "") -> None:
        """The code of a CPV element; TED writes eight digits."""
        for code in node.all("CPV_CODE"):
            if code.get("CODE"):
                into.append(Code("cpv", code.get("CODE"), code.where, lot))
            else:
                self.problem("code-missing", "a CPV code is empty", code, "write its eight digits")


def read_ted_export(source: etree._Element | bytes, file: str = "", where: str = "") -> Notice:
    """The notice that stands in the bytes of a file, or under a root that ``markup.parse_xml`` gave.

    The form in the original language is read (``CATEGORY="ORIGINAL"``); with several originals the first gives codes and numbers and all
    give texts. Places are XPaths without prefixes. A wrong number is a Problem in ``Notice.problems`` and the rest is read.

    Raises ``Problems`` when the bytes are not XML or the root is no TED_EXPORT (``not-ted-export``), or holds no form (``no-form``).
    """
    root = parse_xml(source, file, blanks=True) if isinstance(source, bytes) else source
    if not is_ted_export(root):
        message = f"the root element {_local(root)} is not TED_EXPORT"
        raise Problems([Problem("not-ted-export", message, file, 1, "/*", "give the whole notice, from <TED_EXPORT> on")])
    top = _Node(root, "/*")
    forms = [_Node(node.element, node.where) for section in top.all("FORM_SECTION") for node in _children(section) if node.get("LG")]
    if not forms:
        raise Problems([Problem("no-form", "no form stands in FORM_SECTION", file, 1, "/*", "give the whole notice")])
    reading = _Reading(file)
    originals = [form for form in forms if form.get("CATEGORY") == "ORIGINAL"]
    if not originals:
        reading.problem("no-original", "no form is marked as the original; the first one is read", forms[0])
        originals = forms[:1]
    form = originals[0]
    kind = form.name.partition("_")[0]
    notice_type = form.first("NOTICE")
    typed = _STAGE_OF_TYPE.get(notice_type.get("TYPE")) if notice_type is not None else None
    coded = top.first("CODED_DATA_SECTION")
    data = coded or top
    languages = tuple(dict.fromkeys(original.get("LG").lower() for original in originals))
    texts, lots = _read_words(reading, originals)
    codes = _codes(reading, form, data)
    whole = form.first("OBJECT_CONTRACT")
    value = next((reading.amount(node) for node in form.at("OBJECT_CONTRACT", "VAL_ESTIMATED_TOTAL")), None)
    awarded = next((reading.amount(node) for node in form.at("OBJECT_CONTRACT", "VAL_TOTAL")), None)
    buyers = _buyers(form)
    results = _read_results(reading, form, languages[0] if languages else "")
    number = next((node.words() for node in data.at("NOTICE_DATA", "NO_DOC_OJS")), "")
    earlier = next((node.words() for node in form.at("PROCEDURE", "NOTICE_NUMBER_OJ")), "")
    published = next((node.words() for node in data.at("REF_OJS", "DATE_PUB")), "")
    return Notice(
        format="ted-export",
        version=top.get("VERSION") or form.get("VERSION"),
        id=top.get("DOC_ID"),
        procedure=earlier or number,
        stage=typed or _STAGE_OF_FORM.get(kind, ""),
        where=where,
        publication=top.get("DOC_ID"),
        subtype=kind,
        form=form.name,
        date=f"{published[:4]}-{published[4:6]}-{published[6:8]}" if re.fullmatch(r"[0-9]{8}", published) else "",
        languages=languages,
        country=next((node.get("VALUE") for node in data.at("NOTICE_DATA", "ISO_COUNTRY")), ""),
        method=next((node.name for section in form.all("PROCEDURE") for node in _children(section) if node.name.startswith("PT_")), ""),
        nature=next((node.get("CTYPE").lower() for node in (whole.all("TYPE_CONTRACT") if whole else [])), ""),
        texts=texts,
        codes=tuple(codes),
        value=value,
        lots=lots,
        parties=(*buyers, *results.parties),
        bids=tuple(results.bids),
        outcomes=tuple(results.outcomes),
        statistics=tuple(results.statistics),
        problems=tuple(reading.problems),
        awarded=awarded,
    )


def _children(node: _Node) -> list[_Node]:
    return node.all(*{_local(child): None for child in node.element if _local(child)})


def _codes(reading: _Reading, form: _Node, data: _Node) -> list[Code]:
    codes: list[Code] = []
    for main in form.at("OBJECT_CONTRACT", "CPV_MAIN"):
        reading.cpv(codes, main)
    if not codes:
        codes.extend(Code("cpv", node.get("CODE"), node.where) for node in data.at("NOTICE_DATA", "ORIGINAL_CPV") if node.get("CODE"))
    for node in form.at("OBJECT_CONTRACT", "TYPE_CONTRACT"):
        if node.get("CTYPE"):
            codes.append(Code("contract-nature", node.get("CTYPE").lower(), node.where, "", node.get("CTYPE")))
    codes.extend(Code("legal-basis", node.get("VALUE"), node.where) for node in form.all("LEGAL_BASIS") if node.get("VALUE"))
    codes.extend(Code("ac-award-crit", node.get("CODE"), node.where) for node in data.at("CODIF_DATA", "AC_AWARD_CRIT") if node.get("CODE"))
    codes.extend(Code("framework-agreement", "FRAMEWORK", node.where) for node in form.at("PROCEDURE", "FRAMEWORK"))
    codes.extend(Code("dps-usage", "DPS", node.where) for node in form.at("PROCEDURE", "DPS"))
    for section in form.all("LEFTI"):
        codes.extend(Code(*_MARKS_OF_LEFTI[node.name], node.where, "", node.name) for node in section.all(*_MARKS_OF_LEFTI))
    return codes


def _read_words(reading: _Reading, originals: list[_Node]) -> tuple[tuple[Text, ...], tuple[Lot, ...]]:
    """Texts of all originals and the lots; codes and numbers of lots are those of the first."""
    texts: list[Text] = []
    lots: list[Lot] = []
    for number, form in enumerate(originals):
        language = form.get("LG").lower()
        for whole in form.all("OBJECT_CONTRACT"):
            for node in whole.all("TITLE", "SHORT_DESCR"):
                reading.text(texts, node, _TEXTS_OF_LOT[node.name], language)
        for section in form.all("LEFTI"):
            for node in (
                *section.all(*_TEXTS_OF_LEFTI),
                *(n for q in section.all("QUALIFICATION") for n in q.all("CONDITIONS", "METHODS")),
            ):
                reading.text(texts, node, _TEXTS_OF_LEFTI[node.name], language)
        for section in form.all("COMPLEMENTARY_INFO", "CHANGES"):
            for node in section.all("INFO_ADD"):
                reading.text(texts, node, "note", language)
        found = [_read_lot(reading, node, language) for whole in form.all("OBJECT_CONTRACT") for node in whole.all("OBJECT_DESCR")]
        if not number:
            lots = found
            continue
        for place, lot in enumerate(found[: len(lots)]):
            more = (*lot.texts, *(text for criterion in lot.criteria for text in criterion.names))
            lots[place] = msgspec.structs.replace(lots[place], texts=(*lots[place].texts, *more))
    return tuple(texts), tuple(lots)


def _read_lot(reading: _Reading, node: _Node, language: str) -> Lot:
    """One OBJECT_DESCR. Its identifier is the number of the lot, or without lots the number of the description."""
    name = next((inner.words() for inner in node.all("LOT_NO")), "") or node.get("ITEM") or "1"
    texts: list[Text] = []
    codes: list[Code] = []
    for inner in _children(node):
        if inner.name in _TEXTS_OF_LOT:
            reading.text(texts, inner, _TEXTS_OF_LOT[inner.name], language, name)
        elif inner.name == "CPV_ADDITIONAL":
            reading.cpv(codes, inner, name)
        elif inner.name in _MARKS_OF_LOT:
            codes.append(Code(*_MARKS_OF_LOT[inner.name], inner.where, name, inner.name))
    places = [node, *node.all("AC")]
    for directive in node.all("DIRECTIVE_2014_23_EU", "DIRECTIVE_2014_24_EU", "DIRECTIVE_2014_25_EU", "DIRECTIVE_2009_81_EC"):
        places.extend((directive, *directive.all("AC")))
    criteria = [_read_criterion(inner, name, language) for place in places for inner in place.all(*_TYPES)]
    for place in places[1:]:
        criteria.extend(
            AwardCriterion(name, "", "", (Text(inner.words(), "award", inner.where, language, name),), (), (), inner.where)
            for inner in place.all("AC_CRITERION")
        )
        codes.extend(Code("award-criteria", "AC_PROCUREMENT_DOC", inner.where, name) for inner in place.all("AC_PROCUREMENT_DOC"))
    duration: Duration | None = None
    for inner in node.all("DURATION"):
        value = reading.number(inner)
        unit = _UNITS.get(inner.get("TYPE"))
        if unit is None:
            reading.problem("duration-unit", f"{inner.get('TYPE')[:40]!r} is no unit of a duration", inner, "write DAY, MONTH or YEAR")
        elif value is not None:
            duration = Duration(value, unit, inner.where)
    return Lot(
        name,
        "Lot",
        node.where,
        tuple(texts),
        tuple(codes),
        _with_kinds(criteria),
        next((reading.amount(inner) for inner in node.all("VAL_OBJECT")), None),
        duration,
        start=next((inner.words()[:10] for inner in node.all("DATE_START")), ""),
        end=next((inner.words()[:10] for inner in node.all("DATE_END")), ""),
    )


def _read_criterion(node: _Node, lot: str, language: str) -> AwardCriterion:
    names = tuple(Text(inner.words(), "award", inner.where, language, lot) for inner in node.all("AC_CRITERION") if inner.words())
    parameters = []
    for inner in node.all("AC_WEIGHTING"):
        words = inner.words()
        if words:
            code, value = weight_in_words(words)
            parameters.append(Parameter("weight", code, value, inner.where, f"written in words: {words}"))
    return AwardCriterion(lot, _TYPES[node.name], node.name, names, (), tuple(parameters), node.where)


def _with_kinds(criteria: list[AwardCriterion]) -> tuple[AwardCriterion, ...]:
    """Bare numbers count as points when all weights of the lot are bare and sum to 1, 10, 100 or 1000 (ours); else their kind stays open.

    Without that rule a lot that numbers its criteria 1, 2, 3 in order of importance would seem to weigh them so.
    """
    weights = [parameter for criterion in criteria for parameter in criterion.parameters]
    total = sum((Fraction(parameter.value) for parameter in weights if parameter.value is not None), Fraction(0))
    if not all(parameter.value is not None and not parameter.code for parameter in weights) or total not in _WHOLES:
        return tuple(criteria)
    replace = msgspec.structs.replace
    return tuple(
        replace(
            criterion,
            parameters=tuple(
                replace(parameter, code="poi-exa", note=f"{parameter.note}; all weights together make {total}")
                for parameter in criterion.parameters
            ),
        )
        for criterion in criteria
    )


def _organisation(node: _Node, name: str, role: str, size: str = "") -> Party:
    title = next((inner.words() for inner in node.all("OFFICIALNAME")), "")
    return Party(name, title, (role,), node.where, next((inner.get("VALUE") for inner in node.all("COUNTRY")), ""), size)


def _buyers(form: _Node) -> list[Party]:
    nodes = [node for body in form.all("CONTRACTING_BODY") for node in _children(body) if node.name.startswith("ADDRESS_CONTRACTING_BODY")]
    return [_organisation(node, f"buyer-{number}", "buyer") for number, node in enumerate(nodes, 1)]


class _Results:
    def __init__(self) -> None:
        self.parties: list[Party] = []
        self.bids: list[Bid] = []
        self.outcomes: list[Outcome] = []
        self.statistics: list[Statistic] = []


def _read_results(reading: _Reading, form: _Node, language: str) -> _Results:
    """One outcome for each AWARD_CONTRACT; the winning bid is known, the others only as a number."""
    results = _Results()
    for place, award in enumerate(form.all("AWARD_CONTRACT"), 1):
        lots = tuple(words for inner in award.all("LOT_NO") if (words := inner.words()))
        lot = lots[0] if len(lots) == 1 else ""
        for failed in award.all("NO_AWARDED_CONTRACT"):
            reason = next((inner.name for inner in _children(failed)), "")
            results.outcomes.append(Outcome(lot, "NO_AWARDED_CONTRACT", award.where, reason))
        for contract in award.all("AWARDED_CONTRACT"):
            _read_contract(reading, contract, place, lots, lot, language, results)
    return results


def _read_contract(
    reading: _Reading, contract: _Node, place: int, lots: tuple[str, ...], lot: str, language: str, results: _Results
) -> None:
    suppliers = []
    for inner in (*contract.all("CONTRACTOR"), *contract.at("CONTRACTORS", "CONTRACTOR")):
        size = "sme" if inner.all("SME") else "large" if inner.all("NO_SME") else ""
        for address in inner.all("ADDRESS_CONTRACTOR"):
            name = f"supplier-{len(results.parties) + 1}"
            suppliers.append(name)
            results.parties.append(_organisation(address, name, "supplier", size))
    for node in (*_children(contract), *(inner for tenders in contract.all("TENDERS") for inner in _children(tenders))):
        if node.name in _COUNTS:
            results.statistics.append(Statistic(_COUNTS[node.name], reading.number(node), node.where, lot))
    values = [contract, *contract.all("VALUES", "VALUE")]
    value = next((reading.amount(node) for place_of in values for node in place_of.all("VAL_TOTAL")), None)
    figures: list[Figure] = []
    for place_of in values:
        for node in place_of.at("VAL_RANGE_TOTAL", "LOW"):
            reading.figure(figures, node, "lowest-bid", _currency_of_range(place_of))
        for node in place_of.at("VAL_RANGE_TOTAL", "HIGH"):
            reading.figure(figures, node, "highest-bid", _currency_of_range(place_of))
    of_bid: list[Figure] = []
    texts: list[Text] = []
    names = {"VAL_REVENUE": "revenue-user", "VAL_PRICE_PAYMENT": "revenue-buyer", "VAL_SUBCONTRACTING": "subcontracted"}
    for place_of in values:
        for node in place_of.all(*names):
            reading.figure(of_bid, node, names[node.name])
        for node in place_of.all("INFO_ADD_VALUE", "INFO_ADD_SUBCONTRACTING"):
            reading.text(texts, node, "note", language, lot)
        for node in place_of.all("PCT_SUBCONTRACTING"):
            reading.figure(of_bid, node, "subcontracted-share", "%")
    codes = tuple(Code("subcontracting", "yes", node.where, lot, node.name) for node in contract.all("LIKELY_SUBCONTRACTED"))
    bid = f"award-{place}"
    date = next((node.words()[:10] for node in contract.all("DATE_CONCLUSION_CONTRACT")), "")
    results.bids.append(
        Bid(bid, contract.where, lots, value=value, tenderers=tuple(suppliers), codes=codes, texts=tuple(texts), figures=tuple(of_bid))
    )
    outcome = Outcome(lot, "AWARDED_CONTRACT", contract.where, "", value, tuple(suppliers), (bid,), date, tuple(figures))
    results.outcomes.append(outcome)


def _currency_of_range(node: _Node) -> str:
    """The currency that stands beside a range of values, not in its ends."""
    return next((inner.get("CURRENCY") for inner in node.all("VAL_RANGE_TOTAL")), "")
