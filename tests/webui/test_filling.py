"""A case on its way through the pages."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tenderloop import evaluate, load_pack, read_case
from tenderloop.readers.cases import case_of_text
from tenderloop.result import together

RESULT = "result"


def begin(visitor: Any, **project: str) -> None:
    visitor.client.get("/")
    visitor.page = visitor.page.__class__()
    visitor.go("project", "start", {"p.packs": ["waste_to_energy"], "p.stage": "tender"})
    assert visitor.status == 200
    visitor.send("overview", {"p.title": "Завод № 1", "p.currency": "eur", "p.date": "2026-11-21", **project})


def test_from_start_to_overview(visitor: Any) -> None:
    begin(visitor)
    assert visitor.status == 200
    case = json.loads(visitor.case)
    assert case["case"] == "zavod_no_1"
    assert case["title"] == "Завод № 1"
    assert case["currency"] == "EUR"
    assert case["kind"] == "project"
    assert case["packs"] == ["waste_to_energy"]


def test_start_names_all_that_is_missing(visitor: Any) -> None:
    visitor.go("project", "start")
    assert visitor.status == 422
    assert visitor.title.startswith("Error: ")
    assert visitor.errors() == ["Choose at least one pack.", "Choose the stage that the papers have reached."]


def test_project_faults_are_listed_at_once_beside_their_fields_and_input_is_kept(visitor: Any) -> None:
    begin(visitor)
    visitor.go("project")
    visitor.send("overview", {"p.title": "", "p.date": "21.11.2026", "p.currency": "euros", "p.notes": "kept as it was"})
    assert visitor.status == 422
    assert visitor.title.startswith("Error: Project")
    assert len(visitor.errors()) == 3
    main = visitor.page.all("main")[0].text
    for text in visitor.errors():
        assert main.count(text) == 2, "the same words in the summary and at the field"
    links = [each.attributes["href"] for each in visitor.page.all("a") if each.text in visitor.errors()]
    assert links == ["#p.title", "#p.date", "#p.currency"]
    assert visitor.page.all("input", id="p.date")[0].attributes["value"] == "21.11.2026"
    assert visitor.page.all("input", id="p.date")[0].attributes["aria-invalid"] == "true"
    assert "kept as it was" in visitor.text


def first_number(visitor: Any) -> str:
    return next(
        each.attributes["name"]
        for each in visitor.page.all("input")
        if each.attributes.get("inputmode") == "decimal" and each.attributes["name"].count(".") == 1
    )


def test_an_answer_with_evidence_reaches_the_case_and_the_paper_is_declared(visitor: Any) -> None:
    begin(visitor)
    visitor.go("s3")
    visitor.send(
        "overview",
        {
            "f.electricity_produced": "120 000",
            "e.electricity_produced.0.document": "Heat balance, rev. C",
            "e.electricity_produced.0.page": "12",
            "e.electricity_produced.0.quote": "Gross output 120 GWh",
            "e.electricity_produced.0.grade": "2",
        },
    )
    assert visitor.status == 200, visitor.errors()
    case = case_of_text(visitor.case, json=True)
    answer = case.facts["electricity_produced"]
    assert str(answer.value) == "120000"
    assert answer.grade == 2
    assert case.documents[answer.evidence[0].document].title == "Heat balance, rev. C"
    visitor.go("s3")
    assert visitor.page.all("input", id="f.electricity_produced")[0].attributes["value"] == "120000"
    assert visitor.page.all("input", id="e.electricity_produced.0.document")[0].attributes["value"] == "Heat balance, rev. C"
    # The same paper again is the same document.
    visitor.send("overview", {"f.heat_sold": "10", "e.heat_sold.0.document": "heat balance, rev. c", "e.heat_sold.0.grade": "1"})
    assert len(case_of_text(visitor.case, json=True).documents) == 1


def test_wrong_answers_are_all_named_and_right_ones_are_kept(visitor: Any) -> None:
    begin(visitor)
    visitor.go("s3")
    visitor.send(
        "overview", {"f.electricity_produced": "1,234", "f.heat_sold": "-1", "f.grid_factor": "55.5", "e.grid_factor.0.document": "Letter"}
    )
    assert visitor.status == 422
    assert len(visitor.errors()) == 3
    assert visitor.page.all("input", id="f.grid_factor")[0].attributes["value"] == "55.5"
    assert visitor.page.all("input", id="f.electricity_produced")[0].attributes["value"] == "1,234"
    assert "electricity_produced" not in visitor.case
    assert any("open" in each.attributes and "Letter" in str(visitor.page.fields()) for each in visitor.page.all("details"))


def test_a_paper_without_an_answer_is_asked_about(visitor: Any) -> None:
    begin(visitor)
    visitor.go("s3")
    visitor.send("overview", {"e.heat_sold.0.document": "Contract", "e.heat_sold.0.grade": "3"})
    assert visitor.errors() == ["A paper is named and the question is not answered: answer it, or clear the paper."]


def test_a_grade_without_a_paper_is_asked_about(visitor: Any) -> None:
    begin(visitor)
    visitor.go("s3")
    visitor.send("overview", {"f.heat_sold": "5", "e.heat_sold.0.page": "3", "e.heat_sold.0.grade": "3"})
    assert visitor.errors() == ["Name the paper; what no paper shows is only claimed, grade 0."]


def test_rows_are_added_without_script_and_empty_rows_do_not_count(visitor: Any) -> None:
    begin(visitor)
    found = None
    for section in ("s1", "s2", "s3", "s4", "s5", "s6", "s7"):
        visitor.go(section)
        if "f.composition.0.component" in visitor.page.fields():
            found = section
            break
    assert found
    before = sum(name.startswith("f.composition.") for name in visitor.page.fields())
    visitor.send("rows:composition", {"f.composition.0.share": "not yet a number", "f.heat_sold": "x"})
    assert visitor.status == 200
    assert sum(name.startswith("f.composition.") for name in visitor.page.fields()) > before
    assert visitor.page.fields()["f.composition.0.share"] == ["not yet a number"], "nothing is judged while rows are added"
    component = visitor.page.all("select", id="f.composition.0.component")
    if component:
        options = re.findall(r'<option value="([^"]+)"', visitor.text.split('id="f.composition.0.component"')[1].split("</select>")[0])
        one, other = options[:2]
    else:
        one, other = "paper", "plastics"
    visitor.send(
        "overview",
        {
            "f.composition.0.component": one,
            "f.composition.0.share": "40",
            "f.composition.2.component": other,
            "f.composition.2.share": "60",
            "f.heat_sold": None,
        },
    )
    assert visitor.status == 200, visitor.errors()
    rows = json.loads(visitor.case)["facts"]["composition"]
    assert [row["share"] for row in rows] == ["40 %", "60 %"]
    visitor.go(found)
    visitor.send("overview", {"f.composition.1.share": ""})
    assert visitor.status == 422
    assert "Row 2 lacks" in visitor.errors()[0]


def test_not_applicable_needs_a_reason(visitor: Any) -> None:
    visitor.open()
    for number in range(1, 16):
        page = visitor.go(f"s{number}")
        marks = [each.attributes["name"] for each in page.all("input", type="checkbox") if each.attributes["name"].startswith("n.")]
        if marks:
            break
    mark = marks[0]
    reason = "r." + mark[2:]
    visitor.send("overview", {mark: "yes", reason: "short"})
    assert visitor.status == 422
    assert "at least 10 characters" in visitor.errors()[0]
    visitor.go(f"s{number}")
    visitor.send("overview", {reason: "Only a reason, no tick at all."})
    assert "tick it" in visitor.errors()[0]
    visitor.go(f"s{number}")
    visitor.send("overview", {mark: "yes", reason: "No land is acquired (site plan, p. 4)."})
    assert visitor.status == 200
    assert json.loads(visitor.case)["not_applicable"] == {mark[2:]: "No land is acquired (site plan, p. 4)."}
    assert "No land is acquired" in visitor.go("check").all("main")[0].text


def test_papers_in_use_cannot_be_taken_away(visitor: Any) -> None:
    visitor.open()
    visitor.go("papers")
    visitor.send("overview", {"d.0.title": "", "d.0.date": "", "d.0.url": "", "d.0.author": ""})
    assert visitor.status == 422
    assert "named as evidence" in visitor.errors()[0]
    visitor.go("papers")
    visitor.send("overview", {"d.0.date": "2018-07-10", "d.2.title": "A new paper"})
    documents = json.loads(visitor.case)["documents"]
    assert documents["hindu"]["date"] == "2018-07-10"
    assert documents["a_new_paper"]["title"] == "A new paper"


def test_the_result_is_that_of_the_engine(visitor: Any, samples: Path) -> None:
    case = read_case(samples / "hyderabad_wte" / "case.yaml")
    visitor.open()
    main = visitor.go(RESULT).all("main")[0].text
    for name in case.packs:
        result = evaluate(case, load_pack(name))
        assert result.pack.title in main
        assert result.pack.label in main
        assert result.pack.hash.removeprefix("sha256:")[:8] in main
    downloaded = json.loads(visitor.download("json").data)
    ours = json.loads(together([evaluate(case, load_pack(name)) for name in case.packs]))
    assert downloaded["case"] == ours["case"]
    for got, wanted in zip(downloaded["results"], ours["results"], strict=True):
        assert got["score"] == wanted["score"]
        assert got["nodes"] == wanted["nodes"]
        assert got["steps"]


def test_downloads_read_back(visitor: Any, samples: Path) -> None:
    case = read_case(samples / "hyderabad_wte" / "case.yaml")
    visitor.open()
    yaml = visitor.download("yaml")
    assert case_of_text(yaml.data).hash == case.hash
    book = visitor.download("questionnaire")
    assert book.data.startswith(b"PK")
    visitor.open(name="back.xlsx", data=book.data)
    assert visitor.status == 200
    assert case_of_text(visitor.case, json=True).hash == case.hash


def test_a_result_needs_a_complete_case_and_says_what_is_missing(visitor: Any) -> None:
    visitor.go("project", "start", {"p.packs": ["waste_to_energy"], "p.stage": "tender"})
    for go in (RESULT, "whatif", "unlikely"):
        visitor.go(go)
        assert visitor.status == 422
        assert "'title' is missing" in visitor.page.all("main")[0].text
        assert visitor.page.all("button", value="project")
    assert visitor.download("pdf").status_code == 422


def test_what_if_shows_both_and_changes_nothing(visitor: Any) -> None:
    visitor.open()
    visitor.go(RESULT)
    kept = visitor.case
    page = visitor.go("whatif")
    tries = [each.attributes["value"] for each in page.all("button") if each.attributes.get("value", "").startswith("try:waste_to_energy:")]
    assert tries
    visitor.go("try:waste_to_energy:residual_feed")
    assert visitor.case == kept
    assert "What if: only a trial" in visitor.text
    assert visitor.text.count("Original answer:") == 3
    visitor.send(
        "whatif",
        {
            "f.feed_residual_only": "yes",
            "g.feed_residual_only": "4",
            "f.separate_collection_coverage": "80",
            "g.separate_collection_coverage": "4",
        },
    )
    assert visitor.status == 200, visitor.errors()
    main = visitor.page.all("main")[0].text
    assert "Gates that change" in main
    assert "undecided" in main
    assert "passes" in main
    assert visitor.case == kept, "the original is not overwritten"
    visitor.send(RESULT)
    assert visitor.case == kept
    assert "What if: only a trial" not in visitor.text


def test_what_if_agrees_with_the_engine(visitor: Any, samples: Path) -> None:
    """The score shown for a changed answer is that of the case with this answer."""
    from tenderloop.quantity import shown

    visitor.open()
    kept = json.loads(visitor.case)
    visitor.go("try:people_first_ppp:pf.ae1.a")
    fact = visitor.page.fields()["w"][0]
    visitor.send("whatif", {f"f.{fact}": "2", f"g.{fact}": "4"})
    kept["facts"][fact] = {"value": 2, "evidence": [{"kind": "what-if", "grade": 4}]}
    after = evaluate(case_of_text(json.dumps(kept), json=True), load_pack("people_first_ppp"))
    assert after.score is not None
    assert shown(after.score, 1) in visitor.page.all("div", id="effect")[0].text


def test_what_if_names_faults_at_the_field(visitor: Any) -> None:
    visitor.open()
    visitor.go("try:waste_to_energy:residual_feed")
    visitor.send("whatif", {"f.separate_collection_coverage": "1,234"})
    assert visitor.status == 422
    assert "1234 or as 1.234" in visitor.errors()[0]
    assert visitor.page.fields()["f.separate_collection_coverage"] == ["1,234"]


def test_a_changed_answer_can_be_left_as_it_was(visitor: Any) -> None:
    visitor.open()
    visitor.go("try:waste_to_energy:residual_feed")
    before = visitor.page.fields()["w"]
    visitor.send(f"drop:{before[0]}")
    assert visitor.page.fields()["w"] == before[1:]
    visitor.send("add", {"more": "capital_cost"})
    assert visitor.page.fields()["w"] == [*before[1:], "capital_cost"]
    assert "5000000000 INR" in visitor.text


def test_a_broken_check_can_be_justified(visitor: Any) -> None:
    visitor.open()
    page = visitor.go("unlikely")
    fields = [each.attributes["name"] for each in page.all("textarea")]
    assert fields
    visitor.send(RESULT, {fields[0]: "too short"})
    assert visitor.status == 422
    visitor.go("unlikely")
    visitor.send(RESULT, {fields[0]: "The two figures are of different years (annual report, p. 3)."})
    assert visitor.status == 200
    assert json.loads(visitor.case)["justifications"][fields[0][2:]].startswith("The two figures")
    assert "The two figures are of different years" in visitor.page.all("main")[0].text


def test_packs_can_be_added_but_not_taken_from_answers(visitor: Any) -> None:
    begin(visitor)
    visitor.go("s3")
    visitor.send("project", {"f.heat_sold": "10"})
    visitor.send("overview", {"p.packs": ["waste_to_energy", "circular_ppp"]})
    assert json.loads(visitor.case)["packs"] == ["waste_to_energy", "circular_ppp"]
    visitor.go("project")
    visitor.send("overview", {"p.packs": ["circular_ppp"]})
    assert visitor.status == 422
    assert "belong only to a pack" in visitor.errors()[0]


def test_a_lost_session_keeps_the_answers(visitor: Any) -> None:
    """After a restart of the server the token is unknown: the page is shown again to be sent once more, with everything in it."""
    visitor.open()
    fields = {"case": visitor.case, "at": "", "go": "overview", "csrf": "of an earlier day"}
    answer = visitor.client.post("/case", data=fields)
    assert answer.status_code == 403
    assert "nothing is lost" in answer.text
    from_page = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
    assert from_page["go"] == "overview"
    visitor._seen(answer)
    fresh = visitor.client.post(
        "/case", data={**{name: values[-1] for name, values in visitor.page.fields().items()}, "csrf": visitor.token}
    )
    assert fresh.status_code == 200
    assert "Jawahar Nagar" in fresh.text


@pytest.mark.parametrize(
    "name", ["Предложение участника №1.yaml", "../../etc/passwd", "a\\b\\c.yaml", "x" * 300 + ".yaml", "case.xlsx", "报价.json"]
)
def test_the_name_of_a_file_says_nothing(visitor: Any, name: str) -> None:
    """What a file is, its content says; a case with any name is read."""
    visitor.open(name=name)
    assert visitor.status == 200


def test_a_faulty_file_is_refused_with_every_fault_and_its_line(visitor: Any) -> None:
    head = b"case: x\ntitle: X\nkind: project\nstage: tender\ndate: 2026-13-01\npacks: [waste_to_energy]\n"
    text = head + b"facts:\n  heat_sold: soon\n  no_such: 1\n"
    visitor.open(name="Предложение участника №1.yaml", data=text)
    assert visitor.status == 400
    for line in (5, 8, 9):
        assert f"line {line}" in visitor.text
    assert "Предложение участника №1.yaml" in visitor.text


def test_words_of_a_stranger_are_shown_as_words(visitor: Any) -> None:
    hostile = "<script>alert(1)</script>{{7*7}}\"'><img src=http://evil.example/x>"
    begin(visitor, **{"p.title": hostile, "p.case": "x"})
    for go in ("overview", "check", RESULT, "project"):
        visitor.go(go)
        assert visitor.status == 200
        assert "<script>alert" not in visitor.text
        assert "<img" not in visitor.text
        assert "{{7*7}}" in visitor.text.replace("&#39;", "'")
        assert not visitor.page.faults
    name = visitor.download("yaml").headers["Content-Disposition"]
    assert "<" not in name
    assert name.isascii()


def test_a_download_bears_the_projects_own_name(visitor: Any) -> None:
    begin(visitor)
    header = visitor.download("yaml").headers["Content-Disposition"]
    assert "filename*=UTF-8''%D0%97%D0%B0%D0%B2%D0%BE%D0%B4%20%E2%84%96%201.yaml" in header


def test_the_report_as_pdf(visitor: Any) -> None:
    begin(visitor)
    answer = visitor.download("pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert answer.content_type == "application/pdf"


def test_the_report_as_workbook(visitor: Any) -> None:
    from openpyxl import load_workbook

    begin(visitor)
    answer = visitor.download("xlsx")
    assert answer.status_code == 200
    assert load_workbook(io.BytesIO(answer.data)).sheetnames
