"""Whatever is sent, the answer is a result or a refusal: cases with a part replaced, and forms with any fields."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenderloop import read_case, write_case
from tenderloop_web.catalogue import packs

CASE = json.loads(write_case(read_case(Path(__file__).parents[2] / "samples" / "riverside_wte" / "case.yaml"), "json"))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**45), 10**45),
    st.text(max_size=30),
    st.sampled_from(
        ["", "1/0", "-0", "1e9", "12 t", "12 MWh/year", "½", "none", "true", "/etc/passwd", "..", "${x}", "{{x}}", "\u202e", "0" * 50]
    ),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value of a tree."""
    found = [above] if above else []
    if isinstance(value, dict):
        for key, each in value.items():
            found += places(each, (*above, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            found += places(each, (*above, index))
    return found


PLACES = places(CASE)


def replaced(changes: list[tuple[tuple[Any, ...], Any]]) -> dict[str, Any]:
    case: dict[str, Any] = copy.deepcopy(CASE)
    for way, new in changes:
        held: Any = case
        for key in way[:-1]:
            try:
                held = held[key]
            except (KeyError, IndexError, TypeError):
                break
        else:
            if isinstance(held, dict) or (isinstance(held, list) and isinstance(way[-1], int) and way[-1] < len(held)):
                held[way[-1]] = new
    return case


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=4))
def test_a_case_with_parts_replaced_is_rated_or_refused(app: Flask, changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    case = replaced(changes)
    answer = app.test_client().post("/api/rate", data=json.dumps(case), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400, 422), answer.text[:1000]
    if answer.status_code != 200:
        assert answer.get_json()["problems"], "a refusal says why"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), ODD), max_size=3),
    st.sampled_from(
        [
            "project",
            "overview",
            "papers",
            "check",
            "unlikely",
            "result",
            "whatif",
            "s1",
            "s5",
            "s12",
            "try:waste_to_energy:residual_feed",
            "",
        ]
    ),
)
def test_a_page_for_any_answers_is_shown_or_refused(visitor: Any, changes: list[tuple[tuple[Any, ...], Any]], go: str) -> None:
    visitor.case = json.dumps(replaced(changes))
    visitor.go(go)
    assert visitor.status in (200, 400, 422), visitor.text[:1000]
    assert not visitor.page.faults


FIELDS = st.one_of(
    st.sampled_from(sorted({f"f.{fact.id}" for pack in packs() for fact in pack.facts})),
    st.sampled_from(
        sorted({f"f.{fact.id}.{row}.{column.id}" for pack in packs() for fact in pack.facts for column in fact.columns for row in (0, 1)})
    ),
    st.sampled_from(
        sorted({f"e.{fact.id}.0.{part}" for pack in packs() for fact in pack.facts for part in ("document", "page", "quote", "grade")})
    ),
    st.sampled_from(sorted({f"{mark}.{indicator.id}" for pack in packs() for indicator in pack.indicators for mark in "nr"})),
    st.sampled_from(
        [
            "p.title",
            "p.date",
            "p.currency",
            "p.packs",
            "p.stage",
            "p.kind",
            "p.case",
            "d.0.title",
            "d.1.url",
            "w",
            "more",
            "g.heat_sold",
            "go",
            "at",
        ]
    ),
    st.text(max_size=12),
)
TYPED = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["yes", "no", "0", "3", "-none-", "1,234", "12 MWh", "paper", "5 %", "2026-11-21", "EUR", "1" * 60]),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(FIELDS, st.lists(TYPED, min_size=1, max_size=2), max_size=12),
    st.sampled_from(["project", "papers", "unlikely", "whatif", "start", *(f"s{number}" for number in range(1, 17))]),
    st.sampled_from(["overview", "result", "check", "whatif", "add", "rows:composition", "drop:heat_sold"]),
)
def test_any_fields_are_taken_or_refused(visitor: Any, fields: dict[str, list[str]], at: str, go: str) -> None:
    visitor.case = json.dumps(CASE)
    given = {name: values for name, values in fields.items() if name not in ("csrf", "case", "at", "go")}
    visitor.go(go, at, given)
    assert visitor.status in (200, 400, 422), visitor.text[:1000]
    assert not visitor.page.faults
    if visitor.status == 200 and visitor.page.all("input", name="case"):
        assert visitor.go("overview") is not None
        assert visitor.status == 200, "what was taken can travel on"


@pytest.mark.parametrize("count", [1, 7])
def test_results_do_not_depend_on_the_visitor(app: Flask, count: int) -> None:
    """Nothing of one visitor reaches another: the same case gives the same bytes, whoever asked before."""
    other = copy.deepcopy(CASE)
    other["title"] = "Somebody else's"
    wanted = app.test_client().post("/api/rate", json=CASE).data
    for _ in range(count):
        app.test_client().post("/api/rate", json=other)
    assert app.test_client().post("/api/rate", json=CASE).data == wanted
