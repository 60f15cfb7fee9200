"""What an installation sets through environment variables, read strictly: a wrong value is an error, never a guess.

JIEBANG_MODE           production (the default), demo or test
JIEBANG_SECRET_KEY     signs sessions; required in production
JIEBANG_ALLOWED_HOSTS  host names this site answers to, separated by commas
JIEBANG_DATA_DIR       folder for what the installation writes; default: data/ in the project's folder
JIEBANG_DATABASE_URL   postgresql://user:password@host:port/database; absent: an SQLite file in the data folder
JIEBANG_PACK_ROOTS     further folders of policy packs, separated as in PATH

and whole numbers, each with a default (NUMBERS):

JIEBANG_PROXIES           how many proxies of one's own stand in front and add to X-Forwarded-For
JIEBANG_IDLE_MINUTES      how long a session lasts that nobody uses
JIEBANG_PASSWORD_LENGTH   the shortest password that may be chosen
JIEBANG_PASSWORD_KINDS    of how many kinds of characters, of four
JIEBANG_CODE_DAYS         how long an activation code can be used
JIEBANG_UNSENT_DAYS       after how many days uploads that were never sent are removed
JIEBANG_QUOTA_MB          how much one organisation may upload
JIEBANG_OBJECTIONS        how many objections to one notice are taken from one address in 24 hours
"""

import os
import secrets
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from jiebang.config.database_url import parse_database_url
from jiebang.kernel.errors import JiebangError, quote

SHORTEST_SECRET_KEY = 32
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
# Only ever signs the sessions of one test run.
TEST_SECRET_KEY = "test-" * 8
LONGEST_SQLITE_WAIT_SECONDS = 20
DEMO_CLOCK = "demo-clock"
#: {name: (default, least, most)}
NUMBERS = {
    "JIEBANG_PROXIES": (0, 0, 5),
    "JIEBANG_IDLE_MINUTES": (30, 1, 24 * 60),
    "JIEBANG_PASSWORD_LENGTH": (8, 8, 64),
    "JIEBANG_PASSWORD_KINDS": (3, 1, 4),
    "JIEBANG_CODE_DAYS": (7, 1, 60),
    "JIEBANG_UNSENT_DAYS": (90, 1, 3650),
    "JIEBANG_QUOTA_MB": (5120, 1, 10_000_000),
    "JIEBANG_OBJECTIONS": (10, 1, 1000),
}


class ConfigurationError(JiebangError):
    """An environment variable is missing or wrong; the program must not start."""


class Mode(StrEnum):
    """What this installation is for."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


def read_mode(environment: Mapping[str, str]) -> Mode:
    """The mode to run in; production if nothing is said, so that forgetting it is never the unsafe choice."""
    text = environment.get("JIEBANG_MODE") or Mode.PRODUCTION
    try:
        return Mode(text)
    except ValueError:
        raise ConfigurationError(
            where="环境变量 JIEBANG_MODE",
            what=f"不认识的运行方式{quote(text)}",
            fix="请写 production（正式，默认）、demo（演示）或 test（测试）",
        ) from None


def read_data_directory(environment: Mapping[str, str], project_root: Path) -> Path:
    """The folder for what this installation writes. Doesn't create it."""
    text = environment.get("JIEBANG_DATA_DIR")
    return Path(text).absolute() if text else project_root / "data"


def read_secret_key(environment: Mapping[str, str], mode: Mode, data_directory: Path) -> str:
    """The key that signs sessions and links.

    Production must name one. A demo makes its own once and keeps it in its data folder, so that a demo which
    somebody puts on a network isn't signed with a key that everybody can read in the source.
    """
    key = environment.get("JIEBANG_SECRET_KEY", "")
    if not key:
        if mode is Mode.TEST:
            return TEST_SECRET_KEY
        if mode is Mode.DEMO:
            return _keep_demo_key(data_directory / "demo-secret-key")
        raise ConfigurationError(
            where="环境变量 JIEBANG_SECRET_KEY",
            what="没有设置密钥，正式运行时不能启动",
            fix='请设置一个只有本机知道的随机值，例如用 python3 -c "import secrets; print(secrets.token_urlsafe(48))" 生成；'
            "只是演示或测试时，请改设 JIEBANG_MODE=demo 或 JIEBANG_MODE=test",
        )
    if len(key) < SHORTEST_SECRET_KEY:
        raise ConfigurationError(
            where="环境变量 JIEBANG_SECRET_KEY",
            what=f"密钥太短（{len(key)} 个字符）",
            fix=f"请换成至少 {SHORTEST_SECRET_KEY} 个字符的随机值",
        )
    return key


def read_allowed_hosts(environment: Mapping[str, str], mode: Mode) -> list[str]:
    """The host names this site answers to. Empty in production means: to none, until somebody names them."""
    hosts = [host.strip() for host in environment.get("JIEBANG_ALLOWED_HOSTS", "").split(",")]
    named = [host for host in hosts if host]
    for host in named:
        if "/" in host or any(letter.isspace() for letter in host):
            raise ConfigurationError(
                where="环境变量 JIEBANG_ALLOWED_HOSTS",
                what=f"{quote(host)}不是主机名",
                fix="请只写主机名，不带 https:// 和路径，多个之间用英文逗号隔开",
            )
    if named or mode is Mode.PRODUCTION:
        return named
    return [*LOCAL_HOSTS, "testserver"] if mode is Mode.TEST else list(LOCAL_HOSTS)


def trusted_origins(allowed_hosts: list[str]) -> list[str]:
    """The https origins from which forms may be sent, for a site whose TLS ends at a proxy in front of it."""
    named = (host for host in allowed_hosts if host != "*")
    return [f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in named]


def read_database(environment: Mapping[str, str], data_directory: Path) -> dict[str, Any]:
    """Django's settings for the one database. Raises ConfigurationError for an address that can't be read."""
    url = environment.get("JIEBANG_DATABASE_URL")
    if not url:
        return _sqlite_database(data_directory / "jiebang.sqlite3")
    try:
        address = parse_database_url(url)
    except JiebangError as error:
        raise ConfigurationError(
            where="环境变量 JIEBANG_DATABASE_URL", what=error.what, fix=error.fix
        ) from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": address.database,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "OPTIONS": {"sslmode": address.sslmode} if address.sslmode else {},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite_database(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "jiebang.config.sqlite",
        "NAME": str(path),
        "OPTIONS": {
            # A transaction that reads first and writes later fails at once under the default, DEFERRED.
            "transaction_mode": "IMMEDIATE",
            "timeout": LONGEST_SQLITE_WAIT_SECONDS,
            # FULL: in WAL mode, NORMAL may lose commits that were already acknowledged when the power fails.
            "init_command": f"PRAGMA busy_timeout={LONGEST_SQLITE_WAIT_SECONDS * 1000};"
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
        },
        # Opening a file costs more than many of the requests that it serves.
        "CONN_MAX_AGE": None,
    }


def read_clock_shift(mode: Mode, data_directory: Path) -> timedelta:
    """By how much this installation's clock differs from the real one: nothing, except in a demo.

    A demo's examples stand at a day of their own; its clock begins there when it is prepared and runs on from then.
    """
    path = data_directory / DEMO_CLOCK
    if mode is not Mode.DEMO or not path.exists():
        return timedelta(0)
    try:
        begins_at, prepared_at = map(datetime.fromisoformat, path.read_text(encoding="ascii").split())
        return begins_at - prepared_at
    except (ValueError, TypeError):
        raise ConfigurationError(
            where=str(path), what="演示时钟的文件读不懂", fix="用 bin/demo --fresh 重新准备演示"
        ) from None


def keep_demo_clock(data_directory: Path, begins_at: datetime, prepared_at: datetime) -> None:
    """Let a demo's clock begin at an instant, once; a demo that has a clock keeps it."""
    path = data_directory / DEMO_CLOCK
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{begins_at.isoformat()} {prepared_at.isoformat()}", encoding="ascii")


def _keep_demo_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place, so that of two processes that start together one wins and both
        # read a whole key; mkstemp makes the file readable by its owner only.
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".demo-secret-key-")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            path.hardlink_to(unfinished)
        except FileExistsError:
            pass
        finally:
            Path(unfinished).unlink()
    return path.read_text(encoding="ascii")


def read_more_pack_roots(environment: Mapping[str, str]) -> list[Path]:
    """Further folders of policy packs, from JIEBANG_PACK_ROOTS, separated as in PATH."""
    return [Path(folder) for folder in environment.get("JIEBANG_PACK_ROOTS", "").split(os.pathsep) if folder]


def read_number(environment: Mapping[str, str], name: str) -> int:
    """One of the whole numbers an installation may set. Raises ConfigurationError for anything else or out of its range."""
    default, least, most = NUMBERS[name]
    text = environment.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise ConfigurationError(
            where=f"环境变量 {name}",
            what=f"{quote(text)}不能用",
            fix=f"请写 {least} 到 {most} 的整数，或不设置（{default}）",
        )
    return int(text)
