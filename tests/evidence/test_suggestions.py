"""From documents to a file that a person marks, and from the marked file to evidence in a case: nothing without a person's yes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from papers import docx, paragraph, pdf

from tenderloop import cli_evidence
from tenderloop.case import Case
from tenderloop.cli import DONE, FAULTS, WRONG_USE, main
from tenderloop.errors import Problems
from tenderloop.evaluate import evaluate
from tenderloop.evidence.documents import read_document
from tenderloop.evidence.passages import document_passages
from tenderloop.evidence.search import suggest
from tenderloop.evidence.suggestions import document_ids, suggestions_yaml
from tenderloop.readers.accepted import accept_suggestions
from tenderloop.readers.cases import read_case, write_case
from tenderloop.readers.packs import load_pack
from tenderloop.readers.strict_yaml import read_yaml

PACK = "circular_tender"
MARK = "\n    accept:"
CASE = """\
case: school_tables
title: Tables for four schools
kind: tender
stage: tender
date: 2026-11-21
currency: EUR
packs: [circular_tender]
"""
WORDS = "Spare parts must be available for at least ten years after the last delivery.\nThe supplier takes old tables back and reuses them."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec 1.pdf").write_bytes(pdf("Tables and chairs.", WORDS))
    (tmp_path / "Anlage.docx").write_bytes(
        docx(paragraph("Die Ersatzteilversorgung ist für zehn Jahre zu gewährleisten und kostet nichts."))
    )
    (tmp_path / "case.yaml").write_text(CASE, encoding="utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


def marked(text: str, choose: Callable[[dict[str, object]], dict[str, str] | None]) -> str:
    """The file with ``accept``, ``value`` and ``grade`` written as a person would, suggestion by suggestion."""
    head, *entries = text.split("\n  - indicator: ")
    tree = read_yaml(text)["suggestions"]  # type: ignore[index, call-overload]
    assert len(entries) == len(tree)
    for index, (entry, values) in enumerate(zip(entries, tree, strict=True)):
        for key, value in (choose(values) or {}).items():
            entry = (
                entry.replace(f"\n    {key}:\n", f"\n    {key}: {value}\n")
                if f"\n    {key}:\n" in entry
                else entry.replace(f"\n    {key}:", f"\n    {key}: {value}")
            )
        entries[index] = entry
    return "\n  - indicator: ".join([head, *entries])


def spare_fact() -> str:
    return next(signal.fact for signal in load_pack(PACK).text_signals if signal.concept == "spare_parts")


# ----------------------------------------------------------------------------------------------------------------- the command


def test_documents_to_suggestions_to_a_case_and_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fact = spare_fact()
    code, out, err = run(capsys, "evidence", "spec 1.pdf", "Anlage.docx", "--pack", PACK, "--out", "suggestions.yaml")
    assert code == DONE
    assert "pages-not-recorded" in err
    assert "“Spare parts must be available for at least ten years after the last delivery.”" in out
    assert "spec 1.pdf, page 2" in out
    assert "Anlage.docx, paragraph 1" in out
    text = (folder / "suggestions.yaml").read_text(encoding="utf-8")

    def choose(values: dict[str, object]) -> dict[str, str] | None:
        return {"accept": "yes", "value": "3", "grade": "3"} if values["fact"] == fact else {"accept": "no"}

    (folder / "suggestions.yaml").write_text(marked(text, choose), encoding="utf-8")
    before = (folder / "case.yaml").read_text(encoding="utf-8")
    code, out, err = run(capsys, "evidence", "--accept", "suggestions.yaml", "--case", "case.yaml", "--out", "new.yaml")
    assert (code, err) == (DONE, "")
    assert (folder / "case.yaml").read_text(encoding="utf-8") == before

    old, new = read_case("case.yaml"), read_case("new.yaml")
    assert list(new.facts) == [fact]
    answer = new.facts[fact]
    assert answer.value == 3
    assert {(each.page, each.grade, new.documents[each.document].title.split(" (SHA-256")[0]) for each in answer.evidence} == {
        ("2", 3, "spec 1.pdf"),
        ("paragraph 1", 3, "Anlage.docx"),
    }
    assert {each.quote for each in answer.evidence} == {
        "Spare parts must be available for at least ten years after the last delivery.",
        "Die Ersatzteilversorgung ist für zehn Jahre zu gewährleisten und kostet nichts.",
    }
    assert new.model_copy(update={"facts": {}, "documents": {}, "file": ""}) == old.model_copy(update={"file": ""})
    assert out == f"{len(answer.evidence)} accepted, {text.count(MARK) - len(answer.evidence)} rejected. Written to new.yaml\n"
    pack = load_pack(PACK)
    assert evaluate(new, pack).score > evaluate(old, pack).score
    # Accepting the same file again adds nothing.
    assert accept_suggestions("suggestions.yaml", "new.yaml").case.hash == new.hash


def test_what_is_not_marked_changes_nothing_and_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fact = spare_fact()
    run(capsys, "evidence", "spec 1.pdf", "--pack", PACK, "--out", "s.yaml")
    text = (folder / "s.yaml").read_text(encoding="utf-8")
    first = True

    def choose(values: dict[str, object]) -> dict[str, str] | None:
        nonlocal first
        if values["fact"] == fact and first:
            first = False
            return {"accept": "yes", "value": "2", "grade": "1"}
        return None

    (folder / "s.yaml").write_text(marked(text, choose), encoding="utf-8")
    done = accept_suggestions("s.yaml", "case.yaml")
    assert (done.accepted, done.rejected) == (1, 0)
    assert done.unmarked == text.count(MARK) - 1 > 0
    assert list(done.case.facts) == [fact]
    code, out, _ = run(capsys, "evidence", "--accept", "s.yaml", "--case", "case.yaml", "--out", "new.yaml")
    assert (code, out) == (DONE, f"1 accepted, 0 rejected; {done.unmarked} not marked and left out. Written to new.yaml\n")


def test_a_file_that_nobody_marked_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "evidence", "spec 1.pdf", "--pack", PACK, "--out", "s.yaml")
    code, out, err = run(capsys, "evidence", "--accept", "s.yaml", "--case", "case.yaml", "--out", "new.yaml")
    assert (code, out) == (FAULTS, "")
    assert "no suggestion is marked" in err
    assert not (folder / "new.yaml").exists()


def entry(**more: str) -> str:
    lines = {"indicator": "ct.spec.spares", "fact": spare_fact(), "document": "spec", "page": '"2"', "quote": '"Spare parts."', **more}
    return "  - " + "\n    ".join(f"{key}: {value}" for key, value in lines.items()) + "\n"


def file_of(*entries: str) -> str:
    return f'packs: [{PACK}]\ndocuments:\n  spec: {{title: "spec.pdf"}}\nsuggestions:\n' + "".join(entries)


YES = {"accept": "yes", "value": "2", "grade": "3"}


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{"accept": "yes", "grade": "3"}], "missing-key: 'FACT' is accepted without a value (write value: a level from 0 to 4)"),
        ([{"accept": "yes", "value": "2"}], "missing-key: 'FACT' is accepted without a grade"),
        ([{"accept": "maybe"}], "unknown-value: 'accept' is the text 'maybe' (write yes or no)"),
        ([{"value": "2", "grade": "3"}], "missing-key: a value or grade is written and no mark"),
        ([{**YES, "value": "7"}], "level-out-of-range"),
        ([{**YES, "grade": "5"}], "bad-grade"),
        ([{**YES, "fact": "ct_spare_part"}], "unknown-fact: no pack asks for 'ct_spare_part' (did you mean"),
        ([{**YES, "document": "other"}], "unknown-document"),
        ([{**YES, "acept": "yes"}], "unknown-key: 'acept' is not a key of a suggestion (did you mean 'accept'?)"),
        ([YES, {**YES, "value": "3"}], "bad-value: 'FACT' is 3 here and 2 in line"),
    ],
)
def test_every_fault_of_a_marked_file_is_told_with_its_line(folder: Path, entries: list[dict[str, str]], said: str) -> None:
    (folder / "s.yaml").write_text(file_of(*(entry(**each) for each in entries)), encoding="utf-8")
    with pytest.raises(Problems) as faults:
        accept_suggestions("s.yaml", "case.yaml")
    assert said.replace("FACT", spare_fact()) in str(faults.value)
    assert all(problem.line and problem.file == "s.yaml" and problem.hint for problem in faults.value.problems)


def test_all_faults_are_told_at_once(folder: Path) -> None:
    (folder / "s.yaml").write_text(file_of(entry(accept="yes"), entry(accept="perhaps")), encoding="utf-8")
    with pytest.raises(Problems) as faults:
        accept_suggestions("s.yaml", "case.yaml")
    assert len(faults.value.problems) == 3


def test_an_answer_of_the_case_is_not_overwritten_in_silence(folder: Path) -> None:
    (folder / "case.yaml").write_text(f"{CASE}facts:\n  {spare_fact()}: 4\n", encoding="utf-8")
    (folder / "s.yaml").write_text(file_of(entry(**YES)), encoding="utf-8")
    with pytest.raises(Problems, match="is 2 here and 4 in the case"):
        accept_suggestions("s.yaml", "case.yaml")
    (folder / "s.yaml").write_text(file_of(entry(**{**YES, "value": "4"})), encoding="utf-8")
    assert accept_suggestions("s.yaml", "case.yaml").case.facts[spare_fact()].grade == 3


def test_a_document_id_that_the_case_uses_for_another_paper_is_changed(folder: Path) -> None:
    (folder / "case.yaml").write_text(f"{CASE}documents:\n  spec: {{title: Another paper}}\n", encoding="utf-8")
    (folder / "s.yaml").write_text(file_of(entry(**YES)), encoding="utf-8")
    case = accept_suggestions("s.yaml", "case.yaml").case
    assert {name: each.title for name, each in case.documents.items()} == {"spec": "Another paper", "spec_2": "spec.pdf"}
    assert case.facts[spare_fact()].evidence[0].document == "spec_2"


def test_a_case_that_did_not_name_the_pack_names_it_then(folder: Path) -> None:
    (folder / "case.yaml").write_text(
        CASE.replace("packs: [circular_tender]", "packs: [people_first_ppp]").replace("kind: tender", "kind: project")
    )
    (folder / "s.yaml").write_text(file_of(entry(**YES)), encoding="utf-8")
    done = accept_suggestions("s.yaml", Case.model_validate(read_case("case.yaml").model_dump()))
    assert done.case.packs == ("people_first_ppp", PACK)


# ------------------------------------------------------------------------------------------------------------------- the rest


def test_the_file_is_read_back_by_the_strict_reader_whatever_the_words(folder: Path) -> None:
    (folder / "odd.txt").write_text('Spare parts: "all" of them \u2028 # not: [a] {b} \\ for 10 years — «да», ﬁn.', encoding="utf-8")
    paper = read_document(folder / "odd.txt")
    pack = load_pack(PACK)
    found = suggest(document_passages(paper), pack)
    tree = read_yaml(suggestions_yaml(found, [pack], [paper]))
    quotes = {each["quote"] for each in tree["suggestions"]}  # type: ignore[index, call-overload, union-attr]
    assert 'Spare parts: "all" of them # not: [a] {b} \\ for 10 years — «да», ﬁn.' in quotes


def test_ids_of_documents_are_short_plain_and_each_once() -> None:
    ids = document_ids(["Ж.pdf", "a" * 90 + ".pdf", "x.pdf", "X.docx"], taken=["x"])
    assert list(ids.values()) == ["document", "a" * 50, "x_2", "x_3"]


def test_json_shows_the_parts_of_every_score(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "evidence", "spec 1.pdf", "--pack", PACK, "--json", "--most", "1")
    rows = json.loads(out)
    assert code == DONE
    assert {"indicator", "fact", "document", "page", "quote", "score", "parts", "why"} <= rows[0].keys()
    assert len({row["indicator"] for row in rows}) == len(rows)


def test_a_folder_is_all_its_files_and_a_bad_one_hides_no_good_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "papers").mkdir()
    (folder / "papers" / "scan.pdf").write_bytes(pdf(None))
    (folder / "papers" / "good.pdf").write_bytes(pdf(WORDS))
    code, out, err = run(capsys, "evidence", "papers", "--pack", PACK)
    assert code == FAULTS
    assert "good.pdf, page 1" in out
    assert "scan.pdf page 1: page-without-text" in err


def test_a_notice_is_searched_with_its_roles_and_places(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tender = {"title": "Tables", "description": "Spare parts must be available for ten years."}
    release = {"ocid": "ocds-1", "id": "1", "language": "en", "tender": tender}
    (folder / "release.json").write_text(json.dumps(release), encoding="utf-8")
    code, out, err = run(capsys, "evidence", "release.json", "--pack", PACK)
    assert (code, err) == (DONE, "")
    assert "release.json, /tender/description  [description]" in out
    assert "stands in the description: said, not bound" in out
    (folder / "release.json").write_text(json.dumps({**release, "language": "is"}), encoding="utf-8")
    assert "note: there are no terms for is" in run(capsys, "evidence", "release.json", "--pack", PACK)[2]
    (folder / "data.json").write_text("{}", encoding="utf-8")
    code, _, err = run(capsys, "evidence", "data.json", "--pack", PACK)
    assert code == FAULTS
    assert "data.json" in err


def test_the_packs_of_a_case_are_used_and_what_it_answers_is_marked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "case.yaml").write_text(f"{CASE}facts:\n  {spare_fact()}: 2\n", encoding="utf-8")
    code, out, _ = run(capsys, "evidence", "spec 1.pdf", "--case", "case.yaml")
    assert code == DONE
    assert out.count("(already answered in the case)") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["evidence"],
        ["evidence", "a.pdf"],
        ["evidence", "--accept", "s.yaml"],
        ["evidence", "--accept", "s.yaml", "--case", "case.yaml"],
        ["evidence", "a.pdf", "--accept", "s.yaml", "--case", "case.yaml", "--out", "n.yaml"],
        ["evidence", "a.pdf", "--pack", PACK, "--most", "0"],
    ],
)
def test_calls_that_mean_nothing_are_refused(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (WRONG_USE, "")
    assert err.startswith("tenderloop: ")


def test_faults_of_files_are_told_not_thrown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "evidence", "none.pdf", "--pack", PACK)[0] == FAULTS
    assert run(capsys, "evidence", "spec 1.pdf", "--pack", PACK, "--out", "no/folder/s.yaml")[0] == FAULTS
    assert run(capsys, "evidence", "--accept", "none.yaml", "--case", "case.yaml", "--out", "n.yaml")[0] == FAULTS
    (folder / "s.yaml").write_text("- a\n", encoding="utf-8")
    assert "wrong-type" in run(capsys, "evidence", "--accept", "s.yaml", "--case", "case.yaml", "--out", "n.yaml")[2]


def test_the_new_case_is_written_as_the_reader_reads_it(folder: Path) -> None:
    (folder / "s.yaml").write_text(file_of(entry(**YES)), encoding="utf-8")
    case = accept_suggestions("s.yaml", "case.yaml").case
    (folder / "again.yaml").write_text(write_case(case), encoding="utf-8")
    assert read_case("again.yaml").hash == case.hash


def test_progress_is_shown_on_a_terminal_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with cli_evidence._counting("pages read") as progress:
        progress(1, 3)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with cli_evidence._counting("pages read") as progress:
        progress(2, 3)
        assert capsys.readouterr().err == "\r2 of 3 pages read"
    assert capsys.readouterr().err.strip() == ""
