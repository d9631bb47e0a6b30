"""Profiles and thresholds: nothing decides before a person confirms it, and what is confirmed is said with the person's name."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tenderloop.bulk import evaluate_columns
from tenderloop.case import Case
from tenderloop.cli import main
from tenderloop.errors import Problems
from tenderloop.evaluate import evaluate
from tenderloop.explain import explain
from tenderloop.improve import improve
from tenderloop.pack import Pack
from tenderloop.readers.cases import case_of_text, write_case
from tenderloop.readers.packs import fitting_profiles, list_profiles, profile_for, read_pack
from tenderloop.readers.questionnaire import read_questionnaire, write_questionnaire
from tenderloop.report import build, to_html
from tenderloop.report.pack_page import pack_text
from tenderloop.report.summary import summary_text
from tenderloop.result import Result
from tenderloop.thresholds import in_force

SOUND = Path(__file__).parent / "bad_packs" / "sound"
HEAD = "case: demo\ntitle: A demonstration\nkind: project\nstage: tender\ndate: 2026-11-21\npacks: [sound]\n"
PAPER = "documents:\n  copy: {title: The law as printed}\n"
ANSWERED = PAPER + (
    "facts:\n"
    "  recovered: {value: 300 t/year, evidence: [{document: copy, grade: 4}]}\n"
    "  capacity: {value: 1000 t/year, evidence: [{document: copy, grade: 4}]}\n"
)
CONFIRMED = 'confirmed:\n  wood_share: {by: A. Buyer, document: copy, page: "9"}\n'


@pytest.fixture(scope="module")
def base() -> Pack:
    return read_pack(SOUND)


@pytest.fixture(scope="module")
def wood() -> Pack:
    return read_pack(SOUND, "wood")


def case(pack: Pack, more: str = "", answers: str = ANSWERED) -> Case:
    return case_of_text(HEAD + answers + more, packs=[pack])


def node(result: Result, name: str) -> Any:
    return result.node_of[name]


# ------------------------------------------------------------------------------------------------------------------- what a profile does


def test_a_profile_changes_weights_clauses_and_hints_and_nothing_else(base: Pack, wood: Pack) -> None:
    before, after = ({each.id: each for each in pack.indicators} for pack in (base, wood))
    assert [(name, after[name].weight) for name in after if after[name].weight != before[name].weight] == [("s.group", Fraction(3))]
    assert {name for name in after if after[name].clause != before[name].clause} == {"s.group"}
    assert {name for name in after if after[name].hint != before[name].hint} == {"s.group"}
    assert {outcome.id: outcome.weight for outcome in wood.outcomes} == {"people": 1, "planet": 4}
    assert {criterion.id: criterion.weight for _, criterion in wood.criteria()} == {"access": 2, "material": 2}
    assert [each.id for each in wood.sources] == ["ours", "law", "copy"]
    assert [each.id for each in wood.parameters] == ["group_share", "least_share", "wood_share", "wood_years", "wood_mark"]


def test_the_hash_covers_the_profile_that_is_used_and_no_other(base: Pack, wood: Pack, tmp_path: Path) -> None:
    metal = read_pack(SOUND, "metal")
    assert len({base.hash, wood.hash, metal.hash}) == 3
    import shutil

    moved = shutil.copytree(SOUND, tmp_path / "sound")
    changed = moved / "profiles" / "metal.yaml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("title: Metal", "title: Metals"), encoding="utf-8")
    assert read_pack(moved).hash == base.hash
    assert read_pack(moved, "wood").hash == wood.hash
    assert read_pack(moved, "metal").hash != metal.hash


def test_the_result_names_its_profile(base: Pack, wood: Pack) -> None:
    assert evaluate(case(base), base).pack.profile == ""
    result = evaluate(case(wood), wood)
    assert (result.pack.profile, result.pack.profile_title, result.pack.hash) == ("wood", "Wood and what is made of it", wood.hash)
    assert Result.from_json(result.to_json()) == result


def test_what_does_not_exist_for_the_group_leaves_the_weight_and_not_the_page(wood: Pack) -> None:
    result = evaluate(case(wood, "profile: wood\n"), wood)
    parts = node(result, "s.parts")
    assert (parts.status, parts.share) == ("not_applicable", 0)
    assert "product group 'Wood and what is made of it': Wood has no parts" in parts.because
    # it is the group's rule, not somebody's mark: it counts neither towards the limit nor as zero in the second total
    assert result.reliable
    assert result.score_na_as_zero == result.score


def test_an_unknown_profile_is_refused_with_the_nearest() -> None:
    with pytest.raises(Problems) as refused:
        read_pack(SOUND, "woood")
    assert [(each.code, each.hint) for each in refused.value.problems] == [("unknown-profile", "did you mean 'wood'?")]


def test_a_fault_in_one_profile_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    import shutil

    moved = shutil.copytree(SOUND, tmp_path / "sound")
    (moved / "profiles" / "metal.yaml").write_text("id: metal\n", encoding="utf-8")
    assert read_pack(moved, "wood").profile is not None
    with pytest.raises(Problems):
        read_pack(moved, "metal")


# ---------------------------------------------------------------------------------------------------------------------------- by CPV


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["03410000"], "wood"),
        (["03410000-7"], "wood"),
        (["44210000"], "wood"),
        (["44211110"], "metal"),  # the longer prefix wins
        (["14000000", "44210000"], "wood"),
        (["45000000"], None),
        ([], None),
    ],
)
def test_the_longest_prefix_wins(base: Pack, codes: list[str], expected: str | None) -> None:
    assert profile_for(base, codes) == profile_for(SOUND, codes) == expected


def test_a_tie_is_named_and_left_to_a_person(base: Pack) -> None:
    with pytest.raises(Problems) as tie:
        profile_for(base, ["03000000", "14000000"])
    (problem,) = tie.value.problems
    assert problem.code == "profile-tie"
    assert "metal (prefix 14 of 14000000) and wood (prefix 03 of 03000000)" in problem.message
    assert [fit.profile for fit in fitting_profiles(base, ["03000000", "14000000"])] == ["metal", "wood"]
    assert list_profiles(SOUND) == ("metal", "wood")


def test_a_case_may_leave_the_choice_to_its_codes(base: Pack) -> None:
    read = case(base, 'profile: auto\ncpv: ["44211110-5"]\n')
    assert (read.profile, read.cpv) == ("metal", ("44211110",))


# -------------------------------------------------------------------------------------------------------------------- confirmations


def test_an_unconfirmed_threshold_decides_nothing_and_says_why(wood: Pack) -> None:
    result = evaluate(case(wood), wood)
    rated = node(result, "s.group")
    assert (rated.status, rated.score, rated.range.high) == ("unknown", 0, 100)
    assert "threshold wood_share (at least 25 %, transcribed, p. 9) is not confirmed by the buyer" in rated.because
    assert rated.thresholds == ("wood_share",)
    assert rated.clause == "At least [____ %] of the wood is recovered, and kept [____ years]."
    assert [(note.id, note.waiting) for note in result.unconfirmed] == [("wood_share", ("s.group",)), ("wood_years", ()), ("wood_mark", ())]
    assert "wood_share" in explain(result, "s.group")


def test_the_reason_stands_beside_missing_answers_too(wood: Pack) -> None:
    rated = node(evaluate(case(wood, answers=PAPER), wood), "s.group")
    assert rated.because.startswith("Not answered: recovered, capacity. Also, threshold wood_share (at least 25 %")


def test_without_a_profile_the_open_parameter_waits_for_the_buyer(base: Pack) -> None:
    result = evaluate(case(base), base)
    assert node(result, "s.group").status == "unknown"
    assert "threshold group_share has no value until the buyer gives one" in node(result, "s.group").because
    given = evaluate(case(base, "confirmed:\n  group_share: {value: 30 %, by: A. Buyer}\n"), base)
    assert node(given, "s.group").score == 100


def test_a_confirmation_decides_and_is_told(wood: Pack) -> None:
    result = evaluate(case(wood, CONFIRMED), wood)
    rated = node(result, "s.group")
    assert (rated.status, rated.score) == ("scored", 100)
    assert rated.clause == "At least 25 % of the wood is recovered, and kept [____ years]."
    (note,) = (each for each in result.parameters if each.by)
    assert (note.id, note.threshold, note.shown, note.printed) == ("group_share", "wood_share", "25 %", "at least 25 %")
    assert (note.by, note.document, note.page) == ("A. Buyer", "copy", "9")
    assert [each.id for each in result.unconfirmed] == ["wood_years", "wood_mark"]
    text = explain(result, "s.group")
    assert "wood_share" in text
    assert "confirmed by A. Buyer" in text
    assert Result.from_json(result.to_json()) == result


def test_the_buyer_may_overwrite_a_value_and_the_result_says_so(wood: Pack) -> None:
    result = evaluate(case(wood, "confirmed:\n  wood_share: {value: 40 %, by: A. Buyer}\n"), wood)
    assert node(result, "s.group").score == 0
    assert any("the buyer's value 40 % differs from the printed 25 % (transcribed, p. 9)" in text for text in result.remarks)


def test_a_value_below_the_printed_floor_is_told_not_refused(wood: Pack) -> None:
    result = evaluate(case(wood, "confirmed:\n  wood_years: {value: 18 month, by: A. Buyer}\n"), wood)
    assert any("1.5 year lies below the 2 year that the source asks at least" in text for text in result.remarks)
    assert node(result, "s.group").clause.endswith("kept 1.5 years.")


def test_a_value_under_the_packs_own_name_goes_before_the_profile(wood: Pack) -> None:
    result = evaluate(case(wood, CONFIRMED + "  group_share: {value: 31 %, by: A. Buyer}\n"), wood)
    assert node(result, "s.group").score == 0


def test_a_confirmation_of_another_profile_is_refused_when_rated(base: Pack, wood: Pack) -> None:
    held = case(wood, CONFIRMED)
    with pytest.raises(Problems) as refused:
        evaluate(held, base)
    assert [each.code for each in refused.value.problems] == ["unknown-threshold"]


def test_confirming_never_widens_the_range(wood: Pack) -> None:
    for answers in (PAPER, ANSWERED, ANSWERED.replace("300 t", "100 t")):
        for value in ("", "value: 1 %, ", "value: 99 %, "):
            before = evaluate(case(wood, answers=answers), wood)
            after = evaluate(case(wood, f"confirmed:\n  wood_share: {{{value}by: A. Buyer}}\n", answers), wood)
            assert before.range is not None
            assert after.range is not None
            assert before.range.low <= after.range.low <= after.range.high <= before.range.high


def test_the_first_step_is_to_confirm(wood: Pack) -> None:
    (step,) = (each for each in improve(evaluate(case(wood), wood)) if each.indicator == "s.group")
    assert step.do.startswith("Confirm wood_share against the original, with its page. Ask for the mass balance")
    assert not any("Confirm" in each.do for each in improve(evaluate(case(wood, CONFIRMED), wood)))


def test_the_report_asks_the_buyer_and_names_who_confirmed(wood: Pack) -> None:
    waiting = build([evaluate(case(wood), wood)])
    groups = {group.title: [question.fact.id for question in group.questions] for group in waiting.questions}
    assert groups["Thresholds for the buyer to confirm: they decide nothing until then"] == ["wood_share"]
    assert groups["Further thresholds of the product group, for specifications and clauses"] == ["wood_years", "wood_mark"]
    done = build([evaluate(case(wood, CONFIRMED), wood)])
    assert "Thresholds for the buyer to confirm: they decide nothing until then" not in {group.title for group in done.questions}
    assert [number.title for number, _ in done.parts[0].parameters if number.by] == [
        "Share of the wood that is recovered: confirmed by A. Buyer (copy, p. 9)"
    ]
    assert "confirmed by A. Buyer" in to_html(done)


def test_the_summary_and_the_page_of_the_pack_say_it(wood: Pack, base: Pack) -> None:
    text = summary_text([evaluate(case(wood, CONFIRMED), wood)])
    assert "Product group: Wood and what is made of it (wood)" in text
    assert "Thresholds: 1 confirmed, 2 not confirmed by the buyer; those decide nothing" in text
    page = " ".join(pack_text(wood).split())
    assert "[ ] Share of the wood that is recovered (wood_share), core TS: at least 25 %; gives group_share. copy, p. 9," in page
    assert "Does not exist for this product group: Wood has no parts" in page
    assert "Product group" not in pack_text(base)


def test_columns_wait_for_the_same_person(wood: Pack) -> None:
    answers = {"recovered": [300.0, 100.0, None], "capacity": [1000.0, 1000.0, 1000.0]}
    grades: dict[str, Any] = {"grades": 4, "stage": "tender", "date": "2026-11-21", "nodes": True}
    waiting = evaluate_columns(answers, wood, **grades)
    assert list(waiting.lows["s.group"]) == [0, 0, 0]
    assert list(waiting.highs["s.group"]) == [100, 100, 100]
    done = evaluate_columns(answers, wood, confirmed=case(wood, CONFIRMED).confirmed, **grades)
    assert list(done.lows["s.group"]) == [100, 0, 0]
    assert list(done.highs["s.group"]) == [100, 0, 100]
    exact = evaluate(case(wood, CONFIRMED), wood)
    assert exact.score is not None
    assert abs(done.low[0] - float(exact.score)) < 1e-9


# --------------------------------------------------------------------------------------------------------------------- cases as text


def test_a_case_with_confirmations_reads_back_equal_in_both_forms(wood: Pack) -> None:
    held = case(wood, CONFIRMED + '  wood_years: {value: 1/3 year, by: B. Clerk, date: 2026-11-20}\nprofile: wood\ncpv: ["03410000"]\n')
    for form in ("yaml", "json"):
        again = case_of_text(write_case(held, form, [wood]), packs=[wood], json=form == "json")  # type: ignore[arg-type]
        assert again.hash == held.hash
        assert again.confirmed["wood_years"].value == held.confirmed["wood_years"].value


def test_a_workbook_carries_group_codes_and_confirmations(wood: Pack, tmp_path: Path) -> None:
    held = case(wood, CONFIRMED + '  wood_years: {value: 3 year, by: B. Clerk, date: 2026-11-20}\nprofile: wood\ncpv: ["03410000"]\n')
    path = tmp_path / "filled.xlsx"
    write_questionnaire([wood], path, case=held)
    for packs in ([wood], [read_pack(SOUND)]):
        again = read_questionnaire(path, packs)
        assert again.hash == held.hash
        assert again.confirmed.keys() == {"wood_share", "wood_years"}


def test_a_workbook_asks_for_what_waits_and_an_empty_row_confirms_nothing(wood: Pack, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    write_questionnaire([wood], path, case=case(wood))
    sheet = load_workbook(path)["Thresholds"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_col=4)]
    assert [row[0] for row in rows] == ["wood_share", "wood_years", "wood_mark"]
    assert rows[0][2] == "at least 25 %, transcribed, p. 9"
    assert read_questionnaire(path, [wood]).confirmed == {}


def test_the_hash_covers_who_confirmed_what_and_not_the_unit(wood: Pack) -> None:
    plain = case(wood)
    written = [case(wood, f"confirmed:\n  wood_years: {{value: {value}, by: {by}}}\n").hash for value, by in
               (("2 year", "A. Buyer"), ("24 month", "A. Buyer"), ("3 year", "A. Buyer"), ("2 year", "B. Clerk"))]  # fmt: skip
    assert written[0] == written[1]
    assert len({plain.hash, *written}) == 4
    # a case that uses none of this keeps the hash it had before: no key for it is in the content
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", plain.hash)
    assert plain.hash == plain.model_copy(update={"confirmed": {}, "cpv": (), "profile": ""}).hash


def test_a_threshold_in_words_is_confirmed_and_never_a_number(wood: Pack) -> None:
    held = case(wood, "confirmed:\n  wood_mark: {by: A. Buyer}\n")
    found = in_force(wood, "wood_mark", held.date, held.confirmed)
    assert (found.state, found.amount, found.shown) == ("confirmed", None, "class A or B")
    assert "wood_mark" in {note.id for note in evaluate(held, wood).parameters}


# -------------------------------------------------------------------------------------------------------------------- command line


def written(tmp_path: Path, more: str) -> str:
    path = tmp_path / "case.yaml"
    path.write_text(HEAD.replace("packs: [sound]\n", "") + ANSWERED + more, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("more", "profile", "said"),
    [
        (CONFIRMED, ["--profile", "wood"], "Product group: Wood and what is made of it (wood)"),
        (CONFIRMED + "profile: wood\n", [], "Product group: Wood and what is made of it (wood)"),
        ('cpv: ["44211110"]\n', ["--profile", "auto"], "Product group: Metal (metal)"),
        ("profile: wood\n", ["--profile", "metal"], "Product group: Metal (metal)"),
    ],
)
def test_rate_takes_the_group_from_the_call_or_the_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, profile: list[str], said: str
) -> None:
    assert main(["rate", written(tmp_path, more), "--pack", str(SOUND), *profile]) == 0
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "profile", "code"),
    [
        ("", ["--profile", "woods"], "unknown-profile"),
        ('cpv: ["03000000", "14000000"]\n', ["--profile", "auto"], "profile-tie"),
        ('cpv: ["45000000"]\n', ["--profile", "auto"], "no-profile-fits"),
        (CONFIRMED, [], "unknown-threshold"),
    ],
)
def test_rate_says_which_group_cannot_be_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: str, profile: list[str], code: str
) -> None:
    assert main(["rate", written(tmp_path, more), "--pack", str(SOUND), *profile]) == 1
    assert f": {code}: " in capsys.readouterr().err


def test_packs_shows_a_pack_for_its_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["packs", str(SOUND), "--profile", "wood"]) == 0
    assert "For the product group: Wood and what is made of it (wood)" in capsys.readouterr().out
    assert main(["packs", "--profile", "wood"]) == 2
