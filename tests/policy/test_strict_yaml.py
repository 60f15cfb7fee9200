"""Strict YAML: a pack says what its author wrote, or every slip is named with its line."""

import subprocess
import sys
from pathlib import Path

import pytest

from jiebang.policy.strict_yaml import MAX_BYTES, MAX_DEPTH, PackProblems, Problem, parse_yaml, read_yaml

ANCHORS = "不能用 YAML 锚点和引用（& 与 *）（应为：把内容写全，读的人才看得到）"
EMPTY = "这里没有写值（应为：写一个值；办法没有规定的写成裁量项）"
TOO_DEEP = f"嵌套过深（应为：不超过 {MAX_DEPTH} 层）"


def said(text: str) -> list[str]:
    """Every problem of a text, as `line: what（expected）`."""
    return [str(problem).removeprefix("f.yaml:") for problem in parse_yaml(text, "f.yaml")[1]]


def shorten(value: object) -> str:
    """A text as a test's name: on one line, and no longer than one reads."""
    return repr(value)[1:30]


def decimal(written: str) -> str:
    return f'小数 {written} 没有单位（应为：连同单位一起写，如 "1.5 万元"、"12.5%"）'


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("0", 0),
        ("60", 60),
        ("-5", -5),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("NO", "NO"),
        ("True", "True"),
        ("12:30", "12:30"),
        ("2026-03-02", "2026-03-02"),
        ("500 万元", "500 万元"),
        ("1.5 万元", "1.5 万元"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1234567890123456", "1234567890123456"),
        ('"0330"', "0330"),
        ("'1.5'", "1.5"),
        ('"true"', "true"),
        ('""', ""),
        ("|\n  1.5", "1.5"),
    ],
    ids=shorten,
)
def test_is_read_as_written(written: str, value: object) -> None:
    file, problems = parse_yaml(f"a: {written}", "f.yaml")
    assert problems == []
    assert file.data == {"a": value}
    assert type(file.data["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: 1\nb: 2\na: 3", ["3: “a”写了两次（上一次在第 1 行）（应为：每个键只写一次）"]),
        ("a:\n  b: 1\n  b: 1", ["3: “b”写了两次（上一次在第 2 行）（应为：每个键只写一次）"]),
        ("\na: 0330", ["2: 数字 0330 以 0 开头，YAML 会把它读成别的数（应为：代码、编号请加引号）"]),
        ("a: 1.5", [f"1: {decimal('1.5')}"]),
        ("a: 1e5", [f"1: {decimal('1e5')}"]),
        ("a: [x, -.5]", [f"1: {decimal('-.5')}"]),
        ("a: .inf", [f"1: {decimal('.inf')}"]),
        ("a: .NaN", [f"1: {decimal('.NaN')}"]),
        ("a: 1\nb:\nc: 2", [f"2: {EMPTY}"]),
        ("a: ~", [f"1: {EMPTY}"]),
        ("a: null", [f"1: {EMPTY}"]),
        ("a:\n  - x\n  -", [f"3: {EMPTY}"]),
        ("a: &x {p: 1}\nb: *x", [f"1: {ANCHORS}"]),
        ("a: &x [1]\nb: *x", [f"1: {ANCHORS}"]),
        ("a: &x 5 元\nb: *x", [f"1: {ANCHORS}"]),
        ("a: &x\n  - *x", [f"1: {ANCHORS}"]),
        ("a: &x {p: 1}\nb:\n  <<: *x", ["3: 不能用 YAML 合并键 <<（应为：把内容写全）"]),
        ("a: !foo bar", ["1: 不认识的标记 !foo（应为：去掉以 ! 开头的标记）"]),
        ("a: !!binary abc", ["1: 不认识的标记 tag:yaml.org,2002:binary（应为：去掉以 ! 开头的标记）"]),
        ("? [a, b]\n: 1", ["1: 键必须是一个词"]),
        ("", ["1: 文件是空的"]),
        ("# 只有注释\n", ["1: 文件是空的"]),
        ("a: 1\nb: [1\n", ["3: YAML 写法有误：方括号里缺逗号，或没有收尾（从第 2 行开始）（应为：每项之间写半角逗号，最后写 ]）"]),
        ("a: 1\n---\nb: 2", ["2: YAML 写法有误：一个文件里写了两份内容（---）（应为：删掉 ---，或分成两个文件）"]),
        ("a:\n\tb: 1", ["2: YAML 写法有误：这里有不能用来开头的字符，多半是制表符（Tab）（应为：缩进用空格；以 @、` 或 % 开头的文字加引号）"]),
        ('a: 1\nb: "17:00\nc: 2\n', ["2: YAML 写法有误：引号没有收尾（应为：补上另一半引号）"]),
        ("a:\n  b： {c: 1, d: 2}\n", ["2: YAML 写法有误：这里多了一个冒号，或者上一行没有写完（应为：键和值之间只写一个冒号；值里有冒号的加引号；检查缩进；这一行有全角标点 ：，属于 YAML 写法的要改成半角）"]),
        ("a: {b: 1， c: 2}", ["1: YAML 写法有误：大括号里缺逗号，或没有收尾（应为：每项之间写半角逗号，最后写 }；这一行有全角标点 ，，属于 YAML 写法的要改成半角）"]),
        ("a: 1\nb: 甲\x00乙\nc: \x07", ["2: 有看不见的控制字符（应为：删掉这一行里看不见的字符，或用文本编辑器另存一遍）", "3: 有看不见的控制字符（应为：删掉这一行里看不见的字符，或用文本编辑器另存一遍）"]),
        ("a: &x 1\nb: 1.5", [f"1: {ANCHORS}", f"2: {decimal('1.5')}"]),
        ("a: &x [1]\nb: [*x, *x, *x]\nc: R&D", [f"1: {ANCHORS}"]),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), [f"1: {TOO_DEEP}"]),
        ("[" * 5000 + "]" * 5000, [f"1: {TOO_DEEP}"]),
    ],
    ids=shorten,
)  # fmt: skip
def test_a_slip_is_named_with_its_line(text: str, problems: list[str]) -> None:
    assert said(text) == problems


def test_all_slips_of_a_file_come_at_once() -> None:
    assert said("a: 1.5\nb: 010\nb: 3\nc:\nd: &x [1]\ne: *x\n") == [
        f"1: {decimal('1.5')}",
        "2: 数字 010 以 0 开头，YAML 会把它读成别的数（应为：代码、编号请加引号）",
        "3: “b”写了两次（上一次在第 2 行）（应为：每个键只写一次）",
        f"4: {EMPTY}",
        f"5: {ANCHORS}",
    ]


def test_the_depth_allowed_is_allowed() -> None:
    assert said("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH) == []


def test_a_nesting_bomb_does_not_end_the_process() -> None:
    script = "from jiebang.policy.strict_yaml import parse_yaml; parse_yaml('[' * 50_000 + ']' * 50_000, 'f')"
    ran = subprocess.run([sys.executable, "-c", script], check=False, env={"PYTHONPATH": "src"})  # noqa: S603
    assert ran.returncode == 0


@pytest.mark.parametrize(
    "written", ["!foo [x]", "!!python/object/apply:os.system [x]", "!foo {x: 1}", "!!str 5"]
)
def test_no_tag_is_passed_over(written: str) -> None:
    assert said(f"a: {written}") != []


def test_lines_are_those_of_the_nearest_thing_there_is() -> None:
    file, _ = parse_yaml("a:\n  b:\n    - c: 1\n    - d: 2\n", "f.yaml")
    assert [file.line_of(path) for path in (("a",), ("a", "b", 1), ("a", "b", 1, "d"), ("a", "b", 7), ("z",))] == [
        1, 4, 4, 2, 1,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "line", "what", "expected"),
    [
        ("a: 1\nb: 重".encode("gbk"), 2, "文件不是 UTF-8 编码", "另存为 UTF-8"),
        (b"a: 1\n\n\xff\xfe", 3, "文件不是 UTF-8 编码", "另存为 UTF-8"),
        (b"#" * (MAX_BYTES + 1), 1, f"文件过大（{MAX_BYTES + 1} 字节）", f"不超过 {MAX_BYTES} 字节"),
    ],
    ids=["GBK", "bytes", "too large"],
)
def test_an_unreadable_file_is_a_problem(
    tmp_path: Path, content: bytes, line: int, what: str, expected: str
) -> None:
    (tmp_path / "facts.yaml").write_bytes(content)
    assert read_yaml(tmp_path / "facts.yaml")[1] == [Problem("facts.yaml", line, what, expected)]


def test_a_file_as_large_as_allowed_is_read(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_bytes(b"a: 1\n".ljust(MAX_BYTES, b"#"))
    assert read_yaml(tmp_path / "f.yaml")[1] == []


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    file, problems = read_yaml(tmp_path / "none.yaml", "包/none.yaml")
    assert file.data is None
    assert [(p.file, p.line, p.what[:6]) for p in problems] == [("包/none.yaml", 1, "文件读不出来")]


def test_problems_are_told_in_the_order_of_files_and_lines() -> None:
    found = PackProblems([Problem("b", 1, "x"), Problem("a", 10, "y", "z"), Problem("a", 9, "w")])
    assert str(found) == "a:9: w\na:10: y（应为：z）\nb:1: x"


def test_a_file_without_an_end_is_refused() -> None:
    _, problems = read_yaml(Path("/dev/zero"))
    assert [problem.what for problem in problems] == [f"文件过大（{MAX_BYTES + 1} 字节）"]
