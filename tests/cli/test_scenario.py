"""`jiebang scenario run`: a life that goes as written ends with 0, one that doesn't with 1 and the reason."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

LIFE = """
title: 开一批（合成）
about: 只开一批。
pack: urumqi-open-bid/consultation-draft
synthetic: true
programme: {{slug: {slug}, title: 示例计划（合成）, bureau: bureau, adopted: {{on: "2026-01-01", number: 示例函1号}}}}
authorities: {{bureau: {{name: 示例市科技局（合成）, kind: city, roles: [bureau]}}}}
people: {{officer: {{name: 经办甲（合成）, acts_for: bureau, position: officer}}}}
steps:
  - {{at: "2026-03-02T09:00", by: officer, do: open_batch, process: research, number: "2026-1", title: 第一批, as: batch}}
expect: {{open: {{batch: [{stage}]}}, refusals: {refusals}, ledger: verified}}
"""


def run(*files: Path) -> tuple[int, list[str]]:
    """In a process of its own: it brings up Django on a database of its own."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("JIEBANG", "DJANGO"))
    }
    ran = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "jiebang.cli", "scenario", "run", *map(str, files)],
        check=False,
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": str(PROJECT / "src"), "PYTHONUTF8": "1"},
    )
    return ran.returncode, [*ran.stdout.splitlines(), *ran.stderr.splitlines()]


def test_one_life_that_is_not_as_written_fails_the_run(tmp_path: Path) -> None:
    lives = {"good": ("collect", 0), "elsewhere": ("vet", 0), "refused": ("collect", 1)}
    for slug, (stage, refusals) in lives.items():
        text = LIFE.format(slug=slug, stage=stage, refusals=refusals)
        (tmp_path / f"{slug}.yaml").write_text(text)
    (tmp_path / "unreadable.yaml").write_text(
        LIFE.format(slug="x", stage="collect", refusals=0) + "colour: red\n"
    )
    code, lines = run(*(tmp_path / f"{name}.yaml" for name in (*lives, "unreadable")))
    assert code == 1
    assert [line for line in lines if line.startswith(("✓", "✗")) or line.endswith("failed")] == [
        "✓ good.yaml：1 步，0 次按规则被拒",
        "✗ elsewhere.yaml：开一批（合成）：batch 打开的阶段 应为 ['vet']，实为 ['collect']。",
        "✗ refused.yaml：开一批（合成）：被拒的次数 应为 1，实为 0。",
        f"✗ unreadable.yaml：{tmp_path}/unreadable.yaml:12: colour：不认识这个键（应为：检查拼写，或删掉它）",
        "1 passed, 3 failed",
    ]


def test_lives_that_are_as_written_pass(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(LIFE.format(slug="good", stage="collect", refusals=0))
    code, lines = run(tmp_path / "good.yaml")
    assert (code, lines[-1]) == (0, "1 passed, 0 failed")


def test_what_was_mistyped_is_named(tmp_path: Path) -> None:
    good = LIFE.format(slug="good", stage="collect", refusals=0)
    step = '  - {at: "2026-03-02T10:00", by: officer, do: close, on: batch}\n'
    mistyped = {
        "day": good.replace("2026-03-02T09:00", "2026-02-30T09:00"),
        "pack": good.replace("urumqi-open-bid/consultation-draft", "urumqi"),
        "act": good.replace("expect:", step.replace("close", "clsoe") + "expect:"),
        "thing": good.replace("expect:", step.replace(", on: batch", "") + "expect:"),
    }
    for name, text in mistyped.items():
        (tmp_path / f"{name}.yaml").write_text(text.replace("slug: good", f"slug: {name}"))
    code, lines = run(*(tmp_path / f"{name}.yaml" for name in (*mistyped, "nowhere")))
    assert code == 1
    told = "\n".join(line for line in lines if line.startswith("✗"))
    for words in (
        "day.yaml:10: steps.0.at：没有“2026-02-30T09:00”这个时刻；写成 2026-03-02T09:00",
        "pack.yaml:4: pack：“urumqi”的写法不对",
        "officer：没有“clsoe”这个动作。可用：",
        "officer：“close”没有写办的是哪一件。写 on: 名字",
        "nowhere.yaml:1: 文件读不出来：没有这个文件",
    ):
        assert words in told
    assert "Traceback" not in "\n".join(lines)
