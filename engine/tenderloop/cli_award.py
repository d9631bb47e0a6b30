"""The command ``tenderloop award``: check a procedure, lock it, evaluate its bids, write the report and the letters.

Knows the command's arguments, which files it reads, and the order of its steps. Must not know how anything is scored or laid out.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tenderloop.cli_files import writing
from tenderloop.errors import Problem, Problems

if TYPE_CHECKING:
    from tenderloop.award.procedure import Procedure
    from tenderloop.award.reading import Draft, PanelRecord
    from tenderloop.award.result import AwardResult

ACTIONS = ("check", "lock", "draft")
REPORTS = ("html", "pdf", "xlsx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "words",
        metavar="[check|lock|draft] PROCEDURE",
        nargs="+",
        help="procedure.yaml or .xlsx, or its folder; 'check' lists faults and warnings, 'lock' writes procedure.lock beside it, "
        "'draft' makes a procedure of a published notice; with --xlsx it writes a procedure, or an empty template, as a workbook",
    )
    parser.add_argument("--bids", metavar="FILE", type=Path, help="bids and decisions (default: bids.yaml beside the procedure)")
    parser.add_argument(
        "--judgements",
        metavar="FILE",
        type=Path,
        action="append",
        help="judgements and consensus; may be repeated (default: every judgements*.yaml beside the procedure)",
    )
    parser.add_argument(
        "--lock", metavar="FILE", type=Path, help="the lock that the procedure must fit (default: procedure.lock, if there)"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    for kind in REPORTS:
        parser.add_argument(f"--{kind}", metavar="FILE", type=Path, help=f"write the report as {kind.upper()}")
    parser.add_argument("--letters", metavar="FOLDER", type=Path, help="write the letters to bidders there; one leak, and none is written")
    parser.add_argument("--sent", default="", metavar="DATE", help="day on which the award notice is sent; the standstill counts from it")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a lot is not ranked to a single winner")


def wrong_use(given: argparse.Namespace) -> str:
    """What makes no sense in a call; an empty text when all is well."""
    words: Sequence[str] = given.words
    if words == ["draft"] and given.xlsx is not None:
        return ""  # a template
    if words[0] in ACTIONS:
        return "" if len(words) == 2 else f"which procedure? write: tenderloop award {words[0]} procedure.yaml"
    return "" if len(words) == 1 else f"'{words[0]}' is neither check, lock nor draft, and only one procedure can be given"


def run(given: argparse.Namespace, write: Callable[[str], None]) -> bool:
    """Do it; whether all lots came to a winner, where ``--strict`` asks for that."""
    action = given.words[0] if given.words[0] in ACTIONS else ""
    if action == "draft":
        source = Path(given.words[1]) if len(given.words) > 1 else None
        if given.xlsx is not None:
            _draft_workbook(source, given.xlsx, write)
        elif source is not None:
            _draft(source, write)
        return True
    path = procedure_file(Path(given.words[-1]))
    if action == "check":
        from tenderloop.award.check import warnings_of
        from tenderloop.award.summary import check_text

        procedure = _procedure(path)
        write(check_text(procedure, warnings_of(procedure)))
        return True
    if action == "lock":
        _lock(path, given.lock or path.with_name("procedure.lock"), write)
        return True
    result = evaluated(given)
    _write_reports(result, given, write)
    if given.json:
        write(result.to_json(indent=1))
    else:
        from tenderloop.award.summary import award_text

        write(award_text(result))
    return not given.strict or all(lot.winner for lot in result.lots)


def evaluated(given: argparse.Namespace) -> AwardResult:
    """The result of the files that were given, or that stand beside the procedure. ``Problems`` with the faults of all of them."""
    from tenderloop.award.rated import pack_results
    from tenderloop.award.reading import read_bids
    from tenderloop.award.scoring import award

    path = procedure_file(Path(given.words[-1]))
    procedure = _procedure(path)
    lock = given.lock or path.with_name("procedure.lock")
    text = _text(lock) if given.lock is not None or lock.exists() else None
    if text is not None:
        from tenderloop.award.lock import locked_hash

        locked_hash(text, procedure, str(lock))
    bids = given.bids or path.with_name("bids.yaml")
    problems: list[Problem] = []
    dossier = panel = None
    try:
        dossier = read_bids(bids, procedure)
    except Problems as faults:
        problems += faults.problems
    try:
        panel = _panel(given.judgements or sorted(path.parent.glob("judgements*.yaml")), procedure)
    except Problems as faults:
        problems += faults.problems
    if dossier is None or panel is None:
        raise Problems(problems)
    return award(
        procedure,
        dossier.bids,
        panel.judgements,
        panel.consensus,
        dossier.decisions,
        draws=dossier.draws,
        not_applicable=dossier.not_applicable,
        pack_results=pack_results(procedure, dossier.bids, bids.parent),
        proceedings=dossier.proceedings,
        lock=text,
    )


def _write_reports(result: AwardResult, given: argparse.Namespace, write: Callable[[str], None]) -> None:
    """The files that were asked for; nothing of the report is made where none was."""
    targets = {kind: path for kind in REPORTS if (path := getattr(given, kind)) is not None}
    if targets:
        from tenderloop import report
        from tenderloop.award.attack import attack

        built = report.build_award(result, attack(result), sent=given.sent)
        for kind, path in targets.items():
            made: str | bytes = getattr(report, f"award_to_{kind}")(built)
            _save(path, made.encode("utf-8") if isinstance(made, str) else made)
    if given.letters is not None:
        _write_letters(result, given, write)


def _write_letters(result: AwardResult, given: argparse.Namespace, write: Callable[[str], None]) -> None:
    from tenderloop.report.award_letter_pages import letter_files
    from tenderloop.report.award_letters import letters

    made = letter_files(result, sent=given.sent)
    for name, content in made.items():
        _save(given.letters / name, content)
    if given.json:  # what is printed then is the result alone
        return
    write(f"{len(made)} files of letters in {given.letters}" if made else "no letter can be written yet: no lot has a winner")
    for note in dict.fromkeys(note for letter in letters(result, sent=given.sent) for note in letter.notes):
        write(f"before sending: {note}")


def _save(path: Path, content: bytes) -> None:
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def procedure_file(path: Path) -> Path:
    """The file of a folder: procedure.yaml, or procedure.xlsx where there is no other."""
    if not path.is_dir():
        return path
    text, sheets = path / "procedure.yaml", path / "procedure.xlsx"
    return sheets if sheets.exists() and not text.exists() else text


def _procedure(path: Path) -> Procedure:
    from tenderloop.award.reading import read_procedure

    return read_procedure(path)


def _panel(paths: Sequence[Path], procedure: Procedure) -> PanelRecord:
    from tenderloop.award.reading import PanelRecord, read_judgements

    problems: list[Problem] = []
    read: list[PanelRecord] = []
    for path in paths:
        try:
            read.append(read_judgements(path, procedure))
        except Problems as faults:
            problems += faults.problems
    if problems:
        raise Problems(problems)
    return PanelRecord(
        tuple(each for record in read for each in record.judgements), tuple(each for record in read for each in record.consensus)
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Problems([Problem("file-missing", "there is no such lock, or it cannot be read", str(path), hint="check the path")]) from None


def _draft(path: Path, write: Callable[[str], None]) -> None:
    from tenderloop.award.drafts import draft_text

    write(draft_text(_drafted(path)))


def _drafted(path: Path) -> Draft:
    from tenderloop.award.reading import procedure_of_notice
    from tenderloop.reading import notice_at

    notice = notice_at(path)
    if notice is None:
        said = "this is no published notice or release"
        raise Problems([Problem("unknown-format", said, str(path), hint="give an eForms, TED, OCDS or Prozorro file")])
    return procedure_of_notice(notice)


def _draft_workbook(path: Path | None, target: Path, write: Callable[[str], None]) -> None:
    """A template, a procedure or what a notice states, as a workbook; gaps of a notice are printed, for no cell states them."""
    from tenderloop.award.procedure_sheets import procedure_workbook

    if path is None:
        _save(target, procedure_workbook())
    elif path.is_dir() or path.suffix.lower() in (".yaml", ".yml", ".xlsx"):
        _save(target, procedure_workbook(_procedure(procedure_file(path))))
    else:
        draft = _drafted(path)
        _save(target, procedure_workbook(draft.procedure))
        for note in draft.gaps:
            write(f"{note.code}: {note.text}" + (f" ({note.source})" if note.source else ""))
    write(f"written: {target.name}")


def _lock(path: Path, target: Path, write: Callable[[str], None]) -> None:
    from tenderloop.award.lock import lock_text, locked_hash

    procedure = _procedure(path)
    if target.exists():
        # a lock is never overwritten: the same procedure may be locked twice, a changed one is refused with what changed
        write(f"{locked_hash(_text(target), procedure, str(target))}  already locked in {target.name}")
        return
    with writing(target):
        target.write_text(lock_text(procedure), encoding="utf-8")
    write(f"{procedure.hash}  locked in {target.name}")
