"""`jiebang install …`: bring an installation up: its tables, its first authorities and people, a look at what it lacks."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

from jiebang.cli._django import set_up_django, set_up_with_tables
from jiebang.kernel.errors import JiebangError


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("install", help="安装与运行：建表、录入机关和人员、检查、核对")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    migrate = parts.add_parser("migrate", help="建立或升级数据表，收集页面资源")
    migrate.set_defaults(run=run_migrate)
    apply = parts.add_parser("apply", help="照安装文件录入机关、计划、人员；可以重复运行，从不删除")
    apply.add_argument("file", type=Path, metavar="FILE", help="安装文件（YAML）")
    apply.set_defaults(run=run_apply)
    check = parts.add_parser("check", help="逐项检查能不能运行，缺什么、怎么补")
    check.set_defaults(run=run_check)
    code = parts.add_parser("code", help="给一个账号换发激活码；原口令立即失效")
    code.add_argument("username", metavar="用户名")
    code.set_defaults(run=run_code)
    disable = parts.add_parser("disable", help="停用一个账号")
    disable.add_argument("username", metavar="用户名")
    disable.set_defaults(run=run_disable)


def run_migrate(options: Namespace) -> int:
    """Bring the tables to this version's; gather what pages need."""
    set_up_django()
    from django.conf import settings
    from django.core.management import call_command

    if not settings.MEDIA_ROOT.is_dir():
        settings.MEDIA_ROOT.mkdir(parents=True, mode=0o700)
    call_command("migrate", interactive=False, verbosity=0)
    print("数据表已是最新。")
    if settings.STATIC_ROOT is not None:
        call_command("collectstatic", interactive=False, verbosity=0)
        print(f"页面资源已收集到 {settings.STATIC_ROOT}。")
    return 0


def run_apply(options: Namespace) -> int:
    """Apply a file; print what it made, what was there, and each new account's code, this once."""
    set_up_with_tables()
    from jiebang.installation.apply import apply_installation
    from jiebang.installation.read import read_installation
    from jiebang.lifecycle.clock import read_clock

    done = apply_installation(read_installation(options.file), read_clock())
    for told in done.there:
        print(f"已有  {told}")
    for told in done.made:
        print(f"新建  {told}")
    for told in done.warnings:
        print(f"注意  {told}")
    for username, name, code in done.codes:
        print(f"激活码  {username}（{name}）  {code}")
    if done.codes:
        print(
            "激活码只显示这一次，请交给本人；本人在 /console/activate/ 自己设口令。丢了用 install code 换发。"
        )
    print(f"新建 {len(done.made)} 项，已有 {len(done.there)} 项。")
    return 0


def run_check(options: Namespace) -> int:
    """One line for each thing: well, or what to do. 1 if anything is lacking without which nothing should run."""
    from jiebang.config.environment import ConfigurationError

    try:
        set_up_django()
    except ConfigurationError as error:
        # Without settings nothing else can be looked at.
        print(f"✗ 配置：{error}")
        return 1
    from jiebang.installation.check import check_installation
    from jiebang.lifecycle.clock import read_clock

    failed = 0
    for line in check_installation(read_clock()):
        mark = "✓" if not line.todo else "✗" if line.must else "！"
        print(f"{mark} {line.what}：{line.todo or line.told}", flush=True)
        failed += bool(line.todo and line.must)
    print("可以运行。" if not failed else f"还有 {failed} 项要处理，处理好再开放使用。")
    return 1 if failed else 0


def _find_account(username: str) -> Any:
    set_up_with_tables()
    from jiebang.organisations.models import Account

    account = Account.objects.filter(username=username).select_related("person").first()
    if account is None:
        raise JiebangError(where=username, what="没有这个用户名", fix="检查拼写和大小写")
    return account


def run_code(options: Namespace) -> int:
    """A new code for an account; for whoever runs the installation, after making sure of who asks."""
    account = _find_account(options.username)
    from jiebang.lifecycle.clock import read_clock
    from jiebang.organisations.actions.renew_code import renew_code

    code = renew_code(account=account, actor=None, at=read_clock())
    print(f"激活码  {account.username}（{account.person.name}）  {code}")
    print("只显示这一次；原口令已失效，在别处的登录已退出。")
    return 0


def run_disable(options: Namespace) -> int:
    """Disable an account."""
    account = _find_account(options.username)
    from jiebang.lifecycle.clock import read_clock
    from jiebang.organisations.actions.disable_account import disable_account

    disable_account(account=account, actor=None, at=read_clock())
    print(f"已停用 {account.username}（{account.person.name}）。")
    return 0
