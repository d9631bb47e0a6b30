"""The one hardened parser: what it refuses, where it says the fault is, and which encodings it reads."""

from __future__ import annotations

import time

import pytest

from tenderloop import markup
from tenderloop.errors import Problem, Problems
from tenderloop.markup import parse_html, parse_xml


def fault(data: bytes) -> Problem:
    with pytest.raises(Problems) as caught:
        parse_xml(data, "notice.xml")
    (problem,) = caught.value.problems
    assert problem.file == "notice.xml"
    return problem


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<a>Müllabfuhr é</a>'
    assert parse_xml(mark + text.encode(encoding)).text == "Müllabfuhr é"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str) -> None:
    text = '<?xml version="1.0"?>\n<!-- one -->\n<?two?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]>\n<a>&b;</a>'
    assert fault(text.encode(encoding)).code == "xml-doctype"


def test_the_line_of_a_document_type() -> None:
    assert fault(b"<!-- x\n y -->\n<!DOCTYPE a>\n<a/>").line == 3


def test_words_that_look_like_a_document_type_are_text() -> None:
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE b>]]></a>").text == "<!DOCTYPE b>"
    assert parse_xml(b"<!-- <!DOCTYPE b> --><a/>").tag == "a"


def test_many_entities_cost_nothing() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    started = time.process_time()
    assert fault(f'<!DOCTYPE a [<!ENTITY e0 "ha">{levels}]><a>&e11;</a>'.encode()).code == "xml-doctype"
    assert time.process_time() - started < 0.1


def test_a_long_beginning_is_walked_once() -> None:
    started = time.process_time()
    assert parse_xml(b"<!-- ? -->" * 50_000 + b"<a/>").tag == "a"
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("data", "code", "line", "says"),
    [
        (b"", "xml-empty", 1, "nothing"),
        (b" \n ", "xml-empty", 1, "nothing"),
        (b"plain words", "xml-broken", 1, "plain words"),
        (b"<a>\n<b>\n</c></a>", "xml-broken", 3, "here: </c></a>"),
        (b"<a>\n<b>", "xml-broken", 2, "Premature end"),
        (b"<a>\n&nbsp;</a>", "xml-broken", 2, "nbsp"),
        (b"<a>\n\xff\xfe</a>", "xml-broken", 2, "encoding"),
        (b"<a>\n\0</a>", "xml-broken", 2, "Char 0x0"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "xml-broken", 1, "no-such"),
        (b"<a/>\n<b/>", "xml-broken", 2, "Extra content"),
        (b"<a>\n<z:b/></a>", "xml-broken", 2, "Namespace prefix z"),
        (b"<a>" * 300, "xml-too-deep", 1, "256"),
        (b"<a>" + b"x" * (markup.MOST_TEXT + 4096) + b"</a>", "xml-too-large", 1, "characters"),
    ],
)
def test_faults_with_their_line(data: bytes, code: str, line: int, says: str) -> None:
    problem = fault(data)
    assert (problem.code, problem.line) == (code, line)
    assert says in problem.message
    assert problem.hint


def test_a_message_stays_short() -> None:
    assert len(str(fault(b"<a " + b"x" * 100_000))) < 400


def test_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_BYTES", 10)
    assert parse_xml(b"<a>23456</a>"[:0] + b"<abcdefg/>").tag == "abcdefg"
    assert fault(b"<abcdefgh/>").code == "xml-too-large"
    with pytest.raises(Problems, match="html-too-large"):
        parse_html(b"<p>1234567</p>")


def test_depth_limit_is_exact() -> None:
    assert parse_xml(b"<a>" * markup.MOST_DEPTH + b"</a>" * markup.MOST_DEPTH).tag == "a"
    assert fault(b"<a>" * (markup.MOST_DEPTH + 1) + b"</a>" * (markup.MOST_DEPTH + 1)).code == "xml-too-deep"


def test_blank_text_and_comments() -> None:
    data = b"<a> <b>1</b> <!-- c --> <b> </b></a>"
    root = parse_xml(data)
    assert [child.tag for child in root] == ["b", "b"]
    assert root.text is None
    assert root[1].text == " "
    assert parse_xml(b"<p><i>a</i> <i>b</i></p>", blanks=True)[0].tail == " "
    assert parse_xml(b"<a>x<!-- y -->z</a>").text == "xz"


def test_faults_do_not_pile_up() -> None:
    for _ in range(3):
        assert "Opening and ending tag" in fault(b"<a></b>").message
    assert "Premature end" in fault(b"<a>").message


def test_html_is_forgiving() -> None:
    root = parse_html(b"<!DOCTYPE html><title>T</title><script src='http://example.org/x.js'></script><p>one<p>two")
    assert [p.text for p in root.iter("p")] == ["one", "two"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("<p>Łódź</p>".encode(), "Łódź"),
        ('<meta charset="iso-8859-2"><p>Łódź</p>'.encode("iso-8859-2"), "Łódź"),
        ("<p>Łódź</p>".encode("utf-16"), "Łódź"),
        ("<p>café</p>".encode("latin-1"), "café"),
    ],
)
def test_html_encodings(data: bytes, words: str) -> None:
    assert parse_html(data).text_content().strip() == words


def test_html_faults() -> None:
    with pytest.raises(Problems, match="html-empty"):
        parse_html(b" ", "page.html")
    with pytest.raises(Problems, match="html-broken"):
        parse_html(b"<!-- nothing -->", "page.html")
    deep = parse_html(b"<div>" * 5000 + b"end")
    assert deep.text_content() is not None
