"""What an installation needs before a city can work on it: each thing looked at, and what to do where it lacks."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from jiebang.installation.missing_signers import missing_signers
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import UnknownYear, local_date
from jiebang.ledger.triggers import require_triggers
from jiebang.lifecycle.actions.assign_role import unfilled_roles
from jiebang.lifecycle.models import StageRun
from jiebang.lifecycle.packs import working_calendar
from jiebang.organisations.actor import running_on
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Programme
from jiebang.policy.shelf import read_shelf

#: Before this the clock of the machine stands at its beginning: the program itself is younger.
_EARLIEST_YEAR = 2026


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at. `todo` is empty where all is well; `must`: without it nothing should be let in."""

    what: str
    told: str = ""
    todo: str = ""
    must: bool = True


def check_installation(at: datetime) -> Iterator[Line]:
    """Look at everything, in the order in which it is put right; what needs a database is left out without one."""
    yield _secret_key()
    yield _hosts()
    yield from _folders()
    yield _clock(at)
    yield _packs()
    reached = _database()
    yield reached
    if reached.todo:
        return
    migrated = _migrations()
    yield migrated
    if migrated.todo:
        return
    yield _triggers()
    yield _static()
    yield _calendar(at)
    yield from _look(_programmes)
    yield from _look(lambda: _signers(at))
    yield from _look(lambda: _administrators(at))
    yield from _look(lambda: _overdue(at))


def _look(part: Callable[[], Iterator[Line]]) -> Iterator[Line]:
    try:
        yield from part()
    except JiebangError as error:
        yield Line("计划", todo=str(error))


def _secret_key() -> Line:
    # Settings don't load in production without one; what is left to see is one that was made for something else.
    if settings.JIEBANG_MODE == "production":
        return Line("密钥", "已设置")
    return Line(
        "运行方式",
        todo=f"现在是 {settings.JIEBANG_MODE}；正式运行不要设 JIEBANG_MODE，并设 JIEBANG_SECRET_KEY",
    )


def _hosts() -> Line:
    named = settings.ALLOWED_HOSTS
    if not named:
        return Line("主机名", todo="设 JIEBANG_ALLOWED_HOSTS 为对外的主机名，否则任何请求都不答")
    if "*" in named:
        return Line("主机名", todo="JIEBANG_ALLOWED_HOSTS 不要写 *，写明主机名")
    return Line("主机名", "、".join(named))


def _folders() -> Iterator[Line]:
    for what, folder in (("数据文件夹", settings.JIEBANG_DATA_DIR), ("上传文件夹", settings.MEDIA_ROOT)):
        path = Path(folder)
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=path):
                pass
        except OSError as error:
            yield Line(what, todo=f"{path} 不能写（{error.strerror}）：建好它，归运行本程序的用户所有")
        else:
            yield Line(what, str(path))


def _clock(at: datetime) -> Line:
    if at.year < _EARLIEST_YEAR:
        return Line("时钟", todo=f"本机时间是 {at:%Y-%m-%d %H:%M} UTC，明显不对：开启时间同步（NTP）")
    return Line("时钟", f"{at:%Y-%m-%d %H:%M} UTC")


def _calendar(at: datetime) -> Line:
    year = local_date(at).year
    try:
        table = working_calendar().table(year)
    except UnknownYear as error:
        return Line("工作日历", todo=str(error), must=False)
    return Line("工作日历", f"{year} 年：{table.notice}")


def _packs() -> Line:
    roots = tuple(Path(root) for root in settings.JIEBANG_PACK_ROOTS)
    shelf = read_shelf(roots, roots)
    bad = [one.key for one in shelf if one.problems]
    if bad:
        return Line("政策包", todo=f"{'、'.join(bad)} 有错误：运行 bin/jiebang packs check 看详情")
    if not shelf:
        return Line("政策包", todo="一个都没有：检查 JIEBANG_PACK_ROOTS")
    return Line("政策包", "、".join(one.key for one in shelf))


def _database() -> Line:
    try:
        connection.ensure_connection()
    except (DatabaseError, OSError) as error:
        # Only its first line: the address itself is never in it.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        return Line("数据库", todo=f"连不上（{reason}）：检查 JIEBANG_DATABASE_URL 和数据库服务")
    return Line("数据库", "SQLite" if connection.vendor == "sqlite" else "PostgreSQL")


def _migrations() -> Line:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return Line("数据表", todo=f"读不到（{type(error).__name__}）：运行 bin/jiebang install migrate")
    if waiting:
        return Line("数据表", todo=f"有 {len(waiting)} 项变更没有应用：运行 bin/jiebang install migrate")
    return Line("数据表", "已是最新")


def _triggers() -> Line:
    try:
        require_triggers(connection)
    except JiebangError as error:
        return Line("账本保护", todo=str(error))
    return Line("账本保护", "触发器都在")


def _static() -> Line:
    root = settings.STATIC_ROOT
    if root is None or (Path(root) / "staticfiles.json").is_file():
        return Line("页面资源", "已备好")
    return Line("页面资源", todo="运行 bin/jiebang install migrate，它会收集样式和脚本")


def _programmes() -> Iterator[Line]:
    programmes = list(Programme.objects.select_related("bureau").order_by("pk"))
    if not programmes:
        yield Line("计划", todo="还没有计划：写安装文件，运行 bin/jiebang install apply 文件")
    for programme in programmes:
        lacking = [
            f"{one.label}（{role}）" for role, one in unfilled_roles(programme).items() if one.required
        ]
        todo = f"还没有机关担任：{'、'.join(lacking)}；在安装文件的 roles 里写上再 apply" if lacking else ""
        yield Line(f"计划 {programme.title}", "角色都有机关担任", todo, must=False)


def _signers(at: datetime) -> Iterator[Line]:
    for programme in Programme.objects.order_by("pk"):
        lacking = [f"“{stage}”要{position}签署" for stage, position in missing_signers(programme, at)]
        if lacking:
            todo = f"{'，'.join(lacking)}，办理它的机关里没有人担任；授予这个职务，否则这一步停着"
            yield Line(f"逐级审批 {programme.title}", todo=todo, must=False)


def _administrators(at: datetime) -> Iterator[Line]:
    today = running_on(local_date(at)).filter(person__accounts__is_active=True)
    held = set(today.filter(authority__isnull=False).values_list("position", flat=True))
    if Position.SYSTEM_ADMIN not in held:
        yield Line("系统管理员", todo="没有人担任：在安装文件的 people 里写一个 system_admin 再 apply")
    else:
        yield Line("系统管理员", "有")
    for position in (Position.SECURITY_ADMIN, Position.AUDITOR):
        if position not in held:
            yield Line(
                str(position.label), todo=f"没有人担任（{position.value}）；三员须由不同的人担任", must=False
            )


def _overdue(at: datetime) -> Iterator[Line]:
    late = StageRun.objects.filter(closed_at__isnull=True, closes_at__lt=at).count()
    if late:
        yield Line(
            "时钟程序", todo=f"有 {late} 个到期的阶段没有办结：确认 jiebang clock run 在运行", must=False
        )
