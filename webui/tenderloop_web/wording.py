"""The words of the screens: translation, and how numbers, stages and kinds are said.

Knows the catalogue of texts and the words for fixed terms. Must not know requests, forms or cases.
"""

from __future__ import annotations

import gettext as catalogues
from fractions import Fraction
from pathlib import Path

from tenderloop.quantity import exact_text, shown

LANGUAGE = "en"
LOCALES = Path(__file__).parent / "locale"


def translations(language: str = LANGUAGE) -> catalogues.NullTranslations:
    """The catalogue of a language; the English texts themselves where there is none."""
    return catalogues.translation("tenderloop_web", str(LOCALES), languages=[language], fallback=True)


_CATALOGUE = translations()


def _(text: str, /, **values: object) -> str:
    """The text in the reader's language, with values put in by name.

    >>> _("%(done)s of %(all)s answered", done=3, all=12)
    '3 of 12 answered'
    """
    said = _CATALOGUE.gettext(text)
    return said % values if values else said


STAGE_WORDS: dict[str, str] = {
    "identification": _("Identification: the need and the idea"),
    "preparation": _("Preparation: studies and appraisal"),
    "tender": _("Tender: documents and bids"),
    "delivery": _("Delivery: building and running"),
    "handover": _("Handover: the end of the contract"),
}
KIND_WORDS: dict[str, str] = {
    "tender": _("A tender: the procedure and its documents"),
    "bid": _("A bid: one bidder's offer"),
    "project": _("A project: a PPP or public project"),
    "authority": _("An authority: the buyer itself"),
}
RATER_WORDS: dict[str, str] = {
    "self": _("The sponsor itself"),
    "assisted": _("The sponsor with an adviser"),
    "third_party": _("An independent person"),
}
GRADE_WORDS: tuple[str, ...] = (
    _("0: claimed only"),
    _("1: written in a document of the sponsor or in the press"),
    _("2: formal study or plan by a named author"),
    _("3: binding (permit, contract, law) or independently reviewed"),
    _("4: verified result, measured and checked by a third party"),
)
STATUS_WORDS: dict[str, str] = {
    "official": _("official: the rule's own text was seen"),
    "published": _("published: a named publication was seen"),
    "transcribed": _("transcribed: read in a third party's transcription, not compared with the original"),
    "unverified": _("unverified: well known, the original was not seen"),
    "proposed": _("proposed: ours, not official"),
}
GATE_WORDS: dict[str, str] = {
    "pass": _("passes"),
    "fail": _("fails"),
    "undecided": _("undecided"),
    "not_applicable": _("does not apply"),
}
TOPIC_WORDS: dict[str, str] = {
    "waste": _("waste management"),
    "procurement": _("sustainable procurement"),
    "traceability": _("traceability of value chains"),
    "standards": _("standards and regulation"),
    "trade": _("efficient trade and logistics"),
}


def score_text(value: Fraction | None) -> str:
    """A score with one place.

    >>> score_text(Fraction(331, 6)), score_text(None)
    ('55.2', 'does not apply')
    """
    return _("does not apply") if value is None else shown(value, 1)


def change_text(before: Fraction | None, after: Fraction | None) -> str:
    """By how much a score moved, as the reader sees the two numbers.

    >>> change_text(Fraction(10), Fraction(25, 2)), change_text(Fraction(10), Fraction(10)), change_text(None, Fraction(10))
    ('+2.5', 'no change', 'now applies')
    """
    if before is None or after is None:
        if before == after:
            return _("no change")
        return _("now applies") if before is None else _("no longer applies")
    if before == after:
        return _("no change")
    moved = shown(after - before, 1)
    return moved if moved.startswith("-") else f"+{moved}"


def exact(value: Fraction) -> str:
    """A weight, bound or threshold in full."""
    return exact_text(value)


def percent(value: Fraction, places: int = 0) -> str:
    """A share of 1 in per cent.

    >>> percent(Fraction(1, 8), 1)
    '12.5 %'
    """
    return f"{shown(value * 100, places)} %"
