"""`jiebang scenario run FILE…`: play whole lives on a scratch database, through the door, with real roles."""

from __future__ import annotations

import os
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any

from jiebang.kernel.errors import JiebangError


def register(subparsers: Any) -> None:
    """Add the command."""
    parser = subparsers.add_parser("scenario", help="在临时数据库上运行剧本")
    commands = parser.add_subparsers(dest="scenario_command", metavar="子命令", required=True)
    run = commands.add_parser("run", help="运行剧本，打印每一步、金额和账本，核对期望")
    run.add_argument("files", nargs="+", type=Path, metavar="FILE")
    run.add_argument("--quiet", action="store_true", help="只打印每个剧本的结果")
    run.set_defaults(run=run_files)


def run_files(options: Namespace) -> int:
    """Play all files on one fresh database, as an installation runs many programmes; 1 if any did something else than it says."""
    with tempfile.TemporaryDirectory(prefix="jiebang-scenario-") as folder:
        # Set before Django reads its settings: a scenario never touches the installation's own database.
        os.environ.update(
            JIEBANG_MODE="test", JIEBANG_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="jiebang.config.settings"
        )
        os.environ.pop("JIEBANG_DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        return _play_all(options)


def _play_all(options: Namespace) -> int:
    from django.conf import settings

    from jiebang.scenarios.play import play
    from jiebang.scenarios.read import find_pack_root, read_scenario
    from jiebang.scenarios.show import show_end

    failed = 0
    for path in options.files:
        lines: list[str] = []
        tell = lines.append if options.quiet else print
        try:
            scenario = read_scenario(path)
            # A pack that isn't installed may stand beside its scenarios; installed ones come first.
            beside = find_pack_root(path, scenario.pack)
            if beside is not None and beside not in settings.JIEBANG_PACK_ROOTS:
                settings.JIEBANG_PACK_ROOTS = [*settings.JIEBANG_PACK_ROOTS, beside]
            tell(f"── {scenario.title}（{path.name}，全部为合成数据）")
            stage = play(scenario, tell)
            for line in show_end(stage):
                tell(line)
            print(f"✓ {path.name}：{len(scenario.steps)} 步，{stage.refusals} 次按规则被拒")
        except JiebangError as error:
            print("\n".join(lines))
            print(f"✗ {path.name}：{error}")
            failed += 1
    print(f"{len(options.files) - failed} passed, {failed} failed")
    return 1 if failed else 0
