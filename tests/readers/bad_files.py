"""Bad files with their expectation in the first lines: ``# expect: code @ line`` and a few directives that keep them tiny.

Knows how such a file is written and laid over the sound pack. Must not know any code.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tenderloop.errors import Problem, Problems

PACKS = Path(__file__).parent.parent / "bad_packs"
CASES = Path(__file__).parent.parent / "bad_cases"
SOUND = PACKS / "sound"

_EXPECT = re.compile(r"# expect: ([a-z0-9-]+) @ (.+)")
_DIRECTIVE = re.compile(r"# (file|delete|repeat|widen|copies|name|with): (.+)")


@dataclass
class BadFile:
    """One bad file: what must be found in it, and how it is built. ``text`` keeps the comment lines, so that lines count as written."""

    path: Path
    text: bytes
    expected: list[tuple[str, str]] = field(default_factory=list)
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """The bytes to read, after 'repeat' and 'widen'."""
        lines = self.text.rstrip(b"\n").split(b"\n")
        if "repeat" in self.directives:
            lines += [lines[-1]] * (int(self.directives["repeat"].split()[3]) - 1)
        if "widen" in self.directives:
            lines[-1] += b"a" * (int(self.directives["widen"].split()[4]) - len(lines[-1]))
        return b"\n".join(lines) + b"\n"


def bad_file(path: Path) -> BadFile:
    """Read one file's expectation."""
    found = BadFile(path, path.read_bytes())
    for line in found.text.split(b"\n"):
        text = line.decode("utf-8", "replace")
        if expected := _EXPECT.fullmatch(text):
            found.expected.append((expected[1], expected[2]))
        elif directive := _DIRECTIVE.fullmatch(text):
            found.directives[directive[1]] = directive[2]
        else:
            break
    assert found.expected, f"{path.name} does not say what it expects"
    return found


def bad_pack(bad: BadFile, folder: Path) -> Path:
    """The sound pack with one bad file laid over it."""
    pack = folder / "bad"
    shutil.copytree(SOUND, pack)
    target = pack / bad.directives["file"]
    copies = int(bad.directives.get("copies", "0"))
    for number in range(copies):
        target.with_stem(f"{target.stem}{number}").write_bytes(bad.content)
    if "delete" in bad.directives:
        (pack / bad.directives["delete"]).unlink()
    elif not copies:
        target.write_bytes(bad.content)
    return pack


def refused(read: Callable[[], object]) -> list[Problem] | None:
    """The faults for which reading was refused; None when it was read. Any other exception is our own bug and passes through."""
    try:
        read()
    except Problems as found:
        return list(found.problems)
    return None
