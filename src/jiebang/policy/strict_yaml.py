"""Read YAML the way a regulation has to be read: nothing guessed, every value with its line.

PyYAML alone takes the last of two equal keys, turns `no` into False, `0330` into 216 and `1.5` into a float.
Here a repeated key, a bare float, an anchor, an empty value or a number with a leading zero is an error that
names file and line; plain words stay words. All errors of a file are gathered before any is reported.
"""

from __future__ import annotations

import errno
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

_MAYBE_TAG = re.compile(r"(^|[\s\[{,:-])[!&]", re.MULTILINE)
#: characters that no editor shows and that YAML doesn't take
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
#: what libyaml says, by words of it, as somebody who doesn't program can act on it
_IN_CHINESE = (
    ("cannot start any token", "这里有不能用来开头的字符，多半是制表符（Tab）", "缩进用空格；以 @、` 或 % 开头的文字加引号"),
    ("mapping values are not allowed", "这里多了一个冒号，或者上一行没有写完", "键和值之间只写一个冒号；值里有冒号的加引号；检查缩进"),
    ("expected ',' or '}'", "大括号里缺逗号，或没有收尾", "每项之间写半角逗号，最后写 }"),
    ("expected ',' or ']'", "方括号里缺逗号，或没有收尾", "每项之间写半角逗号，最后写 ]"),
    ("unexpected end of stream", "引号没有收尾", "补上另一半引号"),
    ("could not find expected ':'", "这里缺少冒号", "写成 键: 值，冒号后空一格"),
    ("did not find expected key", "缩进不对，或引号之后还有文字", "同一组的键对齐；整个值放在一对引号里"),
    ("expected '-' indicator", "列表的缩进不对", "同一列表的“-”对齐"),
    ("expected node content", "这里应当有一个值", "写上值，或删掉多余的逗号"),
    ("block sequence entries are not allowed", "列表不能从这里开始", "“-”另起一行，并比上面的键多缩进"),
    ("another document", "一个文件里写了两份内容（---）", "删掉 ---，或分成两个文件"),
    ("undefined alias", "以 * 开头的文字会被当作引用", "加上引号"),
    ("unknown escape", "双引号里有不认识的反斜杠", "改用单引号"),
    ("Unicode character escape", "双引号里的 \\u 写得不对", "直接写那个字"),
    ("duplicate anchor", "不能用 YAML 锚点（&）", "把内容写全"),
)  # fmt: skip
_FULL_WIDTH = re.compile("[：，｛｝［］“”‘’；]")
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
    told = {errno.ELOOP: "链接绕成了圈", errno.ENAMETOOLONG: "名字太长", errno.ENOTDIR: "它的上级不是文件夹"}
    return told.get(error.errno or 0, f"系统错误 {error.errno}")


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
    problems = (
        [
            Problem(shown, number, "有看不见的控制字符", "删掉这一行里看不见的字符，或用文本编辑器另存一遍")
            for number, line in enumerate(text.split("\n"), 1)
            if _INVISIBLE.search(line)
        ]
        if _INVISIBLE.search(text)
        else []
    )
    if problems:
        return result, problems
    loader = _Loader(text)
    try:
        # Events come one by one; composing first would let a deep nesting overrun libyaml's stack and end the process.
        # They also cost four times as much as composing, so ordinary files are spared them.
        if _looks_unusual(text):
            refused, problems = _look_ahead(text, shown)
            if refused:
                return result, refused
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        return result, [_tell(error, text, shown)]
    except RecursionError:
        return result, [Problem(shown, 1, "嵌套过深", f"不超过 {MAX_DEPTH} 层")]
    finally:
        loader.dispose()
    if node is None:
        return result, [Problem(shown, 1, "文件是空的")]
    result.data = _Reader(result, problems).read(node, (), 0)
    return result, list(dict.fromkeys(problems))


def _tell(error: yaml.YAMLError, text: str, shown: str) -> Problem:
    """What is wrong with the YAML, in Chinese: at the line where what isn't closed begins, if it is that."""
    reason = str(getattr(error, "problem", None) or "")
    mark, begun = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    what, fix = next(
        ((w, f) for words, w, f in _IN_CHINESE if words in reason), ("看不懂", "检查缩进、冒号和引号是否成对")
    )
    if begun is not None and begun.line + 1 < line:
        if "end of stream" in reason:
            line = begun.line + 1
        elif "',' or" in reason:
            what += f"（从第 {begun.line + 1} 行开始）"
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    if wide := dict.fromkeys(_FULL_WIDTH.findall(written)):
        fix += f"；这一行有全角标点 {' '.join(wide)}，属于 YAML 写法的要改成半角"
    return Problem(shown, line, f"YAML 写法有误：{what}", fix)


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


def _look_ahead(text: str, shown: str) -> tuple[list[Problem], list[Problem]]:
    """What has to be known before the file is put together: how deep it goes, and tags, which would choose types.

    And anchors that nothing refers to, which are no longer there afterwards; those do no harm to the rest.
    """
    depth, problems = 0, []
    anchors: dict[str, Problem] = {}
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                return [Problem(shown, line, "嵌套过深", f"不超过 {MAX_DEPTH} 层")], []
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag: Any = getattr(event, "tag", None)
        anchor: Any = getattr(event, "anchor", None)
        if tag is not None:
            problems.append(Problem(shown, line, f"不认识的标记 {tag}", "去掉以 ! 开头的标记"))
        if isinstance(event, yaml.AliasEvent):
            anchors.pop(anchor, None)
        elif anchor is not None:
            anchors[anchor] = Problem(shown, line, *_NO_ANCHORS)
    return problems, list(anchors.values())


_NO_ANCHORS = ("不能用 YAML 锚点和引用（& 与 *）", "把内容写全，读的人才看得到")


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
            self.complain(node, *_NO_ANCHORS)
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
