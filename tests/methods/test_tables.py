"""The default tables read exactly, and the registry of methods keeps its promises."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop import methods
from tenderloop.methods.composition import after_capture, with_plastics
from tenderloop.methods.tables import parse, read_table
from tenderloop.quantity import parse_unit

DEFAULTS = Path(methods.__file__).parent / "defaults"
OURS = ("energy", "climate", "landfill", "air")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a,b,status,source\nx,1,published\n", "x.csv:2: 3 cells"),
        ("a,b,status,source\nx,1,published,s,more\n", "x.csv:2: 5 cells"),
        ("a,b,status,source\nx,1,sure,s\n", "source and a status"),
        ("a,b,status,source\nx,1,published,\n", "source and a status"),
        ("a,b,status,source\nx,1,published,s\nx,2,published,s\n", "x.csv:3: x is there already, in line 2"),
    ],
)
def test_a_faulty_table_is_refused_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse("x.csv", text)


@pytest.mark.parametrize("cell", ["0.04-0.06", "1e3", "1,5", "nan", "½"])
def test_a_cell_that_is_no_plain_decimal_is_refused(cell: str) -> None:
    table = parse("x.csv", f'a,b,status,source\nx,"{cell}",published,s\n')
    with pytest.raises(ValueError, match=r"x\.csv:2"):
        table["x"].number("b")


def test_empty_cells_are_unknown_not_zero() -> None:
    entry = parse("x.csv", "a,b,status,source\nx,,published,s\n")["x"]
    assert entry.number_or_none("b") is None
    with pytest.raises(ValueError, match="empty"):
        entry.number("b")


def test_every_default_table_names_a_source_on_every_row() -> None:
    names = sorted(path.stem for path in DEFAULTS.glob("*.csv"))
    ours = {
        "waste_carbon", "degradable_carbon", "incineration_factors", "warming_potentials", "acm0022_carbon", "landfill_decay",
        "landfill_sites", "gas_collection", "component_heat", "air_limits",
    }  # fmt: skip
    assert ours <= set(names)
    keyed_by_two = {"incineration_factors", "landfill_decay", "gas_collection"}
    for name in ours:
        assert all(entry.source for entry in read_table(name, 2 if name in keyed_by_two else 1))
        assert f"`{name}.csv`" in (DEFAULTS / "README.md").read_text(encoding="utf-8")


def test_nothing_unverified_is_passed_off_as_published() -> None:
    for name in ("acm0022_carbon", "component_heat", "degradable_carbon"):
        assert {entry.status for entry in read_table(name)} == {"unverified"}


def test_methods_have_units_that_exist_and_explain_themselves() -> None:
    for each in methods.METHODS.values():
        units = [declared.unit for declared in each.inputs] + [declared.unit for declared in each.outputs]
        units += [column.unit for declared in each.inputs for column in declared.columns]
        for unit in units:
            if unit is not None:
                parse_unit(unit)
        assert each.source
        assert each.valid
        if each.function.__module__.rsplit(".", 1)[1] in OURS:
            assert ">>> " in (each.function.__doc__ or "")


def test_an_unknown_method_is_told_its_neighbours() -> None:
    with pytest.raises(KeyError, match="landfill_methane"):
        methods.get("landfill_methan")


def test_capture_and_shift_of_a_mix() -> None:
    mix = {"plastics": Fraction(98), "food": Fraction(2)}
    assert with_plastics(mix, Fraction(5)) == {"plastics": Fraction(100), "food": Fraction(0)}
    assert with_plastics({"plastics": Fraction(100)}, Fraction(-5)) is None
    assert after_capture(mix, {}) == (Fraction(100), mix)
