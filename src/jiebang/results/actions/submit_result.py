"""A holder submits a ready-made result."""

from jiebang.lifecycle.receive import hand_in
from jiebang.lifecycle.transitions import Act


def submit_result(act: Act) -> None:
    """Take a result into the batch; handing in the same draft again replaces it while the collection is open."""
    hand_in(act, kind="result", lead_fact="result.holder", title_facts=("result.title",), letter="R")
