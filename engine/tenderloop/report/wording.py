"""The report's own words: statuses with their shapes, names of stages, grades and topics, and the catalogue that translates them.

Knows words and shapes. Must not know results or layouts. What the engine says of a case (reasons, hints, titles) comes from the result.
"""

from __future__ import annotations

import gettext
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from tenderloop.quantity import shown

DOMAIN = "tenderloop"


class Mark(NamedTuple):
    """A status as people see it: never by colour alone."""

    shape: str
    word: str


def _(text: str) -> str:
    """Marks a text for the catalogue; it is translated where it is shown."""
    return text


MARKS: dict[str, Mark] = {
    "pass": Mark("✓", _("passes")),
    "fail": Mark("✗", _("fails")),
    "undecided": Mark("◆", _("undecided")),
    "not_applicable": Mark("–", _("not applicable")),
    "holds": Mark("✓", _("holds")),
    "broken": Mark("✗", _("broken")),
    "justified": Mark("▲", _("justified")),
    "unknown": Mark("◇", _("unknown")),
    "scored": Mark("●", _("scored")),
    "strength": Mark("▲", _("raises")),
    "weakness": Mark("▼", _("lowers")),
    "open": Mark("◇", _("open")),
    "measured": Mark("●", _("bound, checkable")),
    "bound": Mark("■", _("bound")),
    "field": Mark("■", _("stated in a field")),
    "asked": Mark("▲", _("worded as a duty")),
    "declared": Mark("△", _("declared by code")),
    "said": Mark("◇", _("said, not bound")),
    "official": Mark("●", _("official")),
    "published": Mark("■", _("published")),
    "transcribed": Mark("▣", _("transcribed")),
    "unverified": Mark("◇", _("unverified")),
    "proposed": Mark("△", _("proposed (ours)")),
}

STATUS_MEANS: dict[str, str] = {
    "official": _("the text of the rule itself was seen"),
    "published": _("a named publication was seen"),
    "transcribed": _("read in a third party's transcription; not compared with the original"),
    "unverified": _("well known; the original was not seen"),
    "proposed": _("ours; not an official rule"),
}

RATED_BY: dict[str, str] = {"self": _("self-rated"), "assisted": _("rated with assistance"), "third_party": _("rated by a third party")}

KINDS: dict[str, str] = {"tender": _("tender"), "bid": _("bid"), "project": _("project"), "authority": _("authority")}

STRENGTHS: dict[str, str] = {
    "measured": _("stands in a criterion, specification or clause, with a number, standard or label to check it by"),
    "bound": _("stands in a criterion, specification or clause, in general words"),
    "field": _("stated in a field of the notice"),
    "asked": _("worded as a duty in a description or note; it binds once it stands in the specification or contract"),
    "declared": _("a code that the buyer declared; it binds nobody"),
    "said": _("said in a title, description or note; it binds nobody"),
}

STAGE_NAMES: dict[str, str] = {
    "identification": _("identification"),
    "preparation": _("preparation"),
    "tender": _("tender"),
    "delivery": _("delivery"),
    "handover": _("handover"),
}

STEP_KINDS: dict[str, str] = {"answer": _("answer"), "evidence": _("prove"), "improve": _("improve"), "gate": _("gate")}

TOPICS: dict[str, str] = {
    "fiscal": _("Public money: direct commitments"),
    "contingent": _("Contingent liabilities: what the public may have to pay"),
    "bankability": _("Bankability: can the debt be served"),
    "affordability": _("Affordability: can users pay"),
}

ENTRY_POINTS: dict[str, str] = {
    "waste": _("Waste management"),
    "procurement": _("Sustainable and innovative public procurement"),
    "traceability": _("Traceability of value chains"),
    "standards": _("Standards and regulation"),
    "trade": _("Efficient trade and logistics"),
}

GOALS: dict[str, str] = {
    "1": _("No poverty"),
    "2": _("Zero hunger"),
    "3": _("Good health and well-being"),
    "4": _("Quality education"),
    "5": _("Gender equality"),
    "6": _("Clean water and sanitation"),
    "7": _("Affordable and clean energy"),
    "8": _("Decent work and economic growth"),
    "9": _("Industry, innovation and infrastructure"),
    "10": _("Reduced inequalities"),
    "11": _("Sustainable cities and communities"),
    "12": _("Responsible consumption and production"),
    "13": _("Climate action"),
    "14": _("Life below water"),
    "15": _("Life on land"),
    "16": _("Peace, justice and strong institutions"),
    "17": _("Partnerships for the goals"),
}


@lru_cache(maxsize=8)
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations of a language; texts stay English where there is no catalogue.

    >>> catalogue("en").gettext("passes")
    'passes'
    """
    return gettext.translation(DOMAIN, str(files("tenderloop") / "locale"), languages=[language], fallback=True)


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.catalogue = catalogue(language)

    def __call__(self, text: str) -> str:
        """A text in this language."""
        return self.catalogue.gettext(text)

    def count(self, one: str, many: str, number: int) -> str:
        """A text for so many things; ``{n}`` stands for the number."""
        return self.catalogue.ngettext(one, many, number).replace("{n}", str(number))

    def on_fail(self, on_fail: str) -> str:
        """What a failed gate does: ``reject``, ``warn`` or ``cap X``.

        >>> Words("en").on_fail("cap D")
        'if it fails, the rating is at most D'
        """
        if on_fail == "reject":
            return self(_("if it fails, the case is rejected"))
        if on_fail.startswith("cap "):
            return self(_("if it fails, the rating is at most {rating}")).format(rating=on_fail.removeprefix("cap "))
        return self(_("if it fails, a warning"))


def page_text(page: str, words: Words) -> str:
    """Where in a paper something stands: a page, or the path of a value in a file.

    >>> page_text("18", Words("en")), page_text("/*/cbc:Note", Words("en"))
    ('p. 18', 'at /*/cbc:Note')
    """
    return words(_("at {path}")).format(path=page) if page.startswith("/") else words(_("p. {page}")).format(page=page)


def points(value: Fraction) -> str:
    """A score, share or gain as the report shows it: one place, rounded once.

    >>> points(Fraction(331, 6))
    '55.2'
    """
    return shown(value, 1)


def first_sentence(text: str) -> str:
    """The first sentence of a hint, for the first page; the whole stands in the roadmap.

    >>> first_sentence("Ask for the permit. Then publish it.")
    'Ask for the permit.'
    """
    head, stop, _rest = text.partition(". ")
    return head + "." if stop else text
