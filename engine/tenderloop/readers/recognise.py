"""Which format a document is, told from its content and never from its name.

Knows the marks by which formats can be told apart. Must not know how any of them is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from tenderloop.errors import Problem

CODES: dict[str, str] = {
    "unknown-format": "the document is of no format that is read here",
    "schema-not-data": "the document describes a format and holds no data",
}

Family = Literal["json", "xml", "text", "binary"]
Kind = Literal["notice", "project", "passport", "table", "document", "case"]

# What each format gives.
KINDS: dict[str, Kind] = {
    "ocds": "notice",
    "prozorro": "notice",
    "prozorro-criteria": "notice",
    "decp": "notice",
    "eforms": "notice",
    "ted-export": "notice",
    "oc4ids": "project",
    "untp-passport": "passport",
    "xlsx": "table",
    "csv": "table",
    "pdf": "document",
    "docx": "document",
    "pptx": "document",
    "odf": "document",
    "html": "document",
    "rtf": "document",
    "text": "document",
    "tenderloop-case": "case",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a document is: its format (a key of ``KINDS``) and, where a format has several, its shape."""

    format: str
    shape: str = ""

    @property
    def kind(self) -> Kind:
        """What the format gives."""
        return KINDS[self.format]


EXPECTED = (
    "expected OCDS (ocid, releases, records), OC4IDS (projects), Prozorro (tenderID), DECP (marches), a product passport, eForms or "
    "TED XML, a table, a case, or a document"
)
# Sections of a release; two of them make one even where the ocid is missing.
_SECTIONS = frozenset({"tender", "awards", "contracts", "planning", "buyer", "parties", "bids", "initiationType", "tag"})
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_EFORMS_ROOTS = frozenset({"PriorInformationNotice", "ContractNotice", "ContractAwardNotice"})
_REGISTRATION = "http://data.europa.eu/p27/eforms-business-registration-information-notice/"


def recognise_json(value: Any) -> Found | Problem:
    """What one JSON value is; a list is what its first known entry is.

    >>> recognise_json({"releases": []})
    Found(format='ocds', shape='release-package')
    >>> recognise_json({"records": [], "packages": []}).shape
    'record-package'
    >>> print(recognise_json({"name": "x", "age": 3}).message)
    this object is of no known format; its keys are: name, age
    """
    if isinstance(value, dict):
        return _object(value)
    if isinstance(value, list):
        for each in value:
            found = _object(each) if isinstance(each, dict) else None
            if isinstance(found, Found):
                return Found(found.format, "list")
        what = f"none of the {len(value)} entries of this list is of a known format" if value else "this list is empty"
        first = next((each for each in value if isinstance(each, dict)), None)
        keys = f"; the keys of the first are: {_keys(first)}" if first else ""
        return Problem("unknown-format", what + keys, hint=EXPECTED)
    return Problem("unknown-format", "the JSON text is a bare value and no object", hint=EXPECTED)


def _object(value: dict[str, Any]) -> Found | Problem:
    """An object's format; the order of the questions matters, since packages and records hold the same words."""
    if isinstance(value.get("records"), list | dict) and "ocid" not in value:
        return Found("ocds", "record-package")
    if "compiledRelease" in value or "versionedRelease" in value:
        return Found("ocds", "record")
    if ("$schema" in value and "properties" in value) or ("definitions" in value and not _SECTIONS & value.keys()):
        return Problem("schema-not-data", "this is a JSON Schema: it describes data and holds none", hint="choose a file with data")
    if "ublVersion" in value and "sdkVersion" in value:
        return Problem("schema-not-data", "this is a part of the eForms SDK: it describes notices and holds none", hint="choose a notice")
    if isinstance(value.get("compatibility"), list) and "name" in value and "description" in value:
        message = "this describes an extension of OCDS: it says what data may hold and holds none"
        return Problem("schema-not-data", message, hint="choose a file with data")
    if isinstance(value.get("releases"), list | dict):
        return Found("ocds", "record" if "ocid" in value else "release-package")
    if isinstance(value.get("projects"), list | dict) and "facts" not in value:
        return Found("oc4ids", "package")
    inner = value.get("data")
    if isinstance(inner, dict) and ("tenderID" in inner or "procurementMethodType" in inner or "awardCriteria" in inner):
        return Found("prozorro", "response")
    if isinstance(inner, list) and inner and isinstance(inner[0], dict) and _is_criterion(inner[0]):
        return Found("prozorro-criteria", "response")
    if "ocid" in value:
        return Found("ocds", "release")
    if "tenderID" in value or ("procurementMethodType" in value and "status" in value):
        return Found("prozorro", "tender")
    if "marches" in value:
        return Found("decp", "package")
    if isinstance(value.get("objet"), str) and ("acheteur" in value or "autoriteConcedante" in value):
        return Found("decp", "contract")
    if "@context" in value and "credentialSubject" in value:
        return Found("untp-passport")
    if "contractingProcesses" in value or str(value.get("id", "")).startswith("oc4ids-"):
        return Found("oc4ids", "project")
    if "facts" in value and ("case" in value or "packs" in value):
        return Found("tenderloop-case")
    if _is_criterion(value):
        return Found("prozorro-criteria", "criterion")
    if len(_SECTIONS & value.keys()) > 1:
        return Found("ocds", "release")
    return Problem("unknown-format", f"this object is of no known format; its keys are: {_keys(value)}", hint=EXPECTED)


def _is_criterion(value: dict[str, Any]) -> bool:
    return "requirementGroups" in value and "classification" in value


def _keys(value: dict[str, Any]) -> str:
    names = ", ".join(str(key)[:30] for key in list(value)[:8])
    return (names or "none") + (", …" if len(value) > 8 else "")


def recognise_root(tag: str) -> Found | Problem:
    """What an XML document is, told by its root element (``{namespace}name``).

    >>> recognise_root("{urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2}ContractNotice").format
    'eforms'
    >>> recognise_root("marches").format
    'decp'
    """
    space, _, name = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    if name in _EFORMS_ROOTS and (space.startswith(_UBL) or not space):
        return Found("eforms")
    if name == "BusinessRegistrationInformationNotice" and (space.startswith(_REGISTRATION) or not space):
        return Found("eforms")
    if name == "TED_EXPORT":
        return Found("ted-export")
    if name in ("marches", "marche", "contrat-concession"):
        return Found("decp", "xml")
    if name == "html":
        return Found("html")
    if name in ("CodeList", "schema"):
        return Problem("schema-not-data", f"<{name}> describes data and holds none", hint="choose a notice")
    return Problem("unknown-format", f"the root element <{name[:60]}> is of no known format", hint=EXPECTED)


_CASE_LINE = re.compile(rb"^(case|packs|facts)\s*:", re.MULTILINE)
# Atomic groups: comments are walked once, whatever follows them.
_HTML = re.compile(rb"^\s*(?>(?:<!--(?>.*?-->)\s*)*)<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_OFFICE = ((b"xl/workbook", "xlsx"), (b"word/document", "docx"), (b"ppt/presentation", "pptx"), (b"opendocument", "odf"))


def recognise_bytes(data: bytes) -> Found | Problem | Literal["json", "xml"]:
    """What a document is as far as its bytes tell; ``json`` and ``xml`` are told further by their content.

    >>> recognise_bytes(b"%PDF-1.7 ...").format
    'pdf'
    >>> recognise_bytes(b'  [{"ocid": "a"}]')
    'json'
    """
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e\x0c")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        start = data[:4096].decode("utf-16", errors="replace").encode().lstrip()
    elif start[1:2] == b"\0" or start[:1] == b"\0":
        start = start.replace(b"\0", b"")
    if start.startswith(b"{\\rtf"):
        return Found("rtf")
    if start[:1] in (b"{", b"["):
        return "json"
    if _HTML.match(start[:2000]):
        return Found("html")
    if start[:1] == b"<":
        return "xml"
    if b"%PDF-" in data[:1024]:
        return Found("pdf")
    if data.startswith(b"PK"):
        for mark, name in _OFFICE:
            if mark in data:
                return Found(name)
        return Problem("unknown-format", "this archive is no workbook and no text document", hint=EXPECTED)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return Problem("unknown-format", "this is an Office file of before 2007", hint="save it as XLSX or DOCX")
    if _CONTROL.search(start):
        return Problem("unknown-format", "this is no text and of no known format", hint=EXPECTED)
    if len({found[1] for found in _CASE_LINE.finditer(data[:65536])}) > 1:
        return Found("tenderloop-case")
    return Found("csv") if _is_table(start) else Found("text")


def _is_table(start: bytes) -> bool:
    """Whether the first lines have one separator equally often; quoted separators do not count."""
    lines = [re.sub(rb'"(?:[^"]|"")*"', b"", line) for line in start.splitlines()[:6] if line.strip()]
    if len(start) >= 4000 and len(lines) > 2:
        lines = lines[:-1]  # the last line may be cut
    if len(lines) < 2:
        return False
    for sign in (b",", b";", b"\t", b"|"):
        counts = [line.count(sign) for line in lines]
        if counts[0] and (len(set(counts)) == 1 or (counts[0] > 2 and sum(each == counts[0] for each in counts) * 2 > len(counts))):
            return True
    return False
