"""The JSON interface gives what the library gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tenderloop import evaluate, improve, list_packs, load_pack, read_case, write_case
from tenderloop.result import together


def test_packs(client: FlaskClient) -> None:
    found = client.get("/api/packs").get_json()
    assert [each["id"] for each in found] == list(list_packs())
    pack = load_pack("waste_to_energy")
    mine = next(each for each in found if each["id"] == pack.id)
    assert mine["hash"] == pack.hash
    assert mine["label"] == pack.label
    assert mine["gates"] == len(pack.gates)


@pytest.mark.parametrize("name", ["hyderabad_wte", "istanbul_wte", "riverside_wte", "riverside_wte_lockin"])
def test_rating_is_that_of_the_library(client: FlaskClient, samples: Path, name: str) -> None:
    path = samples / name / "case.yaml"
    if not path.is_file():
        pytest.skip(f"there is no sample {name}")
    case = read_case(path)
    body = json.loads(write_case(case, "json"))
    results = []
    for pack in case.packs:
        result = evaluate(case, load_pack(pack))
        results.append(result.model_copy(update={"steps": improve(result)}))
    for request in (body, {"case": body}, {"case": body, "packs": list(case.packs)}):
        answer = client.post("/api/rate", json=request)
        assert answer.status_code == 200, answer.text[:2000]
        assert answer.text == together(results) + "\n"


def test_packs_may_be_chosen_beside_the_case(client: FlaskClient) -> None:
    case: dict[str, Any] = {"case": "x", "title": "X", "kind": "project", "stage": "tender", "date": "2026-11-21"}
    answer = client.post("/api/rate", json={"case": case, "packs": ["circular_ppp"]})
    assert answer.status_code == 200
    assert [each["pack"]["id"] for each in answer.get_json()["results"]] == ["circular_ppp"]


def test_no_cookie_is_needed_or_set(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/api/packs").headers
    assert "Access-Control-Allow-Origin" not in client.get("/api/packs").headers
