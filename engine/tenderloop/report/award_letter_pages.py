"""Letters to bidders as HTML and PDF. Every letter is searched for what belongs to other bidders before it is written.

Knows templates and stylesheets. Must not decide what a letter says.
"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from tenderloop.award.result import AwardResult
from tenderloop.errors import Problem, Problems
from tenderloop.report.award_html import award_print_stylesheet, award_stylesheet, environment
from tenderloop.report.award_leaks import leaks
from tenderloop.report.award_letter_model import Heading, Letter, Paragraph, Points
from tenderloop.report.award_letters import letters
from tenderloop.report.award_standstill import day_text


def letter_to_html(letter: Letter, result: AwardResult) -> str:
    """The letter as a page of its own; ``Problems`` (``letter-leak``) naming everything in it that belongs to another bidder."""
    return _checked(letter, result, award_stylesheet())


def letter_to_pdf(letter: Letter, result: AwardResult) -> bytes:
    """The letter as PDF/UA-1 and PDF/A-3a, the same bytes for the same inputs; refused as ``letter_to_html`` does."""
    from tenderloop.report.pdf import FONT_SCHEME, html_to_pdf  # only a PDF needs its writer

    text = _checked(letter, result, award_print_stylesheet(FONT_SCHEME))
    return html_to_pdf(text, identifier=_identifier(letter))


def _identifier(letter: Letter) -> bytes:
    return bytes.fromhex(letter.identity)[:16]


def letter_files(result: AwardResult, *, sent: str = "", pdf: bool = True) -> Mapping[str, bytes]:
    """Every letter that can be written now, by file name, as HTML and PDF. All are searched first: one leak, and none is written."""
    found = letters(result, sent=sent)
    problems: list[Problem] = []
    for letter in found:
        problems += leak_problems(letter, result)
    if problems:
        raise Problems(problems)
    files: dict[str, bytes] = {}
    for letter in found:  # each was searched above: only the stylesheet differs now
        files[f"{letter.name}.html"] = _page(letter, result, award_stylesheet()).encode("utf-8")
        if pdf:
            from tenderloop.report.pdf import FONT_SCHEME, html_to_pdf

            text = _page(letter, result, award_print_stylesheet(FONT_SCHEME))
            files[f"{letter.name}.pdf"] = html_to_pdf(text, identifier=_identifier(letter))
    return files


def leak_problems(letter: Letter, result: AwardResult) -> list[Problem]:
    """What stands in the way of writing a letter."""
    return _problems(letter, result, _page(letter, result, ""))


def _problems(letter: Letter, result: AwardResult, text: str) -> list[Problem]:
    hint = "take it out of the reason or record that the letter repeats; a reason compares a bid with the criterion, not with other bids"
    return [
        Problem("letter-leak", f"the letter to {letter.bidder} on bid {letter.bid} would tell {leak}", where=letter.name, hint=hint)
        for leak in leaks(text, letter.bid, result, name=letter.name)
    ]


def _checked(letter: Letter, result: AwardResult, style: str) -> str:
    text = _page(letter, result, style)
    problems = _problems(letter, result, text)
    if problems:
        raise Problems(problems)
    return text


def _page(letter: Letter, result: AwardResult, style: str) -> str:
    found, names = environment(result, letter.language)
    return found.get_template("award/letter.html").render(
        letter=letter,
        style=Markup(style),  # noqa: S704  (our own stylesheet)
        kind_of=_kind_of,
        day=day_text_of(letter.date),
        **names,
    )


def _kind_of(block: object) -> str:
    return {Heading: "heading", Paragraph: "paragraph", Points: "points"}.get(type(block), "table")


def day_text_of(date: str) -> str:
    """A day for people; an empty text for none.

    >>> day_text_of("2026-03-02"), day_text_of("")
    ('Monday 2 March 2026', '')
    """
    import datetime as dt

    return day_text(dt.date.fromisoformat(date)) if date else ""
