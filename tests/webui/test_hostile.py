"""Requests that nobody honest sends: each gets its refusal and a sentence that helps, never a 500 and never our insides."""

from __future__ import annotations

import io
import json
import logging
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from tenderloop_web.draft import MOST_BYTES
from tenderloop_web.security import MOST_FIELDS

JSON = {"Content-Type": "application/json"}
CASE: dict[str, Any] = {
    "case": "x",
    "title": "X",
    "kind": "project",
    "stage": "tender",
    "date": "2026-11-21",
    "currency": "EUR",
    "packs": ["waste_to_energy"],
}
Send = Callable[[Any], TestResponse]


def rate(body: str | bytes | dict[str, Any], **headers: str) -> Send:
    data = json.dumps(body) if isinstance(body, dict) else body
    return lambda visitor: visitor.client.post("/api/rate", data=data, headers={**JSON, **headers})


def with_facts(**facts: Any) -> Send:
    return rate({**CASE, "facts": facts})


def form(path: str = "/case", *, token: bool = True, **fields: Any) -> Send:
    def send(visitor: Any) -> TestResponse:
        given = {"csrf": visitor.token} if token else {}
        return visitor.client.post(path, data={**given, **fields})

    return send


def upload(data: bytes | Callable[[], bytes], name: str = "case.yaml") -> Send:
    def send(visitor: Any) -> TestResponse:
        content = data() if callable(data) else data
        return visitor.client.post("/open", data={"csrf": visitor.token, "file": (io.BytesIO(content), name)})

    return send


def get(path: str, **headers: str) -> Send:
    return lambda visitor: visitor.client.get(path, headers=headers)


def method(name: str, path: str, **headers: str) -> Send:
    return lambda visitor: visitor.client.open(path, method=name, headers=headers)


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def workbook(change: Callable[[Workbook], None]) -> Callable[[], bytes]:
    def made() -> bytes:
        book = Workbook()
        change(book)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return made


def zip_bomb() -> bytes:
    return archive(
        **{"[Content_Types].xml": b"<Types/>", "xl__workbook.xml": b"<workbook/>", "xl__worksheets__sheet1.xml": bytes(40_000_000)}
    )


def xml_entities() -> bytes:
    made = workbook(lambda book: None)()
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/workbook.xml":
                content = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + content
            new.writestr(part.filename, content)
    return stream.getvalue()


def stranger_pack() -> bytes:
    def change(book: Workbook) -> None:
        sheet = book.create_sheet("About")
        for row, (key, value) in enumerate((("format", "1"), ("stage", ""), ("pack /etc", "0.1.0 sha256:0")), 1):
            sheet.cell(row, 1).value, sheet.cell(row, 2).value = key, value

    return workbook(change)()


def forged(token: str) -> Send:
    return lambda visitor: visitor.token and visitor.client.post("/case", data={"csrf": token, "go": "project", "at": "start"})


def foreign_token(visitor: Any) -> TestResponse:
    """The token of one browser sent from another."""
    token = visitor.token
    other = visitor.client.application.test_client()
    other.get("/")
    return other.post("/case", data={"csrf": token, "go": "project", "at": "start"})


DEEP = "[" * 100_000 + "]" * 100_000
GOOD = json.dumps(CASE)

HOSTILE: dict[str, tuple[Send, int, str]] = {
    # JSON
    "json nested 100 000 deep": (rate(DEEP), 400, "levels"),
    "json object nested deep": (rate('{"a":' * 50_000 + "1" + "}" * 50_000), 400, "levels"),
    "json NaN": (rate(GOOD[:-1] + ', "facts": {"heat_sold": NaN}}'), 400, "NaN is no number"),
    "json Infinity": (rate(GOOD[:-1] + ', "facts": {"heat_sold": -Infinity}}'), 400, "is no number"),
    "json repeated key": (rate(GOOD[:-1] + ', "title": "Y"}'), 400, "2 times"),
    "json exponent": (rate(GOOD[:-1] + ', "facts": {"heat_sold": 1e999}}'), 400, "exponent"),
    "json number of 5 000 digits": (rate(GOOD[:-1] + ', "facts": {"heat_sold": ' + "9" * 5000 + "}}"), 400, "characters"),
    "json cut off": (rate(GOOD[:40]), 400, "not JSON"),
    "json empty": (rate(""), 400, "nothing is written"),
    "json not utf-8": (rate(b'{"case": "\xff\xfe"}'), 400, "UTF-8"),
    "json lone surrogate": (rate(GOOD[:-1] + ', "notes": "\\ud800"}'), 400, "cannot be seen"),
    "json NUL": (rate(GOOD[:-1] + ', "notes": "a\\u0000b"}'), 400, "cannot be seen"),
    "json list": (rate("[]"), 400, "no object"),
    "json text": (rate('"x"'), 400, "no object"),
    "json null": (rate("null"), 400, "no object"),
    "json facts a list": (rate({**CASE, "facts": []}), 400, "'facts'"),
    "json facts a text": (rate({**CASE, "facts": "all"}), 400, "'facts'"),
    "json documents numbers": (rate({**CASE, "documents": {"a": 1}}), 422, "document 'a'"),
    "json unknown key": (rate({**CASE, "admin": True}), 400, "not a key"),
    "json unknown key of request": (rate({"case": CASE, "as": "root"}), 400, "not a key of a request"),
    "json packs a number": (rate({**CASE, "packs": 7}), 400, "'packs'"),
    "json packs nested": (rate({**CASE, "packs": [["waste_to_energy"]]}), 400, "'packs'"),
    "json no packs": (rate({**CASE, "packs": []}), 400, "no pack is named"),
    "json unknown pack": (rate({**CASE, "packs": ["waste_to_energie"]}), 400, "did you mean 'waste_to_energy'"),
    "json pack is a path": (rate({**CASE, "packs": ["/etc"]}), 400, "there is no pack"),
    "json pack climbs": (rate({**CASE, "packs": ["../criteria/waste_to_energy"]}), 400, "there is no pack"),
    "json pack with NUL": (rate({**CASE, "packs": ["waste\u0000"]}), 400, "cannot be seen"),
    "json packs beside the case are a path": (rate({"case": CASE, "packs": ["/"]}), 400, "there is no pack"),
    "json huge": (rate(b'{"notes": "' + b"x" * (MOST_BYTES + 10) + b'"}'), 413, "MB"),
    "json over 5 MB": (rate(b"x" * 6_000_000), 413, "MB"),
    "json long text": (rate({**CASE, "notes": "x" * 10_001}), 400, "characters"),
    "json many values": (rate('{"facts":[' + "1," * 250_000 + "1]}"), 400, "values"),
    "text/plain json": (rate(CASE, **{"Content-Type": "text/plain"}), 415, "application/json"),
    "form as json": (rate(CASE, **{"Content-Type": "application/x-www-form-urlencoded"}), 415, "application/json"),
    "fact unknown": (with_facts(no_such_fact=1), 422, "no pack asks"),
    "fact of wrong kind": (with_facts(heat_sold=True), 422, "number"),
    "fact huge": (with_facts(heat_sold="9" * 41 + " MWh/year"), 422, "40 digits"),
    "fact in unicode digits": (with_facts(heat_sold="１２ MWh/year"), 400, "digits 0 to 9"),
    "fact negative": (with_facts(heat_sold="-1 MWh/year"), 422, "at least"),
    "fact divided by zero": (with_facts(heat_sold="1/0 MWh/year"), 422, "number"),
    "fact with underscores": (with_facts(heat_sold="1_000 MWh/year"), 422, "number"),
    "fact of a prototype": (with_facts(__proto__=1), 422, "no pack asks"),
    "date that is no day": (rate({**CASE, "date": "2026-02-30"}), 422, "calendar"),
    "stage unknown": (rate({**CASE, "stage": "soon"}), 400, "one of"),
    "table rows repeated": (with_facts(composition=[{"component": "paper", "share": "1 %"}] * 2), 422, "already in row"),
    # tokens
    "no token": (form(token=False, go="project", at="start"), 403, "not sent from here"),
    "empty token": (forged(""), 403, "not sent from here"),
    "forged token": (forged("0" * 43), 403, "not sent from here"),
    "token in other letters": (forged("Ж" * 20), 403, "not sent from here"),
    "token of another browser": (foreign_token, 403, "not sent from here"),
    "no token on download": (form("/case/download", token=False, form="pdf"), 403, "not sent from here"),
    "no token on upload": (lambda v: v.client.post("/open", data={"file": (io.BytesIO(b"x"), "x")}), 403, "not sent from here"),
    # hosts and headers
    "forged host": (get("/", Host="evil.example"), 400, "cannot be read"),
    "forged host on a form": (lambda v: v.client.post("/case", headers={"Host": "evil.example"}, data={}), 400, "cannot be read"),
    "host with a port trick": (get("/", Host="localhost:80@evil.example"), 400, "cannot be read"),
    "host with a path": (get("/", Host="localhost/evil"), 400, "cannot be read"),
    # paths and methods
    "path climbs out of static": (get("/static/../app.py"), 404, "no such page"),
    "path climbs encoded": (get("/static/%2e%2e/%2e%2e/etc/passwd"), 404, "no such page"),
    "font that is none": (get("/static/fonts/..%2f..%2fhtml.py"), 404, "no such page"),
    "font with another end": (get("/static/fonts/LICENSE-OFL.txt"), 404, "no such page"),
    "unknown pack page": (get("/packs/nope"), 404, "no such page"),
    "pack page is a path": (get("/packs/..%2f..%2fetc"), 404, "no such page"),
    "unknown indicator": (get("/packs/waste_to_energy/nope"), 404, "no such page"),
    "unknown pack questionnaire": (get("/questionnaire.xlsx?pack=/etc"), 400, "there is no pack"),
    "questionnaire of nothing": (get("/questionnaire.xlsx"), 400, "no pack is named"),
    "questionnaire of no stage": (get("/questionnaire.xlsx?pack=waste_to_energy&stage=../x"), 400, "there is no stage"),
    "GET where a form belongs": (get("/case"), 405, "Nothing is kept here"),
    "GET of a download": (get("/case/download"), 405, "Nothing is kept here"),
    "GET of the rating": (get("/api/rate"), 405, "problem"),
    "PUT": (method("PUT", "/case"), 405, "form"),
    "DELETE": (method("DELETE", "/packs"), 405, "form"),
    "POST to a page": (form("/packs"), 405, "form"),
    "method override": (lambda v: v.client.post("/packs", headers={"X-HTTP-Method-Override": "GET"}, data={"csrf": v.token}), 405, "form"),
    "TRACE": (method("TRACE", "/"), 405, "form"),
    # forms
    "form of 20 MB": (form(case="x" * 20_000_000), 413, "MB"),
    "form with 100 000 fields": (
        lambda v: v.client.post("/case", data="csrf=" + v.token + "&a=" * 100_000, content_type="application/x-www-form-urlencoded"),
        413,
        "MB",
    ),
    "multipart with too many parts": (form(**{f"f{number}": (io.BytesIO(b"x"), "a") for number in range(MOST_FIELDS + 5)}), 413, "MB"),
    "multipart cut off": (
        lambda v: v.client.post(
            "/case", data=b"--b\r\nContent-Disposition: form-data; name=", content_type="multipart/form-data; boundary=b"
        ),
        403,
        "not sent from here",
    ),
    "answers damaged": (form(case="{", go="overview"), 400, "not JSON"),
    "answers nested deep": (form(case=DEEP, go="overview"), 400, "levels"),
    "answers with a path as pack": (form(case=json.dumps({**CASE, "packs": ["/etc/passwd"]}), go="overview"), 400, "there is no pack"),
    "answers too long": (form(case=json.dumps({**CASE, "notes": "x" * MOST_BYTES}), go="overview"), 400, "longer than"),
    "page unknown": (form(case=GOOD, go="no-such-page"), 400, "cannot be read"),
    "page to be read unknown": (form(case=GOOD, at="../../etc", go="overview"), 400, "cannot be read"),
    "download unknown": (form("/case/download", case=GOOD, form="exe"), 400, "there is no download"),
    "download of nothing": (form("/case/download", form="pdf"), 422, "Rate a tender"),
    "what-if of a stranger": (form(case=GOOD, go="try:waste_to_energy:nope"), 400, "cannot be read"),
    "what-if of another pack": (form(case=GOOD, go="try:people_first_ppp:pf.ae1.a"), 400, "cannot be read"),
    "pack forged on the start page": (form(at="start", go="project", **{"p.packs": "../x", "p.stage": "tender"}), 422, "There is no pack"),
    "stage forged on the start page": (
        form(at="start", go="project", **{"p.packs": "waste_to_energy", "p.stage": "<b>"}),
        422,
        "Choose the stage",
    ),
    # uploads
    "no file": (form("/open"), 400, "no file was chosen"),
    "empty file": (upload(b""), 400, "empty"),
    "zip bomb": (upload(zip_bomb, "q.xlsx"), 400, "times its size"),
    "entities in a workbook": (upload(xml_entities, "q.xlsx"), 400, "entities"),
    "workbook naming a folder as pack": (upload(stranger_pack, "q.xlsx"), 400, "there is no pack"),
    "workbook of somebody else": (upload(workbook(lambda book: None), "q.xlsx"), 400, "no sheet"),
    "zip that is no workbook": (upload(archive(a=b"b"), "q.xlsx"), 400, "no .xlsx workbook"),
    "zip that climbs": (
        upload(archive(**{"[Content_Types].xml": b"x", "xl__workbook.xml": b"x", "..__..__evil": b"x"}), "q.xlsx"),
        400,
        "no workbook has",
    ),
    "zip cut off": (upload(archive(a=b"b" * 9000)[:40], "q.xlsx"), 400, "no workbook, or is damaged"),
    "old workbook": (upload(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "q.xls"), 400, "old kind"),
    "pdf called yaml": (upload(b"%PDF-1.7\n1 0 obj", "case.yaml"), 400, "holds no case"),
    "picture": (upload(b"\x89PNG\r\n\x1a\n" + b"\0" * 60, "case.json"), 400, "holds no case"),
    "svg": (upload(b"<svg onload=alert(1)>", "case.yaml"), 400, "fault"),
    "yaml huge line": (upload(b"a: " + b"x" * 200_000), 400, "line has"),
    "yaml huge": (upload(b"# x\n" * 600_000), 400, "bytes"),
    "upload over 4 MB": (upload(b"# x\n" * 1_100_000), 400, "at most"),
    "upload over 5 MB": (upload(b"x" * 6_000_000), 413, "MB"),
    "yaml alias bomb": (upload(b"a: &a [1,1]\nb: [*a,*a,*a]\n"), 400, "repeats another part"),
    "yaml tag": (upload(b"a: !!python/object/apply:os.system ['id']\n"), 400, "tag"),
    "yaml deep": (upload(b"[" * 5000 + b"]" * 5000), 400, "levels"),
    "yaml deep blocks": (upload(b"".join(b" " * number + b"a:\n" for number in range(300))), 400, "levels"),
    "yaml pack is a path": (upload(b"case: x\npacks: [/etc]\n"), 400, "there is no pack"),
    "yaml control characters": (upload(b"case: \x1b[31mx\n"), 400, "cannot be seen"),
    "json with a byte order mark and NaN": (upload(b'\xef\xbb\xbf{"case": NaN}', "case.json"), 400, "no number"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_requests_are_refused_with_a_sentence(visitor: Any, caplog: pytest.LogCaptureFixture, name: str) -> None:
    send, code, said = HOSTILE[name]
    with caplog.at_level(logging.ERROR):
        answer = send(visitor)
    assert answer.status_code == code, (name, answer.status_code, answer.text[:3000])
    text = answer.text.replace("&#39;", "'").replace("&#34;", '"')
    assert said in text, (name, answer.text[:3000])
    for inside in ("Traceback", "werkzeug", ".py", str(Path(__file__).parents[2]), sys.prefix, "site-packages", "/tmp/", "root:x"):
        assert inside not in text, (name, inside)
    assert "Content-Security-Policy" in answer.headers
    assert not caplog.records, "it was foreseen, so nothing is logged as an error of ours"


def test_there_are_enough() -> None:
    assert len(HOSTILE) > 100


def test_a_refused_json_says_where(client: FlaskClient) -> None:
    answer = client.post("/api/rate", data=json.dumps({**CASE, "facts": {"heat_sold": "soon", "nope": 1}}), headers=JSON)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    problems = answer.get_json()["problems"]
    assert [each["where"] for each in problems] == ["$.facts.heat_sold", "$.facts.nope"]
    assert all(each["code"] and each["message"] and each["hint"] for each in problems)


@pytest.mark.parametrize(
    "title",
    ["a\r\nSet-Cookie: stolen=1", 'x"; filename="evil.exe', "../../etc/passwd", "nul\u200e", "名前", "x" * 400, ".", "%0d%0aX: y"],
)
def test_a_title_never_becomes_a_header(visitor: Any, title: str) -> None:
    case = {**CASE, "title": title.replace("\r", "").replace("\n", " ")}
    answer = visitor.client.post("/case/download", data={"csrf": visitor.token, "case": json.dumps(case), "form": "yaml"})
    assert answer.status_code == 200
    header = answer.headers["Content-Disposition"]
    assert header.isascii()
    assert header.count("filename=") == 1
    assert header.count('"') == 2
    assert "/" not in header
    assert len(header) < 1000
    assert "stolen" not in str(answer.headers.getlist("Set-Cookie"))


def test_our_own_bug_is_a_plain_page(visitor: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    visitor.open()
    monkeypatch.setattr("tenderloop_web.filling.results_of", broken)
    visitor.go("result")
    assert visitor.status == 500
    assert "Something went wrong on our side" in visitor.text
    assert "secret detail" not in visitor.text
    assert "secret detail" in caplog.text, "it is in the log"


def test_who_waits_too_long_for_a_document_is_told_to_come_again(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tenderloop_web import rating
    from tenderloop_web.security import Turnstile

    full = Turnstile(1, wait=0.05)
    monkeypatch.setattr(rating, "TURNSTILE", full)
    visitor.open()
    with full.turn():
        answer = visitor.download("pdf")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "try again" in answer.text


def test_nothing_is_left_on_the_server(visitor: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    visitor.open()
    book = visitor.download("questionnaire")
    visitor.open(name="q.xlsx", data=book.data)
    visitor.open(name="q.xlsx", data=zip_bomb())
    visitor.go("result")
    assert list(tmp_path.iterdir()) == []
