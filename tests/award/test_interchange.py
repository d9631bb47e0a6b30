"""Interchange: bids from notices, results as OCDS and by eForms codes; round trips, code lists, disclosure, confidential texts."""

from __future__ import annotations

import csv
import functools
import json
import re
import warnings
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenderloop import notice as published
from tenderloop.award.bid import Bid, Correction, Decision
from tenderloop.award.interchange import (
    CODES,
    NON_AWARD,
    SUBMISSIONS,
    THRESHOLDS,
    WEIGHTS,
    as_json,
    bids_of_notice,
    eforms_coded,
    key_of,
    ocds_release,
)
from tenderloop.award.procedure import Criterion, Disclosure, FormulaRef, Lot, Procedure, Threshold
from tenderloop.award.rated import pack_results
from tenderloop.award.reading import procedure_of_notice, read_bids, read_judgements, read_procedure
from tenderloop.award.result import AwardResult
from tenderloop.award.scoring import award
from tenderloop.errors import Problems
from tenderloop.notice import Amount, Notice, Outcome, Party, Response
from tenderloop.pack import Fact
from tenderloop.readers.notices import read_records

SAMPLES = Path(__file__).parents[2] / "samples"
DATA = Path(__file__).parents[3] / "shared" / "data"
OCID, DATE = "ocds-test01-1", "2026-03-27T09:00:00Z"
NAMES = ("school_furniture", "wte_concession_award", "hungary_insurance_award")


@functools.cache
def sample(name: str) -> AwardResult:
    folder = SAMPLES / name
    procedure = read_procedure(folder / "procedure.yaml")
    bids = read_bids(folder / "bids.yaml", procedure)
    file = folder / "judgements.yaml"
    panel = read_judgements(file, procedure) if file.exists() else None
    return award(
        procedure,
        bids.bids,
        panel.judgements if panel else (),
        panel.consensus if panel else (),
        bids.decisions,
        proceedings=bids.proceedings,
        pack_results=pack_results(procedure, bids.bids, folder),
    )


def needed(*parts: str) -> Path:
    """A file of the shared data; a test without it is skipped, and says so."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        warnings.warn(f"{'/'.join(parts)} is not here: nothing was compared with it", stacklevel=2)
        pytest.skip(f"shared/data/{'/'.join(parts)} is not here")
    return path


# ---------------------------------------------------------------------------------------------------------------- small procedures


def procedure(*lots: str, **changes: Any) -> Procedure:
    values: dict[str, Any] = {
        "id": "desks",
        "title": "Desks",
        "buyer": "Town of Example (invented)",
        "currency": "EUR",
        "lots": tuple(
            Lot(
                id=lot,
                title=f"Desks {lot}",
                criteria=(
                    Criterion(id="price", type="price", title="Price", weight=Fraction(100), formula=FormulaRef(name="lowest_price_ratio")),
                ),
            )
            for lot in lots or ("one",)
        ),
        "facts": (
            Fact(id="years", kind="number", unit="year", question="For how many years?"),
            Fact(id="repair", kind="yes_no", question="Is repair offered?"),
            Fact(id="wood", kind="choice", options={"oak": "Oak", "ash": "Ash"}, question="Which wood?"),
            Fact(id="words", kind="text", question="In which words?"),
        ),
        "rates": {"CHF": Fraction("1.05")},
    }
    return Procedure(**{**values, **changes})


def result_of(*bids: Bid, decisions: tuple[Decision, ...] = (), lots: tuple[str, ...] = (), **changes: Any) -> AwardResult:
    return award(procedure(*lots, **changes), bids, decisions=decisions)


def bid(name: str, price: int | str | None = 100, lot: str = "one", **more: Any) -> Bid:
    return Bid(id=name, bidder=more.pop("bidder", f"Bidder {name}"), lot=lot, price=None if price is None else Fraction(price), **more)


def offer(name: str, value: str | None = "100", currency: str = "EUR", **more: Any) -> published.Bid:
    amount = None if value is None else Amount(Decimal(value), currency, f"/{name}/value")
    return published.Bid(name, f"/{name}", value=amount, **{"tenderers": ("p1",), **more})


def notice(*offers: published.Bid, **more: Any) -> Notice:
    parties = (
        Party("p1", "Oak Ltd", ("tenderer",), "/parties/0", "AT", "small"),
        Party("p2", "Ash SE", ("tenderer",), "/parties/1", "DE", "large"),
    )
    return Notice("ocds", "1.1", "r1", "ocds-1", "award", bids=offers, parties=parties, **more)


def codes_of(found: Any) -> list[str]:
    return [gap.code for gap in found.gaps]


# ----------------------------------------------------------------------------------------------------------------------- bids in


def test_a_bid_is_read_with_all_that_is_stated() -> None:
    answers = (Response("years", "Years", Decimal(7), "/r/0"), Response("Q2", "Repair", True, "/r/1"))
    one = offer(
        "B 1", "99.90", tenderers=("p1", "p2"), date="2026-03-02T10:00:05.123+01:00", rank="2", responses=answers, reference="No. 7"
    )
    found = bids_of_notice(notice(one), procedure(), answers={"Q2": "repair"})
    (read,) = found.bids
    assert (read.id, read.bidder, read.lot, read.price, read.currency) == ("B_1", "Oak Ltd, Ash SE", "one", Fraction("99.9"), None)
    assert (read.received, read.country, read.sme, read.notes) == ("2026-03-02T10:00:05+01:00", "AT", True, "No. 7")
    assert (read.facts["years"].value, read.facts["years"].unit, read.facts["repair"].value) == (Fraction(7), "year", True)
    assert found.ranks == {"B_1": 2}
    assert codes_of(found) == ["unit"]


def test_another_currency_stays_and_is_converted_by_the_procedure() -> None:
    (read,) = bids_of_notice(notice(offer("b", "100", "CHF")), procedure()).bids
    assert read.currency == "CHF"
    assert result_of(read).lot_of["one"].prices[0].evaluated == 105


@pytest.mark.parametrize(
    ("one", "code", "price"),
    [
        (offer("b", None), "price", None),
        (offer("b", "-1"), "price", None),
        (offer("b", "5", ""), "currency", None),
        (offer("b", "5", "euro"), "currency", None),
        (offer("b", "5", lots=("one", "two")), "price", None),
        (offer("b", "0"), "", Fraction(0)),
        (offer("b", "5", tenderers=()), "bidder", Fraction(5)),
    ],
)
def test_what_is_no_price_is_a_gap_and_never_guessed(one: published.Bid, code: str, price: Fraction | None) -> None:
    found = bids_of_notice(notice(one), procedure("one", "two") if one.lots else procedure())
    assert all(read.price == price for read in found.bids)
    assert set(codes_of(found)) == ({code} if code else set())
    assert all(gap.source for gap in found.gaps)


def test_a_bid_for_two_lots_becomes_two_bids() -> None:
    found = bids_of_notice(notice(offer("b", "5", lots=("one", "two"), rank="1")), procedure("one", "two"))
    assert [(read.id, read.lot) for read in found.bids] == [("b.one", "one"), ("b.two", "two")]


def test_lots_that_nobody_knows_are_named() -> None:
    assert codes_of(bids_of_notice(notice(offer("b")), procedure("one", "two"))) == ["lot"]
    found = bids_of_notice(notice(offer("b", lots=("nine",))), procedure())
    assert (found.bids, codes_of(found)) == ((), ["lot"])
    assert codes_of(bids_of_notice(notice(), procedure())) == ["bid"]


def test_a_bid_without_a_lot_is_for_the_only_one_and_says_so() -> None:
    lots = (published.Lot("LOT-0001", "Lot", "/lots/0"),)
    found = bids_of_notice(notice(offer("b"), lots=lots), procedure())
    assert [(read.id, read.lot) for read in found.bids] == [("b", "one")]
    assert codes_of(found) == ["lot"]
    assert codes_of(bids_of_notice(notice(offer("b"), lots=lots), procedure("LOT-0001"))) == []


def test_statuses_are_kept() -> None:
    offers = (offer("a", status="withdrawn"), offer("b", status="disqualified"), offer("c", status="invited"), offer("d", status="valid"))
    found = bids_of_notice(notice(*offers), procedure())
    assert [read.id for read in found.bids] == ["a", "b", "d"]
    assert codes_of(found) == ["reason", "status"]
    standing = award(procedure(), found.bids, decisions=found.decisions).lot_of["one"].standing_of
    assert {name: each.status for name, each in standing.items()} == {"a": "withdrawn", "b": "non_compliant", "d": "ranked"}


def test_ids_that_look_the_same_stay_apart() -> None:
    found = bids_of_notice(notice(offer("b 1"), offer("b_1")), procedure())
    assert [read.id for read in found.bids] == ["b_1", "b_1-2"]


@pytest.mark.parametrize(
    ("requirement", "value", "expected"),
    [
        ("years", "7", Fraction(7)),
        ("years", "7 years", None),
        ("years", True, None),
        ("repair", "yes", None),
        ("repair", Decimal(1), None),
        ("wood", "ash", "ash"),
        ("wood", "fir", None),
        ("words", "as usual", "as usual"),
        ("words", Decimal(1), None),
        ("nothing", "x", None),
    ],
)
def test_an_answer_of_the_wrong_kind_is_a_gap(requirement: str, value: Any, expected: Any) -> None:
    found = bids_of_notice(notice(offer("b", responses=(Response(requirement, "Q", value, "/r"),))), procedure())
    facts = found.bids[0].facts
    if expected is None:
        assert facts == {}
        assert codes_of(found) == ["answer"]
    else:
        assert facts[requirement].value == expected


def test_winners_are_the_suppliers_bids_only() -> None:
    outcome = Outcome("one", "selec-w", "/o", suppliers=("p2",), bids=("a", "b"))
    found = bids_of_notice(notice(offer("a"), offer("b", tenderers=("p2",)), outcomes=(outcome,)), procedure())
    assert found.winners == {"one": ("b",)}


def test_lots_are_called_as_in_a_drafted_procedure() -> None:
    """procedure_of_notice and bids_of_notice must give one lot one id, or no bid would find its lot."""
    path = needed("ted-eforms", "notices", "00431538-2024.xml")
    (record,) = read_records(path)
    draft = procedure_of_notice(record.notice).procedure
    assert {lot.id for lot in draft.lots} == {key_of(lot.id) for lot in record.notice.lots if lot.kind == "Lot"}
    assert len(bids_of_notice(record.notice, draft).bids) == len(record.notice.bids) > 1


def test_an_energy_service_tender_with_answers_is_read() -> None:
    """Prozorro's documented ESCO tender: 3 bids, 42 answers (synthetic documentation data, Apache-2.0)."""
    path = needed("prozorro-api-docs", "esco-rated-criteria-3-bids.json")
    (record,) = read_records(path)
    asked = {response.requirement: response for one in record.notice.bids for response in one.responses}
    kinds = {bool: "yes_no", Decimal: "number", str: "text"}
    facts = tuple(
        Fact.model_validate({"id": f"q{number}", "kind": kinds[type(response.value)], "question": response.title})
        for number, response in enumerate(asked.values(), 1)
    )
    answers = {requirement: fact.id for requirement, fact in zip(asked, facts, strict=True)}
    ids = {key_of(lot.id) for lot in record.notice.lots} or {"whole"}
    found = bids_of_notice(record.notice, procedure(*sorted(ids), facts=facts), answers=answers)
    assert len(record.notice.bids) == 3
    assert sum(len(one.responses) for one in record.notice.bids) == 42
    assert [len(one.facts) for one in found.bids] == [14, 14, 14]
    assert sorted(codes_of(found)) == ["price", "price", "price", "status"]  # an energy service has no price, but savings over years
    assert found.decisions == ()


def test_a_bid_that_is_there_once_for_each_lot() -> None:
    """Prozorro's reader gives such bids one id and each its own value."""
    found = bids_of_notice(notice(offer("b", "5", lots=("one",)), offer("b", "7", lots=("two",))), procedure("one", "two"))
    assert [(read.id, read.price) for read in found.bids] == [("b.one", Fraction(5)), ("b.two", Fraction(7))]


# --------------------------------------------------------------------------------------------------------------------- OCDS out


@pytest.mark.parametrize("name", NAMES)
def test_a_release_comes_back_as_the_same_bids(name: str) -> None:
    result = sample(name)
    data = as_json(ocds_release(result, ocid=OCID, date=DATE)).encode()
    (record,) = read_records(data, file="release.json")
    assert record.every_problem() == ()
    read = record.notice
    found = bids_of_notice(read, result.procedure)
    kept = ("id", "bidder", "lot", "price", "currency")
    own = {each.id: each for each in result.bids}
    assert {each.id for each in found.bids} == own.keys()
    for each in found.bids:
        expected = [getattr(own[each.id], key) for key in kept]
        expected[3] = expected[3] + sum((one.amount for one in own[each.id].corrections), Fraction(0))
        assert [getattr(each, key) for key in kept] == expected
    assert found.ranks == {each.bid: each.rank for lot in result.lots for each in lot.standings if each.rank is not None}
    assert found.winners == {lot.lot: (lot.winner,) for lot in result.lots if lot.winner}
    rejected = {each.bid for lot in result.lots for each in lot.standings if each.status not in ("ranked", "unranked")}
    assert {each.bid for each in found.decisions} == rejected


@pytest.mark.parametrize("name", NAMES)
def test_award_criteria_come_back_as_published(name: str) -> None:
    result = sample(name)
    (record,) = read_records(as_json(ocds_release(result, ocid=OCID, date=DATE)).encode(), file="release.json")
    drafted = procedure_of_notice(record.notice).procedure
    for lot in result.procedure.lots:
        written = [(each.type, each.title, each.weight, each.weight_kind, each.threshold) for each in lot.criteria]
        assert [
            (each.type, each.title, each.weight, each.weight_kind, each.threshold) for each in drafted.lot_of[lot.id].criteria
        ] == written


@pytest.mark.parametrize("name", NAMES)
def test_evaluation_holds_the_exact_numbers(name: str) -> None:
    result = sample(name)
    (release,) = json.loads(as_json(ocds_release(result, ocid=OCID, date=DATE)))["releases"]
    said = release["evaluation"]
    assert "no part of OCDS" in said["note"]
    assert (said["procedureHash"], said["inputsHash"]) == (result.procedure_hash, result.inputs_hash)
    for lot in said["lots"]:
        own = result.lot_of[lot["id"]]
        for each in lot["bids"]:
            total = own.standing_of[each["id"]].total
            assert (each["total"] is None) == (total is None)
            assert total is None or Fraction(each["total"]["exact"]) == total
            for score in each["scores"]:
                exact = own.score_of[each["id"], score["criterion"]].score
                assert exact is None or Fraction(score["score"]["exact"]) == exact
        assert [each["id"] for each in lot["criteria"]] == [each.id for each in own.criteria]
    assert sum(len(each["scores"]) for lot in said["lots"] for each in lot["bids"]) > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_release_fits_the_schema(name: str) -> None:
    document = ocds_release(sample(name), ocid=OCID, date=DATE)
    release = json.loads(as_json(document))["releases"][0]
    schema = json.loads(needed("ocds-standard", "eforms-profile", "release-schema-patched.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    assert [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(release)] == []
    # the profile must know the fields, or the check would say nothing
    assert {"awards", "bids", "tender", "parties"} <= schema["properties"].keys()
    assert "rank" in schema["definitions"]["Bid"]["properties"]


def test_same_bytes_in_any_order() -> None:
    bids = (bid("a", 90), bid("b", 100))
    first = as_json(ocds_release(result_of(*bids), ocid=OCID, date=DATE))
    assert first == as_json(ocds_release(result_of(*bids[::-1]), ocid=OCID, date=DATE))


@settings(max_examples=40)
@given(st.lists(st.decimals(min_value="0.01", max_value="9999999999999.99", places=2), min_size=1, max_size=6, unique=True))
def test_any_prices_come_back_exactly(prices: list[Decimal]) -> None:
    result = result_of(*(bid(f"b{number}", str(price)) for number, price in enumerate(prices)))
    (record,) = read_records(as_json(ocds_release(result, ocid=OCID, date=DATE)).encode(), file="release.json")
    found = bids_of_notice(record.notice, procedure())
    assert [each.price for each in found.bids] == [Fraction(price) for price in prices]
    assert found.winners == {"one": (f"b{prices.index(min(prices))}",)}
    assert found.gaps == ()


def test_awards_by_status() -> None:
    won = ocds_release(
        result_of(bid("a", 90), bid("b", 100, corrections=(Correction(amount=Fraction(-20), reason="sum"),))), ocid=OCID, date=DATE
    )
    (award_of,) = won["releases"][0]["awards"]
    assert (award_of["status"], award_of["relatedBids"], award_of["value"]) == ("pending", ["b"], {"amount": 80, "currency": "EUR"})
    assert ocds_release(result_of(bid("a")), ocid=OCID, date=DATE, award_status="active")["releases"][0]["awards"][0]["status"] == "active"
    tied = ocds_release(result_of(bid("a"), bid("b")), ocid=OCID, date=DATE)["releases"][0]
    assert tied["awards"] == []
    assert tied["tender"]["lots"][0]["status"] == "active"
    assert {each["status"] for each in tied["bids"]["details"]} == {"valid"}
    open_lot = ocds_release(result_of(bid("a"), bid("b", None)), ocid=OCID, date=DATE)["releases"][0]
    assert open_lot["awards"] == []
    assert {each["status"] for each in open_lot["bids"]["details"]} == {"pending"}
    none = ocds_release(result_of(), ocid=OCID, date=DATE)["releases"][0]
    assert (none["awards"][0]["status"], none["awards"][0]["statusDetails"]) == ("unsuccessful", NON_AWARD["no-rece"])


# -------------------------------------------------------------------------------------------------------------------- eForms out


def coded(*bids: Bid, decisions: tuple[Decision, ...] = (), **more: Any) -> dict[str, Any]:
    (lot,) = eforms_coded(result_of(*bids, decisions=decisions), **more)["lots"]
    assert isinstance(lot, dict)
    return lot


def reject(name: str, step: str = "selection") -> Decision:
    return Decision(bid=name, step=step, outcome="reject", reason="not shown")


def test_winner_chosen_and_reason_for_none() -> None:
    assert coded(bid("a"))["BT-142"] == "selec-w"
    assert coded(bid("a"), bid("b"))["BT-142"] == "open-nw"
    assert coded(bid("a", None))["BT-142"] == "open-nw"
    empty, all_out = coded(), coded(bid("a"), decisions=(reject("a"),))
    assert (empty["BT-142"], empty["BT-144"]) == ("clos-nw", "no-rece")
    assert (all_out["BT-142"], all_out["BT-144"]) == ("clos-nw", "all-rej")
    given_up = coded(bid("a"), not_awarded={"one": "ins-fund"})
    assert (given_up["BT-142"], given_up["BT-144"]) == ("clos-nw", "ins-fund")
    assert "winner" not in given_up["tenders"][0]
    assert "BT-144" not in coded(bid("a"))


def test_unknown_lots_and_reasons_are_refused_together() -> None:
    with pytest.raises(Problems) as caught:
        eforms_coded(result_of(bid("a")), not_awarded={"one": "no-money", "nine": "other"})
    assert sorted(problem.code for problem in caught.value.problems) == ["unknown-lot", "unknown-reason"]
    assert all(problem.code in CODES and problem.hint for problem in caught.value.problems)


def test_lowest_and_highest_are_of_admissible_bids_in_one_currency() -> None:
    lot = coded(
        bid("a", 90), bid("b", 100, currency="CHF"), bid("c", 10), bid("d", 900), decisions=(reject("c"), reject("d", "abnormally_low"))
    )
    assert lot["BT-710"] == {"value": "90", "currencyID": "EUR"}
    assert lot["BT-711"] == {"value": "105", "currencyID": "EUR"}
    counts = {each["BT-760"]: each["BT-759"] for each in lot["submissions"]}
    assert counts == {"tenders": 4, "t-verif-inad": 2, "t-verif-inad-low": 1}


def test_an_unknown_price_leaves_the_ends_open() -> None:
    document = eforms_coded(result_of(bid("a", 90), bid("b", None)))
    assert "BT-710" not in document["lots"][0]
    assert any(gap["term"] == "BT-710, BT-711" for gap in document["gaps"])


def test_small_firms_are_counted_only_when_all_are_known() -> None:
    known = coded(bid("a", sme=True), bid("b", 90, sme=False))
    assert {"BT-760": "t-sme", "BT-759": 1} in known["submissions"]
    document = eforms_coded(result_of(bid("a", sme=True), bid("b", 90)))
    assert "t-sme" not in {each["BT-760"] for each in document["lots"][0]["submissions"]}
    assert "t-sme" in {gap["code"] for gap in document["gaps"]}


def test_withdrawn_bids_are_not_counted() -> None:
    lot = coded(bid("a"), bid("b", withdrawn="2026-01-01"))
    assert {"BT-760": "tenders", "BT-759": 1} in lot["submissions"]
    assert [each["BT-3201"] for each in lot["tenders"]] == ["a"]
    release = ocds_release(result_of(bid("a"), bid("b", withdrawn="2026-01-01")), ocid=OCID, date=DATE)["releases"][0]
    assert {each["id"]: each["status"] for each in release["bids"]["details"]} == {"a": "valid", "b": "withdrawn"}


def test_tenders_and_criteria_by_their_terms() -> None:
    result = sample("school_furniture")
    (lot,) = eforms_coded(result)["lots"]
    tenders = {each["BT-3201"]: each for each in lot["tenders"]}
    assert {name: each.get("BT-171") for name, each in tenders.items()} == {"alder": 1, "cedar": 2, "birch": 3, "dogwood": 4, "elm": None}
    assert tenders["elm"]["BT-1711"] is False
    assert [name for name, each in tenders.items() if each.get("winner")] == ["alder"]
    assert tenders["alder"]["BT-720"] == {"value": "100000", "currencyID": "EUR"}
    price, quality = lot["criteria"]
    assert (price["BT-539"], price["numbers"]) == ("price", [{"BT-541": "40", "BT-5421": "per-exa"}])
    assert quality["numbers"] == [{"BT-541": "60", "BT-5421": "per-exa"}, {"BT-541": "35", "BT-5423": "min-score"}]
    assert "Durability and fitness for school use 20" in quality["BT-540"]


def test_every_kind_of_number_has_its_code() -> None:
    criteria = tuple(
        Criterion(id=f"c{number}", type="price", title=kind, weight=Fraction(number), weight_kind=kind, threshold=limit)
        for number, (kind, limit) in enumerate(
            [("per-mid", None), ("dec-exa", Threshold(max_pass=3)), ("poi-exa", Threshold(min_score=Fraction(50))), ("ord-imp", None)], 1
        )
    )
    lot = Lot(id="one", title="One", criteria=criteria)
    made = sample("school_furniture").procedure.model_copy(update={"lots": (lot,)})
    result = sample("school_furniture").model_copy(
        update={"procedure": made, "lots": (sample("school_furniture").lots[0].model_copy(update={"lot": "one"}),)}
    )
    numbers = [each["numbers"] for each in eforms_coded(result)["lots"][0]["criteria"]]
    assert numbers == [
        [{"BT-541": "1", "BT-5421": "per-mid"}],
        [{"BT-541": "2", "BT-5421": "dec-exa"}, {"BT-541": "3", "BT-5423": "max-pass"}],
        [{"BT-541": "3", "BT-5421": "poi-exa"}, {"BT-541": "50", "BT-5423": "min-score"}],
        [{"BT-541": "4", "BT-5421": "ord-imp"}],
    ]


# -------------------------------------------------------------------------------------------------------------------- code lists


def code_list(name: str) -> set[str]:
    text = needed("eforms-sdk", "codelists", f"{name}.gc").read_text(encoding="utf-8")
    found = re.findall(r'<Value ColumnRef="code">\s*<SimpleValue>([^<]+)</SimpleValue>', text)
    assert found, name
    return set(found)


def test_codes_are_those_of_the_lists() -> None:
    assert NON_AWARD.keys() == code_list("non-award-justification")
    assert WEIGHTS.keys() == code_list("number-weight")
    assert THRESHOLDS.keys() == code_list("number-threshold")
    assert SUBMISSIONS.keys() <= code_list("received-submission-type")
    assert {"selec-w", "clos-nw", "open-nw"} == code_list("winner-selection-status")
    assert {"price", "cost", "quality"} == code_list("award-criterion-type")


@pytest.mark.parametrize(
    ("ours", "name"), [(WEIGHTS, "number-weight"), (SUBMISSIONS, "received-submission-type"), (THRESHOLDS, "number-threshold")]
)
def test_the_two_standards_call_it_the_same(ours: dict[str, str], name: str) -> None:
    with needed("ocds-standard", "eforms-profile", "codelist-mappings", f"{name}.csv").open(encoding="utf-8") as file:
        profile = {row["eForms code"]: row["OCDS code"] for row in csv.DictReader(file)}
    assert {code: profile[code] for code in ours} == dict(ours)


@pytest.mark.parametrize("name", NAMES)
def test_every_code_written_is_of_its_list(name: str) -> None:
    document = eforms_coded(sample(name))
    for term, listed in document["lists"].items():
        values = set(_values(document["lots"], term))
        assert values <= code_list(listed), (term, values)
    assert set(_values(document["lots"], "BT-142"))


def _values(value: Any, key: str) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _values(each, key)]
    if not isinstance(value, dict):
        return []
    own = [str(value[key])] if key in value else []
    return own + [found for each in value.values() for found in _values(each, key)]


# ------------------------------------------------------------------------------------------------- disclosure and confidential texts


def test_disclosure_tells_of_losers_nothing_that_is_not_allowed() -> None:
    result = sample("school_furniture")
    rule = result.procedure.disclosure
    for document in (ocds_release(result, ocid=OCID, date=DATE, disclosure=rule), eforms_coded(result, disclosure=rule)):
        text = as_json(document)
        assert "Alder School Works" in text
        assert "100000" in text
        for each in result.bids:
            if each.id != "alder":
                assert each.bidder not in text
                assert f'"{each.id}"' not in text
                assert str(each.price) not in text
        assert "Asked on 9 March" not in text


def test_disclosure_may_hide_the_winner_too() -> None:
    result = sample("school_furniture")
    rule = Disclosure(winner_name=False, winner_price=False, winner_scores=False)
    text = as_json(ocds_release(result, ocid=OCID, date=DATE, disclosure=rule)) + as_json(eforms_coded(result, disclosure=rule))
    assert "Alder" not in text
    assert "100000" not in text
    assert "86.25" not in text
    with_totals = as_json(ocds_release(result, ocid=OCID, date=DATE, disclosure=Disclosure(other_totals=True)))
    assert "80.6" in with_totals


@pytest.mark.parametrize("disclosure", [None, Disclosure()])
def test_confidential_texts_never_go_out(disclosure: Disclosure | None) -> None:
    secret = "  Canary   PRICE list "
    result = result_of(bid("a", 90, confidential=(secret,)), title="Desks, see canary price LIST")
    writers = (functools.partial(ocds_release, ocid=OCID, date=DATE), eforms_coded)
    for write in writers:
        with pytest.raises(Problems) as caught:
            write(result, disclosure=disclosure)
        assert {problem.code for problem in caught.value.problems} == {"confidential-text"}
        assert all(problem.where and "canary" not in str(problem).lower() for problem in caught.value.problems)


def test_canaries_in_every_text_of_a_bid_stay_at_home() -> None:
    """What a bidder wrote beside name, price and lot is in no record that leaves the office."""
    canary = bid(
        "a", 90, explanation="CANARY1", notes="CANARY2", subcontracted="CANARY3", subcontractors=("CANARY4",), confidential=("CANARY5",)
    )
    result = result_of(canary, bid("b", 100))
    for document in (ocds_release(result, ocid=OCID, date=DATE), eforms_coded(result)):
        assert "CANARY" not in as_json(document)


@pytest.mark.parametrize("name", NAMES)
def test_samples_keep_what_is_confidential(name: str) -> None:
    result = sample(name)
    text = as_json(ocds_release(result, ocid=OCID, date=DATE)) + as_json(eforms_coded(result))
    assert not [secret for each in result.bids for secret in each.confidential if secret in text]
