"""Bids from a published notice or release, and an award result as an OCDS release and as JSON by the codes of eForms.

Knows which field of each standard holds what. Must not know files, pages or how a score comes about. Nothing is guessed: what a notice does
not state, and what a record has no field for, is named as a gap.

Sources: OCDS 1.1.5 with the extensions bids, lots and award criteria; eForms SDK 1.15 (business terms and code lists); the eForms profile
of OCDS for what the two call the same. ``evaluation`` in a release is a local extension of ours and no part of OCDS.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tenderloop.award.amounts import price_of
from tenderloop.award.bid import Bid, Decision, Offered
from tenderloop.award.procedure import Criterion, Disclosure, Lot, Procedure
from tenderloop.award.result import AwardResult, LotResult, Note, Standing
from tenderloop.errors import Problem, Problems
from tenderloop.notice import Bid as NoticeBid
from tenderloop.notice import Notice, Party, Response
from tenderloop.pack import Fact
from tenderloop.quantity import exact_text, shown
from tenderloop.result import dumps

CODES: Mapping[str, str] = {
    "confidential-text": "a record that leaves the office would hold a text that a bidder marked as confidential",
    "unknown-reason": "a reason for not awarding a lot is not one of the eForms list",
    "unknown-lot": "a lot does not exist",
}

# BT-144, code list non-award-justification.
NON_AWARD: Mapping[str, str] = {
    "all-rej": "All tenders, requests to participate or projects were withdrawn or found inadmissible",
    "chan-need": "Decision of the buyer, because of a change in needs",
    "ins-fund": "Decision of the buyer, because of insufficient funds",
    "no-rece": "No tenders, requests to participate or projects were received",
    "no-signed": "The highest ranked tenderer(s) refused to sign the contract",
    "one-admis": "Only one admissible tender, request to participate or project was received",
    "other": "Other",
    "rev-body": "Decision of a review body or another judicial body",
    "rev-buyer": "Decision of the buyer following a tenderer's request to review the award",
    "tch-pr-error": (
        "Decision of the buyer, not following a tenderer's request to review the award, because of technical or procedural errors"
    ),
}
# BT-760, code list received-submission-type, beside the measure of OCDS (eForms profile, codelist mappings).
SUBMISSIONS: Mapping[str, str] = {
    "tenders": "bids",
    "t-sme": "smeBids",
    "t-verif-inad": "disqualifiedBids",
    "t-verif-inad-low": "tendersAbnormallyLow",
}
# BT-5421, code list number-weight, beside what the award criteria extension calls the same.
WEIGHTS: Mapping[str, str] = {
    "per-exa": "percentageExact",
    "per-mid": "percentageRangeMiddle",
    "dec-exa": "decimalExact",
    "dec-mid": "decimalRangeMiddle",
    "poi-exa": "pointsExact",
    "poi-mid": "pointsRangeMiddle",
    "ord-imp": "order",
}
THRESHOLDS: Mapping[str, str] = {"min-score": "minimumScore", "max-pass": "maximumBids"}
_METHODS = {"open": "open", "restricted": "selective", "negotiated": "selective", "dialogue": "selective", "concession": "selective"}
_EXTENSIONS = "https://raw.githubusercontent.com/open-contracting-extensions/ocds_{0}_extension/{1}/extension.json"
_RELEASE_EXTENSIONS = tuple(_EXTENSIONS.format(*each) for each in (("bid", "v1.1.5"), ("lots", "v1.1.5"), ("awardCriteria", "master")))
_INADMISSIBLE = ("late", "excluded", "not_selected", "non_compliant", "abnormally_low", "below_threshold")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?)?")
_NOT_KEY = re.compile(r"[^A-Za-z0-9_.\-]")
_STATUSES = ("", "pending", "valid", "active", "qualified", "disqualified", "withdrawn")
_SMALL = ("sme", "micro", "small", "medium", "med")


# ------------------------------------------------------------------------------------------------------------------------ bids in


@dataclass(frozen=True)
class Imported:
    """What a notice states of bids. ``ranks`` and ``winners`` are as published, for comparing; they decide nothing.

    ``decisions`` reject what the notice calls disqualified. ``gaps`` name what it does not state: codes ``bid``, ``bidder``, ``price``,
    ``currency``, ``lot``, ``status``, ``answer``, ``unit``, ``reason``; their source is the place in the notice.
    """

    bids: tuple[Bid, ...]
    decisions: tuple[Decision, ...]
    ranks: Mapping[str, int]
    winners: Mapping[str, tuple[str, ...]]
    gaps: tuple[Note, ...]


def key_of(text: str) -> str:
    """An id as bids and lots may have it.

    >>> key_of("Angebot 7/2"), key_of("§"), key_of("LOT-0001")
    ('Angebot_7_2', 'x', 'LOT-0001')
    """
    return _NOT_KEY.sub("_", text).lstrip("_.-")[:80] or "x"


def bids_of_notice(notice: Notice, procedure: Procedure, *, answers: Mapping[str, str] | None = None) -> Imported:
    """The bids of a notice for the lots of a procedure. ``answers`` says which requirement (by id) answers which declared fact.

    A requirement with the id of a fact needs no entry. Prices are exact as published and in the currency stated with them. A bid that was
    only invited is left out and named; a price for several lots, or below 0, is no price.
    """
    gaps = _Gaps()
    parties = {party.id: party for party in notice.parties}
    lots = {key_of(lot.id): lot.id for lot in notice.lots}
    found: list[Bid] = []
    decisions: list[Decision] = []
    ranks: dict[str, int] = {}
    new_ids: dict[str, list[str]] = {}
    taken: set[str] = set()
    times = Counter(offer.id for offer in notice.bids)
    for offer in notice.bids:
        if offer.status == "invited":
            gaps.add("status", f"bid {offer.id} is published as invited and was not made; left out", offer.where, key_of(offer.id))
            continue
        if offer.status not in _STATUSES:
            gaps.add("status", f"bid {offer.id} is published as '{offer.status[:40]}', which says nothing certain; kept", offer.where)
        for lot in _lots_of(offer, procedure, lots, gaps):
            alone = len(offer.lots) < 2 and times[offer.id] == 1
            name = _free(key_of(offer.id) if alone else f"{key_of(offer.id)}.{lot}", taken)
            new_ids.setdefault(offer.id, []).append(name)
            found.append(_bid(offer, name, lot, procedure, parties, answers or {}, gaps))
            if offer.rank.isdecimal():
                ranks[name] = int(offer.rank)
            if offer.status == "disqualified":
                said = "the notice calls the bid disqualified and does not state at which step or why"
                gaps.add("reason", f"bid {name}: {said}", offer.where, name)
                decisions.append(Decision(bid=name, step="compliance", outcome="reject", reason=f"{said} (read from {offer.where})"))
    if not notice.bids:
        gaps.add("bid", "the notice states no bids", notice.where)
    return Imported(tuple(found), tuple(decisions), ranks, _winners(notice, found, new_ids), tuple(gaps.found))


class _Gaps:
    def __init__(self) -> None:
        self.found: list[Note] = []

    def add(self, code: str, text: str, where: str, bid: str = "", criterion: str = "") -> None:
        note = Note(code=code, text=text, bid=bid, criterion=criterion, source=where, status="published")
        if note not in self.found:
            self.found.append(note)


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number when two ids of the notice look the same as keys."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free)
    return free


def _lots_of(offer: NoticeBid, procedure: Procedure, lots: Mapping[str, str], gaps: _Gaps) -> list[str]:
    names = [key_of(lot) for lot in offer.lots]
    if not names and len(procedure.lots) == 1:
        if lots and procedure.lots[0].id not in lots:
            gaps.add("lot", f"bid {offer.id} names no lot; taken for the only one, {procedure.lots[0].id}", offer.where)
        return [procedure.lots[0].id]
    if not names:
        gaps.add("lot", f"bid {offer.id} names no lot, and the procedure has several; left out", offer.where)
    for name in names:
        if name not in procedure.lot_of:
            gaps.add("lot", f"bid {offer.id} is for lot {name}, which the procedure does not have; left out", offer.where)
    return [name for name in names if name in procedure.lot_of]


def _bid(
    offer: NoticeBid,
    name: str,
    lot: str,
    procedure: Procedure,
    parties: Mapping[str, Party],
    answers: Mapping[str, str],
    gaps: _Gaps,
) -> Bid:
    who = [parties[each] for each in offer.tenderers if each in parties]
    names = [parties[each].name if each in parties and parties[each].name else each for each in offer.tenderers]
    if not names:
        gaps.add("bidder", f"bid {name}: no bidder is stated", offer.where, name)
    price: Fraction | None = None
    currency: str | None = None
    if offer.value is None:
        gaps.add("price", f"bid {name}: no price is stated", offer.where, name)
    elif len(offer.lots) > 1:
        gaps.add("price", f"bid {name}: one price stands for {len(offer.lots)} lots, and cannot be divided", offer.value.where, name)
    elif offer.value.value < 0:
        gaps.add(
            "price", f"bid {name}: the price {offer.value.value} is below 0, which publishers write for unknown", offer.value.where, name
        )
    elif not re.fullmatch("[A-Z]{3}", offer.value.currency):
        said = f"the price {offer.value.value} has no currency" if not offer.value.currency else f"'{offer.value.currency}' is no currency"
        gaps.add("currency", f"bid {name}: {said}; without one it is no price", offer.value.where, name)
    else:
        price = Fraction(offer.value.value)
        currency = offer.value.currency if offer.value.currency != procedure.currency else None
    sizes = {party.size.lower() for party in who if party.size}
    moment = _MOMENT.fullmatch(offer.date)
    return Bid(
        id=name,
        bidder=", ".join(names) or "not stated",
        lot=lot,
        received="" if moment is None else _moment(moment),
        price=price,
        currency=currency,
        facts=dict(_answers(offer, name, procedure, answers, gaps)),
        country=next((party.country for party in who if party.country), ""),
        sme=None if not sizes else bool(sizes & set(_SMALL)),
        subcontracted=next((code.value for code in offer.codes if code.list == "subcontracting"), ""),
        notes=offer.reference,
        withdrawn_reason="published as withdrawn; the notice states no reason" if offer.status == "withdrawn" else "",
    )


def _moment(found: re.Match[str]) -> str:
    day, hour, second, zone = found.groups()
    return day if hour is None else f"{day}T{hour}{second or ''}{zone or ''}"


def _answers(offer: NoticeBid, name: str, procedure: Procedure, answers: Mapping[str, str], gaps: _Gaps) -> Iterator[tuple[str, Offered]]:
    for response in offer.responses:
        wanted = answers.get(response.requirement, response.requirement)
        fact = procedure.fact_of.get(wanted)
        if fact is None:
            title = f" ({response.title[:60]})" if response.title else ""
            said = f"the answer to requirement {response.requirement}{title} belongs to no declared fact; say which in answers"
            gaps.add("answer", said, response.where)
            continue
        offered = _offered(response, fact)
        if offered is None:
            said = f"bid {name}: the answer {str(response.value)[:40]!r} to {fact.id} is no {fact.kind}"
            gaps.add("answer", said, response.where, name)
            continue
        if fact.kind == "number" and fact.unit != "1":
            gaps.add("unit", f"bid {name}: the answer to {fact.id} states no unit; taken as {fact.unit}", response.where, name)
        yield fact.id, offered


def _offered(response: Response, fact: Fact) -> Offered | None:
    """The answer as the fact's kind, or None: a text is never taken for a number unless it is a plain decimal."""
    value = response.value
    if fact.kind == "yes_no":
        return Offered(kind="yes_no", value=value) if isinstance(value, bool) else None
    if isinstance(value, bool):
        return None
    if fact.kind in ("number", "level"):
        if isinstance(value, str) and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            return None
        return Offered(kind=fact.kind, value=Fraction(value), unit=fact.unit)
    if not isinstance(value, str):
        return None
    if fact.kind == "choice":
        return Offered(kind="choice", value=value) if value in fact.options else None
    return Offered(kind="text", value=value) if fact.kind == "text" else None


def _winners(notice: Notice, bids: Sequence[Bid], new_ids: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Published winners by lot: the bids named with the award that are of its suppliers. A result may name losing bids beside them."""
    tenderers = {offer.id: set(offer.tenderers) for offer in notice.bids}
    lot_of = {bid.id: bid.lot for bid in bids}
    found: dict[str, set[str]] = {}
    for outcome in notice.outcomes:
        suppliers = set(outcome.suppliers)
        for old in outcome.bids:
            if suppliers and not suppliers & tenderers.get(old, suppliers):
                continue
            for name in new_ids.get(old, ()):
                if not outcome.lot or key_of(outcome.lot) == lot_of[name]:
                    found.setdefault(lot_of[name], set()).add(name)
    return {lot: tuple(sorted(names)) for lot, names in sorted(found.items())}


# ------------------------------------------------------------------------------------------------------------------------ OCDS out


def ocds_release(
    result: AwardResult,
    *,
    ocid: str,
    date: str,
    award_status: str = "pending",
    not_awarded: Mapping[str, str] | None = None,
    disclosure: Disclosure | None = None,
) -> dict[str, Any]:
    """An award result as a release package of one OCDS release: lots with award criteria, bids, statistics, awards and ``evaluation``.

    ``ocid`` and ``date`` (of the release) are given; no clock is read. ``award_status`` is ``pending`` while the standstill runs, then
    ``active``. ``not_awarded`` is the buyer's decision by lot, as a code of BT-144. ``disclosure`` cuts what may be told of bidders and
    their prices to the procedure's rule; None writes the whole record. A lot that is incomplete or tied has no award, and its bids are
    ``pending``. ``Problems`` when a text that a bidder marked as confidential would go out, whatever the disclosure.
    """
    decided = _not_awarded(result, not_awarded or {})
    allowed = _Allowed(result, disclosure)
    buyer = {"id": "buyer", "name": result.procedure.buyer}
    bidders = sorted({bid.bidder for bid in result.bids})
    org = {name: f"bidder-{number}" for number, name in enumerate(bidders, 1)}
    named = sorted({bid.bidder for bid in result.bids if allowed.name(bid)})
    parties: list[dict[str, Any]] = [{**buyer, "roles": ["buyer", "procuringEntity"]}]
    winners = {result.bid_of[lot.winner].bidder for lot in result.lots if lot.winner and lot.lot not in decided}
    for name in named:
        parties.append({"id": org[name], "name": name, "roles": ["tenderer", "supplier"] if name in winners else ["tenderer"]})
    document = {
        "uri": f"urn:{ocid}",
        "version": "1.1",
        "extensions": list(_RELEASE_EXTENSIONS),
        "publishedDate": date,
        "publisher": {"name": result.procedure.buyer},
        "releases": [
            {
                "ocid": ocid,
                "id": f"{ocid}-award-{result.inputs_hash.partition(':')[2][:12]}",
                "date": date,
                "tag": ["award"],
                "initiationType": "tender",
                "parties": parties,
                "buyer": buyer,
                "tender": _ocds_tender(result, decided),
                "bids": {
                    "statistics": list(_ocds_statistics(result, allowed)),
                    "details": [_ocds_bid(result, bid, org, allowed) for bid in sorted(result.bids, key=lambda each: each.id)],
                },
                "awards": list(_ocds_awards(result, decided, org, allowed, award_status, date)),
                "evaluation": _evaluation(result, allowed),
            }
        ],
    }
    _no_confidential(result, document)
    return document


class _Allowed:
    """What may be told of a bid: everything without a disclosure rule, else what the rule lets be told of winners and of the others."""

    def __init__(self, result: AwardResult, rule: Disclosure | None) -> None:
        self.rule = rule
        self.winners = {lot.winner for lot in result.lots if lot.winner}
        # offices number bids after the bidders' names, so that an id may tell what the name must not
        ordered = sorted(result.bids, key=lambda bid: bid.id)
        self.id = {bid.id: bid.id if self.name(bid) else f"undisclosed-{number}" for number, bid in enumerate(ordered, 1)}

    def name(self, bid: Bid) -> bool:
        return self.rule is None or (self.rule.winner_name if bid.id in self.winners else self.rule.other_names)

    def price(self, bid: Bid) -> bool:
        # the rule has no key for the price of a bid that lost: what it does not allow is not told
        return self.rule is None or (bid.id in self.winners and self.rule.winner_price)

    def scores(self, bid: str) -> bool:
        return self.rule is None or (self.rule.winner_scores if bid in self.winners else False)

    def total(self, bid: str) -> bool:
        return self.scores(bid) or (self.rule is not None and bid not in self.winners and self.rule.other_totals)


def _not_awarded(result: AwardResult, given: Mapping[str, str]) -> dict[str, str]:
    """Code of BT-144 by lot: the buyer's decision, or what follows from there being no bid, or none that is admissible."""
    problems = []
    for name, code in sorted(given.items()):
        where = f"not_awarded.{name}"
        if name not in result.lot_of:
            known = ", ".join(sorted(result.lot_of))
            problems.append(Problem("unknown-lot", f"there is no lot '{name}'", where=where, hint=f"write one of: {known}"))
        if code not in NON_AWARD:
            hint = "write one of: " + ", ".join(NON_AWARD)
            problems.append(Problem("unknown-reason", f"'{code}' is no reason of BT-144", where=where, hint=hint))
    if problems:
        raise Problems(problems)
    empty = {lot.lot: "all-rej" if lot.standings else "no-rece" for lot in result.lots if lot.status == "no_bids"}
    return empty | dict(given)


def _number(value: Fraction) -> int | float:
    """A JSON number that reads back exactly up to 15 digits; the exact value stands as text in ``evaluation``."""
    return int(value) if value.denominator == 1 else float(value)


def _money(value: Fraction, currency: str) -> dict[str, Any]:
    return {"amount": _number(value), "currency": currency}


def _exact(value: Fraction | None, places: int = 2) -> dict[str, str] | None:
    return None if value is None else {"exact": exact_text(value), "shown": shown(value, places)}


def _own_price(procedure: Procedure, bid: Bid) -> tuple[Fraction, str] | None:
    """The price with its corrections, in the bid's own currency."""
    if bid.price is None:
        return None
    return bid.price + sum((each.amount for each in bid.corrections), Fraction(0)), bid.currency or procedure.currency


def _ocds_tender(result: AwardResult, decided: Mapping[str, str]) -> dict[str, Any]:
    procedure = result.procedure
    lots = []
    for lot in procedure.lots:
        status = result.lot_of[lot.id].status
        over = "unsuccessful" if lot.id in decided else "complete" if status == "ranked" else "active"
        said: dict[str, Any] = {"id": lot.id, "title": lot.title, "status": over}
        if lot.estimate is not None:
            said["value"] = _money(lot.estimate, procedure.currency)
        said["awardCriteria"] = {"criteria": [_ocds_criterion(each) for each in lot.criteria]}
        lots.append(said)
    tender: dict[str, Any] = {
        "id": procedure.id,
        "title": procedure.title,
        "status": "active" if any(each["status"] == "active" for each in lots) else "complete",
        "lots": lots,
    }
    if procedure.subject:
        tender["description"] = procedure.subject
    if procedure.method in _METHODS:
        tender["procurementMethod"] = _METHODS[procedure.method]
    if procedure.method:
        tender["procurementMethodDetails"] = procedure.method
    return tender


def _described(criterion: Criterion) -> str:
    """The description, with the weights of sub-criteria, for which both standards have no field of their own."""
    parts = [
        f"{each.title}" + (f" {exact_text(each.weight)}" if each.weight is not None else " (no weight stated)")
        for each in criterion.criteria
    ]
    below = f"Sub-criteria: {', '.join(parts)}." if parts else ""
    return " ".join(each for each in (criterion.description, below) if each)


def _ocds_criterion(criterion: Criterion) -> dict[str, Any]:
    numbers: list[dict[str, Any]] = []
    if criterion.weight is not None:
        numbers.append({"number": _number(criterion.weight), "weight": WEIGHTS[criterion.weight_kind]})
    for code, value in _thresholds(criterion):
        numbers.append({"number": _number(value), "threshold": THRESHOLDS[code]})
    found: dict[str, Any] = {"id": criterion.id, "type": criterion.type, "name": criterion.title}
    if text := _described(criterion):
        found["description"] = text
    if numbers:
        found["numbers"] = numbers
    return found


def _thresholds(criterion: Criterion) -> list[tuple[str, Fraction]]:
    limit = criterion.threshold
    found = []
    if limit is not None and limit.min_score is not None:
        found.append(("min-score", limit.min_score))
    if limit is not None and limit.max_pass is not None:
        found.append(("max-pass", Fraction(limit.max_pass)))
    return found


def _bid_status(standing: Standing) -> str:
    if standing.status in _INADMISSIBLE:
        return "disqualified"
    if standing.status == "withdrawn":
        return "withdrawn"
    return "valid" if standing.status == "ranked" else "pending"


def _ocds_bid(result: AwardResult, bid: Bid, org: Mapping[str, str], allowed: _Allowed) -> dict[str, Any]:
    standing = result.lot_of[bid.lot].standing_of[bid.id]
    found: dict[str, Any] = {"id": allowed.id[bid.id]}
    if len(bid.received) > 10:
        found["date"] = _ocds_moment(bid.received)
    found["status"] = _bid_status(standing)
    if allowed.name(bid):
        found["tenderers"] = [{"id": org[bid.bidder], "name": bid.bidder}]
    price = _own_price(result.procedure, bid)
    if price is not None and allowed.price(bid):
        found["value"] = _money(*price)
    found["relatedLots"] = [bid.lot]
    found["hasRank"] = standing.rank is not None
    if standing.rank is not None:
        found["rank"] = standing.rank
    return found


def _ocds_moment(moment: str) -> str:
    """A moment as OCDS wants it; without an offset it is taken as UTC, as everywhere in the award side.

    >>> _ocds_moment("2026-03-20T10:00"), _ocds_moment("2026-03-20 10:00:30+01:00")
    ('2026-03-20T10:00:00Z', '2026-03-20T10:00:30+01:00')
    """
    found = _MOMENT.fullmatch(moment)
    assert found is not None, "a moment of the models"
    day, hour, second, zone = found.groups()
    return f"{day}T{hour or '00:00'}{second or ':00'}{zone or 'Z'}"


def _counts(result: AwardResult, lot: LotResult) -> tuple[dict[str, int], list[str]]:
    """Numbers of submissions by code of BT-760, and the codes that cannot be counted because something is not recorded."""
    received = [each for each in lot.standings if each.status != "withdrawn"]
    found = {
        "tenders": len(received),
        "t-verif-inad": sum(each.status in _INADMISSIBLE for each in received),
        "t-verif-inad-low": sum(each.status == "abnormally_low" for each in received),
    }
    sizes = [result.bid_of[each.bid].sme for each in received]
    missing = ["t-esubm", "t-oth-eea", "t-no-eea"]
    if any(size is None for size in sizes):
        missing.append("t-sme")
    else:
        found["t-sme"] = sum(size is True for size in sizes)
    return found, missing


def _ends(result: AwardResult, lot: LotResult) -> tuple[Fraction, Fraction] | None:
    """Lowest and highest price of the admissible bids (BT-710, BT-711), in the procedure's currency; None while one is not known.

    Admissible is what BT-710 says: not excluded, selected, conforming, not irregular (late, abnormally low) or unsuitable. A bid below a
    published threshold is counted as unsuitable.
    """
    prices = []
    for each in lot.standings:
        if each.status in ("ranked", "unranked"):
            price = price_of(result.procedure, result.bid_of[each.bid]).value
            if price is None:
                return None
            prices.append(price)
    return (min(prices), max(prices)) if prices else None


def _ocds_statistics(result: AwardResult, allowed: _Allowed) -> Iterator[dict[str, Any]]:
    for lot in result.lots:
        counts, _ = _counts(result, lot)
        for code, value in sorted(counts.items()):
            yield {"id": f"{lot.lot}-{code}", "measure": SUBMISSIONS[code], "value": value, "relatedLot": lot.lot}
        valid = sum(each.status == "ranked" for each in lot.standings)
        if lot.status in ("ranked", "tied"):
            yield {"id": f"{lot.lot}-valid", "measure": "validBids", "value": valid, "relatedLot": lot.lot}
        ends = _ends(result, lot) if allowed.rule is None else None  # the highest price is a loser's
        if ends is not None:
            for measure, end in zip(("lowestValidBidValue", "highestValidBidValue"), ends, strict=True):
                yield {
                    "id": f"{lot.lot}-{measure}",
                    "measure": measure,
                    "value": _number(end),
                    "currency": result.procedure.currency,
                    "relatedLot": lot.lot,
                }


def _ocds_awards(
    result: AwardResult, decided: Mapping[str, str], org: Mapping[str, str], allowed: _Allowed, status: str, date: str
) -> Iterator[dict[str, Any]]:
    for lot in result.lots:
        award: dict[str, Any] = {"id": f"award-{lot.lot}", "date": date, "relatedLots": [lot.lot]}
        if lot.lot in decided:
            yield {**award, "status": "unsuccessful", "statusDetails": NON_AWARD[decided[lot.lot]]}
        elif lot.winner:
            bid = result.bid_of[lot.winner]
            award |= {"title": lot.title, "status": status, "relatedBids": [allowed.id[bid.id]]}
            if allowed.name(bid):
                award["suppliers"] = [{"id": org[bid.bidder], "name": bid.bidder}]
            price = _own_price(result.procedure, bid)
            if price is not None and allowed.price(bid):
                award["value"] = _money(*price)
            yield award


def _evaluation(result: AwardResult, allowed: _Allowed) -> dict[str, Any]:
    """The local extension: how the ranking came about, with exact numbers as text. Reasons of evaluators are not in it."""
    places = result.procedure.rules.display_places
    lots = []
    for lot in result.lots:
        bids = []
        for standing in lot.standings:
            said: dict[str, Any] = {"id": allowed.id[standing.bid], "status": standing.status, "rank": standing.rank}
            if allowed.total(standing.bid):
                said["total"] = _exact(standing.total, places)
            if standing.reasons and allowed.rule is None:
                said["reasons"] = list(standing.reasons)
            if allowed.scores(standing.bid):
                said["scores"] = [
                    {
                        "criterion": each.id,
                        "score": _exact(found.score, places),
                        "points": _exact(found.points, places),
                    }
                    for each in lot.criteria
                    if (found := lot.score_of.get((standing.bid, each.id))) is not None
                ]
            bids.append(said)
        lots.append(
            {
                "id": lot.lot,
                "status": lot.status,
                "criteria": [
                    {
                        "id": each.id,
                        "parent": each.parent,
                        "type": each.type,
                        "title": each.title,
                        "weight": None if each.weight is None else exact_text(each.weight),
                        "weightKind": each.weight_kind,
                        "share": _exact(each.share, 4),
                        "scoredBy": each.formula or each.way,
                    }
                    for each in lot.criteria
                ],
                "bids": bids,
                "ties": [[[allowed.id[bid] for bid in group] for group in tie.groups] for tie in lot.ties],
                "abnormallyLow": [{"bid": allowed.id[each.bid], "rule": each.rule} for each in lot.low_bids if allowed.rule is None],
            }
        )
    return {
        "note": "A local extension of Tenderloop, no part of OCDS. Exact numbers are text: a decimal or a fraction.",
        "engine": result.engine,
        "procedureHash": result.procedure_hash,
        "inputsHash": result.inputs_hash,
        "locked": result.locked,
        "lots": lots,
    }


def _no_confidential(result: AwardResult, document: Mapping[str, Any]) -> None:
    """Refuse when a marked text stands in any text of the document, in any writing of capitals and blanks."""
    problems = []
    secrets = [(bid.id, _plain(text)) for bid in result.bids for text in bid.confidential if _plain(text)]
    for path, text in _texts(document, ""):
        for bid, secret in secrets:
            if secret in _plain(text):
                said = f"a text that bid {bid} marked as confidential would go out"
                problems.append(
                    Problem("confidential-text", said, where=path, hint="take it out of the title, reason or note it stands in")
                )
    if problems:
        raise Problems(problems)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, f"{path}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, f"{path}/{index}")


# ---------------------------------------------------------------------------------------------------------------------- eForms out


def eforms_coded(
    result: AwardResult, *, not_awarded: Mapping[str, str] | None = None, disclosure: Disclosure | None = None
) -> dict[str, Any]:
    """An award result by the business terms and codes of eForms, for whoever fills in the result notice. It is no notice itself.

    Per lot: BT-142 winner chosen, BT-144 reason for none, BT-710 and BT-711 lowest and highest admissible price, BT-759 and BT-760
    submissions, award criteria (BT-539, 734, 540 with BT-541 and its code BT-5421 or BT-5423), and tenders with BT-3201, BT-720 and BT-171.
    ``disclosure`` cuts names and prices as in ``ocds_release``. ``gaps`` lists the terms that the record does not hold.
    """
    decided = _not_awarded(result, not_awarded or {})
    allowed = _Allowed(result, disclosure)
    gaps: list[dict[str, str]] = []
    lots = []
    for lot in result.lots:
        counts, missing = _counts(result, lot)
        for code in missing:
            gaps.append({"lot": lot.lot, "term": "BT-759", "code": code, "because": "not recorded for every bid"})
        said: dict[str, Any] = {"BT-137": lot.lot, "title": lot.title}
        said["BT-142"] = "clos-nw" if lot.lot in decided else "selec-w" if lot.winner else "open-nw"
        if lot.lot in decided:
            said["BT-144"] = decided[lot.lot]
        ends = _ends(result, lot)
        if ends is None:
            gaps.append(
                {"lot": lot.lot, "term": "BT-710, BT-711", "code": "", "because": "there is no admissible bid, or a price is not known"}
            )
        elif disclosure is None:
            said["BT-710"], said["BT-711"] = (_coded_money(each, result.procedure.currency) for each in ends)
        said["submissions"] = [{"BT-760": code, "BT-759": value} for code, value in sorted(counts.items())]
        said["criteria"] = [_coded_criterion(each) for each in _lot(result, lot).criteria]
        said["tenders"] = [
            _coded_tender(result, lot, standing, allowed, decided) for standing in lot.standings if standing.status != "withdrawn"
        ]
        lots.append(said)
    document = {
        "format": "eForms business terms and codes, SDK 1.15",
        "note": "Written from an evaluation record; no notice. Codes are of the code lists named in 'lists'.",
        "lists": {
            "BT-142": "winner-selection-status",
            "BT-144": "non-award-justification",
            "BT-539": "award-criterion-type",
            "BT-5421": "number-weight",
            "BT-5423": "number-threshold",
            "BT-760": "received-submission-type",
        },
        "procedure": {"id": result.procedure.id, "title": result.procedure.title, "buyer": result.procedure.buyer},
        "procedureHash": result.procedure_hash,
        "lots": lots,
        "gaps": gaps,
    }
    _no_confidential(result, document)
    return document


def _lot(result: AwardResult, lot: LotResult) -> Lot:
    return result.procedure.lot_of[lot.lot]


def _coded_money(value: Fraction, currency: str) -> dict[str, str]:
    text = exact_text(value)
    return {"value": text if "/" not in text else shown(value, 2), "currencyID": currency}


def _coded_criterion(criterion: Criterion) -> dict[str, Any]:
    numbers: list[dict[str, str]] = []
    if criterion.weight is not None:
        numbers.append({"BT-541": exact_text(criterion.weight), "BT-5421": criterion.weight_kind})
    numbers += [{"BT-541": exact_text(value), "BT-5423": code} for code, value in _thresholds(criterion)]
    found: dict[str, Any] = {"BT-539": criterion.type, "BT-734": criterion.title}
    if text := _described(criterion):
        found["BT-540"] = text
    if numbers:
        found["numbers"] = numbers
    return found


def _coded_tender(result: AwardResult, lot: LotResult, standing: Standing, allowed: _Allowed, decided: Mapping[str, str]) -> dict[str, Any]:
    bid = result.bid_of[standing.bid]
    found: dict[str, Any] = {"BT-3201": allowed.id[bid.id], "BT-13714": lot.lot}
    if allowed.name(bid):
        found["tenderer"] = bid.bidder
    price = price_of(result.procedure, bid).value
    if price is not None and allowed.price(bid):
        found["BT-720"] = _coded_money(price, result.procedure.currency)
    found["BT-1711"] = standing.rank is not None
    if standing.rank is not None:
        found["BT-171"] = standing.rank
    if bid.id == lot.winner and lot.lot not in decided:
        found["winner"] = True
    return found


def as_json(document: Mapping[str, Any]) -> str:
    """The text of a release or coded record: sorted keys, the same bytes for the same result."""
    return dumps(document, indent=1) + "\n"


__all__ = (
    "CODES",
    "NON_AWARD",
    "SUBMISSIONS",
    "THRESHOLDS",
    "WEIGHTS",
    "Imported",
    "as_json",
    "bids_of_notice",
    "eforms_coded",
    "key_of",
    "ocds_release",
)
