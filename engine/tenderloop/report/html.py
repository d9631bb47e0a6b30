"""The report as HTML: one page that needs nothing else, or a fragment for somebody's own page with the same stylesheet.

Knows templates, stylesheet and fonts. Must not decide what a report says. Every text that is not ours is escaped; nothing is fetched.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tenderloop.because import score_text
from tenderloop.case import GRADES
from tenderloop.quantity import shown
from tenderloop.report.model import Bar, PackPart, Report, WorkTable
from tenderloop.report.tender import per_cent, place, span_text
from tenderloop.report.wording import (
    KINDS,
    MARKS,
    RATED_BY,
    STAGE_NAMES,
    STATUS_MEANS,
    STEP_KINDS,
    STRENGTHS,
    TOPICS,
    Words,
    page_text,
    points,
)

OUR_PART = re.compile(r"\.tenderloop-report (?!\{)")
PANEL_LEAST, PANEL_MOST = 6, 30
FONTS: tuple[tuple[str, str, str], ...] = (
    ("TenderloopSans-Regular", "400", "normal"),
    ("TenderloopSans-Bold", "700", "normal"),
    ("TenderloopSans-Italic", "400", "italic"),
)


def to_html(report: Report, *, standalone: bool = True) -> str:
    """The report as one HTML page with its stylesheet and fonts inside, or, not standalone, as an ``<article>`` for another page.

    A page that takes the article also takes ``stylesheet()``; every rule of it begins with ``.tenderloop-report``.
    """
    if not standalone:
        return _render("fragment.html", report)
    return page(report, stylesheet())


def page(report: Report, style: str) -> str:
    """A whole page with this stylesheet."""
    return _render("page.html", report, style=Markup(style), footer=footer(report))  # noqa: S704  (our own stylesheet)


def stylesheet(fonts: str = "embedded", form: str = "woff2") -> str:
    """The one stylesheet for screen and print. ``fonts`` is ``embedded``, or the address under which the three font files are found.

    >>> "url(/fonts/TenderloopSans-Regular.woff2)" in stylesheet("/fonts/")
    True
    """
    return "\n".join([_faces(fonts, form), _style("report.css"), _style("screen.css")])


def print_stylesheet(fonts: str) -> str:
    """The part of it that paper needs, with TrueType fonts: a PDF writer reads every rule that it is given.

    The page is ours alone, so the class that keeps our rules to our part of somebody else's page is left out: it would be looked for
    above every element.

    >>> ".tenderloop-report td" in print_stylesheet(""), ".tenderloop-report {" in print_stylesheet("")
    (False, True)
    """
    return "\n".join([_faces(fonts, "ttf"), OUR_PART.sub("", _style("report.css"))])


def base_stylesheet() -> str:
    """What a PDF writer must know about the elements of HTML before it reads our own rules."""
    return _style("base.css")


def font_file(name: str) -> bytes:
    """A font that is shipped, by file name; KeyError for any other name.

    >>> len(font_file("TenderloopSans-Regular.woff2")) > 40000
    True
    """
    stem, _, form = name.partition(".")
    if stem not in {each for each, _, _ in FONTS} or form not in ("ttf", "woff2"):
        raise KeyError(name)
    return (files(__package__) / "fonts" / name).read_bytes()


def footer(report: Report) -> str:
    """What stands at the foot of every page: who made it, of what, in which versions."""
    packs = " · ".join(f"{part.pack.id} {part.pack.version} {_brief(part.pack.hash)}" for part in report.parts)
    return f"Tenderloop {report.engine} · {report.case.id} {_brief(report.case.hash)}, {report.case.date} · {packs}"


def _brief(digest: str) -> str:
    return digest.removeprefix("sha256:")[:8]


def _style(name: str) -> str:
    return (files(__package__) / "styles" / name).read_text(encoding="utf-8")


def _faces(fonts: str, form: str) -> str:
    return "\n".join(_face(name, weight, slant, fonts, form) for name, weight, slant in FONTS)


def _face(name: str, weight: str, slant: str, fonts: str, form: str) -> str:
    if fonts == "embedded":
        address = f"data:font/{form};base64," + base64.b64encode(font_file(f"{name}.{form}")).decode("ascii")
    else:
        address = f"{fonts}{name}.{form}"
    return f'@font-face {{ font-family: "Tenderloop Sans"; font-weight: {weight}; font-style: {slant}; src: url({address}); }}'


def _render(template: str, report: Report, **more: object) -> str:
    environment, words = page_environment(report.language)
    buyer = report.case.kind in ("tender", "bid")
    about_money = bool(report.money_values) or any(report.money.values())
    sections = (
        *((("financier", words("A financier’s view")),) if about_money or not buyer else ()),
        ("targets", words("SDG targets and UNECE entry points")),
        ("questions", words("Open questions for the buyer") if report.case.kind == "tender" else words("Open questions for the sponsor")),
        ("sources", words("Sources")),
        ("provenance", words("Provenance")),
    )
    return environment.get_template(template).render(report=report, common_sections=sections, **more)


@lru_cache(maxsize=8)
def page_environment(language: str) -> tuple[Environment, Words]:
    """The templates of a language and its words; every page of the report package escapes and formats by this one."""
    words = Words(language)
    environment = Environment(
        loader=PackageLoader("tenderloop.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(words.catalogue, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        marks=MARKS,
        grades=GRADES,
        status_means=STATUS_MEANS,
        kinds={name: words(text) for name, text in KINDS.items()},
        stages={name: words(text) for name, text in STAGE_NAMES.items()},
        rated_by={name: words(text) for name, text in RATED_BY.items()},
        topics=TOPICS,
        step_kinds=STEP_KINDS,
        strengths=STRENGTHS,
        span_text=span_text,
        place=place,
        per_cent=per_cent,
        legend_bar=Bar(Fraction(45), Fraction(75)),
        legend_absent=Bar(None, None),
        points=points,
        page_text=lambda page: page_text(page, words),
        whole=whole,
        score=score,
        along=along,
        short=short,
        unit=unit,
        outcome_rows=outcome_rows,
        panels=panels,
        gate_words=lambda status, number: _gate_words(words, status, number),
        check_words=lambda number: words.catalogue.ngettext("holds", "hold", number),
    )
    return environment, words


def _gate_words(words: Words, status: str, number: int) -> str:
    count = words.catalogue.ngettext
    if status == "pass":
        return count("passes", "pass", number)
    if status == "fail":
        return count("fails", "fail", number)
    return words(MARKS[status].word)


def score(value: Fraction | None) -> str:
    """A score, or a dash where nothing applies.

    >>> score(None), score(Fraction(331, 6))
    ('–', '55.2')
    """
    return "–" if value is None else points(value)


def whole(value: Fraction) -> str:
    """A percentage or band without needless places; never 100 or 0 for what is only close to it.

    >>> whole(Fraction(40)), whole(Fraction(9996, 100)), whole(Fraction(425, 10))
    ('40', '>99', '42.5')
    """
    if value.denominator == 1:
        return score_text(value)
    if 99 < value < 100:
        return ">99"
    if 0 < value < 1:
        return "<1"
    return shown(value, 0) if value.denominator > 10 else score_text(value)


def along(value: Fraction | int, width: int, start: int = 0) -> str:
    """Where a score of 0 to 100 lies on a line so many units wide, for SVG.

    >>> along(Fraction(50), 200, 4)
    '104.00'
    """
    return shown(start + Fraction(value) * width / 100, 2)


def short(text: str, most: int) -> str:
    """A title inside a chart; the whole stands in the table beside it.

    >>> short("Environmental sustainability and resilience", 20)
    'Environmental susta…'
    """
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def unit(text: str) -> str:
    """A unit for a column; a pure number has none."""
    return "" if text == "1" else text


def panels(table: WorkTable) -> Iterable[Sequence[tuple[str, tuple[str, ...]]]]:
    """The rows of a long, narrow table in pieces that stand side by side on paper; a short or wide table stays whole."""
    beside = {1: 4, 2: 2}.get(len(table.columns), 1)
    rows = len(table.rows)
    if beside == 1 or rows < PANEL_LEAST * len(table.columns):
        return [table.rows]
    size = min(-(-rows // beside), PANEL_MOST)
    return [table.rows[start : start + size] for start in range(0, rows, size)]


def outcome_rows(part: PackPart) -> Iterable[tuple[str, Bar]]:
    """Outcomes for the chart."""
    return [(outcome.node.title, outcome.bar) for outcome in part.outcomes]
