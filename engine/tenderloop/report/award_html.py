"""The report on an award as HTML and PDF: one page that needs nothing else, in the look of every other report.

Knows templates and stylesheets. Must not decide what the report says. Every text that is not ours is escaped; nothing is fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment
from markupsafe import Markup, escape

from tenderloop.award.result import AwardResult
from tenderloop.case import Evidence
from tenderloop.report.award_articles import SOURCE_A_TO_D, SOURCE_REST
from tenderloop.report.award_bank import SOURCE as BANK_SOURCE
from tenderloop.report.award_charts import letter, reached
from tenderloop.report.award_model import AwardReport
from tenderloop.report.award_scores import evidence_text
from tenderloop.report.award_standstill import day_text
from tenderloop.report.award_words import (
    BID_STATUS,
    LEAF_STATUS,
    LOT_STATUS,
    MARK_OF_BID,
    brief,
    exact,
    exact_beside,
    listed,
    lot_name,
    money,
    per_cent,
    pts,
    signed,
    when,
)
from tenderloop.report.html import OUR_PART, page_environment, print_stylesheet, stylesheet

SECTIONS = (
    ("article-84", "Individual report, Directive 2014/24/EU article 84"),
    ("bank", "Bid evaluation tables after the World Bank’s form"),
    ("opening", "Opening record"),
    ("standstill", "Standstill"),
    ("warnings", "Warnings on the procedure"),
    ("provenance", "Provenance"),
)


def award_to_html(report: AwardReport, *, standalone: bool = True) -> str:
    """The report as one page with stylesheet and fonts inside; not standalone, an ``<article>`` for a page with ``award_stylesheet()``."""
    if not standalone:
        return _render("award/fragment.html", report)
    return page(report, award_stylesheet())


def page(report: AwardReport, style: str) -> str:
    """A whole page with this stylesheet."""
    return _render("award/page.html", report, style=Markup(style), footer=footer(report))  # noqa: S704  (our own stylesheet)


def award_stylesheet(fonts: str = "embedded", form: str = "woff2") -> str:
    """The stylesheet of reports with what awards and letters add, for screen and print.

    >>> ".heat-4" in award_stylesheet("/fonts/")
    True
    """
    return stylesheet(fonts, form) + "\n" + award_style()


def award_print_stylesheet(fonts: str) -> str:
    """The part of it that paper needs."""
    return print_stylesheet(fonts) + "\n" + OUR_PART.sub("", award_style())


@lru_cache(maxsize=1)
def award_style() -> str:
    """Our additions alone."""
    return (files(__package__) / "styles" / "award.css").read_text(encoding="utf-8")


def footer(report: AwardReport) -> str:
    """What stands at the foot of every page."""
    result = report.result
    return (
        f"Tenderloop {result.engine} · {result.procedure.id} {brief(result.procedure_hash)} · bids and records {brief(result.inputs_hash)}"
    )


def award_to_pdf(report: AwardReport) -> bytes:
    """The report as one PDF file, PDF/UA-1 and PDF/A-3a, the same bytes for the same inputs."""
    from tenderloop.report.pdf import FONT_SCHEME, html_to_pdf  # only a PDF needs its writer

    return html_to_pdf(page(report, award_print_stylesheet(FONT_SCHEME)), identifier=bytes.fromhex(report.identity)[:16])


def environment(result: AwardResult, language: str) -> tuple[Environment, dict[str, object]]:
    """The templates, and the names that the award pages use beside those of every page; figures are shown with the procedure's places."""
    found, words = page_environment(language)
    places = result.procedure.rules.display_places
    names: dict[str, object] = {
        "pts": lambda value, places=places: pts(value, places),
        "beside": lambda value: exact_beside(value, places),
        "leaf_status": LEAF_STATUS,
        "figure": lambda value, unit="": figure(value, unit, result.procedure.currency),
        "signed": signed,
        "money": money,
        "per_cent": per_cent,
        "exact": exact,
        "listed": lambda values: listed(list(values)),
        "letter_of": letter,
        "reached": reached,
        "lot_name": lot_name,
        "when": when,
        "day_text": day_text,
        "evidence": bracketed,
        "lot_status": LOT_STATUS,
        "bid_status": BID_STATUS,
        "mark_of_bid": MARK_OF_BID,
        "procedure": result.procedure,
        "words": words,
    }
    return found, names


def _render(template: str, report: AwardReport, **more: object) -> str:
    found, names = environment(report.result, report.language)
    return found.get_template(template).render(
        report=report,
        sections=SECTIONS,
        article_sources=(SOURCE_A_TO_D, SOURCE_REST),
        bank_source=BANK_SOURCE,
        **names,
        **more,
    )


def figure(value: Fraction, unit: str, currency: str) -> str:
    """A figure of a line of arithmetic: money as money, else exact where that is short, rounded where it is not.

    >>> figure(Fraction(331, 6), "points", "EUR"), figure(Fraction(5, 2), "points", "EUR")
    ('55.1667 (331/6)', '2.5')
    """
    if unit == currency:
        return money(value)
    text = exact(value)
    if "/" not in text and len(text) <= 12:
        return text
    places = 6 if abs(value) < 1 else 4
    beside = exact_beside(value, places)
    return pts(value, places) + (f" ({beside})" if beside else "")


def bracketed(evidence: Sequence[Evidence]) -> Markup:
    """Evidence after a sentence; nothing where there is none."""
    return escape(f" [{evidence_text(evidence)}]") if evidence else Markup("")
