"""Whether a letter tells its addressee what belongs to another bidder: confidential texts, prices, names, and whatever else stands in bids.

Knows what each bidder may be told by the procedure's rule of disclosure, and looks for everything else in the text, the attributes, the
comments and the file name of a letter. Must not know how a letter is made.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any, Literal

from tenderloop.award.bid import Bid
from tenderloop.award.result import AwardResult
from tenderloop.quantity import shown

LeakKind = Literal["confidential", "name", "price", "total", "text", "judgement"]

SHORTEST_NAME = 2
SHORTEST_CONFIDENTIAL = 3
SHORTEST_TEXT = 8  # shorter texts of a bid ("yes", "AT", "steel") say nothing of whose they are
RUN = 6  # so many words in a row of somebody else's text are a quotation
NEAR = 4  # characters between a figure and its currency
SCORED = ("ranked", "below_threshold", "abnormally_low")  # bids that were assessed; others are not told who won


@dataclass(frozen=True)
class Leak:
    """Something of another bidder's: whose bid, what kind, in which of its fields, and the beginning of what was found."""

    bid: str
    kind: LeakKind
    field: str
    found: str

    def __str__(self) -> str:
        return f"{self.kind} of bid {self.bid} ({self.field}): {self.found}"


@dataclass(frozen=True)
class MayKnow:
    """What the addressee of a letter may be told of others: whose names, prices, scores, and totals, by bid."""

    own: frozenset[str]
    names: frozenset[str]
    prices: frozenset[str]
    scores: frozenset[str]
    totals: frozenset[str]


def may_know(result: AwardResult, bidder: str) -> MayKnow:
    """What a bidder (by name, or by the id of its bid) may know, by the procedure's rule of disclosure.

    Of winners only those of lots in which the bidder has a bid that was assessed.
    """
    own = frozenset(bid.id for bid in result.bids if bid.bidder == bidder or bid.id == bidder)
    owners = {result.bid_of[bid].bidder for bid in own}
    own |= frozenset(bid.id for bid in result.bids if bid.bidder in owners)
    rule = result.procedure.disclosure
    assessed = [lot for lot in result.lots if any(each.bid in own and each.status in SCORED for each in lot.standings)]
    winners = frozenset(lot.winner for lot in assessed if lot.winner)
    beside = frozenset(each.bid for lot in assessed for each in lot.standings)
    return MayKnow(
        own,
        own | (winners if rule.winner_name else frozenset()) | (beside if rule.other_names else frozenset()),
        own | (winners if rule.winner_price else frozenset()),
        own | (winners if rule.winner_scores else frozenset()),
        own | (winners if rule.winner_scores else frozenset()) | (beside if rule.other_totals else frozenset()),
    )


def leaks(letter: str, bidder: str, result: AwardResult, *, name: str = "") -> list[Leak]:
    """Everything of other bidders in a letter (HTML or plain text; ``name`` is its file's name) that its addressee may not be told.

    ``bidder`` is a name or the id of a bid. An empty list: nothing was found. A text that the procedure itself or the addressee's own bid
    holds is nobody else's. Figures are compared as numbers, whatever their separators.
    """
    known = may_know(result, bidder)
    assert known.own, f"{bidder} has no bid in this procedure"
    page = _Page(letter, name)
    public = _public(result, known)
    found: dict[Leak, None] = {}
    for bid in result.bids:
        if bid.id not in known.own:
            for leak in _of_bid(bid, result, known, page, public):
                found.setdefault(leak)
    return list(found)


# ------------------------------------------------------------------------------------------------------------------ what is looked at


class _Texts(HTMLParser):
    """Text, attributes and comments of a page; styles are ours and say nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.beside: list[str] = []
        self.quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self.quiet += 1
        drawn = {"d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "viewbox", "points", "transform"}
        self.beside += [value for attribute, value in attrs if value and attribute not in drawn]

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self.quiet -= 1

    def handle_data(self, data: str) -> None:
        if not self.quiet:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.beside.append(data)


class _Page:
    """A letter as it can be searched."""

    def __init__(self, letter: str, name: str) -> None:
        texts = _Texts()
        texts.feed(letter)
        texts.close()
        beside = " ".join([*texts.beside, name])
        # a word may be cut by a tag, and two words may be parted by nothing but a tag
        self.text = " ".join(plain(each) for each in (" ".join(texts.text), "".join(texts.text), beside))
        self.squeezed = self.text.replace(" ", "")
        figures = " \n ".join([" \n ".join(texts.text), "".join(texts.text), beside])
        self.figures = tuple(_figures(figures))


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """A text for comparison: one form of each character, no case, no invisible characters, single spaces.

    >>> plain("  Alder\\u00a0WORKS\\u200b ")
    'alder works'
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(each for each in folded if unicodedata.category(each) != "Cf").split())


@dataclass(frozen=True)
class _Figure:
    """A number as written: what it may mean, and whether a currency stands beside it."""

    values: frozenset[Fraction]
    money: bool


_NUMBER = re.compile(r"\d(?:[\d.,'’\u00a0\u2009\u202f ]*\d)?")
_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?|\d{1,2} (?:January|February|March|April|May|June|July|August|September|October|"
    r"November|December) \d{4}"
)
_CURRENCY = re.compile(r"\b[A-Z]{3}\b|[€$£¥₴₽]")
_SPACES = re.compile(r"['’\u00a0\u2009\u202f ]")


def _figures(text: str) -> Iterator[_Figure]:
    text = _DATE.sub(" ", text)
    for match in _NUMBER.finditer(text):
        near = text[max(0, match.start() - NEAR) : match.start()] + " " + text[match.end() : match.end() + NEAR]
        parts = {match[0], *re.split(r"[ ]", match[0])}
        values = frozenset(value for part in parts for value in readings(part))
        yield _Figure(values, bool(_CURRENCY.search(near)))


def readings(written: str) -> frozenset[Fraction]:
    """Every number that a text of digits and separators may mean.

    >>> sorted(str(each) for each in readings("79,500"))
    ['159/2', '79500']
    """
    digits = _SPACES.sub("", written).strip(".,")
    whole = re.sub(r"[.,]", "", digits)
    found = {Fraction(whole)} if whole else set()
    cut = max(digits.rfind("."), digits.rfind(","))
    if cut > 0:
        before, after = re.sub(r"[.,]", "", digits[:cut]), digits[cut + 1 :]
        if before and after:
            found.add(Fraction(f"{before}.{after}"))
    return frozenset(found)


# ------------------------------------------------------------------------------------------------------------- what is nobody else's


@dataclass(frozen=True)
class _Public:
    """What the procedure and the addressee's own records hold: texts, and figures with and without their panel's words."""

    text: str
    panel: str
    amounts: frozenset[Fraction]
    figures: frozenset[Fraction]


def _public(result: AwardResult, known: MayKnow) -> _Public:
    procedure = list(_strings(result.procedure.content()))
    own = [text for bid in known.own for text in _strings(result.bid_of[bid].model_dump(mode="json"))]
    panel = [
        text
        for records in (result.judgements, result.consensus, result.decisions)
        for record in records
        if record.bid in known.own
        for text in _strings(record.model_dump(mode="json"))
    ]
    amounts = {value for text in (*procedure, *own) for figure in _figures(text) for value in figure.values}
    amounts |= {value for text in (*procedure, *own) if (value := _number(text)) is not None}
    figures = {Fraction(each) for each in range(367)}  # scores, ranks, steps, days; a price this low is looked for beside its currency
    figures |= {Fraction(each) for each in (2014,)}  # the year of the directive, which every letter names
    for lot in result.lots:
        for score in lot.groups:  # leaves among them
            if score.bid in known.scores:
                figures |= _as_shown(value for value in (score.raw, score.score, score.points) if value is not None)
            figures |= _as_shown((score.share * 100,))
        for standing in lot.standings:
            if standing.bid in known.totals and standing.total is not None:
                figures |= _as_shown((standing.total, standing.unrounded or standing.total))
        for price in lot.prices:
            if price.bid in known.prices:
                values = [line.value for line in price.working if line.value is not None]
                amounts |= _as_shown([*values, *(each for each in (price.read_out, price.evaluated) if each is not None)])
    text = plain(" \n ".join([*procedure, *own]))
    return _Public(text, text + " " + plain(" \n ".join(panel)), frozenset(amounts), frozenset(figures | amounts))


def _number(text: str) -> Fraction | None:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _strings(value: Any) -> Iterator[str]:
    """Every text and figure in a record, as text."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _as_shown(values: Iterable[Fraction]) -> set[Fraction]:
    """Values exactly, and as they are rounded for people."""
    return {rounded for value in values for rounded in (value, *(Fraction(shown(value, places)) for places in (0, 1, 2, 4, 6)))}


# --------------------------------------------------------------------------------------------------------------------- what is secret


def _of_bid(bid: Bid, result: AwardResult, known: MayKnow, page: _Page, public: _Public) -> Iterator[Leak]:
    for text in bid.confidential:
        if _holds(page, public.text, text, SHORTEST_CONFIDENTIAL, quoted=True):
            yield Leak(bid.id, "confidential", "confidential", _brief(text))
    if bid.id not in known.names:
        # a name that may be told for one lot is the same name in every lot
        told = {result.bid_of[each].bidder for each in known.names}
        if bid.bidder not in told and _holds(page, public.text, bid.bidder, SHORTEST_NAME, quoted=False):
            yield Leak(bid.id, "name", "bidder", _brief(bid.bidder))
        # an id that is a mere number, or a word that our own sentences use, tells nothing of anybody
        if not bid.id.isdigit() and plain(bid.id) not in our_words() and _holds(page, public.text, bid.id, SHORTEST_NAME, quoted=False):
            yield Leak(bid.id, "name", "id", _brief(bid.id))
    for field, text in _texts_of(bid):
        if _holds(page, public.text, text, SHORTEST_TEXT, quoted=True):
            yield Leak(bid.id, "text", field, _brief(text))
    for field, text in _panel_texts(result, bid.id):
        if _holds(page, public.panel, text, SHORTEST_TEXT, quoted=True):
            yield Leak(bid.id, "judgement", field, _brief(text))
    if bid.id not in known.prices:
        for field, value in _amounts_of(result, bid):
            if _written(page, _as_shown((value,)), public):
                yield Leak(bid.id, "price", field, shown(value, 0 if value.denominator == 1 else 2))
    if bid.id not in known.totals:
        for field, value in _totals_of(result, bid.id):
            if value.denominator != 1 and _written(page, {value, Fraction(shown(value, 2))}, public):
                yield Leak(bid.id, "total", field, shown(value, 2))


def _texts_of(bid: Bid) -> Iterator[tuple[str, str]]:
    """Every text of a bid but its name, id, lot and confidential parts."""
    held = bid.model_dump(mode="json", exclude={"id", "bidder", "lot", "confidential", "price", "file", "line"})
    for field, value in held.items():
        for text in _strings(value):
            # figures are searched as amounts; a single word of our own sentences ("arithmetic", a kind of correction) tells nothing
            if _number(text) is None and plain(text) not in our_words():
                yield field, text
        if isinstance(value, Mapping):
            yield from ((field, str(key)) for key in value if field in ("documents", "cases"))


def _panel_texts(result: AwardResult, bid: str) -> Iterator[tuple[str, str]]:
    for judgement in result.judgements:
        if judgement.bid == bid:
            yield "judgement", judgement.reason
            yield from (("evidence", each.quote) for each in judgement.evidence)
    for consensus in result.consensus:
        if consensus.bid == bid:
            yield "consensus", consensus.reason
            yield "consensus", consensus.discrepancy
            yield from (("evidence", each.quote) for each in consensus.evidence)
    for decision in result.decisions:
        if decision.bid == bid:
            yield "decision", decision.reason
            yield "decision", decision.ground


def _amounts_of(result: AwardResult, bid: Bid) -> Iterator[tuple[str, Fraction]]:
    if bid.price is not None:
        yield "price", bid.price
        yield "price", bid.price + sum((each.amount for each in bid.corrections), Fraction(0))
    for line in bid.costs:
        if line.unit == "money":
            yield "costs", line.amount
    for lot in result.lots:
        for price in lot.prices:
            if price.bid == bid.id:
                if price.evaluated is not None:
                    yield "evaluated", price.evaluated
                for step in price.working:
                    if step.value is not None and step.unit in (bid.currency, result.procedure.currency):
                        yield "evaluated", step.value


def _totals_of(result: AwardResult, bid: str) -> Iterator[tuple[str, Fraction]]:
    for lot in result.lots:
        standing = lot.standing_of.get(bid)
        if standing is not None and standing.total is not None:
            yield "total", standing.total


def _written(page: _Page, values: set[Fraction], public: _Public) -> bool:
    """Whether a page holds one of these figures where it is not one of its addressee's own or of the procedure's."""
    wanted = frozenset(value for value in values if value != 0)
    return any(
        (hit := figure.values & wanted) and not hit <= (public.amounts if figure.money else public.figures) for figure in page.figures
    )


def _holds(page: _Page, public: str, text: str, shortest: int, *, quoted: bool) -> bool:
    """Whether a page holds somebody else's text, or so many words of it in a row, that is not public."""
    wanted = plain(text)
    if len(wanted) < shortest:
        return False
    if _within(wanted, page.text) and not _within(wanted, public):
        return True
    squeezed = wanted.replace(" ", "")
    if len(squeezed) >= SHORTEST_TEXT and squeezed in page.squeezed and squeezed not in public.replace(" ", ""):
        return True
    if not quoted:
        return False
    words = wanted.split()
    return any((part := " ".join(words[at : at + RUN])) in page.text and part not in public for at in range(len(words) - RUN + 1))


@lru_cache(maxsize=1)
def our_words() -> frozenset[str]:
    """The words of the sentences that every letter is made of.

    >>> "standstill" in our_words(), "alder" in our_words()
    (True, False)
    """
    home = files(__package__)
    texts = [(home / "templates" / "award" / "letter.html").read_text(encoding="utf-8")]
    for name in ("award_letters.py", "award_scores.py", "award_words.py"):
        tree = ast.parse((home / name).read_text(encoding="utf-8"))
        held = (ast.Module, ast.ClassDef, ast.FunctionDef)
        described = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, held) and isinstance(node.body[0], ast.Expr)}
        texts += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described
        ]
    return frozenset(word for text in texts for word in re.findall(r"\w+", plain(text)))


@lru_cache(maxsize=4000)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)" + re.escape(text) + r"(?!\w)")


def _within(text: str, whole: str) -> bool:
    return text in whole and _pattern(text).search(whole) is not None


def _brief(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
