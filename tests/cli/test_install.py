"""`jiebang install`: from an empty folder to people with codes, each step saying what it did or what to do."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.installation.test_apply import FILE

from jiebang.organisations.models import Account

PROJECT = Path(__file__).resolve().parents[2]
KEY = "合成密钥" * 10
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in a fresh folder, as a program of its own; `more`: environment variables."""

    def go(*arguments: object, **more: str) -> tuple[int, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("JIEBANG", "DJANGO"))}
        ran = subprocess.run(  # noqa: S603  our own command
            [sys.executable, "-m", "jiebang.cli", *map(str, arguments)],
            check=False, capture_output=True, text=True,
            env={
                **inherited, "PYTHONPATH": str(PROJECT / "src"), "PYTHONUTF8": "1",
                "JIEBANG_DATA_DIR": str(tmp_path / "data"), **more,
            },
        )  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr

    return go


def test_without_a_key_nothing_starts_and_the_check_says_what_to_do(run: Run, tmp_path: Path) -> None:
    code, told = run("install", "check")
    assert (code, "✗ 配置：环境变量 JIEBANG_SECRET_KEY" in told) == (1, True)
    for command in (("install", "migrate"), ("install", "apply", "city.yaml"), ("clock", "tick")):
        code, told = run(*command)
        assert (code, "没有设置密钥，正式运行时不能启动" in told) == (2, True), told
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_from_an_empty_folder_to_people_with_codes(run: Run, tmp_path: Path) -> None:
    city = tmp_path / "city.yaml"
    city.write_text(FILE, encoding="utf-8")
    production = {"JIEBANG_SECRET_KEY": KEY, "JIEBANG_ALLOWED_HOSTS": "jiebang.example"}
    code, told = run("install", "check", **production)
    assert (code, "运行 bin/jiebang install migrate" in told) == (1, True), told
    code, told = run("install", "apply", city, **production)
    assert (code, "请先运行 migrate" in told) == (2, True), told

    # In the mode of tests nothing is gathered into the project's own folder.
    assert run("install", "migrate", JIEBANG_MODE="test")[0] == 0
    code, told = run("install", "apply", city, **production)
    codes = re.findall(r"^激活码  (\w+)（.*）  ([0-9A-Z-]{19})$", told, re.MULTILINE)
    assert (code, [username for username, _ in codes]) == (0, ["guan", "jing", "qi"]), told
    code, again = run("install", "apply", city, **production)
    assert (code, "新建 0 项，已有 10 项。" in again, "激活码" in again) == (0, True, False)

    code, told = run("install", "check", **production)
    lines = dict(re.findall(r"^(.) (.*?)：", told, re.MULTILINE)[::-1])
    assert {"✓", "！"} <= set(lines), told
    assert "✓ 账本保护：触发器都在" in told
    assert "✓ 数据表：已是最新" in told
    assert "✓ 系统管理员：有" in told

    code, told = run("install", "code", "jing", **production)
    assert (code, dict(codes)["jing"] in told) == (0, False)
    assert run("install", "disable", "jing", **production)[0] == 0
    assert run("install", "code", "nobody", **production) == (
        2,
        "错误：nobody：没有这个用户名。检查拼写和大小写。\n",
    )

    code, told = run("ledger", "verify", **production)
    assert (code, told.count("完好：")) == (0, 2), told
    assert run("ledger", "export", tmp_path / "out", **production)[0] == 0
    for chain in (tmp_path / "out").iterdir():
        ran = subprocess.run(  # noqa: S603  our own program, which needs nothing but Python
            [sys.executable, str(PROJECT / "src/jiebang/ledger/verify_file.py"), str(chain)], check=False
        )
        assert ran.returncode == 0
    assert run("clock", "sweep", **production)[0] == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("JIEBANG_IDLE_MINUTES", "0"), ("JIEBANG_PASSWORD_LENGTH", "4"), ("JIEBANG_PROXIES", "-1"), ("JIEBANG_QUOTA_MB", "1.5")],
)  # fmt: skip
def test_a_number_out_of_its_range_is_an_error(run: Run, name: str, value: str) -> None:
    code, told = run("install", "check", JIEBANG_SECRET_KEY=KEY, **{name: value})
    assert (code, f"✗ 配置：环境变量 {name}" in told) == (1, True)


@pytest.mark.django_db
def test_a_new_installation_has_no_account_at_all() -> None:
    assert not Account.objects.exists()
