"""Formats are told from content; a file's name never matters."""

from __future__ import annotations

from typing import Any

import pytest

from tenderloop.errors import Problem
from tenderloop.readers.recognise import KINDS, Found, recognise_bytes, recognise_json, recognise_root


@pytest.mark.parametrize(
    ("value", "format", "shape"),
    [
        ({"releases": [], "version": "1.1"}, "ocds", "release-package"),
        ({"records": [{}]}, "ocds", "record-package"),
        ({"ocid": "a", "compiledRelease": {}}, "ocds", "record"),
        ({"releases": [], "versionedRelease": {}, "publisher": {}}, "ocds", "record"),
        ({"ocid": "a", "releases": []}, "ocds", "record"),
        ({"ocid": "a"}, "ocds", "release"),
        ({"tender": {}, "buyer": {}}, "ocds", "release"),
        ([7, {"ocid": "a"}], "ocds", "list"),
        ({"projects": []}, "oc4ids", "package"),
        ({"id": "oc4ids-x-1"}, "oc4ids", "project"),
        ({"data": {"tenderID": "UA-1"}}, "prozorro", "response"),
        ({"tenderID": "UA-1", "tender": 1}, "prozorro", "tender"),
        ({"requirementGroups": [], "classification": {}}, "prozorro-criteria", "criterion"),
        ({"marches": {"marche": []}}, "decp", "package"),
        ({"objet": "x", "acheteur": {"id": "1"}}, "decp", "contract"),
        ({"@context": [], "credentialSubject": {}}, "untp-passport", ""),
        ({"case": "x", "facts": {}}, "tenderloop-case", ""),
    ],
)
def test_json_by_its_keys(value: Any, format: str, shape: str) -> None:
    assert recognise_json(value) == Found(format, shape)


@pytest.mark.parametrize("value", [7, "text", None, [], [[]], {}, {"name": "x"}, {"$schema": "x", "properties": {}}, {"definitions": {}}])
def test_what_is_not_known_is_a_problem_that_helps(value: Any) -> None:
    found = recognise_json(value)
    assert isinstance(found, Problem)
    assert found.hint


@pytest.mark.parametrize(
    ("data", "format"),
    [
        (b"%PDF-1.7", "pdf"),
        (b"\n\n%PDF-1.4", "pdf"),
        (b"PK\x03\x04 [Content_Types].xml xl/workbook.xml", "xlsx"),
        (b"PK\x03\x04 [Content_Types].xml word/document.xml", "docx"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"<!-- x --><HTML>", "html"),
        (b"{\\rtf1", "json"),
        (b"a;b;c\n1;2;3\n", "csv"),
        (b'a,"b,c",d\n1,2,3\n', "csv"),
        (b"case: x\nfacts:\n  a: 1\n", "tenderloop-case"),
        (b"Dear bidders,\nplease note.\n", "text"),
        (b"  {", "json"),
        (b"\xef\xbb\xbf[", "json"),
        ("[1]".encode("utf-16"), "json"),
        ("[1]".encode("utf-16-le"), "json"),
        (b"<?xml version='1.0'?><a/>", "xml"),
    ],
)
def test_bytes_by_their_beginning(data: bytes, format: str) -> None:
    found = recognise_bytes(data)
    if data.startswith(b"{\\rtf"):
        assert found == Found("rtf")
    else:
        assert found == format if isinstance(found, str) else isinstance(found, Found) and found.format == format


@pytest.mark.parametrize("data", [b"\x00\x01\x02\x03binary", b"\xd0\xcf\x11\xe0\xa1\xb1", b"PK\x03\x04nothing known"])
def test_bytes_that_are_no_format(data: bytes) -> None:
    assert isinstance(recognise_bytes(data), Problem)


def test_xml_by_its_root() -> None:
    ubl = "urn:oasis:names:specification:ubl:schema:xsd:"
    assert recognise_root(f"{{{ubl}ContractAwardNotice-2}}ContractAwardNotice") == Found("eforms")
    assert recognise_root("{http://elsewhere}ContractNotice") != Found("eforms")
    assert recognise_root("{ted/R2.0.9.S05/publication}TED_EXPORT") == Found("ted-export")
    assert recognise_root("marches") == Found("decp", "xml")
    assert isinstance(recognise_root("{x}CodeList"), Problem)
    assert isinstance(recognise_root("a"), Problem)


def test_every_format_has_a_kind() -> None:
    assert {Found(name).kind for name in KINDS} == {"notice", "project", "passport", "table", "document", "case"}
