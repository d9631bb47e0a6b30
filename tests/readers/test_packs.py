"""Packs: what the hash depends on, where faults are placed, and that no mistyped pack breaks the reader."""

from __future__ import annotations

import random
import shutil
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from tenderloop.errors import Problems
from tenderloop.examples import check_packs
from tenderloop.pack import Pack
from tenderloop.readers.packs import list_packs, load_pack, read_pack

sys.path.insert(0, str(Path(__file__).parent))
from bad_files import SOUND, refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SOUND, tmp_path / "copy"))


def _change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_hash_is_of_the_content_alone(folder: Path) -> None:
    first = read_pack(SOUND).hash
    assert first.startswith("sha256:")
    assert len(first) == 71
    assert read_pack(folder).hash == first
    _change(folder, "pack.yaml", "id: sound", "# a comment\nid:   'sound'   # another")
    _change(folder, "sources.yaml", "\n", "\r\n")
    (folder / "CHANGELOG.md").write_text("# Changes\n\n0.1.0, told otherwise\n", encoding="utf-8")
    assert read_pack(folder).hash == first


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pack.yaml", "na_cap: 40 %", "na_cap: 41 %"),
        ("pack.yaml", "title: People", "title: Peoples"),
        ("indicators/people.yaml", "applied: 50", "applied: 51"),
        ("indicators/people.yaml", "A plan names an owner.", "A plan names no owner."),
        ("checks/checks.yaml", "3 MJ/kg", "2 MJ/kg"),
    ],
)
def test_any_change_of_content_changes_the_hash(folder: Path, name: str, old: str, new: str) -> None:
    _change(folder, name, old, new)
    assert read_pack(folder).hash != read_pack(SOUND).hash


def test_records_know_their_file_and_line(folder: Path) -> None:
    pack = read_pack(folder)
    for kind in ("sources", "facts", "parameters", "derived", "indicators", "gates", "checks"):
        for record in getattr(pack, kind):
            line = Path(record.file).read_text(encoding="utf-8").splitlines()[record.line - 1]
            assert f"id: {record.id}" in line


def test_a_pack_can_be_written_as_json_and_read_back() -> None:
    pack = read_pack(SOUND)
    again = Pack.model_validate_json(pack.model_dump_json(by_alias=True), by_alias=True)
    assert again.hash == pack.hash
    assert again.model_dump() == {**pack.model_dump()}


def test_numbers_are_exact() -> None:
    pack = read_pack(SOUND)
    assert pack.na_cap == Fraction(2, 5)
    parameter = next(each for each in pack.parameters if each.id == "least_share")
    found = parameter.at("2029-12-31")
    assert found is not None
    assert found[0].base == Fraction(1, 5)


def test_faults_of_several_files_come_together(folder: Path) -> None:
    _change(folder, "pack.yaml", "version: 0.1.0", "version: first")
    _change(folder, "gates/gates.yaml", "source: law", "source: lore")
    _change(folder, "indicators/planet.yaml", "unit: t/year, min: 1", "unit: tonne/year, min: 1")
    with pytest.raises(Problems) as found:
        read_pack(folder)
    places = {(problem.code, Path(problem.file).name) for problem in found.value.problems}
    assert {("bad-version", "pack.yaml"), ("unknown-source", "gates.yaml"), ("unknown-unit", "planet.yaml")} <= places


def test_a_fault_does_not_hide_behind_another(folder: Path) -> None:
    """A fact that cannot be read is one fault, not one for every rule that reads it."""
    _change(folder, "indicators/planet.yaml", "question: How much material is recovered in a year?", "quesstion: How much?")
    with pytest.raises(Problems) as found:
        read_pack(folder)
    assert {problem.code for problem in found.value.problems} == {"missing-key", "unknown-key"}


def test_shipped_packs_load_by_name() -> None:
    assert len(list_packs()) >= 3
    for name in list_packs():
        assert load_pack(name).id == name
    with pytest.raises(Problems) as found:
        load_pack("people_first_pp")
    assert "people_first_ppp" in found.value.problems[0].hint


def test_mistyped_packs_are_read_or_refused(tmp_path: Path) -> None:
    """Lines lost, doubled and swapped, characters changed: never anything but a pack or a list of faults."""
    random_ = random.Random(20261121)  # a fixed seed, so that the test is the same every time
    names = ["pack.yaml", "sources.yaml", "indicators/people.yaml", "indicators/planet.yaml", "gates/gates.yaml", "checks/checks.yaml"]
    times = 0
    for number in range(250):
        copy = Path(shutil.copytree(SOUND, tmp_path / str(number)))
        path = copy / random_.choice(names)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        for _ in range(random_.randint(1, 3)):
            at = random_.randrange(len(lines))
            what = random_.randrange(5)
            if what == 0 and len(lines) > 1:
                del lines[at]
            elif what == 1:
                lines.insert(at, random_.choice(lines))
            elif what == 2:
                other = random_.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            elif what == 3:
                lines[at] = lines[at].partition(":")[0] + random_.choice(
                    [":\n", ": []\n", ": {}\n", ": 7\n", ": true\n", ": x\n", ": [a, 1]\n"]
                )
            else:
                place = random_.randrange(len(lines[at]))
                lines[at] = lines[at][:place] + random_.choice(":{}[]'\"#-0x %,") + lines[at][place + 1 :]
        path.write_text("".join(lines), encoding="utf-8")
        faults = refused(lambda copy=copy: read_pack(copy))  # type: ignore[misc]
        times += faults is not None
        assert faults is None or all(problem.hint and problem.line and problem.file for problem in faults), faults
        for problem in check_packs([copy]):
            assert problem.hint, problem
        shutil.rmtree(copy)
    assert times > 100
