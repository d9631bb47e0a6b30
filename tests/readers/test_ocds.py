"""OCDS: where everything of a release goes, in both versions and all containers, with its place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tenderloop.notice import Amount, Code, Notice, Text
from tenderloop.readers.loose_json import Notes
from tenderloop.readers.notices import read_records
from tenderloop.readers.ocds import parts, read_ocds
from tenderloop.readers.ocds_merging import latest


def notice(**sections: Any) -> Notice:
    return read_ocds({"ocid": "ocds-1", "id": "1", "language": "en", **sections}, "release.json")


def said(found: Notice) -> set[tuple[str, str, str, str]]:
    return {(text.role, text.value, text.where, text.lot) for text in found.every_text()}


def codes(found: Notice) -> list[str]:
    return [problem.code for problem in found.problems]


def test_texts_have_the_roles_of_their_places() -> None:
    found = notice(
        planning={
            "rationale": "Old chairs",
            "budget": {"project": "Schools", "description": "Own money"},
            "documents": [{"title": "Study"}],
        },
        tender={
            "title": "Chairs",
            "title_fr": "Chaises",
            "description": "100 chairs",
            "awardCriteriaDetails": "Lifetime counts",
            "eligibilityCriteria": "No debts",
            "procurementMethodRationale": "Small",
            "items": [{"description": "A chair"}],
            "documents": [{"title": "Specification", "documentType": "technicalSpecifications"}],
            "contractTerms": {"performanceTerms": "Take back"},
            "targets": [{"title": "Less waste"}],
        },
        contracts=[{"id": "1", "riskAllocation": [{"category": "environmental", "allocation": "privateParty", "description": "Bears it"}]}],
    )
    assert said(found) == {
        ("need", "Old chairs", "/planning/rationale", ""),
        ("note", "Own money", "/planning/budget/description", ""),
        ("need", "Schools", "/planning/budget/project", ""),
        ("document", "Study", "/planning/documents/0/title", ""),
        ("title", "Chairs", "/tender/title", ""),
        ("title", "Chaises", "/tender/title_fr", ""),
        ("description", "100 chairs", "/tender/description", ""),
        ("award", "Lifetime counts", "/tender/awardCriteriaDetails", ""),
        ("selection", "No debts", "/tender/eligibilityCriteria", ""),
        ("note", "Small", "/tender/procurementMethodRationale", ""),
        ("item", "A chair", "/tender/items/0/description", ""),
        ("document", "Specification", "/tender/documents/0/title", ""),
        ("clause", "Take back", "/tender/contractTerms/performanceTerms", ""),
        ("need", "Less waste", "/tender/targets/0/title", ""),
        ("clause", "Bears it", "/contracts/0/riskAllocation/0/description", ""),
    }
    assert {text.value: text.language for text in found.texts}["Chaises"] == "fr"
    assert found.coded("riskAllocation") == ("environmental: privateParty",)
    assert codes(found) == []


def test_lots_hold_their_criteria_terms_and_values() -> None:
    lot = {
        "id": "L1",
        "title": "Desks",
        "value": {"amount": Decimal("10.5"), "currency": "EUR"},
        "contractPeriod": {"durationInDays": 90, "startDate": "2024-01-01T00:00:00Z", "endDate": "2024-03-31"},
        "awardCriteria": {
            "weightingDescription": "By points",
            "criteria": [
                {"type": "price", "name": "Price", "numbers": [{"number": 60, "weight": "percentageExact"}]},
                {
                    "type": "quality",
                    "name": "Repair",
                    "numbers": [{"number": 5, "threshold": "minimumScore"}],
                    "description": "Spare parts, 40 %",
                },
            ],
        },
        "selectionCriteria": {"criteria": [{"type": "technical", "description": "ISO 14001"}]},
        "sustainability": [{"goal": "environmental.circularEconomy", "strategies": ["awardCriteria"], "description": "Reuse"}],
        "hasSustainability": True,
        "submissionTerms": {"variantPolicy": "notAllowed"},
        "suitability": {"sme": True},
        "otherRequirements": {"reservedParticipation": ["shelteredWorkshop"]},
    }
    found = notice(
        tender={"lots": [lot], "lotGroups": [{"id": "G", "relatedLots": ["L1"], "maximumValue": {"amount": 9, "currency": "EUR"}}]}
    )
    one, group = found.lots
    assert (one.id, one.kind, one.where, one.start, one.end) == ("L1", "Lot", "/tender/lots/0", "2024-01-01", "2024-03-31")
    assert one.value == Amount(Decimal("10.5"), "EUR", "/tender/lots/0/value/amount")
    assert one.duration is not None
    assert (one.duration.value, one.duration.unit) == (90, "day")
    price, repair = one.criteria
    assert (price.type, price.lot, price.parameters[0].code, price.parameters[0].value) == ("price", "L1", "per-exa", 60)
    assert [(each.kind, each.code, each.value) for each in repair.parameters] == [("threshold", "min-score", 5), ("weight", "per-exa", 40)]
    assert [(code.list, code.value) for code in one.codes] == [
        ("selectionCriterionType", "technical"),
        ("hasSustainability", "true"),
        ("sustainabilityGoal", "environmental.circularEconomy"),
        ("sustainabilityStrategy", "awardCriteria"),
        ("permission", "not-allowed"),
        ("sme-suitable", "true"),
        ("reserved-procurement", "res-ws"),
    ]
    assert {(text.role, text.value) for text in one.texts} == {
        ("title", "Desks"),
        ("award", "By points"),
        ("selection", "ISO 14001"),
        ("sustainability", "Reuse"),
    }
    assert (group.kind, group.members, group.value and group.value.value) == ("LotsGroup", ("L1",), 9)
    assert codes(found) == ["weight-in-words"]


@pytest.mark.parametrize(
    ("words", "code", "value"),
    [
        ("70", "poi-exa", "70"),
        ("12,5", "poi-exa", "12.5"),
        ("Quality: 70 %", "per-exa", "70"),
        ("70/100", "per-exa", "70"),
        ("8 / 20", "poi-exa", "8"),
        ("30 % of the materials, weight 40 %", None, None),
        ("According to ISO 14001", None, None),
        ("on 12/05/2024", None, None),
        ("24/7", None, None),
        ("1000", None, None),
    ],
)
def test_weights_are_read_from_words_only_when_there_is_no_doubt(words: str, code: str | None, value: str | None) -> None:
    found = notice(tender={"awardCriteria": {"criteria": [{"type": "quality", "description": words}]}})
    parameters = found.criteria[0].parameters
    assert [(each.code, str(each.value)) for each in parameters] == ([(code, value)] if code else [])
    assert codes(found) == (["weight-in-words"] if code else [])


def test_requirements_are_about_the_tenderer_or_the_thing() -> None:
    def criterion(**fields: Any) -> dict[str, Any]:
        return {"title": "T", "requirementGroups": [{"requirements": [{"title": "R"}]}], **fields}

    found = notice(
        tender={
            "criteria": [
                criterion(relatesToTenderer=True),
                criterion(relatesTo="tenderer"),
                criterion(relatesTo="item"),
                criterion(relatedLots=["1", "2"]),
            ]
        }
    )
    assert [(text.role, text.where, text.lot) for text in found.texts if text.value == "R"] == [
        ("selection", "/tender/criteria/0/requirementGroups/0/requirements/0/title", ""),
        ("selection", "/tender/criteria/1/requirementGroups/0/requirements/0/title", ""),
        ("specification", "/tender/criteria/2/requirementGroups/0/requirements/0/title", ""),
        ("specification", "/tender/criteria/3/requirementGroups/0/requirements/0/title", "1"),
        ("specification", "/tender/criteria/3/requirementGroups/0/requirements/0/title", "2"),
    ]


def test_bids_their_answers_and_counts() -> None:
    found = notice(
        bids={
            "statistics": [{"measure": "validBids", "value": 2, "relatedLot": "1"}],
            "details": [
                {
                    "id": "b1",
                    "status": "Valid",
                    "relatedLots": [{"lotId": "1"}],
                    "value": {"amount": 5, "currency": "EUR"},
                    "tenderers": [{"id": "t"}],
                    "rank": 1,
                    "requirementResponses": [
                        {"value": True, "requirement": {"id": "r1", "title": "Repairable"}},
                        {"value": Decimal("30.5"), "requirement": {"id": "r2"}},
                        {"requirement": {"id": "r3"}},
                    ],
                }
            ],
        }
    )
    (bid,) = found.bids
    assert (bid.id, bid.status, bid.lots, bid.tenderers, bid.rank) == ("b1", "valid", ("1",), ("t",), "1")
    assert [(each.requirement, each.title, each.value) for each in bid.responses] == [
        ("r1", "Repairable", True),
        ("r2", "", Decimal("30.5")),
    ]
    assert bid.responses[0].where == "/bids/details/0/requirementResponses/0/value"
    assert [(each.code, each.value, each.lot) for each in found.statistics] == [("validBids", 2, "1")]


def test_awards_become_outcomes_with_promised_and_measured_figures() -> None:
    observation = {"observations": [{"measure": "30", "unit": {"name": "percent"}}]}
    found = notice(
        awards=[
            {
                "id": "a",
                "status": "active",
                "relatedLots": ["1", "2"],
                "value": {"amount": 100, "currency": "EUR"},
                "suppliers": [{"id": "s", "name": "Supplier"}],
                "relatedBid": "b1",
                "agreedMetrics": [{"id": "recycled", "title": "Recycled content", **observation}],
                "evaluationIndicators": {"discountRate": Decimal("0.05"), "netPresentValue": {"amount": 7, "currency": "EUR"}},
            }
        ],
        contracts=[{"id": "c", "awardID": "a", "implementation": {"metrics": [{"id": "recycled", **observation}]}}],
    )
    first, second = found.outcomes
    assert (first.lot, second.lot, first.suppliers, first.bids) == ("1", "2", ("s",), ("b1",))
    assert (first.value and first.value.value, second.value) == (100, None)
    assert [(each.name, each.value, each.unit) for each in first.figures] == [
        ("agreed.recycled", 30, "percent"),
        ("discountRate", Decimal("0.05"), ""),
        ("netPresentValue", 7, "EUR"),
        ("measured.recycled", 30, "percent"),
    ]
    assert Text("Recycled content", "clause", "/awards/0/agreedMetrics/0/title", "en") in found.texts
    assert codes(found) == ["value-of-several-lots"]
    assert [(party.id, party.roles) for party in found.parties] == [("s", ("supplier",))]


def test_organisations_of_1_0_and_1_1() -> None:
    old = notice(buyer={"id": "b", "name": "City"}, tender={"procuringEntity": {"id": "b"}, "tenderers": [{"name": "No id"}]})
    assert [(party.id, party.name, party.roles) for party in old.parties] == [
        ("b", "City", ("buyer", "procuringEntity")),
        ("No id", "No id", ("tenderer",)),
    ]
    new = notice(
        buyer={"id": "b"},
        parties=[{"id": "b", "name": "City", "roles": ["buyer"], "address": {"countryName": "Ireland"}, "details": {"scale": "sme"}}],
    )
    assert new.country == "Ireland"
    assert (new.parties[0].size, new.parties[0].where) == ("sme", "/parties/0")


def test_classifications_of_all_schemes() -> None:
    found = notice(
        tender={
            "classification": {"scheme": "CPV", "id": "39000000-2"},
            "items": [
                {
                    "classification": {"scheme": "ДК021", "id": "39121200-8"},
                    "additionalClassifications": [{"scheme": "UNSPSC", "id": "56101703"}, {"scheme": "CPV", "id": "391"}],
                }
            ],
        }
    )
    assert found.coded("cpv") == ("39000000", "39121200")
    assert Code("UNSPSC", "56101703", "/tender/items/0/additionalClassifications/0/id") in found.codes
    assert codes(found) == ["bad-cpv"]


@pytest.mark.parametrize(
    ("release", "stage"),
    [
        ({"tag": ["planning"]}, "planning"),
        ({"tag": ["tender"]}, "tender"),
        ({"tag": ["tenderAmendment"]}, "change"),
        ({"tag": ["tender", "award"]}, "award"),
        ({"tag": "awardNotice"}, "award"),
        ({"tag": ["implementation"]}, "contract"),
        ({"tag": ["compiled"], "tender": {"id": "1"}, "awards": []}, "tender"),
        ({"contracts": [{"id": "1"}]}, "contract"),
        ({}, ""),
    ],
)
def test_stages(release: dict[str, Any], stage: str) -> None:
    assert notice(**release).stage == stage


def test_every_container_gives_its_releases_with_pointers() -> None:
    release = {"ocid": "a", "tender": {"title": "Chairs"}}
    containers: list[tuple[Any, str]] = [
        (release, ""),
        ([release], "/0"),
        ({"version": "1.1", "releases": [release]}, "/releases/0"),
        ({"records": [{"ocid": "a", "compiledRelease": release}]}, "/records/0/compiledRelease"),
        ({"records": [{"ocid": "a", "releases": [release]}]}, "/records/0/releases/0"),
        ({"ocid": "a", "compiledRelease": release}, "/compiledRelease"),
        ([{"releases": [release]}], "/0/releases/0"),
    ]
    for value, where in containers:
        (part,) = parts(value, Notes())
        assert (part.where, part.value) == (where, release)
    (part,) = parts({"version": "1.1", "releases": [release]}, Notes())
    assert read_ocds(part.value, version=part.version).version == "1.1"


def test_releases_of_a_record_are_merged_and_places_are_those_of_the_newest_that_says_it() -> None:
    first = {
        "ocid": "a",
        "id": "1",
        "date": "2020-01-01",
        "tag": ["tender"],
        "tender": {"title": "Chairs", "value": {"amount": 5, "currency": "EUR"}},
    }
    then = {
        "ocid": "a",
        "id": "2",
        "date": "2021-01-01",
        "tag": ["award"],
        "tender": {"title": "Stools"},
        "awards": [{"id": "w", "title": "Won"}],
    }
    (record,) = read_records(b'{"records": [{"ocid": "a", "releases": [' + _json(then) + b"," + _json(first) + b"]}]}")
    merged = record.notice
    assert [(text.value, text.where) for text in merged.texts] == [
        ("Stools", "/records/0/releases/0/tender/title"),
        ("Won", "/records/0/releases/0/awards/0/title"),
    ]
    assert merged.value == Amount(Decimal(5), "EUR", "/records/0/releases/1/tender/value/amount")
    assert merged.stage == "award"


def _json(value: Any) -> bytes:
    import json

    return json.dumps(value).encode()


def test_links_alone_are_said_and_the_record_is_kept() -> None:
    (record,) = read_records(b'{"records": [{"ocid": "a", "releases": [{"url": "https://example.org/1", "date": "2020-01-01"}]}]}')
    assert record.notice.procedure == "a"
    assert [problem.code for problem in record.every_problem()] == ["linked-releases"]


def test_the_last_value_of_each_version_counts() -> None:
    def versions(*values: Any) -> list[dict[str, Any]]:
        return [
            {"releaseID": str(at), "releaseDate": f"202{at}", "releaseTag": ["tender"], "value": value} for at, value in enumerate(values)
        ]

    held = {"ocid": "a", "tender": {"title": versions("Chair", "Chairs"), "lots": [{"id": "1", "title": versions("A")}]}}
    assert latest(held) == {"ocid": "a", "tender": {"title": "Chairs", "lots": [{"id": "1", "title": "A"}]}}
    assert isinstance(held["tender"], dict)
    assert held["tender"]["title"] == versions("Chair", "Chairs")
