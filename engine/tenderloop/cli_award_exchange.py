"""The files that an award exchanges with others: score workbooks out and back, OCDS and eForms-coded JSON out.

Knows the arguments for them and where files are written. Must not know how anything is scored, nor what a file holds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tenderloop import cli_award
from tenderloop.cli_files import writing
from tenderloop.errors import Problem, Problems

if TYPE_CHECKING:
    from tenderloop.award.bid import Bid
    from tenderloop.award.judgement import Judgement
    from tenderloop.award.procedure import Procedure
    from tenderloop.award.result import AwardResult
    from tenderloop.award.workbook import ScoreSheet

ACTIONS = ("sheets", "scores")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments, beside those of the evaluation itself."""
    group = parser.add_argument_group("files for others")
    group.add_argument("--to", metavar="FOLDER", type=Path, help="where sheets or scores are written (default: beside the procedure)")
    group.add_argument("--time", metavar="MOMENT", default="", help="when the score workbooks were handed in, such as 2026-03-20T10:00")
    group.add_argument("--ocds", metavar="FILE", type=Path, help="write the result as an OCDS release; needs --ocid and --date")
    group.add_argument("--ocid", metavar="ID", default="", help="the ocid of the procedure, with the publisher's registered prefix")
    group.add_argument("--date", metavar="MOMENT", default="", help="the date of the release, such as 2026-03-27T09:00:00Z")
    group.add_argument("--eforms", metavar="FILE", type=Path, help="write the result by the terms and codes of eForms, as JSON")
    group.add_argument("--public", action="store_true", help="tell of bidders and prices only what the procedure's disclosure allows")


def asked(given: argparse.Namespace) -> bool:
    """Whether the call exchanges files instead of printing the evaluation."""
    return given.words[0] in ACTIONS or given.ocds is not None or given.eforms is not None


def run(given: argparse.Namespace, write: Callable[[str], None]) -> None:
    """Do it. ``Problems`` with the faults of every file that was given."""
    if given.words[0] not in ACTIONS:
        write_result(given, cli_award.evaluated(given), write)
        return
    from tenderloop.award.lock import locked_hash
    from tenderloop.award.reading import read_bids, read_judgements, read_procedure

    file = cli_award.procedure_file(Path(given.words[1]))
    procedure = read_procedure(file)
    lock = given.lock or file.with_name("procedure.lock")
    if given.lock is not None or lock.exists():
        # a panel must not judge by a scale that was changed after it was published
        locked_hash(_text(lock), procedure, str(lock))
    bids = read_bids(given.bids or file.with_name("bids.yaml"), procedure).bids
    recorded: list[Judgement] = []
    for each in given.judgements or sorted(file.parent.glob("judgements*.yaml")):
        recorded += read_judgements(each, procedure).judgements
    act = write_sheets if given.words[0] == "sheets" else read_scores
    act(given, procedure, bids, recorded, write)


def wrong_use(given: argparse.Namespace) -> str:
    """What makes no sense in a call; an empty text when all is well."""
    words: Sequence[str] = given.words
    if words[0] not in ACTIONS and asked(given) and len(words) != 1:
        return "a release or coded record is of one procedure: write tenderloop award procedure.yaml --ocds FILE"
    if words[0] == "sheets" and len(words) != 2:
        return "which procedure? write: tenderloop award sheets procedure.yaml"
    if words[0] == "scores" and len(words) < 3:
        return "which workbooks? write: tenderloop award scores procedure.yaml scores_ann.xlsx --time 2026-03-20T10:00"
    if words[0] == "scores" and not given.time:
        return "when were they handed in? write --time, such as --time 2026-03-20T10:00"
    if given.ocds is not None and not (given.ocid and given.date):
        return "a release needs its ocid and its date: write --ocid and --date"
    return ""


def write_sheets(
    given: argparse.Namespace, procedure: Procedure, bids: Sequence[Bid], judgements: Sequence[Judgement], write: Callable[[str], None]
) -> None:
    """A score workbook for every member of the panel, filled in with what that person recorded before."""
    from tenderloop.award.workbook import score_workbook

    folder = _folder(given)
    if not procedure.panel:
        said = "the procedure names no panel, so it is not known for whom a workbook would be"
        raise Problems([Problem("unknown-evaluator", said, str(given.words[1]), hint="write panel: with an id for each evaluator")])
    targets = {member.id: folder / f"scores_{member.id}.xlsx" for member in procedure.panel}
    hint = "it may be filled in: move it, or write --to another folder"
    there = [Problem("file-exists", "the workbook is there already", str(each), hint=hint) for each in targets.values() if each.exists()]
    if there:
        raise Problems(there)
    for name, target in targets.items():
        _written(target, score_workbook(procedure, bids, name, judgements=judgements))
        write(f"{name}  {target.name}")


def read_scores(
    given: argparse.Namespace, procedure: Procedure, bids: Sequence[Bid], judgements: Sequence[Judgement], write: Callable[[str], None]
) -> None:
    """Filled workbooks as new files of judgements; what is on record already is not written again, and no file is changed."""
    from tenderloop.award.workbook import judgements_text, read_score_workbook

    found: list[ScoreSheet] = []
    problems: list[Problem] = []
    for path in given.words[2:]:
        try:
            found.append(read_score_workbook(path, procedure, bids, time=given.time))
        except Problems as faults:
            problems += faults.problems
    if problems:
        raise Problems(problems)
    folder = _folder(given)
    for sheet in found:
        new = sheet.changed_from(judgements)
        open_cells = f"; {len(sheet.blank)} open" if sheet.blank else ""
        if not new:
            write(f"{sheet.evaluator}  nothing new{open_cells}")
            continue
        number = 1
        while (target := folder / f"judgements_{sheet.evaluator}_{number}.yaml").exists():
            number += 1
        _written(target, judgements_text(procedure.id, new).encode("utf-8"))
        write(f"{sheet.evaluator}  {len(new)} judgements in {target.name}{open_cells}")


def write_result(given: argparse.Namespace, result: AwardResult, write: Callable[[str], None]) -> None:
    """The result for other systems, where ``--ocds`` or ``--eforms`` asks for it."""
    from tenderloop.award.interchange import as_json, eforms_coded, ocds_release

    disclosure = result.procedure.disclosure if given.public else None
    if given.ocds is not None:
        document = ocds_release(result, ocid=given.ocid, date=given.date, disclosure=disclosure)
        _written(given.ocds, as_json(document).encode("utf-8"))
        write(f"OCDS release  {given.ocds}")
    if given.eforms is not None:
        _written(given.eforms, as_json(eforms_coded(result, disclosure=disclosure)).encode("utf-8"))
        write(f"eForms codes  {given.eforms}")


def _folder(given: argparse.Namespace) -> Path:
    if given.to is not None:
        return Path(given.to)
    path = Path(given.words[1])
    return path if path.is_dir() else path.parent


def _text(lock: Path) -> str:
    try:
        return lock.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Problems([Problem("file-missing", "there is no such lock, or it cannot be read", str(lock), hint="check the path")]) from None


def _written(target: Path, data: bytes) -> None:
    with writing(target):
        target.write_bytes(data)
