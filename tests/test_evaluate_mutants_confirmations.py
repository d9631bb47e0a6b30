"""Thresholds that wait for a person: what a case may confirm, what is refused and where, and who reads what in the result."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from building import SOURCE, case, criterion, gate, indicator, number, outcome, pack, yes_no

from tenderloop import evaluate
from tenderloop.case import Confirmation
from tenderloop.errors import Problem, Problems
from tenderloop.pack import Amount, Pack, Profile
from tenderloop.readers.profiles import apply_profile
from tenderloop.result import ParameterNote, Result, SourceNote, ThresholdNote

COPY = {"id": "copy", "title": "A copy of the law", "status": "transcribed"}
FROM_COPY = SourceNote(id="copy", title="A copy of the law", where="p. 9", status="transcribed")
BUYER = Confirmation(by="A. Buyer")


def waiting(id_: str, **more: Any) -> dict[str, Any]:
    """A named number that decides nothing until a case confirms it."""
    return {"id": id_, "title": f"Number {id_}", "value": 10, "confirm": True, "source": "ours", **more}


def given(value: str) -> Confirmation:
    """A value of the buyer's own."""
    return Confirmation(by="A. Buyer", value=Amount.model_validate(value))


def reaching(rule: str, *more_facts: str, id_: str = "i1", **more: Any) -> dict[str, Any]:
    """An indicator that is all or nothing."""
    return indicator(id_, {"yes_no": {"of": rule}}, ["x", *more_facts], **more)


def asking(*parameters: dict[str, Any], rule: str = "x >= least", **more: Any) -> Pack:
    """A pack with one fact ``x`` and one indicator whose rule reads the parameters."""
    return pack([number("x")], [reaching(rule)], parameters=parameters, **more)


def for_the_group(made: Pack, **more: Any) -> Pack:
    """The pack as the product group ``wood`` changes it."""
    profile = {"id": "wood", "title": "Wood", "source": "copy", "cpv": [{"prefix": "03", "source": "copy"}], "sources": [COPY], **more}
    return apply_profile(made, Profile.model_validate(profile))


def core(id_: str, **more: Any) -> dict[str, Any]:
    """A threshold of the group."""
    return {"id": id_, "level": "core", "type": "TS", "source": {"id": "copy", "where": "p. 9"}, **more}


def waits(result: Result) -> list[tuple[str, tuple[str, ...]]]:
    """What waits for a person, and who would read it."""
    return [(note.id, note.waiting) for note in result.unconfirmed]


# ----------------------------------------------------------------------------------------------------------- what is refused, and where


OPEN = {"id": "free", "open": True, "unit": "year", "source": "ours"}
FIXED = {"id": "fixed", "value": 3, "source": "ours"}


@pytest.mark.parametrize(
    ("name", "word", "code", "message"),
    [
        ("nobody", BUYER, "unknown-threshold", "pack test, loaded without a profile, has no threshold 'nobody' that waits for a person"),
        ("fixed", BUYER, "unknown-threshold", "pack test, loaded without a profile, has no threshold 'fixed' that waits for a person"),
        ("free", BUYER, "value-missing", "'free' has no printed value to confirm"),
        ("free", given("3 MWh"), "unit-mismatch", "'free' is in year, not in MWh"),
    ],
)
def test_a_confirmation_that_fits_no_threshold_is_refused(name: str, word: Confirmation, code: str, message: str) -> None:
    made = asking(waiting("least"), OPEN, FIXED)
    with pytest.raises(Problems) as refused:
        evaluate(case(made, {"x": 9}, confirmed={name: word}, file="case.yaml"), made)
    assert refused.value.problems == (Problem(code, message, "case.yaml", None, where=f"confirmed.{name}"),)


def test_the_refusal_names_the_file_and_line_of_the_confirmation_before_those_of_the_case() -> None:
    made = for_the_group(asking(waiting("least")))
    word = BUYER.model_copy(update={"file": "confirmed.yaml", "line": 7})
    with pytest.raises(Problems) as refused:
        evaluate(case(made, {"x": 9}, confirmed={"metal_share": word}, file="case.yaml"), made)
    message = "pack test, loaded for 'wood', has no threshold 'metal_share' that waits for a person"
    assert refused.value.problems == (Problem("unknown-threshold", message, "confirmed.yaml", 7, where="confirmed.metal_share"),)


@pytest.mark.parametrize("word", [given("24 month"), given("2 year")])
def test_a_value_in_a_unit_of_the_same_kind_is_taken(word: Confirmation) -> None:
    made = pack(
        [number("x", "year")], [reaching("x >= free")], parameters=[OPEN, {"id": "also", "unit": "year", "open": True, "source": "ours"}]
    )
    found = evaluate(case(made, {"x": 2}, confirmed={"free": word}), made)
    assert found.node_of["i1"].score == 100


def test_a_confirmation_for_another_pack_of_the_case_is_passed_over() -> None:
    """It may carry the name of a number that is fixed here: that number is then neither confirmed nor listed as if it were."""
    made = asking(waiting("least"), FIXED)
    alone = evaluate(case(made, {"x": 11}, packs=("test", "other")), made)
    found = evaluate(case(made, {"x": 11}, packs=("test", "other"), confirmed={"elsewhere": BUYER, "fixed": BUYER}), made)
    assert (found.parameters, found.remarks, found.unconfirmed) == ((), (), alone.unconfirmed)
    assert found.node_of["i1"] == alone.node_of["i1"]


# --------------------------------------------------------------------------------------------------------------------- who reads what


def test_only_what_waits_is_named_beside_missing_answers() -> None:
    made = asking(waiting("least"), FIXED, rule="x >= least and x >= fixed")
    node = evaluate(case(made), made).node_of["i1"]
    assert node.because == (
        "Not answered: x. Also, threshold least (10, proposed) is not confirmed by the buyer. An answer with evidence can bring up to 100."
    )
    assert node.thresholds == ("least",)


def test_thresholds_are_named_in_the_order_of_the_rule_and_behind_derived_values_too() -> None:
    made = pack(
        [number("x")],
        [reaching("x >= a_least and ratio >= 1 and x <= b_most")],
        parameters=[waiting("z_whole"), waiting("b_most"), waiting("a_least")],
        derived=[{"id": "ratio", "value": "twice / z_whole"}, {"id": "twice", "value": "2 * x"}],
    )
    result = evaluate(case(made, {"x": 20}), made)
    assert result.node_of["i1"].thresholds == ("a_least", "b_most", "z_whole")
    assert waits(result) == [("z_whole", ("i1",)), ("b_most", ("i1",)), ("a_least", ("i1",))]
    assert result.node_of["i1"].status == "unknown"
    known = evaluate(case(made, {"x": 20}, confirmed={"a_least": BUYER, "b_most": given("20"), "z_whole": given("40")}), made)
    assert (known.node_of["i1"].score, known.node_of["i1"].thresholds) == (100, ("a_least", "b_most", "z_whole"))
    assert known.unconfirmed == ()


def test_a_gate_names_its_thresholds_and_what_is_not_asked_waits_for_nobody() -> None:
    facts = [number("x"), yes_no("users")]
    items = [reaching("x >= least", "users", id_="i2", applies_when="users")]
    gates = [
        gate("g1", "x <= most", ["x"]),
        gate("g2", "x <= most", ["x"], stages=["tender"]),
        gate("g3", "x <= most", ["x", "users"], applies_when="users"),
    ]
    made = pack(facts, items, parameters=[waiting("most"), waiting("least")], gates=gates)
    absent = evaluate(case(made, {"x": 9, "users": False}), made)
    assert absent.node_of["i2"].status == "not_applicable"
    assert [(note.status, note.thresholds) for note in absent.gates.root] == [
        ("undecided", ("most",)),
        ("not_applicable", ("most",)),
        ("not_applicable", ("most",)),
    ]
    # 'least' is a number of the pack that nothing reads in this case: nobody is asked to confirm it
    assert waits(absent) == [("most", ("g1",))]
    asked = evaluate(case(made, {"x": 9, "users": True}, stage="tender"), made)
    assert waits(asked) == [("most", ("g1", "g2", "g3")), ("least", ("i2",))]
    assert "threshold most (10, proposed) is not confirmed by the buyer" in asked.gates.root[0].because


def test_what_is_read_is_asked_first_and_what_the_group_fills_is_asked_once() -> None:
    made = asking({"id": "least", "open": True, "source": "ours"}, {"id": "idle", "open": True, "source": "ours"})
    assert waits(evaluate(case(made, {"x": 9}), made)) == [("least", ("i1",))]
    group = for_the_group(made, thresholds=[core("wood_mark", words="class A", confirm=True), core("wood_least", fills="least", value=8)])
    fixed = evaluate(case(group, {"x": 9}), group)
    assert (fixed.node_of["i1"].score, waits(fixed)) == (100, [("wood_mark", ())])
    late = for_the_group(
        made, thresholds=[core("wood_mark", words="class A", confirm=True), core("wood_least", fills="least", value=8, confirm=True)]
    )
    assert waits(evaluate(case(late, {"x": 9}), late)) == [("wood_least", ("i1",)), ("wood_mark", ())]


# -------------------------------------------------------------------------------------------------------------------- every field of it


def test_every_field_of_a_threshold_that_waits() -> None:
    base = asking({"id": "least", "open": True, "source": "ours"})
    national = core("wood_least", title="Least of wood", fills="least", value=8, confirm=True, country="SE", note="Annex 2.", type="AC")
    made = for_the_group(base, thresholds=[{**national, "level": "national", "limit": "above"}])
    assert evaluate(case(made, {"x": 9}), made).unconfirmed == (
        ThresholdNote(
            id="wood_least",
            title="Least of wood",
            printed="more than 8",
            unit="1",
            open=False,
            level="national",
            type="AC",
            country="SE",
            note="Annex 2.",
            waiting=("i1",),
            source=FROM_COPY,
        ),
    )
    ours = SourceNote(id="ours", title=SOURCE["title"], status="proposed")
    assert evaluate(case(base, {"x": 9}), base).unconfirmed == (
        ThresholdNote(id="least", title="", printed="", unit="1", open=True, waiting=("i1",), source=ours),
    )


@pytest.mark.parametrize(("date", "told"), [("2026-11-20", "2026-11-20"), (None, "")])
def test_every_field_of_a_threshold_that_was_confirmed(date: str | None, told: str) -> None:
    base = asking({"id": "least", "title": "Least of the group", "open": True, "source": "ours"})
    made = for_the_group(base, thresholds=[core("wood_least", fills="least", values={"2025-01-01": 8}, confirm=True)])
    word = Confirmation(by="A. Buyer", document="bid", page="9", date=date)
    result = evaluate(case(made, {"x": 9}, confirmed={"wood_least": word}, documents={"bid": {"title": "The bid"}}), made)
    assert result.parameters == (
        ParameterNote(
            id="least",
            title="Least of the group",
            shown="8",
            since="2025-01-01",
            source=FROM_COPY,
            threshold="wood_least",
            printed="at least 8 from 2025-01-01",
            by="A. Buyer",
            document="bid",
            page="9",
            date=told,
        ),
    )
    titled = for_the_group(base, thresholds=[core("wood_least", title="Least of wood", fills="least", value=8, confirm=True)])
    (note,) = evaluate(case(titled, {"x": 9}, confirmed={"wood_least": BUYER}), titled).parameters
    assert note.title == "Least of wood"


def test_a_confirmed_number_before_its_first_date_is_not_listed_as_one_that_holds() -> None:
    made = asking(waiting("least"), waiting("later", value=None, values={"2030-01-01": 5}))
    held = case(made, {"x": 9}, confirmed={"later": BUYER})
    assert evaluate(held, made).parameters == ()
    (note,) = evaluate(held.model_copy(update={"date": "2031-01-01"}), made).parameters
    assert (note.id, note.threshold, note.shown, note.since, note.by) == ("later", "later", "5", "2030-01-01", "A. Buyer")


# ------------------------------------------------------------------------------------------------------- what a group does not have


def test_what_does_not_exist_for_the_group_is_no_part_of_the_whole_that_a_mark_is_measured_by() -> None:
    """Of three items the group has two; one of these is marked: half of what is asked, more than the limit of two fifths."""
    items = [
        indicator("i1", {"yes_no": {"of": "y"}}, ["y"], weight=8),
        indicator("i2", {"yes_no": {"of": "y"}}, ["y"], na="Where there is none."),
        indicator("i3", {"yes_no": {"of": "y"}}, ["y"]),
    ]
    made = for_the_group(
        pack([yes_no("y")], items, outcomes=[outcome("o1", criterion("c1"))]), not_applicable={"i1": "Wood has no such part."}
    )
    unmarked = evaluate(case(made, {"y": True}), made)
    assert (unmarked.reliable, unmarked.remarks, unmarked.score_na_as_zero) == (True, (), Fraction(100))
    marked = evaluate(case(made, {"y": True}, not_applicable={"i2": "None here."}), made)
    assert marked.remarks == ("Unreliable: 50 % of the weight of 'Outcome o1' is not applicable, more than the 40 % allowed.",)
    assert marked.score_na_as_zero == 50
