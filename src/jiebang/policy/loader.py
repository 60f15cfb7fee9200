"""From a folder of YAML to a proved programme, or every problem in it at once with file, line and what was expected."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jiebang.policy.pack import ITEM_SECTIONS, Pack
from jiebang.policy.problems import say_in_chinese
from jiebang.policy.program import Program, compile_program
from jiebang.policy.strict_yaml import PackProblems, Path_, Problem, YamlFile, read_yaml

SECTIONS = tuple(Pack.model_fields)
SINGLE_SECTIONS = ("pack", "counting")


@dataclass(slots=True)
class RawPack:
    """A pack as plain data, its base's items merged in, with the file and line of everything."""

    folder: Path
    data: dict[str, Any] = field(default_factory=dict)
    origin: dict[Path_, YamlFile] = field(default_factory=dict)
    own: set[Path_] = field(default_factory=set)
    #: whether some file of it couldn't be read at all: whatever names something in there isn't wrong because of that
    is_torn: bool = False

    def place(self, path: Path_) -> tuple[str, int]:
        """File and line of a path, or of its nearest known ancestor."""
        for length in (2, 1):
            found = self.origin.get(path[:length])
            if found is not None:
                return found.file, found.line_of(path)
        return f"{self.folder.parent.name}/{self.folder.name}/pack.yaml", 1


def find_packs(root: Path) -> list[Path]:
    """Every pack version below `root`, by its pack.yaml; `root` itself may be one."""
    if (root / "pack.yaml").is_file():
        return [root]
    return sorted(path.parent for path in root.glob("**/pack.yaml"))


def read_raw(folder: Path, base_roots: tuple[Path, ...] = ()) -> tuple[RawPack, list[Problem]]:
    """Read a pack folder's files (not its cases) and those of the base it extends; merges sections, checks nothing else."""
    raw = RawPack(folder)
    problems: list[Problem] = []
    shown = f"{folder.parent.name}/{folder.name}"
    if not (folder / "pack.yaml").is_file():
        raw.is_torn = True
        return raw, [Problem(shown, 1, "文件夹里没有 pack.yaml", "政策包的身份写在 pack.yaml 的 pack: 下")]
    for path in sorted(folder.glob("*.yaml")):
        _merge_file(raw, path, f"{shown}/{path.name}", problems, own=True)
    problems += _unread_below(folder, shown)
    identity = raw.data.get("pack")
    for word, name in (("id", folder.parent.name), ("version", folder.name)):
        if isinstance(identity, dict) and isinstance(identity.get(word), str) and identity[word] != name:
            file, line = raw.place(("pack", word))
            what = f"{word} 是“{identity[word]}”，文件夹却叫“{name}”"
            problems.append(Problem(file, line, what, "两处写成一样；别处按 编号/版本 找到政策包"))
    extends = identity.get("extends") if isinstance(identity, dict) else None
    if isinstance(extends, str):
        base = _find_base(extends, folder, base_roots)
        file, line = raw.place(("pack", "extends"))
        if base is not None and base.resolve() == folder.resolve():
            problems.append(Problem(file, line, "政策包不能以自己为基础包", "写另一个包，或删掉 extends"))
            raw.is_torn = True
        elif base is None:
            problems.append(
                Problem(file, line, f"找不到所依据的基础包“{extends}”", "写 编号/版本，如 national-base/1")
            )
        else:
            _merge_base(raw, base, problems)
    return raw, problems


def _merge_base(raw: RawPack, base: Path, problems: list[Problem]) -> None:
    """The items of a base; where it can't be one, only that is said, not every name that is therefore lost or doubled."""
    sound = len(problems)
    shown = f"{base.parent.name}/{base.name}"
    _merge_file(raw, base / "pack.yaml", f"{shown}/pack.yaml", problems, own=False)
    if len(problems) > sound:
        raw.is_torn = True
        return
    for path in sorted(base.glob("*.yaml")):
        if path.name != "pack.yaml":
            _merge_file(raw, path, f"{shown}/{path.name}", problems, own=False)


#: the folders inside a pack's that something else reads
_READ_ELSEWHERE = ("cases", "scenarios")


def _unread_below(folder: Path, shown: str) -> Iterator[Problem]:
    """What stands in a pack's folder, or in folders inside it, and isn't read by anything."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.suffix != ".yaml":
            inside = path.name not in _READ_ELSEWHERE and any(path.glob("**/*.y*ml"))
            if inside:
                yield Problem(
                    f"{shown}/{path.name}",
                    1,
                    "这个文件夹里的内容不会读到",
                    "移到政策包的文件夹里；案例放 cases",
                )
        elif path.suffix not in (".yaml", ".md"):
            yield Problem(
                f"{shown}/{path.name}", 1, "政策包里有读不到的文件", "只放 .yaml（内容）和 .md（说明）"
            )


def _find_base(key: str, folder: Path, roots: tuple[Path, ...]) -> Path | None:
    if key.count("/") != 1 or ".." in key:
        return None
    for root in (folder.parent.parent, *roots):
        if (root / key / "pack.yaml").is_file():
            return root / key
    return None


def _merge_file(raw: RawPack, path: Path, shown: str, problems: list[Problem], *, own: bool) -> None:
    file, found = read_yaml(path, shown)
    problems.extend(found)
    if file.data is None:
        raw.is_torn = True
        return
    if not isinstance(file.data, dict):
        problems.append(Problem(shown, 1, "文件最外层要是一组键", f"可用：{'、'.join(SECTIONS)}"))
        return
    if not own and (further := _further_base(file)):
        problems.append(further)
        return
    for section, content in file.data.items():
        if content is None or (section == "pack" and not own):
            continue  # nothing is written there, as the strict reader has said; or whose base it is
        if section not in SECTIONS:
            line = file.line_of((section,))
            problems.append(Problem(shown, line, f"不认识的部分“{section}”", f"可用：{'、'.join(SECTIONS)}"))
            continue
        _merge_section(raw, section, content, file, problems, own=own)


def _merge_section(
    raw: RawPack, section: str, content: Any, file: YamlFile, problems: list[Problem], *, own: bool
) -> None:
    if section in SINGLE_SECTIONS or not isinstance(content, dict):
        if section == "counting" and not own and (section,) in raw.own:
            return  # a regulation that says itself how it counts takes the place of the general law
        above: Path_ = ()
        into, entries = raw.data, {section: content}
    else:
        above = (section,)
        into, entries = raw.data.setdefault(section, {}), content
        if not isinstance(into, dict):
            return
    for key, item in entries.items():
        here: Path_ = (*above, key)
        if key in into:
            problems.append(_twice(raw, here, file, own=own))
            continue
        into[key] = item
        raw.origin[here] = file
        if own:
            raw.own.add(here)


def _further_base(file: YamlFile) -> Problem | None:
    """That a base names a base of its own: that one would be passed over."""
    identity = file.data.get("pack")
    if not isinstance(identity, dict) or identity.get("extends") is None:
        return None
    line = file.line_of(("pack", "extends"))
    return Problem(file.file, line, "基础包不能再以别的包为基础", "去掉这里的 extends")


def _twice(raw: RawPack, path: Path_, file: YamlFile, *, own: bool) -> Problem:
    """Something is written in `file` that was written before: of a pack and its base, the pack is the one to mend."""
    here, there = (file.file, file.line_of(path)), raw.place(path)
    if not own and path in raw.own:
        here, there = there, here
    return Problem(*here, f"“{path[-1]}”已在 {there[0]}:{there[1]} 写过", "换一个编号，或删掉一处")


def build(raw: RawPack) -> Program:
    """Validate, compile and prove a raw pack. Raises PackProblems with everything found.

    Items that don't validate are left out and the rest is compiled all the same, so that every problem comes at once;
    what is only wrong because such an item is missing isn't reported. Where a whole file couldn't be read, the others are
    only held against the shape of a pack: most names would lead nowhere just because of that file.
    """
    problems: list[Problem] = []
    gone = _LeftOut()
    data = {"pack": _NAMELESS, **raw.data} if raw.is_torn else raw.data
    pack = None
    while pack is None:
        try:
            pack = Pack.model_validate(data)
        except ValidationError as error:
            problems += say_in_chinese(error, data, raw.place)
            smaller = gone.leave_out(error, data)
            if smaller is None:
                raise PackProblems(list(dict.fromkeys(problems))) from None
            data = smaller

    def report(path: Path_, what: str, expected: str) -> None:
        if not gone.explains(what):
            file, line = raw.place(path)
            problems.append(Problem(file, line, what, expected))

    program = None if raw.is_torn else compile_program(pack, report, frozenset(gone.facts))
    if problems or program is None:
        raise PackProblems(list(dict.fromkeys(problems)))
    return program


#: Stands in for an identity that doesn't validate, so that the rest of its pack can still be looked at.
_NAMELESS = {
    "id": "",
    "version": "",
    "title": "",
    "place": "",
    "bureau": "",
    "source": {"title": "", "status": "draft"},
}


@dataclass(slots=True)
class _LeftOut:
    """What was taken out of a pack because it doesn't validate, and what is therefore missed elsewhere."""

    names: set[str] = field(default_factory=set)
    facts: set[str] = field(default_factory=set)
    clauses: set[str] = field(default_factory=set)
    a_party: bool = False

    def leave_out(self, error: ValidationError, data: dict[str, Any]) -> dict[str, Any] | None:
        """The data without the items that `error` is about; None where it is about more than single items."""
        smaller = dict(data)
        for detail in error.errors(include_url=False, include_context=False):
            section, *rest = detail["loc"]
            content = smaller.get(str(section))
            if section == "pack":
                self.clauses.update(_clauses_in(content))
                smaller["pack"] = _NAMELESS
            elif section == "counting":
                smaller.pop("counting", None)
            elif rest and isinstance(content, dict):
                self._note(str(section), str(rest[0]), content.get(str(rest[0])))
                smaller[str(section)] = {key: item for key, item in content.items() if key != rest[0]}
            else:
                return None
        return smaller

    def _note(self, section: str, key: str, item: Any) -> None:
        self.names.add(key)
        self.a_party = self.a_party or section == "parties"
        if section == "facts":
            self.facts.add(key)
        if section == "processes" and isinstance(item, dict) and isinstance(item.get("stages"), dict):
            self.names.update(item["stages"])
        self.clauses.update(_clauses_in(item))

    def explains(self, what: str) -> bool:
        """Whether a report is only about something that was left out."""
        return (
            any(f"“{name}”" in what for name in self.names)
            or any(what.startswith(f"条款 {clause} 没有") for clause in self.clauses)
            or (self.a_party and what.startswith("departs 里有没声明的角色"))
        )


def _clauses_in(node: Any) -> Iterator[str]:
    """Every clause that a raw item cites, however badly it is written otherwise."""
    if isinstance(node, dict):
        cited = node.get("clause")
        yield from (c for c in (cited if isinstance(cited, list) else [cited]) if isinstance(c, str))
        for value in node.values():
            yield from _clauses_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from _clauses_in(value)


def load_pack(folder: Path, base_roots: tuple[Path, ...] = ()) -> Program:
    """Load one pack version from its folder. Raises PackProblems naming file, line and what was expected, all at once."""
    program, problems = try_to_build(*read_raw(folder, base_roots))
    if program is None:
        raise PackProblems(problems)
    return program


def try_to_build(raw: RawPack, problems: list[Problem]) -> tuple[Program | None, list[Problem]]:
    """The program of a pack that was read, and everything that is wrong with it. None if anything is."""
    try:
        program = build(raw)
    except PackProblems as error:
        return None, list(dict.fromkeys([*problems, *error.problems]))
    return None if problems else program, problems


def own_items(raw: RawPack) -> list[Path_]:
    """Paths of the pack's own items (not its base's), section by section."""
    return [(s, k) for s in ITEM_SECTIONS for k in raw.data.get(s, {}) if (s, k) in raw.own]


def copied(raw: RawPack) -> dict[str, Any]:
    """A deep copy of the data, to be changed."""
    return copy.deepcopy(raw.data)
