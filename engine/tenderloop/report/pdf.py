"""The report as PDF: tagged (PDF/UA-1) and archivable (PDF/A-3a) in one file, the same bytes for the same inputs.

Knows WeasyPrint and what it leaves undone. Must not decide what a report says. Nothing is fetched but the three fonts that are shipped.
"""

from __future__ import annotations

import gc
import re
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pydyf  # type: ignore[import-untyped]
from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from weasyprint import CSS, HTML  # type: ignore[import-untyped]
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

from tenderloop.report.html import base_stylesheet, font_file, page, print_stylesheet
from tenderloop.report.model import Report
from tenderloop.report.pdf_file import pack, write

FONT_SCHEME = "tenderloop-font:"
VARIANT = "pdf/a-3a"
MISSING = "\u25a1"  # a square stands for a character that the shipped fonts do not have

VOID = re.compile(r"<((?:br|col|hr|img|link|meta|wbr)\b[^<>]*)(?<!/)>")
SPACE_BEFORE = re.compile(r' (<(?:b|span class="(?:quiet|id|open)")>)')

# What PDF/A asks before a file may also say that it is PDF/UA: the schema of that statement.
UA_STATEMENT = (
    b'<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>'
    b'<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


class ShippedFonts(URLFetcher):  # type: ignore[misc]
    """Gives the fonts of this package and refuses every other address, so that a mistake in a template is loud."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """One shipped font; FatalURLFetchingError for anything else."""
        if url.startswith(FONT_SCHEME):
            try:
                return URLFetcherResponse(url, font_file(url.removeprefix(FONT_SCHEME)), {"Content-Type": "font/ttf"})
            except KeyError:
                pass
        raise FatalURLFetchingError(f"a report fetches nothing: {url[:100]}")


class Page(HTML):  # type: ignore[misc]
    """A page of ours, given to WeasyPrint with what it would otherwise work out for any page of the web.

    WeasyPrint's own stylesheet has rules for forms, for right to left, and for six pseudo-elements of every element; ours has what we use.
    """

    def __init__(self, text: str) -> None:
        """Parsed, nothing fetched yet."""
        root = elements(text)
        if root is None:
            super().__init__(string=text, url_fetcher=ShippedFonts())
            return
        self.base_url, self.url_fetcher, self.media_type = None, ShippedFonts(), "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = root

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [_first_stylesheet()]


def elements(text: str) -> ElementTree.Element | None:
    """The page as a tree, read by expat in a thirtieth of the time that HTML takes; None if the text closes its elements as only HTML may.

    >>> elements("<p>one<br>two</p>").find("br").tail
    'two'
    >>> elements("<p>one<p>two") is None
    True
    """
    try:
        return ElementTree.fromstring(VOID.sub(r"<\1/>", text))  # noqa: S314  (our own page; it declares no entity)
    except ElementTree.ParseError:
        return None


@lru_cache(maxsize=1)
def _first_stylesheet() -> CSS:
    return CSS(string=base_stylesheet())


def to_pdf(report: Report) -> bytes:
    """The report as one PDF file. Characters that the shipped fonts lack are shown as a square; the HTML shows them all."""
    return html_to_pdf(page(report, print_stylesheet(FONT_SCHEME)), identifier=bytes.fromhex(report.identity)[:16])


def html_to_pdf(text: str, *, identifier: bytes) -> bytes:
    """A page of ours as PDF; ``identifier`` (16 bytes) becomes the file's ID, so that nothing in it is random."""
    with _no_collection():
        document = Page(_only_known(_no_space_at_end(text))).render(pdf_variant=VARIANT)
        return bytes(document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier, finisher=_finish))


def _finish(document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves undone, and a quicker way to the file."""
    _state_ua(pdf.objects[int(pdf.catalog["Metadata"].split()[0])])
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            pack(each)
    itself = weakref.proxy(pdf)  # so that the file does not hold itself, and goes as soon as it is written
    pdf.write = lambda output, version, identifier, compress: write(itself, output, version, identifier)


def _state_ua(metadata: Any) -> None:
    """PDF/A wants its metadata readable without unpacking; and the file is PDF/UA as well, which WeasyPrint does not say of a PDF/A."""
    metadata.compress = False
    start, closing, end = metadata.stream[0].rpartition(b"</rdf:RDF>")
    metadata.stream[0] = start + UA_STATEMENT + closing + end


def _no_space_at_end(text: str) -> str:
    """WeasyPrint 70 may break a line after its first word when a text ends in a space before an inline element: the space moves inside.

    >>> _no_space_at_end('gives 40. <span class="quiet">Source 1</span>')
    'gives 40.<span class="quiet"> Source 1</span>'
    """
    return SPACE_BEFORE.sub(r"\1 ", text)


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """Characters that the regular font has; the other two have the same."""
    return frozenset(TTFont(BytesIO(font_file("TenderloopSans-Regular.ttf"))).getBestCmap())


def _only_known(text: str) -> str:
    """No font of the machine may step in, or the file would differ from one machine to the next."""
    known = _known()
    strange = {character for character in set(text) if ord(character) not in known and character not in "\n\t\r"}
    return text.translate({ord(character): MISSING for character in strange}) if strange else text


_collecting = threading.Lock()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Layout makes millions of objects that live to the end: looking for garbage among them only takes time."""
    with _collecting:
        was_on = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_on:
                gc.enable()
