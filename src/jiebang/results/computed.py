"""Facts about results that the platform knows itself."""

from collections.abc import Sequence
from typing import Any

from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Subject


def name_results(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`result.title`: a result that a project left has its challenge's title, which nobody has to write again."""
    return {
        one.pk: {"result.title": one.title}
        for one in subjects
        if one.kind == "result" and "result.title" in program_of(one).types
    }
