"""Speed as a ratio of two runs made in the same minutes: tagging, archiving and hashing must not make WeasyPrint slower than it is."""

from __future__ import annotations

import time
from collections.abc import Callable

from weasyprint import HTML

from tenderloop.report.html import page, print_stylesheet
from tenderloop.report.model import Report
from tenderloop.report.pdf import FONT_SCHEME, ShippedFonts, html_to_pdf

BAR = 1.15


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def test_a_pdf_takes_at_most_what_weasyprint_takes_for_the_same_page(report: Report) -> None:
    text = page(report, print_stylesheet(FONT_SCHEME))
    plain: list[float] = []
    ours: list[float] = []
    for _ in range(3):
        plain.append(seconds(lambda: HTML(string=text, url_fetcher=ShippedFonts()).write_pdf()))
        ours.append(seconds(lambda: html_to_pdf(text, identifier=b"0" * 16)))
    assert min(ours) <= BAR * min(plain), (ours, plain)
