"""A published notice dropped on the start page: rated at once, with the words each answer rests on; hostile ones refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

SAMPLE = "notice_office_furniture"


def test_a_notice_is_opened_and_rated(visitor: Any, samples: Any) -> None:
    visitor.open(samples / SAMPLE / "notice.xml", name="notice.xml")
    assert visitor.answer.status_code == 200
    text = visitor.answer.get_data(as_text=True)
    assert "Büromobiliar" in text
    result = visitor.go("result")
    assert visitor.answer.status_code == 200
    assert not result.faults
    assert "circular tender, ours" in visitor.answer.get_data(as_text=True)
    assert "worded as a duty" in visitor.answer.get_data(as_text=True)
    case = visitor.download("yaml").get_data(as_text=True)
    assert "profile: furniture" in case


def test_a_release_is_opened_too(visitor: Any) -> None:
    release = {
        "ocid": "ocds-1",
        "date": "2026-01-31",
        "tender": {"title": "Chairs", "description": "Spare parts must be kept for 10 years."},
    }
    visitor.open(name="release.json", data=json.dumps(release).encode())
    assert visitor.answer.status_code == 200
    assert "Chairs" in visitor.answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "document type"),
        (b"<a><b></a>", "notice.xml"),
        (b"<html><body>Hello</body></html>", "no notice"),
        (b"<a/>", "notice.xml"),
        (b'{"ocid": "x", "tender": ' + b"[" * 20000 + b"]" * 20000 + b"}", "notice.xml"),
        (b'[{"ocid": "a", "date": "2026-01-01"}, {"ocid": "b", "date": "2026-01-01"}]', "more than one notice"),
        (b'{"ocid": "a"}', "no date"),
    ],
)
def test_what_is_no_notice_is_refused_clearly(visitor: Any, data: bytes, said: str) -> None:
    visitor.open(name="notice.xml", data=data)
    assert visitor.answer.status_code == 400
    assert said in visitor.answer.get_data(as_text=True)
    assert "root:" not in visitor.answer.get_data(as_text=True)
