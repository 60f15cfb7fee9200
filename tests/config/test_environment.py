import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jiebang.config.environment import (
    ConfigurationError,
    Mode,
    keep_demo_clock,
    read_allowed_hosts,
    read_clock_shift,
    read_data_directory,
    read_database,
    read_mode,
    read_secret_key,
    trusted_origins,
)

KEY = "合成密钥" * 10
ROOT = Path(__file__).resolve().parents[2]


def test_nothing_said_means_production() -> None:
    assert read_mode({}) is Mode.PRODUCTION
    assert read_mode({"JIEBANG_MODE": ""}) is Mode.PRODUCTION
    assert read_mode({"JIEBANG_MODE": "demo"}) is Mode.DEMO
    for wrong in ("Demo", "debug", " test"):
        with pytest.raises(ConfigurationError, match="环境变量 JIEBANG_MODE：不认识的运行方式"):
            read_mode({"JIEBANG_MODE": wrong})


def test_production_needs_a_key_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="环境变量 JIEBANG_SECRET_KEY：没有设置密钥"):
        read_secret_key({}, Mode.PRODUCTION, tmp_path)
    with pytest.raises(ConfigurationError, match="密钥太短"):
        read_secret_key({"JIEBANG_SECRET_KEY": "x" * 31}, Mode.PRODUCTION, tmp_path)
    assert read_secret_key({"JIEBANG_SECRET_KEY": KEY}, Mode.PRODUCTION, tmp_path) == KEY
    assert read_secret_key({}, Mode.TEST, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_demo_makes_its_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as executor:
        keys = set(executor.map(lambda _: read_secret_key({}, Mode.DEMO, tmp_path / "data"), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 64
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_secret_key({}, Mode.DEMO, tmp_path / "other") != file.read_text(encoding="ascii")


def test_allowed_hosts() -> None:
    assert read_allowed_hosts({}, Mode.PRODUCTION) == []
    assert "localhost" in read_allowed_hosts({}, Mode.DEMO)
    assert "*" not in read_allowed_hosts({}, Mode.DEMO)
    hosts = read_allowed_hosts({"JIEBANG_ALLOWED_HOSTS": " a.example, .b.example,,"}, Mode.PRODUCTION)
    assert hosts == ["a.example", ".b.example"]
    assert trusted_origins([*hosts, "*"]) == ["https://a.example", "https://*.b.example"]
    with pytest.raises(ConfigurationError, match="不是主机名"):
        read_allowed_hosts({"JIEBANG_ALLOWED_HOSTS": "https://a.example/"}, Mode.PRODUCTION)


def test_the_database_is_a_file_unless_an_address_is_given(tmp_path: Path) -> None:
    assert read_data_directory({}, tmp_path) == tmp_path / "data"
    assert read_data_directory({"JIEBANG_DATA_DIR": "/srv/x"}, tmp_path) == Path("/srv/x")
    sqlite = read_database({}, tmp_path)
    assert sqlite["NAME"] == str(tmp_path / "jiebang.sqlite3")
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    postgresql = read_database({"JIEBANG_DATABASE_URL": "postgresql://u:p@h:1/d?sslmode=require"}, tmp_path)
    assert postgresql["ENGINE"] == "django.db.backends.postgresql"
    assert postgresql["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(
        ConfigurationError, match=r"环境变量 JIEBANG_DATABASE_URL：.*postgresql://"
    ) as refusal:
        read_database({"JIEBANG_DATABASE_URL": "mysql://u:geheim@h/d"}, tmp_path)
    assert "geheim" not in str(refusal.value)


def run_manage(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  (this project's own module)
        [sys.executable, "-m", "jiebang.config.manage", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUTF8": "1",
            "JIEBANG_DATA_DIR": str(tmp_path / "data"),
            **environment,
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_start_without_a_key_says_so_and_nothing_else(tmp_path: Path) -> None:
    result = run_manage(tmp_path, "check")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "环境变量 JIEBANG_SECRET_KEY：没有设置密钥" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_production_is_sound(tmp_path: Path) -> None:
    settings = {"JIEBANG_SECRET_KEY": "k3-" * 20 + "abcdefgh", "JIEBANG_ALLOWED_HOSTS": "a.example"}
    result = run_manage(tmp_path, "check", "--deploy", **settings)
    assert result.returncode == 0, result.stderr
    # Transport security belongs to the proxy in front of the site.
    assert {line.split()[1] for line in result.stderr.splitlines() if line.startswith("?:")} == {
        "(security.W004)",
        "(security.W008)",
    }


def test_a_demo_begins_where_its_examples_stand_and_runs_on(tmp_path: Path) -> None:
    assert read_clock_shift(Mode.DEMO, tmp_path) == timedelta(0)
    begins_at, prepared_at = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2027, 3, 1, 9, tzinfo=UTC)
    keep_demo_clock(tmp_path, begins_at, prepared_at)
    assert prepared_at + read_clock_shift(Mode.DEMO, tmp_path) == begins_at
    keep_demo_clock(tmp_path, begins_at, prepared_at + timedelta(days=9))
    assert prepared_at + read_clock_shift(Mode.DEMO, tmp_path) == begins_at, (
        "a second start doesn't turn it back"
    )


@pytest.mark.parametrize("mode", [Mode.PRODUCTION, Mode.TEST])
def test_only_a_demo_has_a_clock_of_its_own(tmp_path: Path, mode: Mode) -> None:
    keep_demo_clock(tmp_path, datetime(2020, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    assert read_clock_shift(mode, tmp_path) == timedelta(0)


def test_a_spoilt_demo_clock_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "demo-clock").write_text("noon")
    with pytest.raises(ConfigurationError, match="演示时钟的文件读不懂"):
        read_clock_shift(Mode.DEMO, tmp_path)
