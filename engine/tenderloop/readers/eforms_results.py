"""The result of an eForms procedure: tenders, who made them, winners, reasons, counts, income of concessions.

Knows ``efac:NoticeResult`` and how its parts refer to each other. Must not know lots or organisations beyond their identifiers.
eForms says "tender" for one bidder's offer; here it is a bid.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml import etree

from tenderloop.notice import Amount, Bid, Code, Figure, Outcome, Statistic, Text
from tenderloop.readers.eforms_leaf import Leaves
from tenderloop.readers.eforms_lots import read_strategic
from tenderloop.readers.eforms_names import CAC, CBC, EFAC, EFBC

_ID: Final = CBC + "ID"
_TOTAL: Final = CBC + "TotalAmount"
_MOST_FRAMEWORK: Final = EFBC + "OverallMaximumFrameworkContractsAmount"
_ABOUT_FRAMEWORK: Final = EFBC + "OverallApproximateFrameworkContractsAmount"
_LOT_RESULT: Final = EFAC + "LotResult"
_LOT_TENDER: Final = EFAC + "LotTender"
_TENDERING_PARTY: Final = EFAC + "TenderingParty"
_TENDERER: Final = EFAC + "Tenderer"
_CONTRACT: Final = EFAC + "SettledContract"
_PRIVACY: Final = EFAC + "FieldsPrivacy"
_TENDER_LOT: Final = EFAC + "TenderLot"
_RESULT_CODE: Final = CBC + "TenderResultCode"
_REASON: Final = EFAC + "DecisionReason"
_REASON_CODE: Final = EFBC + "DecisionReasonCode"
_LOWEST: Final = CBC + "LowerTenderAmount"
_HIGHEST: Final = CBC + "HigherTenderAmount"
_FRAMEWORK: Final = EFAC + "FrameworkAgreementValues"
_FRAMEWORK_MOST: Final = CBC + "MaximumValueAmount"
_FRAMEWORK_AGAIN: Final = EFBC + "ReestimatedValueAmount"
_SUBMISSIONS: Final = EFAC + "ReceivedSubmissionsStatistics"
_STATISTICS_CODE: Final = EFBC + "StatisticsCode"
_STATISTICS_NUMBER: Final = EFBC + "StatisticsNumeric"
_STRATEGIC: Final = EFAC + "StrategicProcurement"
_VEHICLES: Final = EFAC + "StrategicProcurementStatistics"
_LABEL: Final = EFAC + "AssetLabel"
_LABEL_CODE: Final = EFBC + "LabelCode"
_METRIC: Final = EFAC + "AssetMetric"
_METRIC_CODE: Final = EFBC + "AssetMetricCode"
_METRIC_NUMBER: Final = EFBC + "AssetMetricNumeric"
_RANK: Final = CBC + "RankCode"
_SUM: Final = CAC + "LegalMonetaryTotal"
_PAYABLE: Final = CBC + "PayableAmount"
_REFERENCE: Final = EFAC + "TenderReference"
_VARIANT: Final = EFBC + "TenderVariantIndicator"
_SUBCONTRACTING: Final = EFAC + "SubcontractingTerm"
_TERM_CODE: Final = EFBC + "TermCode"
_TERM_AMOUNT: Final = EFBC + "TermAmount"
_TERM_PERCENT: Final = EFBC + "TermPercent"
_TERM_WORDS: Final = EFBC + "TermDescription"
_REVENUE: Final = EFAC + "ConcessionRevenue"
_FROM_BUYER: Final = EFBC + "RevenueBuyerAmount"
_FROM_USER: Final = EFBC + "RevenueUserAmount"
_REVENUE_WORDS: Final = EFBC + "ValueDescription"
_CONTRACT_TERM: Final = EFAC + "ContractTerm"
_ORIGIN: Final = EFAC + "Origin"
_AREA: Final = EFBC + "AreaCode"
_ISSUED: Final = CBC + "IssueDate"
_AWARDED: Final = CBC + "AwardDate"


class Results:
    """Everything read of one ``efac:NoticeResult``; ``tenderers`` and ``winners`` are identifiers of organisations, in order, each once."""

    __slots__ = ("awarded", "bids", "codes", "figures", "outcomes", "statistics", "tenderers", "winners")

    def __init__(self) -> None:
        self.bids: list[Bid] = []
        self.outcomes: list[Outcome] = []
        self.statistics: list[Statistic] = []
        self.codes: list[Code] = []
        self.figures: list[Figure] = []
        self.awarded: Amount | None = None
        self.tenderers: dict[str, None] = {}
        self.winners: dict[str, None] = {}


def _references(parent: etree._Element) -> list[etree._Element]:
    return [child for child in parent if child.tag == _ID]


def _reference(parent: etree._Element) -> str:
    for child in parent:
        if child.tag == _ID:
            return (child.text or "").strip()
    return ""


def read_results(leaves: Leaves, result: etree._Element, base: str, lots: frozenset[str], organisations: frozenset[str]) -> Results:
    """Reads ``efac:NoticeResult`` at ``base``; a reference that leads nowhere is a Problem, the rest is read."""
    read = Results()
    parties: dict[str, tuple[str, ...]] = {}
    tenders: list[tuple[etree._Element, str]] = []
    contracts: list[tuple[etree._Element, str]] = []
    lot_results: list[tuple[etree._Element, str]] = []
    totals: list[etree._Element] = []
    hidden: list[str] = []
    counts = {_LOT_TENDER: 0, _CONTRACT: 0, _LOT_RESULT: 0, _TENDERING_PARTY: 0}
    for child in result:
        tag = str(child.tag)
        if tag in counts:
            counts[tag] += 1
        if tag == _LOT_TENDER:
            tenders.append((child, f"{base}/efac:LotTender[{counts[tag]}]"))
        elif tag == _LOT_RESULT:
            lot_results.append((child, f"{base}/efac:LotResult[{counts[tag]}]"))
        elif tag == _CONTRACT:
            contracts.append((child, f"{base}/efac:SettledContract[{counts[tag]}]"))
        elif tag == _TENDERING_PARTY:
            where = f"{base}/efac:TenderingParty[{counts[tag]}]"
            parties[_reference(child)] = _tenderers(leaves, child, where, organisations)
        elif tag in (_TOTAL, _MOST_FRAMEWORK, _ABOUT_FRAMEWORK):
            totals.append(child)
        elif tag == _PRIVACY:
            hidden.append(leaves.withheld(child, f"{base}/efac:FieldsPrivacy[{len(hidden) + 1}]"))
    for child in totals:
        if child.tag == _TOTAL:
            if "not-val" not in hidden:
                read.awarded = leaves.amount(child, base + "/cbc:TotalAmount")
        elif child.tag == _MOST_FRAMEWORK:
            if "not-max-val" not in hidden:
                leaves.figure(read.figures, child, "framework-maximum", base + "/efbc:OverallMaximumFrameworkContractsAmount")
        elif "not-app-val" not in hidden:
            leaves.figure(read.figures, child, "framework-estimate", base + "/efbc:OverallApproximateFrameworkContractsAmount")
    bids: dict[str, Bid] = {}
    for child, where in tenders:
        bid = _read_bid(leaves, child, where, parties, lots)
        read.bids.append(bid)
        bids[bid.id] = bid
    for tenderers in _each_once(read.bids):
        read.tenderers.update(dict.fromkeys(tenderers))
    settled = dict(_read_contract(leaves, child, where, bids) for child, where in contracts)
    for child, where in lot_results:
        _read_outcome(leaves, child, where, lots, bids, settled, read)
    return read


def _tenderers(leaves: Leaves, party: etree._Element, base: str, organisations: frozenset[str]) -> tuple[str, ...]:
    names = []
    for number, tenderer in enumerate(party.iterchildren(_TENDERER), 1):
        for reference in _references(tenderer):
            name = (reference.text or "").strip()
            where = f"{base}/efac:Tenderer[{number}]/cbc:ID"
            _check(leaves, reference, where, name, organisations, "the organisations")
            names.append(name)
    return tuple(dict.fromkeys(names))


def _check(leaves: Leaves, element: etree._Element, where: str, name: str, known: frozenset[str] | dict[str, Bid], among: str) -> bool:
    if name in known:
        return True
    message = f"{name[:60] or 'an empty reference'} is not among {among} of this notice"
    leaves.problem("unresolved-reference", message, element, where, "correct the identifier, or describe what it names")
    return False


def _lots(leaves: Leaves, element: etree._Element, base: str, lots: frozenset[str]) -> tuple[str, ...]:
    names = []
    for reference in _references(element):
        name = (reference.text or "").strip()
        _check(leaves, reference, base + "/efac:TenderLot/cbc:ID", name, lots, "the lots")
        names.append(name)
    return tuple(names)


def _read_bid(leaves: Leaves, tender: etree._Element, base: str, parties: dict[str, tuple[str, ...]], lots: frozenset[str]) -> Bid:
    name = rank = reference = ""
    of_lots: tuple[str, ...] = ()
    tenderers: tuple[str, ...] = ()
    value: Amount | None = None
    codes: list[Code] = []
    texts: list[Text] = []
    figures: list[Figure] = []
    hidden: list[str] = []
    later: list[etree._Element] = []
    for child in tender:
        tag = child.tag
        if tag == _ID:
            name = (child.text or "").strip()
        elif tag == _TENDER_LOT:
            of_lots = _lots(leaves, child, base, lots)
        elif tag == _TENDERING_PARTY:
            for inner in _references(child):
                party = (inner.text or "").strip()
                if party in parties:
                    tenderers = parties[party]
                else:
                    _check(leaves, inner, base + "/efac:TenderingParty/cbc:ID", party, frozenset(), "the tendering parties")
        elif tag == _REFERENCE:
            reference = _reference(child)
        elif tag == _PRIVACY:
            hidden.append(leaves.withheld(child, f"{base}/efac:FieldsPrivacy[{len(hidden) + 1}]"))
        else:
            later.append(child)
    lot = of_lots[0] if len(of_lots) == 1 else ""
    places: dict[str, int] = {}
    for child in later:
        tag = str(child.tag)
        if tag == _RANK:
            rank = "" if "ten-ran" in hidden else (child.text or "").strip()
        elif tag == _SUM:
            if "win-ten-val" not in hidden:
                for inner in child.iterchildren(_PAYABLE):
                    value = leaves.amount(inner, base + "/cac:LegalMonetaryTotal/cbc:PayableAmount")
        elif tag == _VARIANT:
            if "win-ten-var" not in hidden:
                leaves.code(codes, child, "tender-variant", base + "/efbc:TenderVariantIndicator", lot)
        elif tag == _SUBCONTRACTING:
            places[tag] = places.get(tag, 0) + 1
            _read_subcontracting(leaves, child, f"{base}/efac:SubcontractingTerm[{places[tag]}]", lot, (codes, texts, figures))
        elif tag == _REVENUE:
            _read_revenue(leaves, child, base + "/efac:ConcessionRevenue", lot, hidden, texts, figures)
        elif tag == _ORIGIN:
            places[tag] = places.get(tag, 0) + 1
            _read_origin(leaves, child, f"{base}/efac:Origin[{places[tag]}]", lot, codes)
        elif tag == _CONTRACT_TERM:
            places[tag] = places.get(tag, 0) + 1
            _read_contract_term(leaves, child, f"{base}/efac:ContractTerm[{places[tag]}]", lot, codes, texts)
    if not name:
        leaves.problem("missing-id", "a tender has no identifier", tender, base, "add cbc:ID, such as TEN-0001")
    return Bid(
        name,
        base,
        of_lots,
        value=value,
        tenderers=tenderers,
        rank=rank,
        reference=reference,
        codes=tuple(codes),
        texts=tuple(texts),
        figures=tuple(figures),
    )


def _read_subcontracting(
    leaves: Leaves, term: etree._Element, base: str, lot: str, into: tuple[list[Code], list[Text], list[Figure]]
) -> None:
    codes, texts, figures = into
    hidden = _hidden(leaves, term, base)
    for child in term:
        tag = child.tag
        if tag == _TERM_CODE and "sub-con" not in hidden:
            leaves.code(codes, child, "subcontracting", base + "/efbc:TermCode", lot)
        elif tag == _TERM_AMOUNT and "sub-val" not in hidden:
            leaves.figure(figures, child, "subcontracted", base + "/efbc:TermAmount")
        elif tag == _TERM_PERCENT and "sub-per" not in hidden:
            leaves.figure(figures, child, "subcontracted-share", base + "/efbc:TermPercent", "%")
        elif tag == _TERM_WORDS and "sub-des" not in hidden:
            leaves.text(texts, child, "note", base + "/efbc:TermDescription", lot)


def _hidden(leaves: Leaves, element: etree._Element, base: str) -> list[str]:
    return [
        leaves.withheld(privacy, f"{base}/efac:FieldsPrivacy[{number}]") for number, privacy in enumerate(element.iterchildren(_PRIVACY), 1)
    ]


def _read_revenue(
    leaves: Leaves, revenue: etree._Element, base: str, lot: str, hidden: list[str], texts: list[Text], figures: list[Figure]
) -> None:
    """Who pays a concession: the buyer (BT-160), the users (BT-162)."""
    hidden = [*hidden, *_hidden(leaves, revenue, base)]
    for child in revenue:
        tag = child.tag
        if tag == _FROM_BUYER and "con-rev-buy" not in hidden:
            leaves.figure(figures, child, "revenue-buyer", base + "/efbc:RevenueBuyerAmount")
        elif tag == _FROM_USER and "con-rev-use" not in hidden:
            leaves.figure(figures, child, "revenue-user", base + "/efbc:RevenueUserAmount")
        elif tag == _REVENUE_WORDS and "val-con-des" not in hidden:
            leaves.text(texts, child, "note", base + "/efbc:ValueDescription", lot)


def _read_origin(leaves: Leaves, origin: etree._Element, base: str, lot: str, codes: list[Code]) -> None:
    if "cou-ori" in _hidden(leaves, origin, base):
        return
    for number, child in enumerate(origin.iterchildren(_AREA), 1):
        leaves.code(codes, child, "country-of-origin", f"{base}/efbc:AreaCode[{number}]", lot)


def _read_contract_term(leaves: Leaves, term: etree._Element, base: str, lot: str, codes: list[Code], texts: list[Text]) -> None:
    words = 0
    for child in term:
        if child.tag == _TERM_CODE:
            leaves.code(codes, child, child.get("listName") or "contract-detail", base + "/efbc:TermCode", lot)
        elif child.tag == _TERM_WORDS:
            words += 1
            leaves.text(texts, child, "note", f"{base}/efbc:TermDescription[{words}]", lot)


_Contract = tuple[str, tuple[str, ...]]


def _read_contract(leaves: Leaves, contract: etree._Element, base: str, bids: dict[str, Bid]) -> tuple[str, _Contract]:
    """Identifier, date of conclusion (else of award) and tenders of a contract."""
    name = issued = awarded = ""
    tenders: list[str] = []
    place = 0
    for child in contract:
        tag = child.tag
        if tag == _ID:
            name = (child.text or "").strip()
        elif tag == _ISSUED:
            issued = leaves.date(child, base + "/cbc:IssueDate")
        elif tag == _AWARDED:
            awarded = leaves.date(child, base + "/cbc:AwardDate")
        elif tag == _LOT_TENDER:
            place += 1
            for reference in _references(child):
                tender = (reference.text or "").strip()
                if _check(leaves, reference, f"{base}/efac:LotTender[{place}]/cbc:ID", tender, bids, "the tenders"):
                    tenders.append(tender)
    return name, (issued or awarded, tuple(tenders))


def _read_outcome(
    leaves: Leaves,
    result: etree._Element,
    base: str,
    lots: frozenset[str],
    bids: dict[str, Bid],
    contracts: dict[str, _Contract],
    read: Results,
) -> None:
    status = reason = date = ""
    of_lots: tuple[str, ...] = ()
    tenders: list[str] = []
    settled: list[str] = []
    figures: list[Figure] = []
    hidden = _hidden(leaves, result, base)
    later: list[etree._Element] = []
    strategic = place = of_contract = reasons = 0
    for child in result:
        tag = child.tag
        if tag == _SUBMISSIONS or tag == _STRATEGIC:  # noqa: SIM109
            later.append(child)
        elif tag == _TENDER_LOT:
            of_lots = _lots(leaves, child, base, lots)
        elif tag == _RESULT_CODE:
            if "win-cho" not in hidden:
                codes: list[Code] = []
                status = leaves.code(codes, child, "winner-selection-status", base + "/cbc:TenderResultCode")
        elif tag == _LOT_TENDER:
            place += 1
            for reference in _references(child):
                tender = (reference.text or "").strip()
                if _check(leaves, reference, f"{base}/efac:LotTender[{place}]/cbc:ID", tender, bids, "the tenders"):
                    tenders.append(tender)
        elif tag == _CONTRACT:
            of_contract += 1
            for reference in _references(child):
                contract = (reference.text or "").strip()
                if contract in contracts:
                    settled.append(contract)
                else:
                    _check(leaves, reference, f"{base}/efac:SettledContract[{of_contract}]/cbc:ID", contract, frozenset(), "the contracts")
        elif tag == _REASON:
            reasons += 1
            at = f"{base}/efac:DecisionReason[{reasons}]"
            if "no-awa-rea" not in _hidden(leaves, child, at):
                for inner in child.iterchildren(_REASON_CODE):
                    reason = leaves.code([], inner, "non-award-justification", at + "/efbc:DecisionReasonCode")
        elif tag == _LOWEST:
            if "ten-val-low" not in hidden:
                leaves.figure(figures, child, "lowest-bid", base + "/cbc:LowerTenderAmount")
        elif tag == _HIGHEST:
            if "ten-val-hig" not in hidden:
                leaves.figure(figures, child, "highest-bid", base + "/cbc:HigherTenderAmount")
        elif tag == _FRAMEWORK:
            _read_framework(leaves, child, base + "/efac:FrameworkAgreementValues", figures)
    lot = of_lots[0] if of_lots else ""
    if not of_lots:
        leaves.problem("missing-id", "a result does not say which lot it is of", result, base, "add efac:TenderLot/cbc:ID")
    place = 0
    for child in later:
        if child.tag == _SUBMISSIONS:
            place += 1
            _read_count(leaves, child, f"{base}/efac:ReceivedSubmissionsStatistics[{place}]", lot, read.statistics)
        else:
            strategic += 1
            details = read_strategic(leaves, child, f"{base}/efac:StrategicProcurement[{strategic}]", read.codes, lot)
            for detail, where in details:
                _read_vehicles_and_energy(leaves, detail, where, lot, read)
    winning = _winning(status, tenders, {tender for contract in settled for tender in contracts[contract][1]}, bids)
    suppliers = tuple(dict.fromkeys(name for party in _each_once(bids[tender] for tender in winning) for name in party))
    read.winners.update(dict.fromkeys(suppliers))
    date = next((contracts[contract][0] for contract in settled if contracts[contract][0]), "")
    value = bids[winning[0]].value if len(winning) == 1 else None
    read.outcomes.append(Outcome(lot, status, base, reason, value, suppliers, tuple(tenders), date, tuple(figures)))


def _each_once(bids: Iterable[Bid]) -> Iterable[tuple[str, ...]]:
    """The tenderers of bids; a party that made many is given once, as its bids share one tuple."""
    return {id(bid.tenderers): bid.tenderers for bid in bids}.values()


def _winning(status: str, tenders: list[str], contracted: set[str], bids: dict[str, Bid]) -> list[str]:
    """The tenders that won: those of the lot that a contract names; without one the first in rank, or the only one."""
    if status != "selec-w":
        return []
    named = [tender for tender in dict.fromkeys(tenders) if tender in contracted]
    if named:
        return named
    ranked = [tender for tender in dict.fromkeys(tenders) if bids[tender].rank == "1"]
    return ranked or (tenders if len(tenders) == 1 else [])


def _read_framework(leaves: Leaves, values: etree._Element, base: str, figures: list[Figure]) -> None:
    hidden = _hidden(leaves, values, base)
    for child in values:
        if child.tag == _FRAMEWORK_MOST and "max-val" not in hidden:
            leaves.figure(figures, child, "framework-maximum", base + "/cbc:MaximumValueAmount")
        elif child.tag == _FRAMEWORK_AGAIN and "ree-val" not in hidden:
            leaves.figure(figures, child, "framework-estimate", base + "/efbc:ReestimatedValueAmount")


def _read_count(leaves: Leaves, statistic: etree._Element, base: str, lot: str, into: list[Statistic]) -> None:
    """One count (BT-759) with its kind (BT-760); a withheld count is there without a number, one without a kind is not."""
    code = ""
    number = None
    hidden: list[str] = []
    for child in statistic:
        tag = child.tag
        if tag == _STATISTICS_CODE:
            code = leaves.code([], child, "received-submission-type", base + "/efbc:StatisticsCode")
        elif tag == _STATISTICS_NUMBER:
            number = child
        elif tag == _PRIVACY:
            hidden.append(leaves.withheld(child, f"{base}/efac:FieldsPrivacy[{len(hidden) + 1}]"))
    if code and "rec-sub-typ" not in hidden:
        where = base + "/efbc:StatisticsNumeric"
        value = leaves.number(number, where) if number is not None and "rec-sub-cou" not in hidden else None
        into.append(Statistic(code, value, where, lot))


def _read_vehicles_and_energy(leaves: Leaves, details: etree._Element, base: str, lot: str, read: Results) -> None:
    """Numbers of vehicles (OPT-155/156), energy label (BT-812), energy used and saved a year (BT-813, 814)."""
    for number, child in enumerate(details.iterchildren(_VEHICLES), 1):
        _read_count(leaves, child, f"{base}/efac:StrategicProcurementStatistics[{number}]", lot, read.statistics)
    for number, child in enumerate(details.iterchildren(_LABEL), 1):
        for inner in child.iterchildren(_LABEL_CODE):
            where = f"{base}/efac:AssetLabel[{number}]/efbc:LabelCode"
            leaves.code(read.codes, inner, inner.get("listName") or "energy-efficiency-label", where, lot)
    for number, child in enumerate(details.iterchildren(_METRIC), 1):
        code, value = "", None
        where = f"{base}/efac:AssetMetric[{number}]"
        for inner in child:
            if inner.tag == _METRIC_CODE:
                code = (inner.text or "").strip()
            elif inner.tag == _METRIC_NUMBER:
                value = leaves.number(inner, where + "/efbc:AssetMetricNumeric")
        if code:
            read.statistics.append(Statistic(code, value, where + "/efbc:AssetMetricNumeric", lot))
