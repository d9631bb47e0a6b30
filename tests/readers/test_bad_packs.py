"""Every bad pack gives exactly the faults that it says, each with its line and a hint; the sound pack gives none."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tenderloop.errors import Problems
from tenderloop.examples import check_packs
from tenderloop.readers.packs import read_pack

sys.path.insert(0, str(Path(__file__).parent))
from bad_files import PACKS, SOUND, bad_file, bad_pack

FILES = sorted(PACKS.glob("*.yaml"))
# Faults that lint reports of a pack that can be loaded.
LINT = {
    "unknown-concept",
    "unused-fact",
    "unused-source",
    "unused-parameter",
    "unused-derived",
    "fact-not-read",
    "example-missing",
    "example-failed",
    "unreachable-score",
    "caps-not-monotone",
    "hint-too-short",
    "status-too-strong",
    "repeated-question",
    "repeated-title",
    "empty-outcome",
    "confirmation-required",
    "changelog-missing",
}


def test_bad_packs_were_found() -> None:
    assert len(FILES) >= 60


def test_the_sound_pack_has_no_fault() -> None:
    assert [str(problem) for problem in check_packs([SOUND])] == []
    assert read_pack(SOUND).id == "sound"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_bad_pack(path: Path, tmp_path: Path) -> None:
    bad = bad_file(path)
    folder = bad_pack(bad, tmp_path)
    started = time.process_time()
    problems = check_packs([folder])
    assert time.process_time() - started < 5
    found = [(problem.code, str(problem.line)) for problem in problems]
    if bad.expected[0][0] == "too-many-faults":
        assert found[-1][0] == "too-many-faults"
        assert len(found) == 201
        return
    assert sorted(found) == sorted(bad.expected), "\n".join(map(str, problems))
    for problem in problems:
        assert problem.hint, f"no hint: {problem}"
        assert problem.file.startswith(str(folder)), problem.file
    loads = bad.expected[0][0] in LINT or path.stem == "text-too-long--lint" or bad.directives["file"].startswith("profiles/")
    if loads:
        assert read_pack(folder).id == "sound"
    else:
        with pytest.raises(Problems) as refused:
            read_pack(folder)
        assert list(refused.value.problems) == problems
