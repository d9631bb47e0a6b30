"""A folder of criteria files -> a Pack, or every fault in it.

Knows which files a pack has and what stands in each. Must not know cases, curves' meaning or scores; what the parts say of each other is
checked in pack_rules.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from collections.abc import Sequence as AnySequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from tenderloop.errors import Problem, Problems
from tenderloop.pack import Check, CodeSignal, Derived, Fact, FieldSignal, Gate, Indicator, Pack, Parameter, Place, Source, TextSignal
from tenderloop.readers.answers import shown_kind
from tenderloop.readers.faults import Faults, in_order, nearest
from tenderloop.readers.pack_rules import check_pack
from tenderloop.readers.profiles import FOLDER, Fit, ReadProfile, apply_profile, check_overlaps, check_profile, fits, read_profile
from tenderloop.readers.records import Written, read_record
from tenderloop.readers.signal_rules import check_signals
from tenderloop.readers.strict_yaml import Mapping, Number, Sequence, Value, read_yaml

SHIPPED = "tenderloop_criteria"
MOST_FILES = 500

# Which lists a file in one of the rule folders may hold. Any of them may: what belongs together may stand together.
_FOLDERS = ("indicators", "gates", "checks")
_LISTS: tuple[tuple[str, type[Place], str], ...] = (
    ("facts", Fact, "fact"),
    ("parameters", Parameter, "parameter"),
    ("derived", Derived, "derived value"),
    ("indicators", Indicator, "indicator"),
    ("gates", Gate, "gate"),
    ("checks", Check, "check"),
)
# What signals.yaml may hold, by its keys there and the pack's field.
_SIGNALS: tuple[tuple[str, str, type[Place], str], ...] = (
    ("codes", "code_signals", CodeSignal, "code"),
    ("texts", "text_signals", TextSignal, "concept"),
    ("fields", "field_signals", FieldSignal, "field"),
)


@dataclass
class Bundle:
    """Everything read of one pack: its records with their lines, its faults, and the Pack when the header could be read."""

    folder: str  # as shown in messages
    root: Path
    faults: dict[str, Faults] = field(default_factory=dict)
    header: Written[Pack] | None = None
    written: dict[str, list[Written[Any]]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)  # ids of records that have faults of their own
    trees: dict[str, Value] = field(default_factory=dict)  # by the path inside the pack
    profiles: dict[str, ReadProfile] = field(default_factory=dict)  # those that were asked for
    profile: str = ""  # the one that the pack is loaded with

    def of(self, kind: str) -> list[Written[Any]]:
        """The records of one kind, in the order of files and lines: sources, facts, parameters, derived, indicators, gates, checks."""
        return self.written.setdefault(kind, [])

    def file(self, name: str) -> Faults:
        """The faults of one file; ``name`` is its path inside the pack."""
        return self.faults.setdefault(name, Faults(str(Path(self.folder) / name)))

    @property
    def problems(self) -> list[Problem]:
        """All faults, by file and line."""
        return in_order(problem for faults in self.faults.values() for problem in faults.problems)

    @property
    def pack(self) -> Pack:
        """The pack as far as it was read. Only sound when there are no problems."""
        nothing: dict[str, Any] = {"id": "", "outcomes": (), "stages": (), "stage_levels": {}}
        header = nothing if self.header is None else self.header.record.__dict__
        parts = {kind: tuple(each.record for each in self.of(kind)) for kind in KINDS}
        pack = Pack.model_construct(**{**header, **parts, "hash": self.hash_with(self.profile), "folder": str(self.root)})
        return self.fitted(pack, self.profile) if self.profile in self.profiles else pack

    def fitted(self, pack: Pack, profile: str) -> Pack:
        """The pack as one of the profiles that were read changes it, with the hash that covers the profile too."""
        return apply_profile(pack, self.profiles[profile].profile).model_copy(update={"hash": self.hash_with(profile)})

    @property
    def hash(self) -> str:
        """The hash of the pack as it is loaded."""
        return self.hash_with(self.profile)

    def hash_with(self, profile: str = "") -> str:
        """SHA-256 over the content of every file and its name inside the pack; comments and layout do not count.

        Of the profiles only the one that is used counts, so that a change in one product group leaves the others as they were.
        """
        used = f"{FOLDER}/{profile}.yaml"
        content = {name: _content(tree) for name, tree in sorted(self.trees.items()) if not name.startswith(FOLDER + "/") or name == used}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode("utf-8")).hexdigest()


KINDS = ("sources", "facts", "parameters", "derived", "indicators", "gates", "checks", "code_signals", "text_signals", "field_signals")


def read_pack(path: str | Path, profile: str = "") -> Pack:
    """The pack in a folder, fitted to a product group if one is named. A faulty pack is refused: ``Problems`` lists every fault with file
    and line.

    >>> read_pack(Path(str(resources.files("tenderloop_criteria"))) / "people_first_ppp").id
    'people_first_ppp'
    """
    return _sound(read_bundle(path, profile=profile))


def load_pack(name_or_path: str | Path, profile: str = "") -> Pack:
    """A shipped pack by name, or any pack by the path of its folder. ``Problems`` when it is not found or has faults.

    ``profile`` fits it to a product group; a profile that the pack does not have is a fault too.

    >>> load_pack("circular_ppp").label.startswith("circular PPP, ours")
    True
    """
    return _sound(find_bundle(name_or_path, profile=profile))


def find_bundle(name_or_path: str | Path, *, profile: str = "", every_profile: bool = False) -> Bundle:
    """As load_pack, with the faults instead of an exception; ``Problems`` only when there is no such pack."""
    folder, shown = _folder_of(name_or_path)
    return read_bundle(folder, shown=shown, profile=profile, every_profile=every_profile)


def list_profiles(name_or_path: str | Path) -> tuple[str, ...]:
    """The profiles of a pack in alphabetical order; ``Problems`` when there is no such pack.

    >>> list_profiles("waste_to_energy")
    ()
    """
    folder, _ = _folder_of(name_or_path)
    return tuple(sorted(each.stem for each in (folder / FOLDER).glob("*.yaml")))


def fitting_profiles(pack: Pack | str | Path, codes: Iterable[str]) -> tuple[Fit, ...]:
    """The profiles of a pack that fit CPV codes, the longest prefix first, each with the prefix and the code that it fits.

    ``codes`` have eight digits, with or without their check digit. A suggestion: no law ties a CPV code to a set of criteria.
    """
    named = pack.folder if isinstance(pack, Pack) else pack
    if not named:
        return ()
    folder, shown = _folder_of(named)
    prefixes: dict[str, list[str]] = {}
    for name in list_profiles(named):
        faults = Faults(str(Path(shown or folder) / FOLDER / f"{name}.yaml"))
        read = read_profile(read_yaml((folder / FOLDER / f"{name}.yaml").read_bytes(), faults.file), faults, name)
        faults.raise_if_any()
        assert read is not None
        prefixes[name] = [each.prefix for each in read.head.record.cpv]
    return fits(prefixes, codes)


def profile_for(pack: Pack | str | Path, codes: Iterable[str]) -> str | None:
    """The profile that fits CPV codes best: the one with the longest prefix; None when none fits.

    Two that fit equally well raise ``Problems`` (profile-tie), which names both: a person decides.

    >>> profile_for("waste_to_energy", ["39130000"]) is None
    True
    """
    found = fitting_profiles(pack, codes)
    if not found:
        return None
    tied = [fit for fit in found if len(fit.prefix) == len(found[0].prefix)]
    if len(tied) > 1:
        said = " and ".join(f"{fit.profile} (prefix {fit.prefix} of {fit.code})" for fit in tied)
        names = " or ".join(fit.profile for fit in tied)
        raise Problems([Problem("profile-tie", f"the profiles {said} fit equally well", hint=f"name the one that is meant: {names}")])
    return found[0].profile


def _folder_of(name_or_path: str | Path) -> tuple[Path, str]:
    """The folder of a pack and its name in messages."""
    if isinstance(name_or_path, str) and name_or_path in list_packs():
        return shipped_folder() / name_or_path, name_or_path
    path = Path(name_or_path)
    if path.is_dir() or (path.name == "pack.yaml" and path.is_file()):
        return (path.parent if path.name == "pack.yaml" else path), ""
    near = nearest(str(name_or_path), list_packs())
    known = f"did you mean '{near}'?" if near else "there are: " + (", ".join(list_packs()) or "none")
    raise Problems([Problem("unknown-pack", f"there is no pack '{name_or_path}'", str(name_or_path), hint=known)])


def list_packs() -> tuple[str, ...]:
    """The names of the shipped packs, in alphabetical order.

    >>> "waste_to_energy" in list_packs()
    True
    """
    folder = shipped_folder()
    return tuple(sorted(each.name for each in folder.iterdir() if (each / "pack.yaml").is_file())) if folder.is_dir() else ()


def shipped_folder() -> Path:
    """The folder that holds the shipped packs."""
    return Path(str(resources.files(SHIPPED)))


def _sound(bundle: Bundle) -> Pack:
    if bundle.problems:
        raise Problems(bundle.problems)
    return bundle.pack


def read_bundle(path: str | Path, *, shown: str = "", profile: str = "", every_profile: bool = False) -> Bundle:
    """Everything read of a pack, with its faults instead of an exception. ``shown`` is the folder's name in messages.

    Of the profiles only the one that is asked for is read, unless ``every_profile``: a fault in another does not keep anybody waiting.
    """
    folder = Path(path)
    bundle = Bundle(shown or str(folder), folder, profile=profile)
    if not folder.is_dir():
        bundle.file("").add("file-missing", "there is no such folder", line=1, hint="name the folder that holds pack.yaml")
        return bundle
    names = _files(folder, bundle)
    if len(names) > MOST_FILES:
        bundle.file("").add("too-many-files", f"the pack has {len(names)} files", line=1, hint=f"put them into at most {MOST_FILES}")
        return bundle
    _missing_profile(bundle, names)
    for name in names:
        if name.startswith(FOLDER + "/") and not every_profile and name != f"{FOLDER}/{profile}.yaml":
            continue
        faults = bundle.file(name)
        try:
            bundle.trees[name] = read_yaml((folder / name).read_bytes(), faults.file)
        except Problems as found:
            faults.problems.extend(found.problems)
        except OSError as error:
            faults.add("file-missing", f"the file cannot be read: {error.strerror}", line=1, hint="check its rights")
    _read_header(bundle)
    _read_sources(bundle)
    for name in sorted(bundle.trees):
        if name.partition("/")[0] in _FOLDERS:
            _read_lists(bundle, name)
    _read_signals(bundle)
    check_pack(bundle)
    check_signals(bundle)
    _read_profiles(bundle)
    return bundle


def _missing_profile(bundle: Bundle, names: AnySequence[str]) -> None:
    known = [Path(name).stem for name in names if name.startswith(FOLDER + "/")]
    if bundle.profile and bundle.profile not in known:
        near = nearest(bundle.profile, known)
        hint = f"did you mean '{near}'?" if near else "there are: " + ", ".join(known) if known else "load it without a profile"
        bundle.file("").add("unknown-profile", f"the pack has no profile '{bundle.profile[:60]}'", line=1, hint=hint)


def _read_profiles(bundle: Bundle) -> None:
    for name in sorted(bundle.trees):
        folder, _, file = name.partition("/")
        if folder == FOLDER:
            read = read_profile(bundle.trees[name], bundle.file(name), Path(file).stem)
            if read is not None:
                bundle.profiles[Path(file).stem] = read
                check_profile(bundle, read)
    check_overlaps(list(bundle.profiles.values()))


def _files(folder: Path, bundle: Bundle) -> list[str]:
    """The YAML files of a pack by their path inside it; a file in the wrong place is a fault, since it would be passed over in silence."""
    found: list[str] = []
    for each in sorted(folder.rglob("*")):
        name = each.relative_to(folder).as_posix()
        if any(part.startswith((".", "__")) for part in name.split("/")) or not each.is_file():
            continue
        top = name.partition("/")[0] if "/" in name else ""
        if each.suffix == ".yaml" and (
            name in ("pack.yaml", "sources.yaml", "signals.yaml") or (top in (*_FOLDERS, FOLDER, "locale") and name.count("/") == 1)
        ):
            found.append(name)
        elif each.suffix in (".yaml", ".yml", ".json"):
            bundle.file(name).add(
                "unexpected-file",
                "this file has no place in a pack",
                line=1,
                hint="write pack.yaml, sources.yaml, signals.yaml, and .yaml files in indicators/, gates/, checks/, profiles/ or locale/",
            )
    for name in ("pack.yaml", "sources.yaml"):
        if name not in found:
            bundle.file(name).add("file-missing", f"the pack has no {name}", line=1, hint="see docs/pack-format.md section 2")
    return found


def _read_header(bundle: Bundle) -> None:
    if "pack.yaml" in bundle.trees:
        tree = bundle.trees["pack.yaml"]
        faults = bundle.file("pack.yaml")
        bundle.header = read_record(Pack, tree, faults.at(1), "the pack")
        if isinstance(tree, Mapping):
            for kind in (*KINDS, "profile"):
                if kind in tree:
                    where = (
                        "sources.yaml"
                        if kind == "sources"
                        else "profiles/"
                        if kind == "profile"
                        else "a file in indicators/, gates/ or checks/"
                    )
                    faults.add(
                        "unknown-key", f"'{kind}' does not stand in pack.yaml", line=tree.lines.get(kind), hint=f"write it in {where}"
                    )
                    bundle.header = None


def _read_sources(bundle: Bundle) -> None:
    if "sources.yaml" in bundle.trees:
        _read_items(bundle, "sources.yaml", "sources", bundle.trees["sources.yaml"], 1, Source, "source")


def _read_lists(bundle: Bundle, name: str) -> None:
    tree = _keys(bundle, name, [key for key, _, _ in _LISTS], "a file of rules")
    for key, model, word in _LISTS:
        if tree.get(key) is not None:
            _read_items(bundle, name, key, tree[key], tree.lines.get(key, 1), model, word)


def _read_signals(bundle: Bundle) -> None:
    if "signals.yaml" in bundle.trees:
        tree = _keys(bundle, "signals.yaml", [key for key, _, _, _ in _SIGNALS], "signals.yaml")
        for key, kind, model, word in _SIGNALS:
            if tree.get(key) is not None:
                _read_items(bundle, "signals.yaml", kind, tree[key], tree.lines.get(key, 1), model, word, named="fact")


def _keys(bundle: Bundle, name: str, known: AnySequence[str], what: str) -> Mapping:
    """The file's keys with their values; a key that has no meaning there is a fault."""
    tree = bundle.trees[name]
    faults = bundle.file(name)
    if not isinstance(tree, Mapping):
        faults.add("wrong-type", f"the file holds {shown_kind(tree)}", line=1, hint="write " + ", ".join(f"{key}:" for key in known))
        return Mapping()
    for key in tree:
        if key not in known:
            near = nearest(key, known)
            faults.add(
                "unknown-key",
                f"'{key}' is not a key of {what}",
                line=tree.lines.get(key),
                hint=f"did you mean '{near}'?" if near else "its keys are " + ", ".join(known),
            )
    return tree


def _read_items(bundle: Bundle, name: str, kind: str, tree: Value, line: int, model: type[Place], word: str, *, named: str = "id") -> None:
    faults = bundle.file(name)
    if not isinstance(tree, Sequence):
        faults.add("wrong-type", f"{kind} is {shown_kind(tree)}", line=line, hint=f"write a list: each entry begins with '- {named}: …'")
        return
    for index, item in enumerate(tree):
        written_id = item.get(named) if isinstance(item, Mapping) else None
        what = f"{word} '{written_id}'" if isinstance(written_id, str) else f"{word} {index + 1}"
        found = read_record(model, item, faults.at(tree.lines[index]), what)
        if found is not None:
            bundle.of(kind).append(found)
        elif isinstance(written_id, str) and named == "id":
            bundle.broken.add(written_id)


def _content(tree: Value) -> object:
    if isinstance(tree, Mapping):
        return {key: _content(value) for key, value in tree.items()}
    if isinstance(tree, Sequence):
        return [_content(value) for value in tree]
    if isinstance(tree, Number):
        return {"number": str(tree)}  # so that 0.5 and '0.5', which mean different things, differ, and 0.5 and 0.50 do not
    return tree
