"""The command: check, lock, evaluate; its exit codes and what it prints."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from tenderloop.award.reading import procedure_of_text
from tenderloop.award.result import AwardResult
from tenderloop.cli import DONE, FAULTS, WRONG_USE, main
from tenderloop.errors import Problems

SOUND = Path(__file__).parents[1] / "bad_procedures" / "sound"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("procedure.yaml", "bids.yaml", "judgements.yaml"):
        shutil.copy(SOUND / name, tmp_path / name)
    return tmp_path


def test_check_prints_shares_warnings_with_sources_and_the_hash(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["award", "check", str(folder)]) == DONE
    said = capsys.readouterr().out
    assert "40.00 %  price" in said
    assert "warning rank-reversal" in said
    assert "source (published)" in said
    assert said.rstrip().splitlines()[-1].startswith("sha256:")


def test_faults_go_to_stderr_all_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "procedure.yaml"
    path.write_text(path.read_text().replace("weight: 20", "weight: 25").replace("[lowest_price, draw]", "[draw, lowest_price]"))
    for words in (["check", str(path)], ["lock", str(path)], [str(path)]):
        assert main(["award", *words]) == FAULTS
        said = capsys.readouterr().err
        assert f"{path}:20: weights-do-not-sum" in said
        assert f"{path}:15: tie-key-after-draw" in said
    assert not (folder / "procedure.lock").exists()


def test_a_lock_is_written_once_and_refuses_any_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "procedure.yaml"
    assert main(["award", "lock", str(path)]) == DONE
    locked = (folder / "procedure.lock").read_bytes()
    assert main(["award", "lock", str(path)]) == DONE
    assert "already locked" in capsys.readouterr().out
    assert main(["award", str(folder)]) == DONE
    assert "(locked)" in capsys.readouterr().out
    path.write_text(path.read_text().replace("Price, weight: 40", "Price, weight: 30").replace("weight: 20", "weight: 30"))
    for words in (["lock", str(path)], [str(folder)]):
        assert main(["award", *words]) == FAULTS
        said = capsys.readouterr().err
        assert "lots[lot1].criteria[price].weight: procedure-changed: locked as 40, now 30" in said
        assert "lots[lot1].criteria[warranty].weight" in said
    assert (folder / "procedure.lock").read_bytes() == locked


def test_the_result_is_text_or_the_json_of_the_library(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["award", str(folder)]) == DONE
    said = capsys.readouterr().out
    assert "first: b (Birch)" in said
    assert main(["award", str(folder / "procedure.yaml"), "--bids", str(folder / "bids.yaml"), "--json"]) == DONE
    result = AwardResult.from_json(capsys.readouterr().out)
    assert result.lots[0].winner == "b"


def test_an_incomplete_lot_is_done_and_fails_only_when_strict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "judgements.yaml"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "evaluator: e2, bid: b" not in line) + "\n")
    assert main(["award", str(folder)]) == DONE
    said = capsys.readouterr().out
    assert "incomplete: no ranking" in said
    assert "judgement-missing: e2 has not judged bid b, finish" in said
    assert main(["award", str(folder), "--strict"]) == FAULTS


def test_faults_of_bids_and_judgements_are_listed_together(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bids.yaml").write_text("procedure: tiny\nbids:\n  - {id: a, bidder: A, lot: lot1, prise: 5}\n")
    (folder / "judgements.yaml").write_text("procedure: other\n")
    assert main(["award", str(folder)]) == FAULTS
    said = capsys.readouterr().err
    assert "bids.yaml:3: unknown-key" in said
    assert "judgements.yaml:1: unknown-value" in said


def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["award"]) == WRONG_USE
    assert main(["award", "check"]) == WRONG_USE
    assert main(["award", "a", "b"]) == WRONG_USE
    assert main(["award", str(folder / "nothing.yaml")]) == FAULTS
    assert main(["award", str(folder), "--lock", str(folder / "no.lock")]) == FAULTS
    capsys.readouterr()


def test_the_order_of_rows_in_the_files_changes_no_byte(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["award", str(folder), "--json"])
    first = capsys.readouterr().out
    for name in ("bids.yaml", "judgements.yaml"):
        lines = (folder / name).read_text().splitlines()
        heads = [n for n, line in enumerate(lines) if not line.startswith("  ")] + [len(lines)]
        turned = [line for head, after in pairwise(heads) for line in [lines[head], *reversed(lines[head + 1 : after])]]
        (folder / name).write_text("\n".join(turned) + "\n")
    main(["award", str(folder), "--json"])
    assert first == capsys.readouterr().out


def test_a_draft_of_a_notice_reads_back_and_its_gaps_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notice = next(iter(sorted((Path(__file__).parents[2] / "samples" / "notice_office_furniture").glob("*.xml"))))
    assert main(["award", "draft", str(notice)]) == DONE
    said = capsys.readouterr().out
    gaps = [line for line in said.splitlines() if line.startswith("# ")]
    assert {line.split(":")[0] for line in gaps} >= {"# rules"}
    with pytest.raises(Problems) as refused:
        procedure_of_text(said, "procedure.yaml")
    # nothing is invented: what is missing is a fault until a person writes it
    assert {problem.code for problem in refused.value.problems} == {"empty-category"}
    assert main(["award", "draft", str(tmp_path)]) == FAULTS
