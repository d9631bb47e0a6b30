"""Every code that reading a notice can give, each shown by one tiny document; none is missing and none is invented."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tenderloop.errors import Problem
from tenderloop.readers import (
    containers,
    decp,
    loose_json,
    notices,
    oc4ids,
    ocds,
    ocds_extensions,
    ocds_merging,
    prozorro,
    recognise,
)
from tenderloop.readers.containers import Limits
from tenderloop.readers.notices import read_records

CATALOGUES = (containers, loose_json, recognise, ocds, ocds_extensions, ocds_merging, prozorro, decp, oc4ids, notices)


def tar(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data) if kind == tarfile.REGTYPE else 0, "elsewhere"
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def with_password(data: bytes) -> bytes:
    """The same archive with the mark of encryption set in both headers of its only file."""
    changed = bytearray(data)
    changed[6] |= 1
    changed[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def release(**sections: Any) -> bytes:
    return json.dumps({"ocid": "ocds-1", "id": "1", **sections}).encode()


def tender(**fields: Any) -> bytes:
    return release(tender=fields)


LINES = b'{"ocid": "a"}\n{"ocid": "b"}\n'
SMALL = Limits(document=1000, free=1000, ratio=20, members=2)

DOCUMENTS: dict[str, bytes] = {
    "empty-file": b" \n",
    "broken-gzip": gzip.compress(LINES)[:-12],
    "broken-archive": tar({"a.json": LINES, "b.json": LINES})[:700],
    "encrypted-member": with_password(zipped({"a.json": LINES})),
    "nested-archive": tar({"b.tar": tar({"a.json": LINES})}),
    "not-a-plain-member": tar({"a.json": b""}, tarfile.SYMTYPE),
    "archive-bomb": gzip.compress(b" " * 100_000),
    "document-too-large": b'{"ocid": "' + b"a" * 2000 + b'"}',
    "unknown-container": bz2.compress(LINES),
    "not-utf8": '{"ocid": "é"}'.encode("latin-1"),
    "utf16": '{"ocid": "é"}'.encode("utf-16"),
    "json-syntax": b'{"ocid": tru}',
    "json-constant": b'{"ocid": "a", "x": NaN}',
    "json-control-character": b'{"ocid": "a\tb"}',
    "json-surrogate": b'{"ocid": "\\ud800"}',
    "repeated-key": b'{"ocid": "a", "ocid": "b"}',
    "too-deep": b"[" * 5000,
    "number-too-long": b'{"ocid": "a", "tender": {"value": {"amount": 1e999, "currency": "EUR"}}}',
    "wrong-type": release(tender=7),
    "object-for-list": release(awards={"id": "1"}),
    "list-for-object": release(tender=[{"title": "Chairs"}]),
    "text-for-list": release(tag="tender"),
    "number-as-text": tender(value={"amount": "12.50", "currency": "EUR"}),
    "database-number": tender(value={"amount": {"$numberLong": "12"}, "currency": "COP"}),
    "bad-number": tender(value={"amount": "about 12", "currency": "EUR"}),
    "amount-without-object": tender(value=12),
    "bad-currency": tender(value={"amount": 12, "currency": "€"}),
    "bad-flag": tender(hasSustainability="perhaps"),
    "flag-as-text": tender(hasSustainability="yes"),
    "date-in-words": tender(tenderPeriod={"endDate": "2014-04-15 14:00 Eastern Daylight Time (EDT)"}),
    "bad-date": release(date="15.04.2014"),
    "unknown-format": b'{"name": "x"}',
    "schema-not-data": b'{"$schema": "http://json-schema.org/draft-04/schema#", "properties": {}}',
    "missing-ocid": b'{"tender": {"title": "Chairs"}, "buyer": {"id": "1"}}',
    "bad-cpv": tender(items=[{"id": "1", "classification": {"scheme": "CPV", "id": "9999"}}]),
    "bad-duration": tender(contractPeriod={"durationInDays": -1}),
    "negative-amount": release(awards=[{"id": "1", "value": {"amount": -1, "currency": "EUR"}}]),
    "repeated-lot": tender(lots=[{"id": "1"}, {"id": "1"}]),
    "not-a-release": b'{"releases": [7]}',
    "linked-releases": b'{"records": [{"ocid": "a", "releases": [{"url": "https://example.org/1", "date": "2020-01-01"}]}]}',
    "cannot-merge": b'{"records": [{"ocid": "a", "releases": [{"ocid": "a", "tender": {}}, {"ocid": "a", "tender": {"id": "2"}}]}]}',
    "versions-only": b'{"versionedRelease": {"ocid": "a", "tender": {"title": [{"releaseDate": "2020-01-01", "value": "Chairs"}]}}}',
    "weight-in-words": tender(lots=[{"id": "1", "awardCriteria": {"criteria": [{"type": "price", "description": "70 %"}]}}]),
    "unknown-code": tender(procurementMethod="Licitaţie publică"),
    "misspelt-code": tender(awardCriteria="bestValueToGoverment"),
    "criterion-without-type": tender(lots=[{"id": "1", "awardCriteria": {"criteria": [{"name": "Price"}]}}]),
    "bid-without-id": release(bids={"details": [{"status": "valid"}]}),
    "value-of-several-lots": release(awards=[{"id": "1", "relatedLots": ["1", "2"], "value": {"amount": 5, "currency": "EUR"}}]),
    "unknown-award-criteria": b'{"tenderID": "UA-1", "awardCriteria": "beauty"}',
    "unknown-consideration": b'{"id": "1", "objet": "x", "acheteur": {"id": "2"}, "considerationsSociales": ["Clause"]}',
    "share-out-of-range": b'{"id": "1", "objet": "x", "acheteur": {"id": "2"}, "origineUE": 12}',
    "missing-project-id": b'{"projects": [{"title": "Digester"}]}',
    "not-a-project": b'{"projects": [7]}',
    "no-records": b'{"releases": []}',
    "too-many-faults": release(awards=[{"id": "1", "value": "?"}] * 300),
}


def problems_of(data: bytes, limits: Limits = containers.LIMITS) -> list[Problem]:
    unread: list[Problem] = []
    found: list[Problem] = []
    for record in read_records(data, file="bad.json", unread=unread, limits=limits):
        found += record.every_problem()
    return found + unread


@pytest.mark.parametrize("code", DOCUMENTS)
def test_each_code_is_given_by_its_document(code: str) -> None:
    limits = SMALL if code in ("archive-bomb", "document-too-large") else containers.LIMITS
    given = [problem for problem in problems_of(DOCUMENTS[code], limits) if problem.code == code]
    assert given, [str(problem) for problem in problems_of(DOCUMENTS[code], limits)]
    assert given[0].file.startswith("bad.json")
    assert given[0].message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    unread: list[Problem] = []
    assert list(read_records(tmp_path / "none.json", unread=unread)) == []
    assert [problem.code for problem in unread] == ["cannot-open"]
    assert unread[0].file == str(tmp_path / "none.json")


def test_every_code_of_the_catalogues_has_its_document() -> None:
    catalogued = {code for module in CATALOGUES for code in module.CODES}
    assert catalogued - {"cannot-open"} == set(DOCUMENTS)


def test_nothing_gives_a_code_that_is_not_catalogued() -> None:
    catalogued = {code for module in CATALOGUES for code in module.CODES}
    given = {problem.code for data in DOCUMENTS.values() for problem in problems_of(data)}
    assert given <= catalogued
