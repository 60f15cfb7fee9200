"""Whether the rows that rules, amounts and pages go by are still what the ledger says was done.

The chain can't be changed quietly, the rows beside it can: a figure, who was out, what somebody signed. Each was digested or
named in an entry when it was written, so a row that was changed, added or taken away past the door shows here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.against_ledger.cases import altered_cases
from jiebang.lifecycle.against_ledger.decided import altered_decisions
from jiebang.lifecycle.against_ledger.set_up import altered_setting
from jiebang.organisations.chains import bureau_of_chain

#: Given a chain and its bureau, everything of one sort that isn't what the chain says, in Chinese.
Check = Callable[[str, int], Iterator[str]]
_checks: list[Check] = [altered_setting, altered_cases, altered_decisions]


def register_check(check: Check) -> None:
    """Let an upper part hold its own rows against the chain."""
    _checks.append(check)


def altered_rows(chain_key: str) -> Iterator[str]:
    """Every row of a bureau's programmes that isn't what its chain says, in Chinese; of no other chain any."""
    bureau = bureau_of_chain(chain_key)
    if bureau is None:
        return
    for check in _checks:
        try:
            yield from check(chain_key, bureau)
        except (KeyError, JiebangError) as error:
            # An entry of an earlier version tells too little, a row from before digests has no salt.
            yield f"账本 {chain_key} 里有一类记录不能逐条核对：更早版本写的，或盐被去掉了（{error}）"
