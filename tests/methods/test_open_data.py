"""Open data: every row sound and sourced, the published means and rates reproduced, places found and refused, offers ready to paste."""

from __future__ import annotations

import csv
from fractions import Fraction
from importlib.resources import files

import pytest

from tenderloop.errors import Problems
from tenderloop.methods import get
from tenderloop.methods.composition import COMPONENTS
from tenderloop.methods.method import Row
from tenderloop.methods.open_data import WHAT, Offer, find_place, sources, starting_values
from tenderloop.quantity import parse_unit
from tenderloop.report.starting_values import starting_values_yaml

PLACES = [
    row["place"]
    for row in csv.DictReader(
        (files("tenderloop.methods") / "open_data" / "places.csv").read_text(encoding="utf-8").splitlines(), strict=True
    )
]


def everything() -> list[Offer]:
    return [offer for code in PLACES for offer in starting_values(code) if offer.place.code == code]


def mix(place: str) -> dict[str, Fraction]:
    return {offer.item: offer.value for offer in starting_values(place, "composition") if offer.place == find_place(place)}


def test_no_row_is_lost_and_every_row_is_sound() -> None:
    offers = everything()
    assert len(offers) == 1497 + 395 + 73 + 567
    for offer in offers:
        assert offer.what in WHAT
        assert offer.value >= 0
        assert parse_unit(offer.unit)
        assert offer.source.licence
        assert offer.status in ("published", "proposed")
        if offer.unit == "%":
            assert offer.value <= 100
        if offer.what == "composition":
            assert offer.item in COMPONENTS


def test_means_of_groups_are_never_called_published() -> None:
    for offer in everything():
        assert (offer.status == "proposed") == (offer.source.id == "waw2_means")


def test_no_item_stands_twice_for_a_place_and_year() -> None:
    offers = everything()
    assert len({(each.place.code, each.what, each.item, each.year) for each in offers}) == len(offers)


@pytest.mark.parametrize(
    ("place", "shares"),
    [
        ("Europe and Central Asia", {"food": "34.7", "paper": "18.5", "plastics": "11.3", "other": "20.8"}),
        ("High income", {"food": "26.3", "garden": "6.1", "rubber": "4", "other": "11"}),
        ("Western Europe", {"food": "33.2", "textiles": "5.9", "plastics": "20.5", "wood": "2.3"}),
    ],
)
def test_compositions_of_the_reference_are_reproduced(place: str, shares: dict[str, str]) -> None:
    found = mix(place)
    assert {item: found[item] for item in shares} == {item: Fraction(share) for item, share in shares.items()}


def test_western_europe_has_599_kg_of_fossil_co2_a_tonne() -> None:
    # numbers page, section 9.2: the offered composition goes straight into the method
    rows: list[Row] = [{"component": item, "share": share} for item, share in mix("Western Europe").items()]
    sheet = get("incineration_emissions").run({"composition": rows, "waste": Fraction(1000)})
    assert round(Fraction(sheet.outputs["fossil_co2"])) == 599


def test_eu_generation_and_recycling_of_the_reference() -> None:
    found = {(each.item, each.year): each.value for each in starting_values("EU")}
    assert found["generated per person", "2024"] == 517
    assert found["recycling rate", "2024"] == Fraction("48.1")
    # residual per person, numbers page section 8
    assert round(found["generated per person", "2024"] * (100 - found["recycling rate", "2024"]) / 100) == 268


def test_a_country_comes_before_its_groups() -> None:
    places = [each.place.code for each in starting_values("TUR", "composition")]
    assert list(dict.fromkeys(places)) == ["TUR", "ECS", "UMC"]


def test_shares_that_do_not_add_up_carry_a_note_and_are_not_ready_to_paste() -> None:
    place = find_place("Rest of Oceania")
    offers = starting_values(place.code)
    assert all("76 %" in each.note for each in offers if each.what == "composition")
    assert "facts:" not in starting_values_yaml(place, offers)


@pytest.mark.parametrize(
    ("text", "code"),
    [("TÜRKİYE", "TUR"), ("deu", "DEU"), ("el", "GRC"), ("Gambia", "GMB"), ("eu27_2020", "EU27"), ("Viet Nam", "VNM"), ("SAS", "SAS")],
)
def test_places_are_found_by_name_and_code(text: str, code: str) -> None:
    assert find_place(text).code == code


@pytest.mark.parametrize(("text", "hint"), [("Germny", "Germany"), ("Congo", "Congo"), ("Atlantis, lost", "three-letter")])
def test_places_that_are_unknown_or_could_be_two_are_refused(text: str, hint: str) -> None:
    with pytest.raises(Problems) as caught:
        find_place(text)
    (problem,) = caught.value.problems
    assert problem.code == "unknown-place"
    assert hint in problem.hint


def test_unknown_kinds_of_data_are_refused() -> None:
    with pytest.raises(Problems, match="composition, generation"):
        starting_values("TUR", "toxicity")


def test_every_source_is_used_and_has_a_licence() -> None:
    assert {each.source.id for each in everything()} == set(sources())


def test_a_place_without_data_says_so() -> None:
    place = find_place("Upper middle income")
    assert "no data" in starting_values_yaml(place, starting_values(place.code, "recycling"))


def test_the_mean_offered_to_india_says_that_india_is_not_in_it() -> None:
    offers = starting_values("India", "composition")
    assert {offer.place.code for offer in offers} == {"SAS", "LMC"}
    assert all("without India" in offer.note for offer in offers if offer.place.code == "SAS")
