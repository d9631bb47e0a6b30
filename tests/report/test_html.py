"""The page: whatever people write is text, one stylesheet stays within the report, words go through the catalogue."""

from __future__ import annotations

import gettext
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from tenderloop.report import font_file, html, stylesheet, to_html
from tenderloop.report.model import Report
from tenderloop.report.wording import MARKS


class Elements(HTMLParser):
    """Which elements and attributes a page has, and whether they are closed in order."""

    VOID = frozenset({"meta", "br", "col", "link", "img", "rect", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name in ("href", "src"):
                self.addresses.append(value or "")
            assert not name.startswith("on"), name
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Elements:
    found = Elements()
    found.feed(page)
    return found


def test_the_page_is_sound_and_its_links_lead_somewhere(report: Report) -> None:
    found = read(to_html(report))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert found.addresses
    assert all(each.startswith("#") and each[1:] in found.ids for each in found.addresses)


def test_what_people_write_is_never_markup(report: Report, hostile: Report) -> None:
    page = to_html(hostile)
    assert read(page).seen == read(to_html(report)).seen
    assert read(page).addresses == read(to_html(report)).addresses
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;img src=http://198.51.100.7/x&gt;" in page
    assert "{{ 7*7 }}" in page


def test_nothing_is_fetched(report: Report) -> None:
    page = to_html(report)
    assert set(re.findall(r"url\((\w+):", page)) == {"data"}
    assert "@import" not in page


def test_every_rule_stays_within_the_report() -> None:
    style = re.sub(r"/\*.*?\*/|@font-face \{[^}]*\}|@page[^{]*\{(?:[^{}]|\{[^}]*\})*\}", "", stylesheet("/fonts/"), flags=re.S)
    style = re.sub(r"@media[^{]*\{", "", style)
    for selectors in re.findall(r"([^{}]+)\{", style):
        for selector in selectors.split(","):
            assert selector.strip().startswith((".tenderloop-report", "body")), selector


def test_fonts_are_shipped_with_their_licence() -> None:
    for name, _, _ in html.FONTS:
        assert font_file(f"{name}.ttf")[:4] == b"\x00\x01\x00\x00"
        assert font_file(f"{name}.woff2")[:4] == b"wOF2"
    assert "SIL Open Font License" in (files("tenderloop.report") / "fonts" / "LICENSE-OFL.txt").read_text(encoding="utf-8")
    with pytest.raises(KeyError):
        font_file("../styles/report.css")


def test_templates_never_switch_escaping_off() -> None:
    folder = Path(str(files("tenderloop.report") / "templates"))
    found = sorted(folder.rglob("*.html"))
    assert len(found) > 15
    for each in found:
        source = each.read_text(encoding="utf-8")
        assert "safe" not in re.findall(r"\|\s*(\w+)", source), each.name
        assert "autoescape" not in source, each.name


def test_words_go_through_the_catalogue(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shouting(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"«{message}»"

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return f"«{msgid1 if n == 1 else msgid2}»"

    monkeypatch.setattr("tenderloop.report.wording.catalogue", lambda language: Shouting())
    html.page_environment.cache_clear()
    try:
        fragment = to_html(report, standalone=False)
    finally:
        html.page_environment.cache_clear()
    for heading in re.findall(r"<h[23][^>]*>(.*?)</h[23]>", fragment, flags=re.S):
        own = re.sub(r"<[^>]+>|«.*?»", "", heading)
        titles = [part.pack.title for part in report.parts] + [group.title for group in report.questions]
        assert not re.sub(r"[\s().\d]|" + "|".join(map(re.escape, titles)), "", own), heading
    for mark in MARKS.values():
        assert f"> {mark.word}<" not in fragment
