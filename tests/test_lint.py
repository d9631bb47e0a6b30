"""Lint: shipped packs are clean, and what lint knows of curves, folders and names."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop.curves import Linear, Piecewise, Steps
from tenderloop.lint import lint, lint_packs, out_of_reach
from tenderloop.pack import Fact
from tenderloop.readers.packs import list_packs, read_pack

SOUND = Path(__file__).parent / "bad_packs" / "sound"


@pytest.mark.parametrize("name", list_packs())
def test_shipped_packs_are_clean(name: str) -> None:
    assert [str(problem) for problem in lint(name)] == []


def test_shipped_packs_agree_on_shared_facts() -> None:
    assert [str(problem) for problem in lint_packs(list_packs()) if problem.code == "fact-declared-differently"] == []


def test_a_folder_of_packs_is_read_whole(tmp_path: Path) -> None:
    for name, unit in (("one", "t/year"), ("two", "kg/year")):
        shutil.copytree(SOUND, tmp_path / name)
        for path in (tmp_path / name).rglob("*.yaml"):
            text = path.read_text(encoding="utf-8").replace("id: sound", f"id: {name}")
            path.write_text(
                text.replace("id: recovered, kind: number, unit: t/year", f"id: recovered, kind: number, unit: {unit}"), encoding="utf-8"
            )
    found = [(problem.code, problem.file, problem.line) for problem in lint(tmp_path)]
    assert found == [("fact-declared-differently", str(tmp_path / "two" / "indicators" / "planet.yaml"), 3)]


def test_two_packs_of_one_name_are_told(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(SOUND, tmp_path / name)
    assert [problem.code for problem in lint(tmp_path)] == ["repeated-id"]


def test_a_refused_pack_gives_what_refuses_it_and_no_more(tmp_path: Path) -> None:
    shutil.copytree(SOUND, tmp_path / "pack")
    path = tmp_path / "pack" / "sources.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("status: official", "status: certain"), encoding="utf-8")
    assert {problem.code for problem in lint(tmp_path / "pack")} == {"unknown-value"}


SHARE = Fact(id="share", kind="number", unit="%", min=Fraction(0), max=Fraction(100), question="Which share?")


@pytest.mark.parametrize(
    ("curve", "count"),
    [
        (Linear(Fraction(0), Fraction(1)), 0),
        (Linear(Fraction(1), Fraction(0)), 0),
        (Linear(Fraction(0), Fraction(2)), 1),
        (Linear(Fraction(-1), Fraction(2)), 2),
        (Steps(Fraction(0), ((Fraction(1, 2), Fraction(50)), (Fraction(1), Fraction(100)))), 0),
        (Steps(Fraction(0), ((Fraction(0), Fraction(50)), (Fraction(1), Fraction(100)))), 1),
        (Piecewise(((Fraction(0), Fraction(0)), (Fraction(3), Fraction(100)))), 1),
    ],
)
def test_what_no_answer_can_reach(curve: Linear | Steps | Piecewise, count: int) -> None:
    assert len(out_of_reach(curve, SHARE)) == count


def test_the_sound_pack_stays_sound_when_moved(tmp_path: Path) -> None:
    moved = shutil.copytree(SOUND, tmp_path / "elsewhere")
    assert lint(moved) == []
    assert read_pack(moved).hash == read_pack(SOUND).hash
