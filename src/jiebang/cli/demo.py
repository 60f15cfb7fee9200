"""`jiebang demo prepare`: fill the demo's own database with the lives of scenarios/, once."""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jiebang.kernel.errors import JiebangError


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("demo", help="准备演示数据（由 bin/demo 调用）")
    parts = parser.add_subparsers(dest="part", metavar="动作", required=True)
    prepare = parts.add_parser("prepare", help="建库，演一遍剧本；已有数据时什么都不做")
    prepare.add_argument("files", nargs="*", type=Path, metavar="FILE", help="剧本")
    prepare.set_defaults(run=run_prepare)


def run_prepare(options: Namespace) -> int:
    """Migrate and play each life that isn't there yet; then print one account for each role."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiebang.config.settings")
    import django

    from jiebang.config.environment import Mode, keep_demo_clock, read_data_directory, read_mode

    if read_mode(os.environ) is not Mode.DEMO:
        raise JiebangError(what="只能为演示准备数据", fix="用 bin/demo 启动")
    if begins_at := _where_examples_stand(options.files):
        # Before the settings are read: they take the clock from there.
        keep_demo_clock(read_data_directory(os.environ, Path.cwd()), begins_at, datetime.now(UTC))
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    failed = sum(not _play_once(path) for path in options.files)
    _print_accounts()
    return 1 if failed and failed == len(options.files) else 0


def _where_examples_stand(files: list[Path]) -> datetime | None:
    """The last instant of the lives that stop half way: a demo begins there, whenever it is started."""
    from jiebang.scenarios.read import read_instant, read_scenario

    found = []
    for path in files:
        try:
            scenario = read_scenario(path)
        except JiebangError:
            continue  # told when it is to be played
        if scenario.half_way:
            found.append(max(read_instant(step.at) for step in scenario.steps))
    return max(found, default=None)


def _play_once(path: Path) -> bool:
    """Play a life as far as it has come by today; what lies ahead is left for whoever looks at the demo to do."""
    from django.db import transaction

    from jiebang.lifecycle.clock import read_clock
    from jiebang.organisations.models import Programme
    from jiebang.scenarios.play import play, play_steps, set_stage
    from jiebang.scenarios.read import read_instant, read_scenario

    try:
        scenario = read_scenario(path)
        if Programme.objects.filter(slug=scenario.programme.slug).exists():
            return True
        now = read_clock()
        past = [step for step in scenario.steps if read_instant(step.at) <= now]
        # One life is there or not; half of one would never be finished.
        with transaction.atomic():
            if len(past) == len(scenario.steps):
                play(scenario, lambda _line: None)
            else:
                play_steps(set_stage(scenario, lambda _line: None), past)
    except JiebangError as error:
        print(f"✗ {path.name}：{error}")
        return False
    print(f"✓ {scenario.title}：{len(past)} / {len(scenario.steps)} 步")
    return True


def _print_accounts() -> None:
    """One person of each role, out of the programme in which most goes on."""
    from jiebang.console.demo_people import people_by_role
    from jiebang.organisations.models import Mandate

    people = Mandate.objects.filter(person__is_synthetic=True).select_related(
        "person", "authority", "organisation"
    )
    companies = people_by_role(list(people.order_by("pk")))
    print("演示身份（不用口令：在登录页点“以演示身份进入”，那里列出全部计划的全部人员）：")
    for company in companies[:1]:
        print(f"  {company.programme.title if company.programme else '其他'}")
        for cast in company.casts:
            body = cast.first.authority or cast.first.organisation
            print(f"    {cast.role}：{cast.first.person.name}，{body}")
