"""The samples of awards: they load without a fault, give the golden results, and say what their READMEs promise.

Golden files hold statuses, ranks, exact totals and scores, and leave out hashes and wording, so that a diff shows only what a reader would
notice.
"""

from __future__ import annotations

import itertools
import json
import re
import warnings
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tenderloop.award.bid import Bid, Offered
from tenderloop.award.interchange import Imported, bids_of_notice
from tenderloop.award.procedure import Procedure
from tenderloop.award.rated import pack_results
from tenderloop.award.reading import Dossier, PanelRecord, read_bids, read_judgements, read_procedure
from tenderloop.award.result import AwardResult
from tenderloop.award.scoring import award
from tenderloop.award.workbook import read_score_workbook, score_workbook
from tenderloop.pack import Exact
from tenderloop.quantity import exact_text, shown
from tenderloop.readers.cases import read_case
from tenderloop.readers.notices import read_records

SAMPLES = Path(__file__).parents[2] / "samples"
DATA = Path(__file__).parents[3] / "shared" / "data"
SCHOOL, PLANT, REAL = "school_furniture", "wte_concession_award", "hungary_insurance_award"
RUNS = ((SCHOOL, "bids.yaml"), (PLANT, "bids.yaml"), (REAL, "bids.yaml"), (REAL, "bids_assumed.yaml"))


@cache
def procedure_of(name: str) -> Procedure:
    return read_procedure(SAMPLES / name / "procedure.yaml")


@cache
def bids_of(name: str, bids: str = "bids.yaml") -> Dossier:
    return read_bids(SAMPLES / name / bids, procedure_of(name))


@cache
def panel_of(name: str) -> PanelRecord:
    file = SAMPLES / name / "judgements.yaml"
    return read_judgements(file, procedure_of(name)) if file.exists() else PanelRecord()


def evaluated(name: str, file: str = "bids.yaml", **changes: object) -> AwardResult:
    """The sample's result; ``changes`` replaces what is given to the evaluation."""
    dossier, panel = bids_of(name, file), panel_of(name)
    given: dict[str, object] = {
        "bids": dossier.bids,
        "judgements": panel.judgements,
        "consensus": panel.consensus,
        "decisions": dossier.decisions,
        "draws": dossier.draws,
        "not_applicable": dossier.not_applicable,
        "proceedings": dossier.proceedings,
        "pack_results": pack_results(procedure_of(name), dossier.bids, SAMPLES / name),
        "lock": lock.read_text(encoding="utf-8") if (lock := SAMPLES / name / "procedure.lock").exists() else None,
        **changes,
    }
    return award(procedure_of(name), **given)  # type: ignore[arg-type]


@cache
def result_of(name: str, bids: str = "bids.yaml") -> AwardResult:
    return evaluated(name, bids)


def text(value: Exact | None) -> str:
    return "unknown" if value is None else exact_text(value)


def summary(result: AwardResult) -> dict[str, object]:
    """What a reader would notice of a result; numbers are exact text."""
    return {
        lot.lot: {
            "status": lot.status,
            "winner": lot.winner,
            "margin": text(lot.margin),
            "bids": {
                each.bid: {
                    "status": each.status,
                    "rank": each.rank,
                    "total": text(each.total),
                    "scores": {leaf.criterion: text(leaf.score) for leaf in lot.leaves if leaf.bid == each.bid},
                }
                for each in lot.standings
            },
            "ties": [[list(group) for group in tie.groups] for tie in lot.ties],
            "abnormally_low": [each.bid for each in lot.low_bids],
            "disagreements": [f"{each.bid} {each.criterion}" for each in (lot.panel.cells if lot.panel else ()) if each.flagged],
            "gates_failed": {each.bid: list(each.gates_failed) for each in lot.packs if each.gates_failed},
            "open": len(lot.open),
        }
        for lot in result.lots
    }


@pytest.mark.parametrize(("name", "bids"), RUNS)
def test_golden(name: str, bids: str, update_golden: bool) -> None:
    golden = SAMPLES / name / f"result{bids.removeprefix('bids').removesuffix('.yaml')}.golden.json"
    found = summary(result_of(name, bids))
    if update_golden:
        golden.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(golden.read_text(encoding="utf-8")) == found


@pytest.mark.parametrize("name", [SCHOOL, PLANT, REAL])
def test_says_what_is_real(name: str) -> None:
    readme = (SAMPLES / name / "README.md").read_text(encoding="utf-8")
    for heading in ("## What is real", "## What is invented", "## What the report says"):
        assert heading in readme


@pytest.mark.parametrize("name", [SCHOOL, PLANT])
def test_reasons_quote_the_bid(name: str) -> None:
    """Each cell that the panel judged has a judgement that quotes what its evidence quotes, and a document that the bid declares."""
    result = result_of(name)
    for cell in {(each.bid, each.criterion) for each in result.judgements}:
        mine = [each for each in result.judgements if (each.bid, each.criterion) == cell]
        quotes = {paper.quote for each in mine for paper in each.evidence}
        assert all(paper.document in result.bid_of[cell[0]].documents for each in mine for paper in each.evidence)
        assert any(quote in each.reason for each in mine for quote in quotes), cell


@pytest.mark.parametrize("name", [SCHOOL, PLANT])
def test_an_evaluators_records_survive_the_workbook(name: str) -> None:
    procedure, bids, recorded = procedure_of(name), bids_of(name).bids, panel_of(name).judgements
    for member in procedure.panel:
        data = score_workbook(procedure, bids, member.id, judgements=recorded)
        found = read_score_workbook(data, procedure, bids)
        mine = [each for each in recorded if each.evaluator == member.id]
        assert found.changed_from(recorded) == ()
        assert len(found.judgements) == len(mine)


@pytest.mark.parametrize(("name", "locked"), [(SCHOOL, True), (PLANT, True), (REAL, False)])
def test_invented_procedures_are_locked_and_fit_their_lock(name: str, locked: bool) -> None:
    """The real tender has no lock: nobody fixed our reading of it before bids were opened."""
    assert result_of(name).locked is locked


# ------------------------------------------------------------------------------------------------------------- school furniture


def test_the_tie_is_exact_and_decided_by_the_chain() -> None:
    lot = result_of(SCHOOL).lot_of["lot1"]
    assert lot.standing_of["alder"].total == lot.standing_of["cedar"].total == Fraction("86.25")
    assert (lot.winner, lot.margin) == ("alder", Fraction(0))
    (tie,) = lot.ties
    assert tie.groups == (("alder",), ("cedar",))
    assert len(tie.tried) == 1
    assert result_of(SCHOOL).bid_of["alder"].price == 100_000
    assert result_of(SCHOOL).bid_of["cedar"].price == 80_000


def test_the_low_bid_is_flagged_and_rejected_by_a_decision() -> None:
    (low,) = result_of(SCHOOL).lot_of["lot1"].low_bids
    assert low.bid == "elm"
    assert low.price is not None
    others = Fraction(100_000 + 125_000 + 80_000 + 90_000, 4)
    assert shown((1 - low.price / others) * 100, 1) == "44.3"
    kept = evaluated(SCHOOL, decisions=()).lot_of["lot1"]
    assert kept.standing_of["elm"].status == "ranked"
    assert (kept.winner, kept.margin) == ("alder", Fraction("2.5"))


def test_one_step_more_and_cedar_would_win() -> None:
    lot = result_of(SCHOOL).lot_of["lot1"]
    assert lot.panel is not None
    (flagged,) = [each for each in lot.panel.cells if each.flagged]
    assert (flagged.bid, flagged.criterion, flagged.spread, flagged.agreed) == ("cedar", "repair", Fraction(3, 4), "3")
    changed = tuple(
        each.model_copy(update={"step": "4"}) if (each.bid, each.criterion) == ("cedar", "repair") else each
        for each in panel_of(SCHOOL).consensus
    )
    flipped = evaluated(SCHOOL, consensus=changed).lot_of["lot1"]
    assert (flipped.winner, flipped.standing_of["cedar"].total) == ("cedar", Fraction(90))


# ----------------------------------------------------------------------------------------------------------- waste-to-energy plant


def test_brook_fails_a_gate_and_a_decision_rejects_it() -> None:
    lot = result_of(PLANT).lot_of["plant"]
    assert lot.standing_of["brook"].status == "non_compliant"
    # without the decision the gate alone rejects nobody: the bid stays, unjudged, and nothing is ranked
    undecided = evaluated(PLANT, decisions=()).lot_of["plant"]
    assert undecided.status == "incomplete"
    (packed,) = [each for each in undecided.packs if each.bid == "brook"]
    assert packed.gates_failed == ("guaranteed_tonnage",)
    assert packed.score is not None
    assert shown(packed.score, 1) == "91.8"


def test_levelised_fees_are_those_of_the_readme() -> None:
    lot = result_of(PLANT).lot_of["plant"]
    tonnes = 100_000 * sum((Fraction(1) / Fraction("1.04") ** year for year in range(1, 21)), Fraction(0))
    fees = {each.bid: shown(each.evaluated / tonnes, 2) for each in lot.prices if each.evaluated is not None}
    assert fees == {"aster": "90.64", "cinder": "88.98"}
    totals = {each.bid: shown(each.total, 2) for each in lot.ranking if each.total is not None}
    assert totals == {"aster": "90.97", "cinder": "80.47"}


@pytest.mark.parametrize("other", ["brook", "cinder"])
def test_offers_differ_as_the_readme_says(other: str) -> None:
    first, second = (read_case(SAMPLES / PLANT / "cases" / f"{name}.yaml") for name in ("aster", other))
    assert first.facts.keys() == second.facts.keys()
    differing = {name for name in first.facts if first.facts[name].value != second.facts[name].value}
    readme = (SAMPLES / PLANT / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith(f"| {other.title()}")]
    assert differing == set(re.findall(r"`(\w+)`", row))


def test_cinders_claim_is_caught() -> None:
    results = pack_results(procedure_of(PLANT), bids_of(PLANT).bids, SAMPLES / PLANT)
    broken = {bid: [check.id for check in packs["waste_to_energy"].checks if check.status == "broken"] for bid, packs in results.items()}
    assert broken == {"aster": [], "brook": [], "cinder": ["diversion_claim"]}


# ------------------------------------------------------------------------------------------------------------------- the real one


@cache
def published() -> Imported:
    """The bids as our reader finds them in the notice."""
    archive = DATA / "ted-eforms" / "bulk" / "ted-eforms-notices.tar.gz"
    if not archive.exists():
        warnings.warn("the notices are not here: the sample was not compared with its source", stacklevel=1)
        pytest.skip("shared/data/ted-eforms is not here")
    for record in read_records(archive, unread=[]):
        if record.file.endswith("00215493-2024.xml"):
            return bids_of_notice(record.notice, procedure_of(REAL))
    raise AssertionError("the notice 215493-2024 is not in the archive")


def plain(bid: Bid) -> Bid:
    return bid.model_copy(update={"file": "", "line": 0})


def test_real_bids_are_those_of_the_notice() -> None:
    found = published()
    assert sorted(found.bids, key=lambda bid: bid.id) == sorted((plain(bid) for bid in bids_of(REAL).bids), key=lambda bid: bid.id)
    assert found.decisions == ()
    assert found.gaps == ()


def test_assumed_bids_differ_in_the_assumption_only() -> None:
    assumed = bids_of(REAL, "bids_assumed.yaml").bids
    for bid, other in zip(bids_of(REAL).bids, assumed, strict=True):
        assert not bid.facts
        assert other.facts
        assert plain(bid) == plain(other).model_copy(update={"facts": {}})


def test_ranks_under_equal_answers_are_the_published_ones() -> None:
    found = published()
    result = result_of(REAL, "bids_assumed.yaml")
    assert {each.bid: each.rank for lot in result.lots for each in lot.standings} == dict(found.ranks)
    assert {lot.lot: (lot.winner,) for lot in result.lots} == dict(found.winners)


def test_as_published_nothing_can_be_ranked() -> None:
    result = result_of(REAL)
    assert {lot.status for lot in result.lots} == {"incomplete"}
    points = {
        each.bid: shown(each.points, 2)
        for lot in result.lots
        for each in lot.leaves
        if each.criterion == "price" and each.points is not None
    }
    assert points == {
        "TEN-9605": "88.53",
        "TEN-9701": "90.00",
        "TEN-9613": "95.00",
        "TEN-9709": "89.82",
        "TEN-9621": "80.20",
        "TEN-9717": "95.00",
    }


def test_which_winners_are_certain_whatever_the_answers() -> None:
    """Every corner of the answers that are missing: the total is linear in each, so the corners bound it."""
    winners: dict[str, set[str]] = {"LOT-0001": set(), "LOT-0002": set(), "LOT-0003": set()}
    bids = bids_of(REAL).bids
    corners = list(itertools.product((False, True), (Fraction(30), Fraction(70))))
    for lot, seen in winners.items():
        mine = [bid for bid in bids if bid.lot == lot]
        for chosen in itertools.product(corners, repeat=len(mine)):
            answered = []
            for bid, (contact, advance) in zip(mine, chosen, strict=True):
                facts = {"dedicated_contact": Offered(kind="yes_no", value=contact)}
                if lot == "LOT-0001":
                    facts["advance_share"] = Offered(kind="number", value=advance, unit="%")
                answered.append(bid.model_copy(update={"facts": facts}))
            seen.add(evaluated(REAL, bids=answered, pack_results={}).lot_of[lot].winner)
    assert winners == {"LOT-0001": {"TEN-9605", "TEN-9701"}, "LOT-0002": {"TEN-9613"}, "LOT-0003": {"TEN-9717"}}


def test_no_person_is_named_in_the_real_sample() -> None:
    for file in (SAMPLES / REAL).iterdir():
        said = file.read_text(encoding="utf-8")
        assert not re.search(r"[\w.]+@[\w.]+|\+36 ?\d", said), file.name
