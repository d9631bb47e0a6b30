"""The profiles that ship with circular_tender: their sources, their codes, and that no unseen number decides."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest

from tenderloop.case import Case
from tenderloop.evaluate import evaluate
from tenderloop.examples import run_profile_examples
from tenderloop.pack import Pack, Threshold
from tenderloop.readers.packs import list_profiles, load_pack, profile_for
from tenderloop.thresholds import blanks

PACK = "circular_tender"
NAMES = list_profiles(PACK)
GROUPS = {
    "buildings", "cleaning", "computers", "data_centres", "electricity", "food_catering", "furniture", "imaging", "paints",
    "public_space", "road_lighting", "roads", "textiles", "vehicles",
}  # fmt: skip
OURS = {"services_of_people", "waste_services"}  # groups for which no criteria set exists: they hold no threshold


@lru_cache(maxsize=20)
def fitted(name: str) -> Pack:
    return load_pack(PACK, name)


def thresholds(name: str) -> tuple[Threshold, ...]:
    profile = fitted(name).profile
    assert profile is not None
    return profile.thresholds


def test_every_group_of_the_reference_is_there() -> None:
    assert set(NAMES) == GROUPS | OURS
    assert not any(thresholds(name) for name in OURS)
    assert sum(len(thresholds(name)) for name in NAMES) >= 400


@pytest.mark.parametrize("name", NAMES)
def test_its_examples_hold(name: str) -> None:
    assert run_profile_examples(fitted(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_what_nobody_compared_with_the_original_waits_and_names_its_page(name: str) -> None:
    pack = fitted(name)
    for threshold in thresholds(name):
        status = pack.status_of(threshold.source)
        assert threshold.id.startswith(f"{name}_")
        assert threshold.waits or status == "published", threshold.id
        if status == "transcribed" and threshold.type != "scope":
            assert re.search(r"p\. \d", threshold.source.where), threshold.id
        if threshold.level in ("national", "law"):
            assert re.fullmatch("[A-Z]{2}", threshold.country), threshold.id
            assert threshold.fills is None, threshold.id  # the law of one State decides nothing elsewhere
        else:
            assert status == "transcribed", threshold.id


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_decided_and_every_clause_has_a_blank_before_anybody_confirms(name: str) -> None:
    pack = fitted(name)
    assert pack.profile is not None
    case = Case(id="x", title="X", kind="tender", stage="tender", date="2026-11-20", packs=(PACK,))
    result = evaluate(case, pack)
    assert not any(note.by for note in result.parameters)
    assert {note.id for note in result.unconfirmed} >= {each.id for each in thresholds(name) if each.waits}
    named = 0
    for id_, text in pack.profile.clauses.items():
        shown = result.node_of[id_].clause
        assert "{" not in shown
        assert shown.count("[____") == len(re.findall(r"\{[a-z0-9_]+\}", text)), id_
        named += len(blanks(text))
    assert (named >= 1) == (name in GROUPS)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("39130000", "furniture"), ("50850000", "furniture"), ("45233293", "furniture"), ("45233120", "roads"), ("71322500", "roads"),
        ("30213100", "computers"), ("32250000", "computers"), ("72514200", "data_centres"), ("32420000", "data_centres"),
        ("15000000", "food_catering"), ("55523000", "food_catering"), ("30125100", "imaging"), ("30232100", "imaging"),
        ("79521000", "imaging"), ("90910000", "cleaning"), ("90919200", "cleaning"), ("45210000", "buildings"), ("71221000", "buildings"),
        ("24310000", "paints"), ("44832200", "paints"), ("77310000", "public_space"), ("90610000", "public_space"),
        ("90511000", "vehicles"),
        ("34110000", "vehicles"), ("60112000", "vehicles"), ("34928510", "road_lighting"), ("18100000", None), ("18200000", "textiles"),
        ("39520000", "textiles"), ("09310000", "electricity"), ("44810000", None), ("85000000", "services_of_people"),
        ("90500000", "waste_services"), ("90512000", "waste_services"), ("33000000", None),
    ],
)  # fmt: skip
def test_the_codes_of_the_indexes_lead_to_their_group(code: str, group: str | None) -> None:
    assert profile_for(PACK, [code]) == group
