"""A notice as a case: what is found answers, with its grade and place; what is not found stays unknown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop import evaluate, load_pack
from tenderloop.errors import Problem, Problems
from tenderloop.notice import AwardCriterion, Code, Lot, Notice, Parameter, Role, Text
from tenderloop.notice_fields import FIELDS, field_value
from tenderloop.pack import Pack
from tenderloop.reading import fit_to_notice, read_cases, read_notice


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("circular_tender")


def text(value: str, role: Role, *, language: str = "en", lot: str = "", where: str = "/x") -> Text:
    return Text(value, role, where, language, lot)


def notice(*texts: Text, codes: tuple[Code, ...] = (), lots: tuple[Lot, ...] = ()) -> Notice:
    return Notice(
        "eforms",
        "eforms-sdk-1.10",
        "n-1",
        "p-1",
        "tender",
        where="/",
        date="2026-01-31Z",
        languages=("en",),
        texts=texts,
        codes=codes,
        lots=lots,
    )


def fact_of(concept: str, pack: Pack) -> str:
    return next(signal.fact for signal in pack.text_signals if signal.concept == concept)


def test_the_same_words_weigh_by_where_they_stand(pack: Pack) -> None:
    name = fact_of("spare_parts", pack)
    signal = next(each for each in pack.text_signals if each.fact == name)
    found = {}
    for role, words in (
        ("description", "Spare parts are kept for 10 years."),
        ("note", "Spare parts must be kept for 10 years."),
        ("clause", "Spare parts are kept."),
        ("award", "Spare parts are kept for 10 years."),
    ):
        answer = read_notice(notice(text(words, role)), [pack]).case.facts[name]  # type: ignore[arg-type]
        found[role] = (answer.value, answer.grade, answer.evidence[0].kind.split(",")[0].split(":")[0])
    assert found == {
        "description": (Fraction(signal.said), 0, "said"),
        "note": (Fraction(signal.measured), 1, "worded as a duty in a description; binds once it stands in the specification"),
        "clause": (Fraction(signal.bound), 3, "bound"),
        "award": (Fraction(signal.measured), 3, "bound"),
    }


def test_the_strongest_place_decides_and_others_stand_beside_it(pack: Pack) -> None:
    name = fact_of("spare_parts", pack)
    reading = read_notice(
        notice(text("We care for spare parts.", "description", where="/d"), text("Spare parts for 10 years.", "clause", where="/c")), [pack]
    )
    best = reading.best(name)
    assert best is not None
    assert (best.where, best.strength) == ("/c", "measured")
    assert [each.page for each in reading.case.facts[name].evidence] == ["/c"]
    assert {each.where for each in reading.findings if each.fact == name} == {"/c", "/d"}


def test_silence_is_unknown_never_no(pack: Pack) -> None:
    reading = read_notice(notice(text("Supply of office chairs.", "title")), [pack])
    level_facts = {signal.fact for signal in pack.text_signals}
    assert not level_facts & reading.case.facts.keys()
    result = evaluate(reading.case, pack)
    assert result.score == 0
    assert result.range is not None
    assert result.range.high > 50


def test_words_beside_a_no_answer_nothing(pack: Pack) -> None:
    reading = read_notice(notice(text("No spare parts are required.", "specification")), [pack])
    assert fact_of("spare_parts", pack) not in reading.case.facts
    assert [each.concept for each in reading.negated] == ["spare_parts"]


def test_a_declared_code_is_weak_evidence(pack: Pack) -> None:
    signal = next(each for each in pack.code_signals if (each.list, each.code) == ("environmental-impact", "circ-econ"))
    reading = read_notice(notice(codes=(Code("environmental-impact", "circ-econ", "/code", "LOT-0001"),)), [pack])
    answer = reading.case.facts[signal.fact]
    assert (answer.grade, answer.evidence[0].quote, answer.evidence[0].page) == (1, "environmental-impact: circ-econ", "/code")


def test_selection_binds_only_what_names_it(pack: Pack) -> None:
    reading = read_notice(
        notice(
            text("Grounds for exclusion: a collective agreement was not respected.", "selection", where="/1"),
            text("An environmental management system to ISO 14001.", "selection", where="/2"),
        ),
        [pack],
    )
    strengths = {each.concept: each.strength for each in reading.findings}
    assert strengths["working_conditions"] == "said"
    assert strengths["environmental_management"] == "measured"


def test_order_of_texts_changes_nothing(pack: Pack) -> None:
    texts = [text(f"Repair and spare parts, take-back and warranty of {n} years.", "award", where=f"/{n}") for n in range(5)]
    one = read_notice(notice(*texts), [pack]).case
    other = read_notice(notice(*reversed(texts)), [pack]).case
    assert one.hash == other.hash


def criterion(kind: str, weight: str, lot: str = "LOT-0001", name: str = "x") -> AwardCriterion:
    number = Parameter("weight", "per-exa", Decimal(weight), "/w")
    return AwardCriterion(lot, kind, kind, (text(name, "award"),), (), (number,), "/a")  # type: ignore[arg-type]


def test_several_lots_the_least_favourable_share_counts_and_one_lot_alone_has_its_own() -> None:
    lots = (
        Lot("LOT-0001", "Lot", "/1", criteria=(criterion("price", "40"), criterion("quality", "60"))),
        Lot("LOT-0002", "Lot", "/2", criteria=(criterion("price", "90", "LOT-0002"), criterion("quality", "10", "LOT-0002"))),
    )
    both = notice(lots=lots)
    price, quality = field_value(both, "award_share_price"), field_value(both, "award_share_quality")
    assert price is not None
    assert quality is not None
    assert (price.value, quality.value) == (90, 10)
    first = field_value(replace(both, lots=lots[:1]), "award_share_price")
    assert first is not None
    assert first.value == 40


def test_a_lot_without_weights_leaves_shares_unknown() -> None:
    bare = AwardCriterion("LOT-0001", "quality", "quality", (), (), (), "/a")
    lots = (Lot("LOT-0001", "Lot", "/1", criteria=(criterion("price", "40"), bare)),)
    assert field_value(notice(lots=lots), "award_share_price") is None
    assert field_value(notice(lots=lots), "award_weights_published") is None


@pytest.mark.parametrize("name", FIELDS)
def test_an_empty_notice_states_no_field_but_its_language(name: str) -> None:
    found = field_value(notice(), name)
    assert (found is None) == (name != "language_count")


def test_lots_can_be_read_alone(pack: Pack) -> None:
    name = fact_of("spare_parts", pack)
    lots = (
        Lot("LOT-0001", "Lot", "/1", texts=(text("Spare parts for 10 years.", "clause", lot="LOT-0001"),)),
        Lot("LOT-0002", "Lot", "/2", texts=(text("Paper.", "title", lot="LOT-0002"),)),
    )
    whole = notice(text("Supplies", "title"), lots=lots)
    assert name in read_notice(whole, [pack], lot="LOT-0001").case.facts
    assert name not in read_notice(whole, [pack], lot="LOT-0002").case.facts
    assert read_notice(whole, [pack]).case.id != read_notice(whole, [pack], lot="LOT-0001").case.id
    with pytest.raises(Problems, match=r"unknown-lot.*LOT-0001, LOT-0002"):
        read_notice(whole, [pack], lot="LOT-9")


def test_a_notice_without_date_asks_for_one(pack: Pack) -> None:
    undated = replace(notice(), date="soon")
    with pytest.raises(Problems, match=r"notice-date.*--date"):
        read_notice(undated, [pack])
    assert read_notice(undated, [pack], date="2026-02-01").case.date == "2026-02-01"


def test_the_product_group_follows_from_cpv_codes(pack: Pack) -> None:
    packs, profile, remarks = fit_to_notice([pack], notice(codes=(Code("cpv", "99999999", "/cpv"),)))
    assert (packs, profile, remarks) == ([pack], "", ())


def test_languages_outside_of_the_term_base_are_named(pack: Pack) -> None:
    reading = read_notice(notice(text("Eitt og annað", "description", language="is")), [pack])
    assert [problem.code for problem in reading.problems] == ["language-not-in-term-base"]


def test_bids_of_a_table_become_cases(tmp_path: Path) -> None:
    table = tmp_path / "bids.csv"
    table.write_text("bid;cb_spare_years\nA Ltd;5 year\nB Ltd;\n", encoding="utf-8")
    cases = list(read_cases(table, ["circular_bid"], date="2026-06-01"))
    assert [(case.id, case.kind, sorted(case.facts)) for case in cases] == [("a_ltd", "bid", ["cb_spare_years"]), ("b_ltd", "bid", [])]
    unread: list[Problem] = []
    assert list(read_cases(table, ["circular_bid"], unread=unread)) == []
    assert [problem.code for problem in unread] == ["not-a-notice"]


DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is absent: real notices and passports are not read here")
def test_real_files_become_cases() -> None:
    unread: list[Problem] = []
    folder = DATA / "untp-dpp"
    cases = list(read_cases(folder, ["circular_bid", "value_chain_traceability"], unread=unread))
    assert [case.kind for case in cases] == ["bid"]
    assert cases[0].facts
    notices = list(read_cases(DATA / "ted-eforms" / "notices" / "00340659-2023.xml", by_lot=True, unread=unread))
    assert len(notices) == 3
    assert len({case.id for case in notices}) == 3
