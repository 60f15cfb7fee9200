"""A firm or institution submits a need, or corrects one that was returned."""

from jiebang.lifecycle.receive import hand_in, hand_in_again
from jiebang.lifecycle.transitions import Act


def submit_need(act: Act) -> str | None:
    """Take a need into the batch; on a need's own run (it was returned), take its correction and send it back to vetting."""
    if act.subject.kind == "need":
        return hand_in_again(act)
    hand_in(
        act, kind="need", lead_fact="need.proposer", title_facts=("need.title", "challenge.title"), letter="N"
    )
    return None
