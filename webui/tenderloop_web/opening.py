"""A file that somebody sends -> a draft: case.yaml, JSON, a filled questionnaire, or a published notice.

Knows which files are taken and how large they may be. Must not use a name from outside as a path: a workbook is read from a fresh
temporary folder under a name of ours, and a pack is only ever one of those shipped.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from tenderloop.errors import Problem, Problems
from tenderloop.notice import Notice
from tenderloop.readers.cases import case_of_tree
from tenderloop.readers.faults import Faults
from tenderloop.readers.notices import read_records
from tenderloop.readers.packs import load_pack
from tenderloop.readers.questionnaire import ABOUT, read_questionnaire
from tenderloop.readers.strict_json import read_json
from tenderloop.readers.strict_yaml import Mapping, Value, read_yaml
from tenderloop.readers.workbook import open_workbook
from tenderloop.reading import fit_to_notice, notice_in, read_notice
from tenderloop_web.catalogue import pack_named, unknown_pack
from tenderloop_web.draft import Draft

MOST_UPLOAD = 4_000_000
WORKBOOK = "questionnaire.xlsx"
CHOOSE = "choose case.yaml, case.json, the filled questionnaire (.xlsx) or a notice"
NOTICE_PACK = "circular_tender"  # what rates a published notice
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def opened(name: str, data: bytes) -> Draft:
    """The draft that a file holds. ``name`` is only for messages. ``Problems`` with every fault, with line, path or cell."""
    shown = shown_name(name)
    if not data.strip():
        raise Problems([Problem("empty-file", "the file is empty", shown, hint=CHOOSE)])
    if len(data) > MOST_UPLOAD:
        raise Problems(
            [
                Problem(
                    "file-too-large",
                    f"the file has {len(data):,} bytes, at most {MOST_UPLOAD:,} are read",
                    shown,
                    hint="send the papers apart",
                )
            ]
        )
    if data.startswith(_ZIP):
        return _of_workbook(shown, data)
    if data.startswith(_OLD_OFFICE):
        raise Problems(
            [
                Problem(
                    "not-a-workbook",
                    "this is a workbook of the old kind, or an encrypted one",
                    shown,
                    hint="save it as .xlsx without a password",
                )
            ]
        )
    if b"\0" in data[:4096] or data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Problems(
            [
                Problem(
                    "unknown-format",
                    "this file holds no case",
                    shown,
                    hint=CHOOSE,
                )
            ]
        )
    # What it is, the content says: a name can say anything.
    notice = _published(shown, data)
    if notice is not None:
        packs, profile, _ = fit_to_notice([load_pack(NOTICE_PACK)], notice)
        return Draft.of_case(read_notice(notice, packs, profile=profile).case)
    json = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    tree = read_json(data, shown) if json else read_yaml(data, shown)
    _shipped_only(tree, shown)
    return Draft.of_case(case_of_tree(tree, Faults(shown)))


def _published(shown: str, data: bytes) -> Notice | None:
    """The notice that a file holds; None when it is a case, or nothing that is published, which the reader of cases explains better."""
    start = data.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1]
    if start == b"<":
        return notice_in(data, file=shown)
    if start not in (b"{", b"["):
        return None
    first = next(read_records(data, file=shown, unread=[]), None)
    return notice_in(data, file=shown) if first is not None and first.kind == "notice" else None


def _shipped_only(tree: Value, shown: str) -> None:
    """The engine also loads packs from a folder; a file from outside must not make it look into ours."""
    names = tree.get("packs") if isinstance(tree, Mapping) else None
    faults = [
        replace(unknown_pack(name), file=shown)
        for name in (names if isinstance(names, list) else [])
        if isinstance(name, str) and pack_named(name) is None
    ]
    if faults:
        raise Problems(faults)


def _of_workbook(shown: str, data: bytes) -> Draft:
    with tempfile.TemporaryDirectory(prefix="tenderloop-") as folder:
        path = Path(folder) / WORKBOOK
        path.write_bytes(data)
        try:
            faults = Faults(str(path))
            book = open_workbook(path, faults)
            faults.raise_if_any()
            assert book is not None
            if ABOUT in book.sheetnames:
                rows = book[ABOUT].iter_rows(min_row=1, max_row=50, max_col=1, values_only=True)
                named = [str(row[0]).removeprefix("pack ") for row in rows if row[0] is not None and str(row[0]).startswith("pack ")]
                unknown = [unknown_pack(each) for each in named if pack_named(each) is None]
                if unknown:
                    raise Problems(unknown)
            return Draft.of_case(read_questionnaire(path))
        except Problems as found:
            raise Problems([replace(each, file=shown if each.file in ("", str(path)) else each.file) for each in found.problems]) from None


def shown_name(name: str) -> str:
    """A file's own name for messages: no folders, nothing invisible, not long; Cyrillic stays.

    >>> shown_name("C:\\\\temp\\\\Предложение № 1.xlsx"), shown_name("../../etc/passwd")
    ('Предложение № 1.xlsx', 'passwd')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in last if sign.isprintable()).strip()
    return plain[:80] or "file"
