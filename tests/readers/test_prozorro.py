"""Prozorro's native tenders: real documents of the API, and life-cycle costs and features by value."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from tenderloop.readers.notices import Record, read_records
from tenderloop.readers.prozorro import read_prozorro

sys.path.insert(0, str(Path(__file__).parent))
from real_data import DATA, needs_data


def records(name: str) -> list[Record]:
    return list(read_records(DATA / name))


@needs_data
def test_the_energy_service_tender_has_three_bids_and_42_answers() -> None:
    (record,) = records("prozorro-api-docs/esco-rated-criteria-3-bids.json")
    notice = record.notice
    assert record.format == notice.format == "prozorro"
    assert notice.where == "/data"
    assert [(len(bid.responses), bid.lots) for bid in notice.bids] == [(14, (notice.lots[0].id,))] * 3
    assert sum(len(bid.responses) for bid in notice.bids) == 42
    assert {type(answer.value) for bid in notice.bids for answer in bid.responses} == {bool, Decimal, str}
    assert notice.coded("fundingKind") == ("other",)
    assert notice.coded("awardCriteria") == ("ratedCriteria",)
    assert {figure.name: figure.value for figure in notice.lots[0].figures} == {
        "yearlyPaymentsPercentageRange": Decimal("0.8"),
        "minimalStepPercentage": Decimal("0.006"),
        "NBUdiscountRate": Decimal("0.22986"),
    }
    assert {text.role for text in notice.texts} == {"title", "item", "selection", "note", "document"}
    assert record.every_problem() == ()


@needs_data
def test_the_tender_in_lots_has_two_bids_and_two_lots() -> None:
    (record,) = records("prozorro-api-docs/openeu-multi-lot-2-bids.json")
    notice = record.notice
    assert (len(notice.bids), len(notice.lots)) == (2, 2)
    assert notice.value is not None
    assert (notice.value.value, notice.value.currency) == (900, "UAH")
    assert {party.roles for party in notice.parties} == {("procuringEntity",), ("tenderer",)}


@needs_data
def test_features_are_award_criteria_with_their_greatest_value() -> None:
    (record,) = records("prozorro-api-docs/features-non-price-draft.json")
    criteria = record.notice.criteria
    assert [(each.type, each.code, each.parameters[0].code, each.parameters[0].value) for each in criteria] == [
        ("quality", "OCDS-123454-AIR-INTAKE", "dec-exa", Decimal("0.15")),
        ("quality", "OCDS-123454-YEARS", "dec-exa", Decimal("0.15")),
    ]
    assert criteria[0].names[1].language == "en"


@needs_data
def test_the_official_life_cycle_costs_are_cost_criteria() -> None:
    for name in ("prozorro-criteria/LCC.json", "prozorro-api-docs/lcc_tender_criteria.json"):
        found = [record.notice for record in records(name)]
        assert [each.criteria[0].code.rpartition(".")[2] for each in found] == [
            "COST_OF_USE",
            "MAINTENANCE_COST",
            "END_OF_LIFE_COST",
            "ECOLOGICAL_COST",
        ]
        assert {each.criteria[0].type for each in found} == {"cost"}
        assert all(text.role == "award" for each in found for text in each.every_text())


def test_a_bid_over_two_lots_is_two_bids_with_one_id() -> None:
    values = [
        {"relatedLot": "1", "value": {"amount": 5, "currency": "UAH"}},
        {"relatedLot": "2", "value": {"amount": 7, "currency": "UAH"}},
    ]
    found = read_prozorro({"tenderID": "UA-1", "bids": [{"id": "b", "status": "active", "lotValues": values}]})
    assert [(bid.id, bid.lots, bid.value and bid.value.value, bid.status) for bid in found.bids] == [
        ("b", ("1",), 5, "active"),
        ("b", ("2",), 7, "active"),
    ]
