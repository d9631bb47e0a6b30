"""Passages: pieces of a text that are long enough to mean something and short enough to be cited, each with its place.

Knows how papers and notices are cut and what in a passage can be checked (numbers with units, standards). Must not know packs, terms
or what a passage is good for. Nothing is rewritten: a passage's words are the text's own, between two offsets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tenderloop.evidence.documents import Block, Document
from tenderloop.evidence.formats import Kind
from tenderloop.notice import BOUND, Notice, Role

FEWEST_WORDS = 40  # shorter paragraphs of a page are put together
MOST_WORDS = 120  # longer ones are cut at the end of a sentence
LONGEST_SENTENCE = 200  # words; beyond it a "sentence" is cut anywhere between words


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a paper or notice.

    ``text`` is the document's text from ``start`` to ``end`` (in ``Document.text``, or in the notice's text at ``place``). ``page`` is 1
    for the first page and None where there is none; ``place`` says ``page 3`` or ``paragraph 7``, or the XPath or pointer of a notice.
    ``role`` is the notice's; passages of a paper have ``document``. ``also`` names further places of the same words.
    """

    text: str
    document: str
    place: str
    start: int
    end: int
    number: int
    page: int | None = None
    language: str = ""
    role: Role = "document"
    lot: str = ""
    heading: str = ""
    kind: Kind = "paragraph"
    also: tuple[str, ...] = ()

    @property
    def bound(self) -> bool:
        """Whether the words stand in a criterion, specification or clause."""
        return self.role in BOUND


def document_passages(document: Document) -> tuple[Passage, ...]:
    """The passages of a paper in order: paragraphs of a page put together to 40 words or more, or cut to at most 120; items, rows whole.

    A heading opens a passage and is remembered by those that follow.

    >>> paper = Document("a.txt", "text", "", (Block("Repair", "heading", 1), Block("Spare parts for ten years.", "item", 2)))
    >>> [(passage.text, passage.heading, passage.place) for passage in document_passages(paper)]
    [('Repair', 'Repair', 'paragraph 1'), ('Spare parts for ten years.', 'Repair', 'paragraph 2')]
    """
    made: list[Passage] = []
    heading = ""
    offset = 0
    group: list[tuple[Block, int]] = []

    def flush() -> None:
        if not group:
            return
        first, start = group[0]
        last, begin = group[-1]
        for left, right in cuts(document.text, start, begin + len(last.text), whole=first.kind in ("item", "row")):
            # A piece of a long group is cited by the block in which it begins.
            here = next((block for block, place in reversed(group) if place <= left), first)
            made.append(
                Passage(
                    document.text[left:right],
                    document.name,
                    document.place(here) if here.page is None else f"page {here.page}",
                    left,
                    right,
                    len(made) + 1,
                    here.page,
                    document.language,
                    heading=heading,
                    kind=first.kind,
                )
            )
        group.clear()

    words = 0
    for block in document.blocks:
        begins = block.kind in ("heading", "item", "row") or (
            group and (group[0][0].kind in ("item", "row") or group[-1][0].page != block.page)
        )
        if begins or words >= FEWEST_WORDS:
            flush()
            words = 0
        if block.kind == "heading":
            heading = block.text
        group.append((block, offset))
        words += len(block.text.split())
        offset += len(block.text) + 1
    flush()
    return tuple(made)


def notice_passages(notice: Notice) -> tuple[Passage, ...]:
    """The texts of a notice as passages, with role, lot, language and place. The same words in the same role and language are one passage.

    >>> from tenderloop.notice import Text
    >>> notice = Notice("eforms", "1.10", "n1", "p1", "tender", texts=(Text("Supply of chairs", "title", "/a", "en"),))
    >>> [(passage.text, passage.role, passage.place) for passage in notice_passages(notice)]
    [('Supply of chairs', 'title', '/a')]
    """
    first: dict[tuple[str, str, str], Passage] = {}
    also: dict[tuple[str, str, str], list[str]] = {}
    for text in notice.every_text():
        for start, end in cuts(text.value, 0, len(text.value)):
            piece = text.value[start:end]
            key = (" ".join(piece.split()).casefold(), text.language, text.role)
            if key in first:
                also.setdefault(key, []).append(text.where)
            else:
                first[key] = Passage(piece, notice.id, text.where, start, end, len(first) + 1, None, text.language, text.role, text.lot)
    return tuple(passage if key not in also else replace(passage, also=tuple(dict.fromkeys(also[key]))) for key, passage in first.items())


# A full stop ends a sentence unless an abbreviation, an initial or a number of a paragraph stands before it.
_END = re.compile(r"(?<=[.!?…;])[)\"'»”]?\s+(?=[^\s])|\n+")
_SHORT_FORMS = (
    "art Art al Abs Nr No no nr Nos bzw ca etc evtl ggf inkl max min poz pkt ust str tel usw vgl op cit Dz Lgs lett comma p pp par "
    "ref réf sec vol Dr Prof Mr Mrs St Ltd Inc ст руб"
)
_ABBREVIATED = re.compile(rf"\b(?:[^\W\d_]|\d{{1,2}}|{_SHORT_FORMS.replace(' ', '|')})\.$")


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, line or clause after a semicolon.

    >>> text = "See art. 5 of the annex. Parts are kept for 10 years; repair is free."
    >>> [text[a:b] for a, b in sentences(text)]
    ['See art. 5 of the annex.', 'Parts are kept for 10 years;', 'repair is free.']
    """
    stop = len(text) if end is None else end
    begin = start
    for found in _END.finditer(text, start, stop):
        if "\n" not in found.group() and _ABBREVIATED.search(text, max(begin, found.start() - 12), found.start()):
            continue
        if text[begin : found.start()].strip():
            yield _trimmed(text, begin, found.start())
        begin = found.end()
    if text[begin:stop].strip():
        yield _trimmed(text, begin, stop)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def cuts(text: str, start: int, end: int, *, whole: bool = False) -> Iterator[tuple[int, int]]:
    """Where a text is cut: at most 120 words a piece, at ends of sentences; ``whole`` keeps it together.

    >>> text = "A clause of six short words. " * 30
    >>> [len(text[a:b].split()) for a, b in cuts(text, 0, len(text))]
    [90, 90]
    """
    start, end = _trimmed(text, start, end)
    if start == end:
        return
    words = len(text[start:end].split())
    if words <= MOST_WORDS or (whole and words <= 2 * LONGEST_SENTENCE):
        yield start, end
        return
    # Pieces of about the same length read better than full ones and a rest.
    target = words / -(-words // (MOST_WORDS * 3 // 4))
    begin: int | None = None
    held = 0
    last = start
    for left, right in _short_sentences(text, start, end):
        count = len(text[left:right].split())
        if begin is not None and (held + count > MOST_WORDS or held + count / 2 > target):
            yield begin, last
            begin, held = None, 0
        begin = left if begin is None else begin
        held += count
        last = right
    if begin is not None:
        yield begin, last


def _short_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for left, right in sentences(text, start, end):
        found = list(re.finditer(r"\S+", text[left:right]))
        if len(found) <= LONGEST_SENTENCE:
            yield left, right
            continue
        for first in range(0, len(found), MOST_WORDS):
            piece = found[first : first + MOST_WORDS]
            yield left + piece[0].start(), left + piece[-1].end()


# Symbols, and beginnings of words for time and shares in the languages of the term base.
_SYMBOLS = (
    "% ‰ kg g t Mg km m² m2 m³ m3 m cm mm l kWh MWh GWh kW MW MJ GJ W lm dB °C g/km gCO2/km ppm tCO2e tCO2 kgCO2e "
    "h d j a ton tonne tonnes Tonnen tonnellate toneladas"
)
_SPANS = (
    "percent|per cent|prozent|pour ?cent|por ciento|per cento|procent|процент|year|month|week|day|hour|jahr|monat|woche|tag|stunde|"
    "an|année|mois|semaine|jour|heure|año|mes|día|dia|hora|anni|anno|settiman|giorn|or[ae]|ano|mês|lat|rok|miesi|tygodn|dni|godzin|"
    "лет|год|месяц|недел|дн|час"
)
_MEASURE = re.compile(
    rf"(?<![\w.,])[0-9][0-9\u00a0\u202f.,]*(?: ?(?:{'|'.join(map(re.escape, sorted(_SYMBOLS.split(), key=len, reverse=True)))})(?![\w²³/])"
    rf"|[ -](?i:{_SPANS})(?!\w*[A-Z])[^\W\d_]{{0,5}}\b)"
)
_BODIES = "EN|ISO|IEC|CEN|DIN|CWA|ETSI|ГОСТ|NF"
_STANDARD = re.compile(
    rf"\b(?:(?:DIN|NF|BS|UNI|UNE|PN|SR|NBN|ÖNORM)[ -])?(?:{_BODIES})(?:[ /-](?:EN|ISO|IEC|TS|TR|P|Р))*[ -]?[0-9]{{2,}}(?:[-:][0-9]+)*"
)
_LABELS = (
    "emas|epeat|energy star|fairtrade|fsc|pefc|cradle to cradle|gots|tco certified|[eé]co-?label|blaue[rn]? engel|nordic swan|svanemerket|"
    "svanemærket|milieukeur|leed|breeam|dgnb|hqe|экомаркировк\\w*"
)
_LABEL = re.compile(rf"\b(?:{_LABELS})\b", re.IGNORECASE)


def checkable(text: str) -> tuple[str, ...]:
    """What in a text can be checked: numbers with a unit, standards and labels, in order. Money is not among them.

    >>> checkable("Spare parts for 10 years, ISO 14001 or EMAS; 5 % of EUR 300.")
    ('10 years', 'ISO 14001', 'EMAS', '5 %')
    """
    found = [(each.start(), each.group()) for pattern in (_MEASURE, _STANDARD, _LABEL) for each in pattern.finditer(text)]
    return tuple(dict.fromkeys(words.strip() for _, words in sorted(found)))
