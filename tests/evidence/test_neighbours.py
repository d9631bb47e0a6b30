"""The nearest published notices: same purchase first, never itself, the same every time."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from screening_examples import notice

from tenderloop.cli_screening import written
from tenderloop.evidence import neighbours
from tenderloop.evidence.neighbours import Row, nearest, published, read_table, row_of, table_of
from tenderloop.notice import Code, Notice, Text

DATA = Path(os.environ.get("TENDERLOOP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def _row(publication: str, cpv: str, title: str = "Chairs", bound: tuple[str, ...] = (), identity: tuple[str, ...] = ()) -> Row:
    return Row(identity or (publication,), publication, title, "FRA", cpv, (), bound, (), None)


def _mine(cpv: str = "39130000", title: str = "Office chairs", words: str = "") -> Notice:
    texts = (Text(title, "title", "/t", "en"), *((Text(words, "clause", "/c", "en"),) if words else ()))
    return Notice(
        "eforms", "", "mine", "procedure", "tender", publication="1-2024", languages=("en",), texts=texts, codes=(Code("cpv", cpv, "/c"),)
    )


def test_the_class_comes_before_concepts_and_concepts_before_title_words() -> None:
    rows = [
        _row("4", "39200000", "Office chairs", ("take_back",)),  # other group, all else alike
        _row("3", "39110000", "Office chairs", ("take_back",)),  # same group, other class
        _row("2", "39130000", "Office chairs", ()),  # same class, other concepts
        _row("1", "39130000", "Cupboards", ("take_back",)),  # same class and concepts
        _row("0", "45000000", "Office chairs", ("take_back",)),  # other division: never
    ]
    found = nearest(_mine(words="Take-back of the old furniture by the supplier."), rows=rows)
    assert [each.publication for each in found] == ["1", "2", "3", "4"]
    assert [each.similarity for each in found] == sorted((each.similarity for each in found), reverse=True)
    assert found[0].shared == ("take_back",)


def test_the_parts_weigh_more_than_all_that_follow() -> None:
    parts = list(neighbours.PARTS.values())
    for at, part in enumerate(parts[:-1]):
        assert part > sum(parts[at + 1 :])


def test_equally_near_ones_stand_by_publication_number() -> None:
    rows = [_row(number, "39130000") for number in ("00000003-2024", "00000001-2024", "00000002-2024")]
    assert [each.publication for each in nearest(_mine(), most=2, rows=rows)] == ["00000001-2024", "00000002-2024"]
    assert nearest(_mine(), rows=rows) == nearest(_mine(), rows=rows[::-1])


def test_the_notice_and_other_versions_of_its_procedure_are_never_neighbours() -> None:
    rows = [
        _row("1-2024", "39130000"),
        _row("2-2024", "39130000", identity=("procedure", "other", "2-2024")),
        _row("3-2024", "39130000", identity=("x", "mine", "3-2024")),
        _row("4-2024", "39130000"),
    ]
    assert [each.publication for each in nearest(_mine(), rows=rows)] == ["4-2024"]


def test_what_is_bound_there_and_missing_here_is_told() -> None:
    other = replace(_row("9", "39130000", bound=("spare_parts", "take_back", "repair")), said=("reuse",))
    found = nearest(_mine(words="Take-back of the old furniture by the supplier."), rows=[other])[0]
    assert found.asked_there == ("spare_parts", "repair")
    assert found.shared == ("take_back",)


def test_without_a_cpv_code_or_a_division_of_its_own_there_are_none() -> None:
    assert nearest(_mine(cpv="39130000"), rows=[_row("1", "45000000")]) == ()
    assert nearest(Notice("eforms", "", "a", "b", "tender")) == ()
    assert nearest(_mine(), most=0) == ()


def test_a_table_reads_back_as_it_was_written_and_keeps_one_row_a_publication() -> None:
    first = notice(1, words="Take-back of old furniture", codes=(Code("environmental-impact", "circ-econ", "/x"),))
    again = replace(first, revision="02")
    titled = replace(notice(2), texts=(Text("<p>Chairs &amp;amp; tables " + "of the very long kind " * 9 + "</p>", "title", "/t", "en"),))
    unpublished = replace(notice(3), publication="")
    tree = table_of([titled, again, first, unpublished])
    rows = read_table(json.loads(written(tree)))
    assert [row.publication for row in rows] == ["00000001-2024", "00000002-2024"]
    assert rows[0] == row_of(again)
    assert rows[0].declared == ("environmental-impact:circ-econ",)
    assert rows[1].title.startswith("Chairs & tables of the")
    assert rows[1].title.endswith(" …")
    assert len(rows[1].title) <= neighbours.LONGEST_TITLE + 2
    assert written(tree) == written(table_of([first, unpublished, again, titled]))


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="tenderloop-neighbours/1"):
        read_table({"format": "x"})


def test_the_shipped_table_holds_notices_and_no_addresses() -> None:
    rows = published()
    assert len(rows) > 500
    assert len({row.publication for row in rows}) == len(rows)
    assert not [row.title for row in rows if re.search(r"@|\+\d{6}|<[a-z]", row.title)]
    assert all(re.fullmatch(r"\d{8}", row.cpv) for row in rows)
    assert all(row.price_share is None or Fraction(0) <= row.price_share <= 100 for row in rows)


@pytest.mark.skipif(not (DATA / "ted-eforms").is_dir(), reason="the notices are not here")
def test_neighbours_of_a_real_notice() -> None:
    from tenderloop.readers.notices import read_records

    [record] = read_records(DATA / "ted-eforms" / "notices" / "00489993-2024.xml")
    found = nearest(record.notice)
    assert len(found) == 5
    assert {each.cpv[:2] for each in found} == {"90"}
    assert "00489993-2024" not in {each.publication for each in found}
    procedures = {row.publication: row.identity[0] for row in published()}
    assert record.notice.procedure not in {procedures[each.publication] for each in found}
    assert found == nearest(record.notice)
