"""The report as PDF: tagged (PDF/UA-1) and archivable (PDF/A-3a) in one file, the same bytes for the same inputs.

Knows WeasyPrint and what it leaves undone. Must not decide what a report says. Nothing is fetched but the three fonts that are shipped.
"""

from __future__ import annotations

import gc
import re
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

import pydyf  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from weasyprint import HTML  # type: ignore[import-untyped]
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

from tenderloop.report.html import font_file, page, print_stylesheet
from tenderloop.report.model import Report

FONT_SCHEME = "tenderloop-font:"
MISSING = "\u25a1"  # a square stands for a character that the shipped fonts do not have

AMBIGUOUS_END = b"\r\nendstream"  # a packed stream that ends in a carriage return: readers differ on whether that is its last byte

SPACE_BEFORE = re.compile(r' (<(?:b|span class="(?:quiet|id|cited|open)")>)')

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


def to_pdf(report: Report) -> bytes:
    """The report as one PDF file. Characters that the shipped fonts lack are shown as a square; the HTML shows them all."""
    return html_to_pdf(page(report, print_stylesheet(FONT_SCHEME)), identifier=bytes.fromhex(report.identity)[:16])


def html_to_pdf(text: str, *, identifier: bytes) -> bytes:
    """A page of ours as PDF; ``identifier`` (16 bytes) becomes the file's ID, so that nothing in it is random."""
    document = HTML(string=_only_known(_no_space_at_end(text)), url_fetcher=ShippedFonts())
    with _no_collection():
        for spare in range(8):
            pdf = bytes(document.write_pdf(pdf_variant="pdf/a-3a", pdf_identifier=identifier, finisher=partial(_finish, spare)))
            if AMBIGUOUS_END not in pdf:
                break
    return pdf


def _finish(spare: int, document: Any, pdf: Any) -> None:
    """What WeasyPrint leaves undone. ``spare`` empty objects change the packed list of objects, so that it ends well too."""
    _state_ua(pdf.objects[int(pdf.catalog["Metadata"].split()[0])])
    for each in pdf.objects:
        if isinstance(each, pydyf.Stream) and each.compress:
            _pack(each)
    for _ in range(spare):
        pdf.add_object(pydyf.Dictionary())


def _state_ua(metadata: Any) -> None:
    """PDF/A wants its metadata readable without unpacking; and the file is PDF/UA as well, which WeasyPrint does not say of a PDF/A."""
    metadata.compress = False
    start, closing, end = metadata.stream[0].rpartition(b"</rdf:RDF>")
    metadata.stream[0] = start + UA_STATEMENT + closing + end


def _pack(stream: Any) -> None:
    """Pack a stream once (WeasyPrint would do it twice), and never so that it ends like the line that closes it."""
    stream.compress = False
    _head, _line, body = stream.data.partition(b"\nstream\n")
    content = body.removesuffix(b"\nendstream")
    packed = zlib.compress(content, 6)
    while packed.endswith(b"\r"):
        content += b"\n"
        packed = zlib.compress(content, 6)
    if "Length1" in stream.extra:
        stream.extra["Length1"] = len(content)
    stream.extra["Filter"] = "/FlateDecode"
    stream.stream = [packed]


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
