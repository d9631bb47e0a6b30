"""XML and HTML from a stranger: parsed without entities, document types or network, and within limits.

Knows how a document is parsed safely and where it is broken. Must not know what any element means.
"""

from __future__ import annotations

import re
import threading
from typing import Final

from lxml import etree, html

from tenderloop.errors import Problem, Problems

MOST_BYTES: Final = 64 << 20  # the largest notice known has 1.8 MB
MOST_DEPTH: Final = 256  # libxml2's own limit when huge trees are off
MOST_TAGS: Final = 1_000_000  # an empty element takes four bytes, and a hundred and thirty in memory
MOST_TEXT: Final = 10_000_000  # libxml2's own limit of one text

_SHOWN = 60  # characters of a broken line that a message quotes
# Atomic groups: what precedes the root is walked once, whatever stands in it.
_PROLOG = r"(?>\s*(?:(?><\?.*?\?>)|(?><!--.*?-->))?)*+<!DOCTYPE"
_DOCTYPE_TEXT = re.compile(_PROLOG, re.DOTALL)
_DOCTYPE_BYTES = re.compile(rb"(?:\xef\xbb\xbf)?" + _PROLOG.encode(), re.DOTALL)
_TOO_DEEP = "Excessive depth"
_TOO_LONG = "too long"


def _encoding(data: bytes) -> str:
    """An encoding in which a message can quote the document; the parser itself decides by the XML rules."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if data[1:2] == b"\0":
        return "utf-16-le"
    if data[:1] == b"\0":
        return "utf-16-be"
    return "utf-8-sig"


def _doctype_line(data: bytes) -> int | None:
    """The line of a document type declared before the root element; ``None`` when there is none.

    Looked for in the bytes, before the parser sees them, so that nothing that stands in it is ever read.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:2]:
        text = data.decode(_encoding(data), "replace")
        wide = _DOCTYPE_TEXT.match(text)
        return None if wide is None else text.count("\n", 0, wide.end()) + 1
    found = _DOCTYPE_BYTES.match(data)
    return None if found is None else data.count(b"\n", 0, found.end()) + 1


def _quoted(data: bytes, line: int | None, column: int | None) -> str:
    """What stands at a place, as much as a message can carry."""
    if line is None or line < 1:
        return ""
    lines = data.decode(_encoding(data), "replace").splitlines()
    if line > len(lines):
        return ""
    at = min(max((column or 1) - 1, 0), len(lines[line - 1]))
    start = max(at - _SHOWN // 2, 0)
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in lines[line - 1][start : start + _SHOWN]).strip()


def _too_large(data: bytes, file: str, code: str) -> Problem:
    return Problem(
        code, f"the document has {len(data)} bytes, more than the {MOST_BYTES} that are read", file, hint="split it into single documents"
    )


def _broken(fault: etree.XMLSyntaxError, data: bytes, file: str) -> Problem:
    line, column = fault.position[0] or None, fault.position[1]
    said = re.sub(r", line \d+, column \d+$", "", str(fault.msg)).strip()
    if _TOO_DEEP in said:
        return Problem(
            "xml-too-deep", f"elements are nested deeper than {MOST_DEPTH}", file, line, hint="no notice needs that; the file is damaged"
        )
    if _TOO_LONG in said:
        return Problem(
            "xml-too-large", f"one text has more than {MOST_TEXT} characters", file, line, hint="no notice needs that; the file is damaged"
        )
    there = _quoted(data, line, column)
    message = f"not well-formed XML: {said}" + (f"; here: {there}" if there else "")
    return Problem("xml-broken", message, file, line, hint="save the complete file again, or correct it at this place")


_PARSERS: Final = threading.local()  # one for each thread: a tree keeps its parser, and a parser its buffers, so a new one each time costs


def _parser(blanks: bool) -> etree.XMLParser:
    name = "keeping_blanks" if blanks else "dropping_blanks"
    found: etree.XMLParser | None = _PARSERS.__dict__.get(name)
    if found is None:
        found = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_blank_text=not blanks,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        _PARSERS.__dict__[name] = found
    return found


def parse_xml(data: bytes, file: str = "", *, blanks: bool = False) -> etree._Element:
    """The root element of one XML document in any encoding that XML allows (UTF-8, UTF-16, declared ones, with or without mark).

    Comments and processing instructions are dropped; blank text between elements too, unless ``blanks`` (for running text with inline
    elements). Positions of elements, and with them XPaths, stay those of the file.

    Raises ``Problems``: ``xml-too-large`` (64 MB, a million tags, or a text of 10 million characters), ``xml-doctype``, ``xml-too-deep``
    (256 elements), ``xml-empty`` and ``xml-broken`` (an undeclared entity too), the last ones with their line.

    >>> parse_xml(b"<a><b/></a>").tag
    'a'
    >>> parse_xml(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "notice.xml")
    Traceback (most recent call last):
    tenderloop.errors.Problems: notice.xml:1: xml-doctype: a document type is declared here (remove <!DOCTYPE ...>; notices need none)
    """
    if len(data) > MOST_BYTES:
        raise Problems([_too_large(data, file, "xml-too-large")])
    if len(data) > MOST_TAGS and data.count(b"<") > MOST_TAGS:
        message, hint = f"more than {MOST_TAGS:,} tags stand in the document", "split it into single documents"
        raise Problems([Problem("xml-too-large", message, file, hint=hint)])
    if not data or data.isspace():
        raise Problems([Problem("xml-empty", "nothing is written here", file, 1, hint="fetch the file again")])
    line = _doctype_line(data)
    if line is not None:
        raise Problems([_doctype(file, line)])
    try:
        root = etree.fromstring(data, _parser(blanks))
    except etree.XMLSyntaxError as fault:
        _PARSERS.__dict__.clear()  # a parser keeps a log of faults, which would grow from file to file
        raise Problems([_broken(fault, data, file)]) from None
    if root.getroottree().docinfo.internalDTD is not None:  # in an encoding that the scan of bytes does not know
        raise Problems([_doctype(file, 1)])
    return root


def _doctype(file: str, line: int) -> Problem:
    return Problem("xml-doctype", "a document type is declared here", file, line, hint="remove <!DOCTYPE ...>; notices need none")


def parse_html(data: bytes, file: str = "") -> html.HtmlElement:
    """The root element of one HTML document, as forgiving as a browser; nothing it names is fetched and no script runs.

    The encoding is the declared one; without one UTF-8 is taken when the bytes are UTF-8.
    Raises ``Problems``: ``html-too-large`` (64 MB), ``html-empty`` (no element and no word).

    >>> parse_html("<p>Caffè<br>bio".encode()).text_content()
    'Caffèbio'
    """
    if len(data) > MOST_BYTES:
        raise Problems([_too_large(data, file, "html-too-large")])
    encoding = None
    if b"charset" not in data[:4096].lower() and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data.decode("utf-8")
            encoding = "utf-8"
        except UnicodeDecodeError:
            pass  # the parser then takes the web's old default, Windows-1252
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding=encoding)
    try:
        root = html.document_fromstring(data, parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError) as fault:
        if not data.strip():
            raise Problems([Problem("html-empty", "nothing is written here", file, 1, hint="fetch the file again")]) from None
        raise Problems(
            [Problem("html-broken", f"not readable as HTML: {fault}", file, hint="open it in a browser and save it again")]
        ) from None
    return root
