"""Opening a workbook that somebody sent us, and saving one so that the same content gives the same bytes.

Knows ZIP, the parts of an XLSX file and what must not be in one. Must not know questionnaires, packs or cases.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from tenderloop.readers.faults import Faults

MOST_BYTES = 20_000_000
MOST_PARTS = 2_000
MOST_UNPACKED = 60_000_000
MOST_CELLS = 200_000
MOST_RATIO = 100
_SMALL = 1_000_000  # below this, a high ratio is harmless
_PIECE = 1 << 18
_DAY = (1980, 1, 1, 0, 0, 0)

# Parts that a questionnaire never has, with the words for them.
_REFUSED = (
    ("xl/externalLinks/", "external-link", "links to another workbook", "break the links: Data, Edit links"),
    ("xl/connections.xml", "external-link", "a connection to a data source", "delete the connection"),
    ("xl/queryTables/", "external-link", "a query of a data source", "delete the query"),
    ("xl/embeddings/", "embedded-object", "an embedded object", "delete it and name the paper on the sheet 'Documents'"),
    ("xl/activeX/", "macro", "a control", "delete it"),
    ("xl/vbaProject.bin", "macro", "macros", "save it as .xlsx without macros"),
    ("xl/macrosheets/", "macro", "macros", "save it as .xlsx without macros"),
)
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def open_workbook(path: str | Path, faults: Faults) -> Workbook | None:
    """The workbook, or None with a fault: too large, packed too densely, with entities, macros or links, or no workbook at all.

    What is packed is counted before it is unpacked, so that a small file cannot fill the memory.
    """
    file = Path(path)
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            faults.add(
                "workbook-too-large",
                f"the file has {size:,} bytes, at most {MOST_BYTES:,} are read",
                where="file",
                hint="send the papers apart",
            )
            return None
        data = file.read_bytes()
    except OSError as error:
        faults.add("file-missing", f"the file cannot be read: {error.strerror}", where="file", hint="check the name and the rights")
        return None
    return _checked(data, faults)


def open_workbook_bytes(data: bytes, faults: Faults) -> Workbook | None:
    """As open_workbook, from the bytes themselves."""
    if len(data) > MOST_BYTES:
        said = f"the file has {len(data):,} bytes, at most {MOST_BYTES:,} are read"
        faults.add("workbook-too-large", said, where="file", hint="send the papers apart")
        return None
    return _checked(data, faults)


def _checked(data: bytes, faults: Faults) -> Workbook | None:
    def refuse(code: str, message: str, hint: str, where: str = "file") -> None:
        faults.add(code, message, where=where, hint=hint)

    hint = "fill in the .xlsx file that was sent, and save it as .xlsx"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if not _sound_parts(archive, refuse):
                return None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        refuse("not-a-workbook", f"the file is no workbook, or is damaged: {error}", hint)
        return None
    try:
        return load_workbook(io.BytesIO(data), read_only=False, data_only=False, keep_links=False, keep_vba=False)
    except Exception as error:  # openpyxl has no one exception for what it cannot read
        refuse("not-a-workbook", f"the workbook cannot be read: {type(error).__name__}: {str(error)[:100]}", hint)
        return None


def _sound_parts(archive: zipfile.ZipFile, refuse: Any) -> bool:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len(parts) > MOST_PARTS:
        refuse("zip-bomb", f"the file packs {len(parts):,} parts", f"at most {MOST_PARTS:,} are read; save the workbook anew")
        return False
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        refuse("zip-bomb", "the file unpacks to more than 60 MB", "delete what is not part of the questionnaire")
        return False
    sound = True
    for part in parts:
        name = part.filename
        if part.file_size > _SMALL and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            refuse(
                "zip-bomb",
                f"'{name[:60]}' unpacks to {part.file_size // max(part.compress_size, 1)} times its size",
                "save the workbook anew",
            )
            return False
        if name.startswith("/") or ".." in name.split("/") or "\\" in name or names.count(name) > 1:
            refuse("not-a-workbook", f"the part '{name[:60]}' has a name that no workbook has", "save the workbook anew")
            return False
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            refuse("not-a-workbook", f"the part '{name[:60]}' is packed in a way that no workbook uses", "save the workbook anew")
            return False
        if part.flag_bits & 1:
            refuse("not-a-workbook", "the workbook is encrypted", "save it without a password to open")
            return False
        for prefix, code, what, hint in _REFUSED:
            if name.startswith(prefix):
                refuse(code, f"the workbook holds {what}", hint)
                sound = False
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        refuse("not-a-workbook", "the file is no .xlsx workbook", "fill in the .xlsx file that was sent, and save it as .xlsx")
        return False
    return sound and _sound_content(archive, parts, refuse)


def _sound_content(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], refuse: Any) -> bool:
    unpacked = cells = 0
    for part in parts:
        before = b""
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                unpacked += len(piece)
                if unpacked > MOST_UNPACKED:
                    refuse("zip-bomb", "the file unpacks to more than 60 MB", "delete what is not part of the questionnaire")
                    return False
                if not part.filename.endswith((".xml", ".rels", ".vml")):
                    continue
                if b"\0" in piece:
                    refuse("xml-entities", f"'{part.filename[:60]}' is not UTF-8 text", "save the workbook anew")
                    return False
                text = before + piece
                if _DOCTYPE.search(text):
                    refuse("xml-entities", f"'{part.filename[:60]}' declares entities", "save the workbook anew")
                    return False
                before = text[-16:]
                cells += text.count(b"<c ") - before.count(b"<c ")
                if cells > MOST_CELLS:
                    refuse(
                        "too-many-cells", f"the workbook has more than {MOST_CELLS:,} cells", "delete what is not part of the questionnaire"
                    )
                    return False
    return True


def workbook_bytes(book: Workbook) -> bytes:
    """The saved workbook with fixed dates, so that the same content gives the same bytes on every day and machine."""
    raw = io.BytesIO()
    book.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as packed, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for part in packed.infolist():
            content = packed.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", content)
            fixed = zipfile.ZipInfo(part.filename, date_time=_DAY)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.create_system = 3
            fixed.external_attr = 0o600 << 16
            archive.writestr(fixed, content)
    return out.getvalue()


def set_up_print(sheet: Worksheet, head: int) -> None:
    """One page wide, across, on A4; the row ``head`` (0 for none) stands on every page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    if head:
        sheet.print_title_rows = f"{head}:{head}"
