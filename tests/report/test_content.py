"""What a report says: every part is there, in order, with the result's own numbers, and nothing is added up that should not be."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from tenderloop.errors import Problems
from tenderloop.evaluate import evaluate
from tenderloop.improve import improve, next_rating
from tenderloop.pack import Pack
from tenderloop.quantity import shown
from tenderloop.readers.cases import read_case
from tenderloop.readers.packs import load_pack
from tenderloop.report import build, to_html
from tenderloop.report.model import Report
from tenderloop.result import Result

SAMPLES = Path(__file__).parent.parent.parent / "samples"


def text_of(html: str) -> str:
    """The page as a reader sees it: no markup, single spaces."""
    html = re.sub(r"<style>.*?</style>|<title>.*?</title>|<desc>.*?</desc>", " ", html, flags=re.S)
    text = re.sub(r"</?(?:b|span|i|a)\b[^>]*>", "", html)
    text = re.sub(r"<[^>]+>", " ", text)
    for entity, character in (("&#34;", '"'), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return re.sub(r"[ \n]+", " ", text)


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return to_html(report)


@pytest.fixture(scope="module")
def text(html: str) -> str:
    return text_of(html)


def test_the_parts_stand_in_their_order(html: str) -> None:
    headings = [text_of(each).strip() for each in re.findall(r"<h[1-4][^>]*>(.*?)</h[1-4]>", html, flags=re.S)]
    wanted = [
        "Riverbend plant in miniature", "A plant in miniature", "What moved the score most", "What to do first", "Contents",
        "How to read this report", "A plant in miniature", "Gates", "Outcomes and criteria", "Indicators", "Consistency checks",
        "Worksheets", "Improvement roadmap", "A financier’s view", "SDG targets and UNECE entry points",
        "Open questions for the sponsor", "Sources",
        "Provenance",
    ]  # fmt: skip
    remaining = iter(headings)
    assert all(each in remaining for each in wanted), headings


def test_heading_levels_are_never_skipped(html: str) -> None:
    levels = [int(each) for each in re.findall(r"<h([1-6])", html)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_first_page_answers(result: Result, text: str) -> None:
    first = text[: text.index("Contents")]
    assert result.score is not None
    assert result.range is not None
    assert f"Score {shown(result.score, 1)} of 100; open answers could still bring it to {shown(result.range.high, 1)}." in first
    assert "✓ 1 passes" in first
    assert "✗ 1 fails" in first
    assert "◆ 1 undecided" in first
    assert "✗ 1 broken" in first
    assert "▲ 1 justified" in first
    assert result.pack.label in first
    assert result.ladder.name in first
    assert "Cut the size." in first
    assert "+" + shown(improve(result)[0].gain, 1) in first


def test_reasons_are_points_that_add_to_the_score(report: Report, result: Result) -> None:
    rated = [node for node in result.nodes if node.kind == "criterion" and node.score is not None]
    assert sum((node.share * node.score for node in rated if node.score is not None), Fraction(0)) == result.score
    for reason in report.parts[0].verdict.reasons:
        node = reason.node
        assert node.score is not None
        assert reason.points in (node.share * node.score, node.share * (100 - node.score))


def test_every_indicator_gate_and_check_appears(report: Report, result: Result, html: str, text: str) -> None:
    for node in result.indicators:
        assert node.id in text
        if node.because != "Not asked at stage tender.":
            assert node.because in text
            assert node.question in text
    for gate in result.gates:
        assert gate.title in text
    for check in result.checks:
        assert check.title in text
    assert "Not asked at stage tender (1): handback.early." in text


def test_gates_show_their_arithmetic_and_evidence(text: str) -> None:
    gates = text[text.index("Arithmetic and evidence") : text.index("Outcomes and criteria")]
    assert "Fails: over (1.111) <= 1 does not hold." in gates
    assert "capacity 200\u202f000\u00a0t/year: Waste flow model, p. 12: “The permit allows 200 000 tonnes.” (grade 3)" in gates
    assert "if it fails, the case is rejected" in gates
    assert "Source 2, Article 4 (official)" in gates


def test_evidence_stands_in_full_once_and_is_named_afterwards(text: str) -> None:
    assert text.count("“The permit allows 200 000 tonnes.”") == 1
    assert re.search(r"Evidence above: [^.]*flows table of 2 rows \(fits, grade 2\)", text)


def test_checks_broken_justified_holding_and_unknown(text: str) -> None:
    checks = text[text.index("Consistency checks", text.index("What does not fit") - 600) : text.index("Each method with its inputs")]
    assert "✗ broken" in checks
    assert "The plant is dear. Ask why." in checks
    assert "▲ justified" in checks
    assert "Justification: The city has 150 000 people." in checks
    assert "✓ Holding: The capacity is positive." in checks
    assert "◇ Not answered, so not checked: The fee is paid." in checks


def test_worksheets_show_lines_and_years_as_a_table(report: Report, text: str) -> None:
    (sheet,) = report.parts[0].worksheets
    assert [table.title for table in sheet.tables] == ["Waste and capacity by year", ""]
    given, steps = sheet.tables
    assert given.key == "Year"
    assert [key for key, _ in given.rows] == ["2030", "2035"]
    assert steps.columns[0] == ("Residual waste", "t/year")
    assert [cells[0] for _, cells in steps.rows] == ["220\u202f000", "180\u202f000"]
    assert sheet.gives[0].id == "over"
    work = text[text.index("Each method with its inputs") : text.index("Improvement roadmap")]
    assert "Capacity against residual waste, worst year 1.111" in work
    assert sheet.note.source in work


def test_the_roadmap_runs_to_the_best_total_and_marks_the_smallest_set(report: Report, result: Result) -> None:
    roadmap = report.parts[0].roadmap
    path = next_rating(result)
    assert path is not None
    assert [row.step.indicator for row in roadmap.steps] == [step.indicator for step in improve(result)]
    assert roadmap.steps[0].before == result.score
    assert roadmap.steps[0].total - roadmap.steps[0].before == roadmap.steps[0].step.gain
    assert all(row.total <= after.total for row, after in pairwise(roadmap.steps))
    assert {row.step.indicator for row in roadmap.steps if row.in_path} == {step.indicator for step in path.steps}
    assert [item.gate.id for item in roadmap.gates] == ["fits", "contract"]


def test_the_financier_sees_gates_indicators_and_values(report: Report) -> None:
    assert {topic: [item.gate.gate.id if item.gate else item.indicator.node.id for item in items if item.gate or item.indicator]
            for topic, items in report.money.items()} == {
        "fiscal": ["cost.tonne"], "contingent": ["fits"], "bankability": ["contract"], "affordability": ["cost.fee"],
    }  # fmt: skip
    assert {item.value.id for item in report.money_values} == {"cost_per_tonne", "over"}


def test_targets_count_indicators_and_what_is_evidenced(report: Report) -> None:
    row = next(row for row in report.sdg if row.id == "12.5")
    touched = row.by_pack[0]
    assert touched is not None
    assert (touched.asked, touched.evidenced) == (1, 1)
    assert touched.score == Fraction(200, 9)
    assert [row.id for row in report.sdg] == ["12.5", "17.3"]
    assert [row.id for row in report.entry_points] == ["waste", "procurement"]


def test_open_questions_name_who_waits_and_what_an_answer_brings(report: Report, result: Result) -> None:
    (group,) = report.questions
    (question,) = group.questions
    assert group.title == "Money and contract"
    assert question.fact.id == "fee"
    assert question.asked_in == "contract"
    assert [(wait.kind, wait.id) for wait in question.waiting] == [("indicator", "cost.fee"), ("check", "paid")]
    assert question.gain == next(step.gain for step in improve(result) if step.indicator == "cost.fee")


def test_provenance_prints_every_hash(result: Result, text: str) -> None:
    tail = text[text.rindex("Provenance") :]
    assert result.pack.hash in tail
    assert result.case.hash in tail
    assert result.engine in tail
    assert result.case.date in tail


def test_sources_have_their_own_status(text: str) -> None:
    sources = text[text.rindex("Status, packs") :]
    assert "A rule that was seen, Article 4 https://example.org/rule ● official plant" in sources
    assert "Financial model, final model Marlow & Reyes 2025-06-30" in sources


def test_every_chart_has_a_title_and_numbers_beside_it(html: str) -> None:
    charts = re.findall(r"<svg.*?</svg>", html, flags=re.S)
    assert len(charts) > 10
    for chart in charts:
        title = re.search(r"<title>(.+?)</title>", chart, flags=re.S)
        assert title
        assert title.group(1).strip()
        assert "<image" not in chart
        assert "href" not in chart


def test_colours_are_those_of_the_house(html: str) -> None:
    allowed = {"#12436d", "#c3d2e0", "#f46a25", "#767676", "#b0b0b0", "#1a1a1a", "#505a5f", "#ffffff", "#b3121d"}
    found = {each.lower() for each in re.findall(r"#[0-9a-fA-F]{6}\b", html)}
    assert found <= allowed


def test_a_fragment_is_the_same_content_without_a_page(report: Report) -> None:
    fragment = to_html(report, standalone=False)
    assert fragment.startswith('<article class="tenderloop-report"')
    assert "<style" not in fragment
    assert "style=" not in fragment
    assert text_of(to_html(report)).endswith(text_of(fragment).strip() + " ")


def test_nothing_and_strangers_are_refused(result: Result) -> None:
    with pytest.raises(Problems, match="nothing-to-report"):
        build([])
    with pytest.raises(Problems, match="pack-given-twice"):
        build([result, result])
    other = result.model_copy(update={"case": result.case.model_copy(update={"hash": "sha256:0", "id": "other"})})
    with pytest.raises(Problems, match="different-cases"):
        build([result, other])


def test_several_packs_stand_side_by_side(plant: Pack) -> None:
    names = ("people_first_ppp", "waste_to_energy", "circular_ppp")
    packs = [load_pack(name) for name in names]
    case = read_case(SAMPLES / "riverside_wte_lockin" / "case.yaml", packs)
    results = [evaluate(case, pack) for pack in packs]
    report = build(results)
    text = text_of(to_html(report))
    assert [part.pack.id for part in report.parts] == list(names)
    for result in results:
        assert result.score is not None
        assert f"Score {shown(result.score, 1)} of 100" in text
        assert result.pack.label in text
        for node in result.indicators:
            assert node.id in text
    total = sum((result.score for result in results if result.score is not None), Fraction(0))
    assert shown(total, 1) not in text
    numbers = [line.number for line in report.sources]
    assert numbers == list(range(1, len(numbers) + 1))
    asked = [question.fact.id for group in report.questions for question in group.questions]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("name", ["hyderabad_wte", "istanbul_wte", "riverside_wte"])
def test_every_sample_has_a_report(name: str) -> None:
    packs = [load_pack("waste_to_energy")]
    case = read_case(SAMPLES / name / "case.yaml", ["people_first_ppp", "waste_to_energy", "circular_ppp"])
    assert "Provenance" in to_html(build([evaluate(case, pack) for pack in packs]))


def test_a_result_read_back_gives_the_same_report(result: Result) -> None:
    assert to_html(build([Result.from_json(result.to_json())])) == to_html(build([result]))


def test_a_pack_of_which_nothing_applies_still_has_a_report(plant: Pack) -> None:
    late = plant.model_copy(
        update={"indicators": tuple(each.model_copy(update={"stages": ("tender",)}) for each in plant.indicators), "hash": "sha256:late"}
    )
    case = read_case(Path(__file__).parent / "case.yaml", [plant]).model_copy(update={"stage": "preparation"})
    result = evaluate(case, late)
    assert result.score is None
    text = text_of(to_html(build([result])))
    assert "Nothing in this pack applies to the case." in text
    assert "Not asked at stage preparation (2): size.fit, size.lake." in text
