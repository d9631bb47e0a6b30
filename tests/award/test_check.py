"""Every code of the catalogue has a tiny bad file that shows it, with its line and a hint; every warning has its source.

``expected.txt`` beside the bad files holds every message as it is printed; ``pytest --update-golden`` writes it anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tenderloop.award.check import faults_of, findings, warnings_of
from tenderloop.award.faults import CODES, WARNINGS
from tenderloop.award.lock import changes, lock_text, locked_hash
from tenderloop.award.procedure import Procedure
from tenderloop.award.reading import (
    PanelRecord,
    bids_of_text,
    judgements_of_text,
    procedure_of_text,
    read_bids,
    read_judgements,
    read_procedure,
)
from tenderloop.award.scoring import award
from tenderloop.errors import Problem, Problems
from tenderloop.readers.faults import CODES as READER_CODES

BAD = Path(__file__).parents[1] / "bad_procedures"
SOUND = BAD / "sound"
FILES = sorted(path for path in BAD.iterdir() if path.suffix in (".yaml", ".lock"))
WARNED = sorted((BAD / "warnings").iterdir())
# only a program can cause it: a reader finds another kind of answer before
BY_PROGRAM = {"answer-kind"}


def _code(path: Path) -> str:
    return re.split(r"--|\.", path.name)[0]


def _faults(path: Path) -> list[Problem]:
    """What is wrong with a bad file, used with the sound ones."""
    with pytest.raises(Problems) as refused:
        _use(path, path.read_text(encoding="utf-8"))
    return list(refused.value.problems)


def _use(path: Path, text: str) -> None:
    if path.suffix == ".lock":
        locked_hash(text, procedure_of_text((SOUND / "procedure.yaml").read_text(encoding="utf-8"), "procedure.yaml"), path.name)
        return
    if not path.stem.endswith((".bids", ".judgements")):
        procedure_of_text(text, path.name)
        return
    named = re.match(r"# with (\S+)\n", text)
    procedure = read_procedure(SOUND / (named[1] if named else "procedure.yaml"))
    dossier, panel = read_bids(SOUND / "bids.yaml", procedure), PanelRecord()
    if path.stem.endswith(".bids"):
        dossier = bids_of_text(text, procedure, path.name)
    else:
        panel = judgements_of_text(text, procedure, path.name)
    marks = dossier.not_applicable
    award(procedure, dossier.bids, panel.judgements, panel.consensus, dossier.decisions, draws=dossier.draws, not_applicable=marks)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_bad_file_gives_its_fault_with_its_place_and_a_hint(path: Path) -> None:
    found = _faults(path)
    assert {problem.code for problem in found} == {_code(path)}
    for problem in found:
        assert problem.code in CODES or problem.code in READER_CODES
        assert problem.hint, problem
        if path.suffix == ".yaml":
            assert problem.file == path.name
            assert problem.line is not None


@pytest.mark.parametrize("path", WARNED, ids=lambda path: path.name)
def test_a_warned_file_is_sound_and_gives_its_warning_with_its_source(path: Path) -> None:
    notes = warnings_of(procedure_of_text(path.read_text(encoding="utf-8"), path.name))
    found = [note for note in notes if note.code == _code(path)]
    assert found
    assert all(note.source and note.status for note in found)


def test_no_code_is_without_a_file_and_no_file_without_a_code() -> None:
    assert {_code(path) for path in FILES} | BY_PROGRAM == set(CODES)
    assert {_code(path) for path in WARNED} == set(WARNINGS)


def test_the_messages_are_as_expected(request: pytest.FixtureRequest) -> None:
    lines = [str(problem) for path in FILES for problem in _faults(path)]
    for path in WARNED:
        procedure = procedure_of_text(path.read_text(encoding="utf-8"), path.name)
        lines += [f"{path.name}: {note.code}: {note.text}" for note in warnings_of(procedure) if note.code == _code(path)]
    target = BAD / "expected.txt"
    if request.config.getoption("--update-golden"):
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert "\n".join(lines) + "\n" == target.read_text(encoding="utf-8")


def test_the_sound_files_are_sound() -> None:
    procedure = read_procedure(SOUND / "procedure.yaml")
    dossier, panel = read_bids(SOUND / "bids.yaml", procedure), read_judgements(SOUND / "judgements.yaml", procedure)
    assert faults_of(procedure) == []
    lot = award(procedure, dossier.bids, panel.judgements, panel.consensus).lots[0]
    assert lot.winner == "b"
    assert lot.open == ()


def test_faults_of_a_procedure_that_was_never_in_a_file_name_the_path() -> None:
    data = {
        "procedure": "abc",
        "title": "T",
        "buyer": "B",
        "currency": "EUR",
        "lots": [
            {
                "id": "l",
                "title": "L",
                "criteria": [{"id": "p", "type": "price", "title": "P", "weight": 90, "formula": {"name": "lowest_price_ratio"}}] * 2,
            }
        ],
    }
    found = findings(Procedure.model_validate(data))
    assert [(each.code, each.where) for each in found if not each.warning] == [
        ("repeated-id", "lots[0].criteria"),
        ("weights-do-not-sum", "lots[0].criteria"),
    ]


def test_a_lock_says_what_changed_by_id() -> None:
    before = read_procedure(SOUND / "procedure.yaml")
    text = (SOUND / "procedure.yaml").read_text(encoding="utf-8")
    changed = text.replace("from: 2, to: 10", "from: 2, to: 12").replace("  - {id: e2}\n", "").replace("Example", "Example town")
    with pytest.raises(Problems) as refused:
        locked_hash(lock_text(before), procedure_of_text(changed, "procedure.yaml"), "procedure.lock")
    assert {problem.where for problem in refused.value.problems} == {
        "buyer",
        "lots[lot1].criteria[warranty].scored_by.linear.to",
        "panel[e2]",
    }


def test_a_lock_does_not_depend_on_how_a_number_is_written() -> None:
    before = read_procedure(SOUND / "procedure.yaml")
    text = (SOUND / "procedure.yaml").read_text(encoding="utf-8")
    assert procedure_of_text(text.replace("weight: 20", "weight: 20.0").replace("25 %", "0.25")).hash == before.hash
    assert procedure_of_text(text.replace("rules:\n", "rules:\n  discrepancy: 40 %\n")).hash == before.hash


def test_changes_of_lists_without_ids_are_named_by_the_list() -> None:
    assert changes({"ties": ["a"]}, {"ties": ["a", "b"]}) == [("ties", ["a"], ["a", "b"])]
    assert changes({"a": [{"id": "x"}]}, {"a": []}) == [("a[x]", {"id": "x"}, None)]


def test_the_hash_of_a_procedure_is_the_same_in_every_version() -> None:
    # written once: if this fails, locks that buyers hold no longer fit; then the lock needs a new number, not a new file here
    lock = (SOUND / "procedure.lock").read_text(encoding="utf-8")
    procedure = read_procedure(SOUND / "procedure.yaml")
    assert locked_hash(lock, procedure) == procedure.hash
    assert lock == lock_text(procedure)
