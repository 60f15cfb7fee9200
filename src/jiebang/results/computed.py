"""Facts about results that the platform knows itself."""

from typing import Any

from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Subject


def name_result(subject: Subject) -> dict[str, Any]:
    """`result.title`: a result that a project left has its challenge's title, which nobody has to write again."""
    if subject.kind != "result" or "result.title" not in program_of(subject).types:
        return {}
    return {"result.title": subject.title}
