"""French contract data: the same values from both forms, each with its place."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

from tenderloop.readers.decp import read_decp
from tenderloop.readers.notices import read_records

sys.path.insert(0, str(Path(__file__).parent))
from real_data import DATA, needs_data

COUNTS = {
    "Contrat-concession-modification.xml": 2,
    "Contrat-concession.xml": 2,
    "Marche.xml": 2,
    "concessions.json": 2,
    "concessions_avec_modifications.json": 2,
    "marches_avec_modifications.json": 2,
    "marches_concessions.json": 4,
}


@needs_data
def test_every_contract_of_every_file_is_read() -> None:
    for name, count in COUNTS.items():
        records = list(read_records(DATA / "decp-france" / name))
        assert (len(records), {record.format for record in records}) == (count, {"decp"}), name
        assert all(record.every_problem() == () for record in records), name
        assert all(record.id == record.notice.id for record in records)


@needs_data
def test_xml_and_json_say_the_same_in_their_own_places() -> None:
    xml, _ = (record.notice for record in read_records(DATA / "decp-france" / "Marche.xml"))
    (plain,) = (record.notice for record in read_records(DATA / "decp-france" / "marches_concessions.json") if record.id == "TEST2022")
    assert [(code.list, code.value) for code in xml.codes] == [(code.list, code.value) for code in plain.codes]
    assert xml.coded("considerationsSociales") == ("Clause sociale", "Critère social")
    assert xml.coded("considerationsEnvironnementales") == ("Clause environnementale",)
    assert xml.codes[1].where == "/marches/marche[1]/considerationsSociales/considerationSociale[1]"
    assert plain.codes[1].where == "/marches/marche/0/considerationsSociales/considerationSociale/0"
    for notice in (xml, plain):
        assert notice.awarded is not None
        assert (notice.awarded.value, notice.awarded.currency) == (575000, "EUR")
        assert notice.coded("cpv") == ("45000000",)
        assert [(figure.name, figure.value) for figure in notice.lots[0].figures] == [
            ("origineUE", Decimal("0.1")),
            ("origineFrance", Decimal("0.1")),
        ]
        assert notice.lots[0].duration is not None
        assert (notice.lots[0].duration.value, notice.lots[0].duration.unit) == (48, "month")
        assert notice.outcomes[0].suppliers == ("55204599900869",)
        assert notice.statistics[0].value == 4


@needs_data
def test_a_concession_has_its_own_fields() -> None:
    first = next(read_records(DATA / "decp-france" / "Contrat-concession.xml")).notice
    assert first.subtype == "Concession de travaux"
    assert first.awarded is not None
    assert first.awarded.value == Decimal("10.3")
    assert [figure.name for figure in first.lots[0].figures] == ["montantSubventionPublique"]
    assert len(first.outcomes[0].suppliers) == 2


def test_what_is_wrong_is_said_and_the_rest_read() -> None:
    found = read_decp(
        {"id": "1", "objet": "x", "montant": "12,5", "codeCPV": "45", "dureeMois": 0, "origineUE": 2, "considerationsSociales": ["Autre"]}
    )
    assert sorted(problem.code for problem in found.problems) == [
        "bad-cpv",
        "bad-duration",
        "bad-number",
        "share-out-of-range",
        "unknown-consideration",
    ]
    assert found.coded("considerationsSociales") == ("Autre",)
    assert found.awarded is None
