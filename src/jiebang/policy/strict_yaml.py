"""Read YAML the way a regulation has to be read: nothing guessed, every value with its line.

PyYAML alone takes the last of two equal keys, turns `no` into False, `0330` into 216 and `1.5` into a float.
Here a repeated key, a bare float, an anchor, an empty value or a number with a leading zero is an error that
names file and line; plain words stay words. All errors of a file are gathered before any is reported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jiebang.kernel.errors import JiebangError

MAX_DEPTH = 24
MAX_BYTES = 2_000_000
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})$")
_FLOAT = re.compile(
    r"[-+]?([0-9]*\.[0-9]+|[0-9]+\.)([eE][-+]?[0-9]+)?$|[-+]?[0-9]+[eE][-+]?[0-9]+$|[-+]?\.(inf|nan)$",
    re.IGNORECASE,
)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9_]+$")

_MAYBE_TAG = re.compile(r"(^|[\s\[{,:-])!", re.MULTILINE)
_LONG_MARGIN = re.compile(rf"^[ \t?:-]{{{2 * MAX_DEPTH},}}", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one file: where it is, what it is, what was expected."""

    file: str
    line: int
    what: str
    expected: str = ""

    def __str__(self) -> str:
        tail = f"（应为：{self.expected}）" if self.expected else ""
        # What stands in no file (an option of the command) has no line.
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}："
        return f"{place}{self.what}{tail}"


class PackProblems(JiebangError):
    """Every problem found in a pack or a facts file, together."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line, p.what))
        super().__init__(what="\n".join(str(p) for p in self.problems))

    def __str__(self) -> str:
        return self.what


@dataclass(slots=True)
class YamlFile:
    """A file's plain data and, for every path into it, the line it stands on."""

    file: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def line_of(self, path: Path_) -> int:
        """The line of `path`, or of its nearest ancestor that has one."""
        for end in range(len(path), -1, -1):
            found = self.lines.get(path[:end])
            if found is not None:
                return found
        return 1


def _why(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "没有这个文件"
        case IsADirectoryError():
            return "这是一个文件夹"
        case PermissionError():
            return "没有读它的权限"
    return error.strerror or str(error)


def read_yaml(path: Path, shown_as: str | None = None) -> tuple[YamlFile, list[Problem]]:
    """Read one file strictly. Returns what could be read and every problem met; raises nothing for bad content."""
    shown = shown_as or path.name
    try:
        # No more than that: a file without an end is refused as well.
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        size = max(len(raw), path.stat().st_size)
    except OSError as error:
        return YamlFile(shown, None), [Problem(shown, 1, f"文件读不出来：{_why(error)}")]
    if len(raw) > MAX_BYTES:
        return YamlFile(shown, None), [
            Problem(shown, 1, f"文件过大（{size} 字节）", f"不超过 {MAX_BYTES} 字节")
        ]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return YamlFile(shown, None), [Problem(shown, line, "文件不是 UTF-8 编码", "另存为 UTF-8")]
    return parse_yaml(text, shown)


def parse_yaml(text: str, shown: str) -> tuple[YamlFile, list[Problem]]:
    """Parse strict YAML from text; `shown` is the file name used in problems."""
    result = YamlFile(shown, None)
    loader = _Loader(text)
    try:
        # Events come one by one; composing first would let a deep nesting overrun libyaml's stack and end the process.
        # They also cost four times as much as composing, so ordinary files are spared them.
        if _looks_unusual(text) and (refused := _refuse_early(text, shown)):
            return result, refused
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = getattr(error, "problem", None) or "格式不对"
        return result, [Problem(shown, line, f"YAML 写法有误：{reason}", "检查缩进、冒号和引号是否成对")]
    except RecursionError:
        return result, [Problem(shown, 1, "嵌套过深", f"不超过 {MAX_DEPTH} 层")]
    finally:
        loader.dispose()
    problems: list[Problem] = []
    if node is None:
        return result, [Problem(shown, 1, "文件是空的")]
    result.data = _Reader(result, problems).read(node, (), 0)
    return result, problems


def _looks_unusual(text: str) -> bool:
    """Whether a file may hold a tag or nest deeply; a yes may be wrong, a no never is."""
    if _MAYBE_TAG.search(text) or _LONG_MARGIN.search(text):
        return True
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH // 2:
            return True
    return False


def _refuse_early(text: str, shown: str) -> list[Problem]:
    """What has to be known before the file is put together: how deep it goes, and tags, which would choose types."""
    depth, problems = 0, []
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                return [Problem(shown, line, "嵌套过深", f"不超过 {MAX_DEPTH} 层")]
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag is not None:
            problems.append(Problem(shown, line, f"不认识的标记 {tag}", "去掉以 ! 开头的标记"))
    return problems


class _Reader:
    def __init__(self, target: YamlFile, problems: list[Problem]) -> None:
        self.target = target
        self.problems = problems
        self.seen: set[int] = set()

    def complain(self, node: Any, what: str, expected: str = "") -> None:
        self.problems.append(Problem(self.target.file, node.start_mark.line + 1, what, expected))

    def read(self, node: Any, path: Path_, depth: int) -> Any:
        self.target.lines.setdefault(path, node.start_mark.line + 1)
        if depth > MAX_DEPTH:
            self.complain(node, "嵌套过深", f"不超过 {MAX_DEPTH} 层")
            return None
        if id(node) in self.seen:
            self.complain(node, "不能用 YAML 锚点和引用（& 与 *）", "把内容写全，读的人才看得到")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, i), depth + 1) for i, child in enumerate(node.value)]
        return self.mapping(node, path, depth)

    def mapping(self, node: Any, path: Path_, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.complain(key_node, "键必须是一个词")
                continue
            key = key_node.value
            if key == "<<":
                self.complain(key_node, "不能用 YAML 合并键 <<", "把内容写全")
                continue
            here = (*path, key)
            if key in found:
                first = self.target.lines.get(here, 0)
                self.complain(key_node, f"“{key}”写了两次（上一次在第 {first} 行）", "每个键只写一次")
                continue
            self.target.lines[here] = key_node.start_mark.line + 1
            found[key] = self.read(value_node, here, depth + 1)
        return found

    def scalar(self, node: Any) -> Any:
        text: str = node.value
        if node.style not in (None, ""):
            return text
        if text == "" or text in ("~", "null", "Null", "NULL"):
            self.complain(node, "这里没有写值", "写一个值；办法没有规定的写成裁量项")
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INTEGER.match(text):
            return int(text)
        if _LEADING_ZERO.match(text):
            self.complain(node, f"数字 {text} 以 0 开头，YAML 会把它读成别的数", "代码、编号请加引号")
            return text
        if _FLOAT.match(text):
            self.complain(node, f"小数 {text} 没有单位", '连同单位一起写，如 "1.5 万元"、"12.5%"')
            return text
        return text
