"""A lead submits a bid for a challenge, replaces it while the window is open, or corrects it after the formal check."""

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.opening import opens_at_once
from jiebang.lifecycle.receive import hand_in, hand_in_again
from jiebang.lifecycle.routing import let_on
from jiebang.lifecycle.transitions import Act

#: the fact that a bid is called by
TITLE = "bid.title"


def submit_bid(act: Act) -> str | None:
    """One live bid per lead and challenge: a repeat says so and asks whether to replace it.

    Where the window waits for nobody, a new bid goes on at once. Raises UnableToApply for replacing one that has been acted on.
    """
    if act.subject.kind == "bid":
        return hand_in_again(act)
    handed = hand_in(act, kind="bid", lead_fact="bid.lead", title_facts=(TITLE,), letter="B")
    if not opens_at_once(act.subject, act.run.stage, act.stage, act.at):
        return None
    if not handed.replaced:
        let_on(handed.subject, act.stage, act.at)
    elif handed.subject.stage_runs.filter(closed_at__isnull=False).exists():
        # What was looked at there is what was handed in before.
        raise UnableToApply(
            where=handed.subject.number, what="已经办到后面的环节，不能再替换", fix="有变动的请向主管部门说明"
        )
    return None
