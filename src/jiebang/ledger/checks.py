"""The system check that misses the ledger's triggers: manage.py check --database default, and every migrate."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections

from jiebang.ledger.triggers import find_tables, missing_triggers


def check_triggers(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """One error per database whose ledger tables exist without their triggers."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if find_tables(connection) and (missing := missing_triggers(connection)):
            # This stops a migration as well, which would otherwise quietly mend what somebody took away.
            messages.append(
                Error(
                    f"数据库 {alias} 的账本缺少或被改动了保护触发器：{'、'.join(missing)}。",
                    hint="先核验账本是否被改动，查明原因，再用 migrate --skip-checks 重新安装触发器。",
                    id="ledger.E001",
                )
            )
    return messages
