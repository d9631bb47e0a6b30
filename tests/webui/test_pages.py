"""Pages that anybody can look up, and what every page must have."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from tenderloop_web.catalogue import packs

PUBLIC = ("/", "/packs", "/about", "/packs/waste_to_energy", "/packs/people_first_ppp", "/packs/circular_ppp", "/nope", "/case", "/open")
STEPS = ("project", "overview", "papers", "check", "unlikely", "s1", "s3", "s16", "whatif", "result")


def check_page(page: Any, where: str) -> None:
    """What holds for every page: well closed, one h1, headings in order, labelled fields, ids once, nothing foreign, no inline style."""
    assert not page.faults, (where, page.faults[:5])
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("title")[0].text.endswith("Tenderloop")
    assert len(page.all("h1")) == 1, where
    levels = [int(each.tag[1]) for each in page.elements if re.fullmatch("h[1-6]", each.tag)]
    inside = levels[levels.index(1) :]
    assert all(after <= before + 1 for before, after in itertools.pairwise(inside)), (where, inside)
    ids = page.ids()
    assert len(ids) == len(set(ids)), (where, sorted(name for name in ids if ids.count(name) > 1)[:5])
    labelled = {each.attributes["for"] for each in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for each in page.all(tag):
            if each.attributes.get("type") != "hidden":
                assert each.attributes.get("id") in labelled or "aria-label" in each.attributes, (where, each.attributes)
    for each in page.elements:
        assert "style" not in each.attributes, (where, each.tag)
        assert not any(name.startswith("on") for name in each.attributes), (where, each.tag)
        for name in ("src", "action", "formaction"):
            assert re.match("/(?!/)", each.attributes.get(name, "/own")), (where, each.tag, each.attributes)
        if each.tag in ("link", "script", "img"):
            assert (each.attributes.get("href") or each.attributes.get("src") or "/").startswith(("/", "data:")), (where, each.attributes)
        if each.tag in ("a", "button", "input") and each.attributes.get("aria-describedby"):
            assert set(each.attributes["aria-describedby"].split()) <= set(ids), (where, each.attributes)
    for each in page.all("a"):
        if each.attributes["href"].startswith("#"):
            assert each.attributes["href"][1:] in ids, (where, each.attributes)
    legends = len(page.all("legend"))
    assert legends == len(page.all("fieldset")), where
    assert page.all("a", class_="skip")[0].attributes["href"] == "#main", where


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages(client: FlaskClient, html_of: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == {"/nope": 404, "/case": 405, "/open": 405}.get(path, 200)
    check_page(html_of(answer.text), path)


def test_every_indicator_gate_and_check_has_a_page_with_rule_examples_and_source(client: FlaskClient, html_of: Any) -> None:
    seen = 0
    for pack in packs():
        for item in (*pack.indicators, *pack.gates, *pack.checks):
            answer = client.get(f"/packs/{pack.id}/{item.id}")
            assert answer.status_code == 200, item.id
            page = html_of(answer.text)
            assert page.all("h1")[0].text == item.title
            assert pack.label in page.all("main")[0].text
            heads = [each.text for each in page.all("h2")]
            assert "Source" in heads
            assert "Worked examples" in heads
            assert all(example.name in answer.text or "&#39;" in answer.text for example in item.examples)
            assert pack.status_of(item.source) in page.all("main")[0].text
            seen += 1
            if seen % 40 == 1:
                check_page(page, item.id)
    assert seen > 200


def test_an_indicator_page_shows_each_level_with_its_score(client: FlaskClient, html_of: Any) -> None:
    page = html_of(client.get("/packs/people_first_ppp/pf.ae1.a").text)
    table = page.all("main")[0].text
    assert "Score at preparation" in table
    assert "No paper names who lacks which service" in table


@pytest.mark.parametrize("step", STEPS)
def test_every_step_of_a_case(visitor: Any, step: str) -> None:
    visitor.open()
    page = visitor.go(step)
    assert visitor.status == 200
    check_page(page, step)


def test_every_section_of_every_pack(visitor: Any) -> None:
    visitor.open()
    overview = visitor.go("overview")
    sections = [each.attributes["value"] for each in overview.all("button") if re.fullmatch("s[0-9]+", each.attributes.get("value", ""))]
    assert len(sections) > 10
    for section in sections:
        check_page(visitor.go(section), section)


def test_headers_on_every_answer(client: FlaskClient, visitor: Any) -> None:
    visitor.open()
    answers = [client.get(path) for path in (*PUBLIC, "/static/app.css", "/static/report.css", "/api/packs")] + [visitor.download("yaml")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_the_cookie_is_for_this_site_and_not_for_scripts(client: FlaskClient) -> None:
    cookie = client.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_behind_https() -> None:
    from tenderloop_web import create_app

    app = create_app({"SESSION_COOKIE_SECURE": True})
    answer = app.test_client().get("/", base_url="https://localhost")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_start_can_be_bookmarked_with_packs_and_stage(client: FlaskClient, html_of: Any) -> None:
    page = html_of(client.get("/?pack=waste_to_energy&pack=nonsense&stage=tender").text)
    assert page.fields()["p.packs"] == ["waste_to_energy"]
    assert page.fields()["p.stage"] == ["tender"]


def test_an_empty_questionnaire_opens_and_comes_back(client: FlaskClient, visitor: Any) -> None:
    answer = client.get("/questionnaire.xlsx?pack=waste_to_energy&stage=tender")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Questionnaire waste_to_energy tender.xlsx"')
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book["Project"]
    for row, text in ((5, "trial"), (6, "A trial"), (7, "project"), (8, "tender"), (9, "2026-11-21")):
        sheet.cell(row, 3).value = text
    stream = io.BytesIO()
    book.save(stream)
    visitor.open(name="Ответы № 1.xlsx", data=stream.getvalue())
    assert visitor.status == 200, visitor.text[:2000]
    assert "A trial" in visitor.text


def test_texts_pass_through_the_catalogue() -> None:
    """No word of a template stands outside _( ) or ngettext( ), so that French and Russian can follow."""
    import tenderloop_web

    folder = Path(tenderloop_web.__file__).parent / "templates"
    for path in sorted(folder.glob("*.html")):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!doctype[^>]*>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        words = re.sub(r"<code>.*?</code>|<[^>]*>|[a-z-]+=\"[^\"]*\"", " ", text, flags=re.DOTALL)
        left = set(re.findall(r"[A-Za-z]{3,}", words)) - {"Tenderloop", "XLSX", "SDG"}
        assert not left, (path.name, left)


def test_links_lead_somewhere(client: FlaskClient, html_of: Any) -> None:
    seen: set[str] = set()
    for path in ("/", "/packs", "/packs/waste_to_energy", "/about"):
        for link in html_of(client.get(path).text).all("a"):
            href = link.attributes["href"]
            if href.startswith("/") and href not in seen and not href.startswith("/questionnaire"):
                seen.add(href)
                assert client.get(href).status_code == 200, href
    assert len(seen) > 60


def test_static_files_change_their_address_with_their_content(app: Flask, client: FlaskClient, html_of: Any) -> None:
    page = html_of(client.get("/").text)
    addresses = [each.attributes["href"] for each in page.all("link")] + [each.attributes["src"] for each in page.all("script")]
    assert all("?v=" in address for address in addresses)
    assert all(client.get(address).status_code == 200 for address in addresses)
