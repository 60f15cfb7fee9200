"""The Django app."""

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    """Results: collected ready-made, or born of an accepted project."""

    name = "jiebang.results"
    verbose_name = "成果"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.results import machine  # noqa: F401  importing registers
