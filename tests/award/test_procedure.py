"""Reading procedures, bids and judgements; shares; what a notice gives of a procedure."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop.award.bid import NotApplicable
from tenderloop.award.procedure import Lot, Procedure
from tenderloop.award.reading import bids_of_text, judgements_of_text, procedure_of_notice, procedure_of_text, read_bids, read_procedure
from tenderloop.award.shares import shares_of
from tenderloop.errors import Problems
from tenderloop.notice import Amount, AwardCriterion, Notice, Parameter, Party, Text
from tenderloop.notice import Lot as PublishedLot

sys.path.insert(0, str(Path(__file__).parent))

SOUND = Path(__file__).parents[1] / "bad_procedures" / "sound"


def _codes(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(Problems) as refused:
        procedure_of_text(text, "procedure.yaml")
    return [(problem.code, problem.line) for problem in refused.value.problems]


# ------------------------------------------------------------------------------------------------------------------------ reading


def test_every_fault_of_a_file_is_listed_with_its_line() -> None:
    text = """procedure: Bad Id
title: T
buyer: B
currency: euro
rules:
  aggregation: average
  discrepancy: a lot
lots:
  - id: l
    title: L
    criteria:
      - {id: p, type: money, title: P, weight: 100, formula: {nam: lowest_price_ratio}}
      - {id: q, type: quality, title: Q, scored_by: {scale: s, pack: p}, rescale: "yes"}
"""
    assert _codes(text) == [
        ("bad-id", 1),
        ("bad-currency", 4),
        ("unknown-value", 6),
        ("bad-number", 7),
        ("unknown-value", 12),
        ("missing-key", 12),
        ("unknown-key", 12),
        ("wrong-type", 13),
        ("bad-value", 13),
    ]


def test_hints_name_the_keys_of_an_award_and_not_those_of_a_pack() -> None:
    text = (SOUND / "procedure.yaml").read_text(encoding="utf-8").replace("scored_by: {scale", "scored: {scale")
    with pytest.raises(Problems) as refused:
        procedure_of_text(text, "procedure.yaml")
    assert [(problem.code, problem.hint) for problem in refused.value.problems] == [("unknown-key", "did you mean 'scored_by'?")]


def test_json_is_read_as_yaml_is() -> None:
    procedure = read_procedure(SOUND / "procedure.yaml")
    text = json.dumps(procedure.model_dump(mode="json", by_alias=True))
    again = procedure_of_text(text, "procedure.json")
    assert again.hash == procedure.hash


def test_a_fault_of_the_content_stands_at_the_line_of_its_key() -> None:
    text = (SOUND / "procedure.yaml").read_text(encoding="utf-8")
    spread = text.replace(
        "      - {id: price, type: price, title: Price, weight: 40, formula: {name: lowest_price_ratio}}\n",
        "      - id: price\n        type: price\n        title: Price\n        weight: 40\n        formula:\n          name: lowest\n",
    )
    assert _codes(spread) == [("unknown-formula", 26)]


def test_bids_are_read_by_the_declared_facts() -> None:
    procedure = read_procedure(SOUND / "procedure.yaml")
    text = """procedure: tiny
proceedings: {opened: 2026-03-20T10:05, conflicts: none declared}
bids:
  - id: a
    bidder: Alder
    lot: lot1
    price: 100.50
    currency: EUR
    costs: [{id: power, kind: use, amount: 12, year: 1, until: 10}]
    facts:
      years: {value: 60 month, evidence: [{document: offer, page: 12, grade: 1}]}
      repair: true
decisions:
  - {bid: a, step: selection, outcome: admit, reason: all papers are there, by: [chair]}
"""
    dossier = bids_of_text(text, procedure, "bids.yaml")
    bid = dossier.bids[0]
    assert (bid.price, bid.line, bid.file) == (Fraction(201, 2), 4, "bids.yaml")
    assert bid.facts["years"].value == 5
    assert bid.facts["years"].evidence[0].page == "12"
    assert bid.facts["repair"].value is True
    assert bid.costs[0].until == 10
    assert dossier.decisions[0].by == ("chair",)
    assert dossier.proceedings.conflicts == "none declared"


def test_every_fault_of_a_file_of_bids_is_listed_with_its_line() -> None:
    procedure = read_procedure(SOUND / "procedure.yaml")
    text = """procedure: other
bid: []
bids:
  - id: a
    bidder: Alder
    lot: lot1
    price: 1e5
    facts:
      years: 5 t
      repair: yes
      colour:
  - just text
"""
    with pytest.raises(Problems) as refused:
        bids_of_text(text, procedure, "bids.yaml")
    assert [(problem.code, problem.line) for problem in refused.value.problems] == [
        ("unknown-value", 1),
        ("unknown-key", 2),
        ("bad-number", 7),
        ("unit-mismatch", 9),
        ("wrong-kind", 10),
        ("wrong-kind", 11),
        ("wrong-type", 12),
    ]


def test_a_step_that_is_written_as_a_number_is_its_text() -> None:
    procedure = read_procedure(SOUND / "procedure.yaml")
    text = "procedure: tiny\njudgements:\n  - {evaluator: e1, bid: a, criterion: finish, step: 1, reason: page 3}\n"
    assert judgements_of_text(text, procedure).judgements[0].step == "1"


def test_a_file_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(Problems) as refused:
        read_bids("nowhere.yaml", read_procedure(SOUND / "procedure.yaml"))
    assert [problem.code for problem in refused.value.problems] == ["file-missing"]


def test_a_text_that_is_no_mapping_is_a_fault() -> None:
    for text in ("- a\n", "abc\n"):
        with pytest.raises(Problems):
            procedure_of_text(text, "procedure.yaml")
        with pytest.raises(Problems):
            bids_of_text(text, read_procedure(SOUND / "procedure.yaml"))


# ------------------------------------------------------------------------------------------------------------------------- shares


def _lot(weights: dict[str, object], **more: object) -> Lot:
    def criterion(name: str, weight: object) -> dict[str, object]:
        if isinstance(weight, dict):
            own = weight.pop("", None)
            return {"id": name, "type": "quality", "title": name, "weight": own, "criteria": [criterion(*each) for each in weight.items()]}
        return {"id": name, "type": "quality", "title": name, "weight": weight}

    return Lot.model_validate({"id": "l", "title": "L", "criteria": [criterion(*each) for each in weights.items()], **more})


def test_weights_of_siblings_are_normalised_level_by_level() -> None:
    lot = _lot({"a": 40, "b": {"": 60, "b.x": 20, "b.y": 30, "b.z": 10}})
    assert lot.shares == {
        "a": Fraction(2, 5),
        "b": Fraction(3, 5),
        "b.x": Fraction(1, 5),
        "b.y": Fraction(3, 10),
        "b.z": Fraction(1, 10),
    }


def test_sub_criteria_without_weights_count_equally_and_top_ones_do_not() -> None:
    assert _lot({"a": 40, "b": {"": 60, "b.x": None, "b.y": None}}).shares["b.x"] == Fraction(3, 10)
    assert _lot({"a": None, "b": None}).shares == {}
    assert _lot({"a": None}).shares == {"a": 1}


@pytest.mark.parametrize(
    ("policy", "marked", "expected"),
    [
        ("within", ["b.x"], {"a": "2/5", "b.x": "0", "b.y": "9/20", "b.z": "3/20"}),
        ("overall", ["b.x"], {"a": "1/2", "b.x": "0", "b.y": "3/8", "b.z": "1/8"}),
        ("within", ["b"], {"a": "1", "b.x": "0", "b.y": "0", "b.z": "0"}),
        ("within", ["b.x", "b.y", "b.z"], {"a": "1", "b.x": "0", "b.y": "0", "b.z": "0"}),
        ("overall", ["a"], {"a": "0", "b.x": "1/3", "b.y": "1/2", "b.z": "1/6"}),
        ("within", ["a", "b"], {"a": "0", "b.x": "0", "b.y": "0", "b.z": "0"}),
    ],
)
def test_where_the_weight_goes_of_what_does_not_apply(policy: str, marked: Iterable[str], expected: dict[str, str]) -> None:
    lot = _lot({"a": 40, "b": {"": 60, "b.x": 20, "b.y": 30, "b.z": 10}})
    found = shares_of(lot, marked, policy)  # type: ignore[arg-type]
    assert {name: str(found.used[name]) for name in expected} == expected
    assert NotApplicable(lot="l", criterion="a").reason == ""


def test_the_canonical_form_does_not_depend_on_order_and_keeps_numbers_first() -> None:
    procedure = read_procedure(SOUND / "procedure.yaml")
    lot = procedure.lots[0]
    turned = procedure.model_copy(update={"lots": (lot.model_copy(update={"criteria": lot.criteria[::-1]}),)})
    assert turned.canonical() == procedure.canonical()
    assert turned.hash == procedure.hash
    numbered = lot.criteria[2].model_copy(update={"number": 1})
    first = procedure.model_copy(update={"lots": (lot.model_copy(update={"criteria": (*lot.criteria[:2], numbered)}),)})
    assert [each.id for each in first.canonical().lots[0].criteria] == ["warranty", "finish", "price"]


# ------------------------------------------------------------------------------------------------------------------------- notice


def _text(value: str, role: str = "award") -> Text:
    return Text(value, role, "/somewhere")  # type: ignore[arg-type]


def _criterion(kind: str, name: str, *parameters: Parameter) -> AwardCriterion:
    return AwardCriterion("LOT-0001", kind, kind, (_text(name),), (), parameters, f"/lot/{name}")  # type: ignore[arg-type]


def _weight(value: str | None, code: str = "per-exa", kind: str = "weight") -> Parameter:
    return Parameter(kind, code, Decimal(value) if value is not None else None, f"/{code}")  # type: ignore[arg-type]


def _notice(*criteria: AwardCriterion) -> Notice:
    lot = PublishedLot(
        "LOT-0001", "Lot", "/lot", texts=(_text("Chairs", "title"),), criteria=criteria, value=Amount(Decimal("1200.50"), "EUR", "/v")
    )
    buyer = Party("ORG-0001", "Town", ("buyer",), "/org")
    return Notice("eforms", "eforms-sdk-1.10", "id", "AB-12", "tender", texts=(_text("Furniture", "title"),), lots=(lot,), parties=(buyer,))


def test_a_notice_gives_what_it_states_and_names_every_gap() -> None:
    draft = procedure_of_notice(
        _notice(
            _criterion("price", "Price", _weight("40")),
            _criterion("quality", "Repair", _weight("35"), _weight("20", "min-score", "threshold")),
            _criterion("quality", "Delivery", _weight("25"), _weight("3", "max-pass", "threshold")),
        )
    )
    procedure = draft.procedure
    lot = procedure.lots[0]
    assert (procedure.id, procedure.title, procedure.buyer, procedure.currency) == ("ab_12", "Furniture", "Town", "EUR")
    assert (lot.id, lot.title, lot.estimate) == ("LOT-0001", "Chairs", Fraction(2401, 2))
    assert [(each.id, each.type, each.weight) for each in lot.criteria] == [
        ("price", "price", 40),
        ("quality_1", "quality", 35),
        ("quality_2", "quality", 25),
    ]
    assert lot.criteria[2].threshold is not None
    assert lot.criteria[2].threshold.max_pass == 3
    assert [(note.code, note.criterion) for note in draft.gaps] == [
        ("formula", "price"),
        ("threshold", "quality_1"),
        ("scored_by", "quality_1"),
        ("scored_by", "quality_2"),
        ("rules", ""),
    ]
    assert all(note.source or note.code == "rules" for note in draft.gaps)
    assert Procedure.model_validate_json(procedure.model_dump_json(by_alias=True)) == procedure


def test_a_notice_that_states_little_gives_gaps_and_no_guesses() -> None:
    draft = procedure_of_notice(
        _notice(_criterion("", "Whatever"), _criterion("cost", "Cost", _weight(None), _weight("7", "fix-tot", "fixed")))
    )
    assert [note.code for note in draft.gaps] == ["type", "weight", "scored_by", "weight", "formula", "weight", "formula", "rules"]
    bare = procedure_of_notice(Notice("ocds", "1.1", "x", "", "tender"))
    assert [note.code for note in bare.gaps] == ["currency", "lots", "criteria", "rules"]
    assert bare.procedure.currency == "XXX"
    assert bare.procedure.lots[0].id == "whole"


def test_an_order_of_importance_is_read_as_one() -> None:
    draft = procedure_of_notice(
        _notice(_criterion("price", "Price", _weight("1", "ord-imp")), _criterion("quality", "Q", _weight("2", "ord-imp")))
    )
    assert draft.procedure.lots[0].shares == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("linear: {fact: years, from: 2, to: 10}", "linear: {fact: years, from: 0 %, to: 10}"),
        ("linear: {fact: years, from: 2, to: 10}", "ladder: {fact: years, points: [[2, 0], [5, 50 %]]}"),
        ("value: 50", "value: 50 %"),
        ("weight: 20", "weight: 20 %"),
    ],
)
def test_a_percentage_is_no_number_of_a_hundred(old: str, new: str) -> None:
    text = (Path(__file__).parents[1] / "bad_procedures" / "bad-adjustment--share.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(Problems, match="without the sign"):
        procedure_of_text(text.replace(old, new, 1), "procedure.yaml")
