"""The Django app."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    """Subjects and how they move."""

    name = "jiebang.lifecycle"
    verbose_name = "流程"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.lifecycle import (  # noqa: F401  importing registers
            check_relations,
            conclude,
            expire,
            papers,
            propose,
            sign_off,
            told,
        )
