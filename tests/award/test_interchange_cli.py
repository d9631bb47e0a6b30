"""The command line of exchange: sheets out, scores back as new files, release and coded record out, wrong use told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tenderloop.award.reading import read_judgements, read_procedure
from tenderloop.cli import main
from tenderloop.readers.notices import read_records

SAMPLE = Path(__file__).parents[2] / "samples" / "school_furniture"
WHEN = "2026-03-12T12:00"
DONE, FAULTS, WRONG = 0, 1, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample without what the panel recorded."""
    for name in ("procedure.yaml", "bids.yaml"):
        shutil.copy(SAMPLE / name, tmp_path / name)
    return tmp_path


def test_sheets_go_out_and_scores_come_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = str(SAMPLE / "judgements.yaml")
    assert main(["award", "sheets", str(folder), "--judgements", recorded]) == DONE
    sheets = sorted(folder.glob("scores_*.xlsx"))
    assert [sheet.name for sheet in sheets] == ["scores_eval_buyer.xlsx", "scores_eval_teacher.xlsx", "scores_eval_workshop.xlsx"]
    assert main(["award", "scores", str(folder), *map(str, sheets), "--time", WHEN]) == DONE
    procedure = read_procedure(folder / "procedure.yaml")
    found = [each for file in sorted(folder.glob("judgements_*_1.yaml")) for each in read_judgements(file, procedure).judgements]
    own = read_judgements(SAMPLE / "judgements.yaml", procedure).judgements
    plain = {"file": "", "line": 0, "time": WHEN}
    assert sorted(repr(each.model_copy(update=plain)) for each in found) == sorted(repr(each.model_copy(update=plain)) for each in own)
    assert "10 judgements in judgements_eval_buyer_1.yaml" in capsys.readouterr().out


def test_what_is_on_record_is_not_written_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["award", "sheets", str(folder), "--judgements", str(SAMPLE / "judgements.yaml")])
    sheet = folder / "scores_eval_buyer.xlsx"
    for _ in range(2):
        assert main(["award", "scores", str(folder), str(sheet), "--time", WHEN]) == DONE
    assert "eval_buyer  nothing new" in capsys.readouterr().out
    assert [file.name for file in folder.glob("judgements*.yaml")] == ["judgements_eval_buyer_1.yaml"]
    book = load_workbook(sheet)
    cell = next(cell for row in book.worksheets[1].iter_rows() for cell in row if cell.value == "Full answer that can be checked.")
    cell.value = "Full answer that can be checked; page 2."
    book.save(sheet)
    assert main(["award", "scores", str(folder), str(sheet), "--time", "2026-03-12T15:00"]) == DONE
    second = (folder / "judgements_eval_buyer_2.yaml").read_text(encoding="utf-8")
    assert second.count("evaluator:") == 1
    assert "page 2." in second


def test_a_workbook_that_is_there_is_never_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "scores_eval_buyer.xlsx").write_bytes(b"filled in")
    assert main(["award", "sheets", str(folder)]) == FAULTS
    assert "file-exists" in capsys.readouterr().err
    assert [file.name for file in folder.glob("*.xlsx")] == ["scores_eval_buyer.xlsx"]
    (folder / "out").mkdir()
    assert main(["award", "sheets", str(folder), "--to", str(folder / "out")]) == DONE
    assert len(list((folder / "out").glob("*.xlsx"))) == 3


def test_no_sheet_goes_out_for_a_procedure_that_is_not_the_locked_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = folder / "procedure.lock"
    shutil.copy(SAMPLE / "procedure.lock", lock)
    file = folder / "procedure.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Nothing is said, or", "Little is said, or"), encoding="utf-8")
    assert main(["award", "sheets", str(folder)]) == FAULTS
    assert "procedure-changed" in capsys.readouterr().err
    assert not list(folder.glob("*.xlsx"))
    assert main(["award", "sheets", str(folder), "--lock", str(folder / "none.lock")]) == FAULTS
    assert "file-missing" in capsys.readouterr().err
    shutil.copy(SAMPLE / "procedure.yaml", file)
    assert main(["award", "sheets", str(folder)]) == DONE


def test_faults_of_all_workbooks_come_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["award", "sheets", str(folder)])
    for name in ("scores_eval_buyer.xlsx", "scores_eval_teacher.xlsx"):
        book = load_workbook(folder / name)
        book.worksheets[1]["E11"] = "9"
        book.save(folder / name)
    given = [str(file) for file in sorted(folder.glob("*.xlsx"))]
    assert main(["award", "scores", str(folder), *given, "--time", WHEN]) == FAULTS
    said = capsys.readouterr().err
    assert said.count("unknown-step") == 2
    assert "scores_eval_buyer.xlsx" in said
    assert not list(folder.glob("judgements*"))


def test_release_and_coded_record(tmp_path: Path) -> None:
    release, coded = tmp_path / "release.json", tmp_path / "coded.json"
    given = [
        "award",
        str(SAMPLE),
        "--ocds",
        str(release),
        "--ocid",
        "ocds-test01-1",
        "--date",
        "2026-03-27T09:00:00Z",
        "--eforms",
        str(coded),
    ]
    assert main(given) == DONE
    (record,) = read_records(release)
    assert len(record.notice.bids) == 5
    assert json.loads(coded.read_text(encoding="utf-8"))["lots"][0]["BT-142"] == "selec-w"
    whole = release.read_bytes()
    assert main(given) == DONE
    assert release.read_bytes() == whole
    assert main([*given, "--public"]) == DONE
    assert "Cedar" in whole.decode()
    assert "Cedar" not in release.read_text(encoding="utf-8") + coded.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sheets"], "which procedure"),
        (["scores", "p"], "which workbooks"),
        (["scores", "p", "a.xlsx"], "--time"),
        (["p", "--ocds", "o.json"], "--ocid and --date"),
        (["check", "p", "--eforms", "e.json"], "of one procedure"),
    ],
)
def test_wrong_use_is_told(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["award", *words]) == WRONG
    assert said in capsys.readouterr().err
