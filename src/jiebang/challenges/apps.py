"""The Django app."""

from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    """From needs to an announced list of challenges."""

    name = "jiebang.challenges"
    verbose_name = "需求与榜题"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.challenges import machine  # noqa: F401  importing registers
