"""Results as documents: what is said (``build``), and how it is printed (``to_html``, ``to_pdf``, ``to_xlsx``).

Knows how to lay out results for people. Must not compute a score. The only part that imports WeasyPrint, and only when a PDF is made.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenderloop.report.assembly import build
    from tenderloop.report.award import build_award
    from tenderloop.report.award_html import award_stylesheet, award_to_html, award_to_pdf
    from tenderloop.report.award_xlsx import award_to_xlsx
    from tenderloop.report.html import font_file, stylesheet, to_html
    from tenderloop.report.model import Report
    from tenderloop.report.pdf import to_pdf
    from tenderloop.report.xlsx import to_xlsx

# Names are imported on first use: a terminal summary needs neither templates nor a PDF writer.
_HOME = {
    "Report": "model",
    "award_stylesheet": "award_html",
    "award_to_html": "award_html",
    "award_to_pdf": "award_html",
    "award_to_xlsx": "award_xlsx",
    "build": "assembly",
    "build_award": "award",
    "font_file": "html",
    "stylesheet": "html",
    "to_html": "html",
    "to_pdf": "pdf",
    "to_xlsx": "xlsx",
}

__all__ = [
    "Report",
    "award_stylesheet",
    "award_to_html",
    "award_to_pdf",
    "award_to_xlsx",
    "build",
    "build_award",
    "font_file",
    "stylesheet",
    "to_html",
    "to_pdf",
    "to_xlsx",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(f"tenderloop.report.{_HOME[name]}"), name)
    raise AttributeError(f"module 'tenderloop.report' has no attribute '{name}'")
