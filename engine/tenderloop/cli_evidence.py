"""The command ``tenderloop evidence``: documents to suggestions, and marked suggestions to evidence in a case.

Knows the command's arguments and the order of its steps. Must not know how documents are read or passages found.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tenderloop.cli_files import writing
from tenderloop.errors import Problem, Problems

if TYPE_CHECKING:
    from tenderloop.case import Case
    from tenderloop.evidence.documents import Document
    from tenderloop.evidence.passages import Passage
    from tenderloop.pack import Pack


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("documents", metavar="DOC", nargs="*", type=Path, help="PDF, DOCX, HTML, text files or notices, or folders of them")
    parser.add_argument(
        "--pack", action="append", metavar="PACK", help="name or folder of a pack; may be repeated; default: the case's own"
    )
    parser.add_argument("--case", metavar="CASE", type=Path, help="the case that the evidence is for")
    parser.add_argument(
        "--accept", metavar="FILE", type=Path, help="turn the suggestions marked yes in this file into evidence of the case"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the suggestions for a person to mark; with --accept: the new case")
    parser.add_argument("--most", type=int, default=3, metavar="N", help="passages an indicator at most (default: 3)")
    parser.add_argument("--json", action="store_true", help="print the suggestions as JSON")


def wrong_use(given: argparse.Namespace) -> str:
    """What makes no sense in a call; an empty text when all is well."""
    if given.accept is not None:
        if given.documents:
            return "--accept takes no documents: it reads the file of suggestions"
        if given.case is None or given.out is None:
            return "--accept needs --case CASE and --out FILE"
        return ""
    if not given.documents:
        return "which documents? give PDF, DOCX, HTML or text files, or --accept FILE"
    if not given.pack and given.case is None:
        return "for which pack? give --pack PACK, or --case CASE that names its packs"
    if given.most < 1:
        return "--most is 1 or more"
    return ""


def run(given: argparse.Namespace, write: Callable[[str], None]) -> bool:
    """Do it; whether every document could be read whole."""
    if given.accept is not None:
        _accept(given, write)
        return True
    return _suggest(given, write)


def _suggest(given: argparse.Namespace, write: Callable[[str], None]) -> bool:
    from tenderloop.evidence.search import suggest
    from tenderloop.evidence.suggestions import suggestions_json, suggestions_text, suggestions_yaml

    packs, case = _packs(given)
    passages, papers, faults = _read(_files(given.documents))
    for problem in faults:
        print(problem, file=sys.stderr)
    if not passages:
        raise Problems([Problem("document-empty", "none of the documents could be read", hint="see the faults above")])
    found = []
    for pack in packs:
        with _counting(f"indicators of {pack.id} searched") as progress:
            found += suggest(passages, pack, most=given.most, progress=progress)
    if given.out is not None:
        _write(given.out, suggestions_yaml(found, packs, papers))
    write(suggestions_json(found) if given.json else suggestions_text(found, packs, case.facts if case is not None else ()))
    without = _without_terms(passages)
    if without:
        print(
            f"note: there are no terms for {', '.join(without)}: passages in it are found only where they share words with the question",
            file=sys.stderr,
        )
    if given.out is not None and not given.json:
        write(f"Written to {given.out}. Mark it, then: tenderloop evidence --accept {given.out} --case CASE --out CASE\n")
    return not any(problem.code not in ("pages-not-recorded", "encoding-guessed") for problem in faults)


def _without_terms(passages: Sequence[Passage]) -> list[str]:
    """Languages of the passages that the term base does not know: silence about them proves nothing."""
    from tenderloop.evidence.terms import load_terms

    terms = load_terms()
    return sorted({passage.language for passage in passages if passage.language and not terms.spoken(passage.language)})


def _packs(given: argparse.Namespace) -> tuple[list[Pack], Case | None]:
    from tenderloop.readers.cases import read_case
    from tenderloop.readers.packs import load_pack

    asked = [load_pack(name) for name in dict.fromkeys(given.pack or ())]
    case = read_case(given.case, asked or None) if given.case is not None else None
    return asked or [load_pack(name) for name in (case.packs if case is not None else ())], case


def _files(given: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith("."))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _read(paths: Sequence[Path]) -> tuple[list[Passage], list[Document], list[Problem]]:
    """The passages of all, the papers that were read, and every fault; one bad file does not hide the others."""
    from tenderloop.evidence.documents import read_document
    from tenderloop.evidence.passages import document_passages

    passages: list[Passage] = []
    papers: list[Document] = []
    faults: list[Problem] = []
    for number, path in enumerate(paths, 1):
        try:
            if _is_data(path):
                passages += _of_notices(path, faults)
                continue
            with _counting(f"pages of {path.name} read ({number} of {len(paths)} documents)") as progress:
                paper = read_document(path, progress=progress)
        except Problems as refused:
            faults += refused.problems
            continue
        faults += paper.problems
        papers.append(paper)
        passages += document_passages(paper)
    return passages, papers, faults


def _is_data(path: Path) -> bool:
    """Whether a file may hold notices: XML, JSON or packed, by its first bytes."""
    try:
        with path.open("rb") as file:
            head = file.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return False  # read_document says why
    return head.startswith((b"<?xml", b"{", b"[", b"\x1f\x8b")) and b"<html" not in head.lower()


def _of_notices(path: Path, faults: list[Problem]) -> list[Passage]:
    """The passages of the notices in a file, named by the file (and by the notice where it holds several)."""
    from tenderloop.evidence.passages import notice_passages
    from tenderloop.readers.notices import read_records

    unread: list[Problem] = []
    notices = [record.notice for record in read_records(path, unread=unread) if record.kind == "notice"]
    faults += unread
    if not notices and not unread:
        faults.append(Problem("no-records", "the file holds no notice", path.name, hint="give a notice, or the documents of the tender"))
    return [
        replace(passage, document=path.name if len(notices) == 1 else f"{path.name} {notice.id}")
        for notice in notices
        for passage in notice_passages(notice)
    ]


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far long work has come, on a terminal only."""
    shown = False

    def progress(done: int, of: int) -> None:
        nonlocal shown
        if sys.stderr.isatty():
            print(f"\r{done} of {of} {what}"[:100], end="", file=sys.stderr, flush=True)
            shown = True

    try:
        yield progress
    finally:
        if shown:
            print("\r" + " " * 100 + "\r", end="", file=sys.stderr, flush=True)


def _accept(given: argparse.Namespace, write: Callable[[str], None]) -> None:
    from tenderloop.readers.accepted import accept_suggestions
    from tenderloop.readers.cases import write_case

    done = accept_suggestions(given.accept, given.case, given.pack or ())
    _write(given.out, write_case(done.case, "json" if given.out.suffix.lower() == ".json" else "yaml", done.packs))
    left = f"; {done.unmarked} not marked and left out" if done.unmarked else ""
    write(f"{done.accepted} accepted, {done.rejected} rejected{left}. Written to {given.out}\n")


def _write(path: Path, text: str) -> None:
    with writing(path):
        path.write_text(text, encoding="utf-8")
