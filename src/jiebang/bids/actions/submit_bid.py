"""A lead submits a bid for a challenge, replaces it while the window is open, or corrects it after the formal check."""

from jiebang.lifecycle.receive import hand_in, hand_in_again
from jiebang.lifecycle.transitions import Act

#: the fact that a bid is called by
TITLE = "bid.title"


def submit_bid(act: Act) -> str | None:
    """One live bid per lead and challenge: a repeat says so and asks whether to replace it."""
    if act.subject.kind == "bid":
        return hand_in_again(act)
    hand_in(act, kind="bid", lead_fact="bid.lead", title_facts=(TITLE,), letter="B")
    return None
