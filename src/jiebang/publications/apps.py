"""The Django app."""

from django.apps import AppConfig


class PublicationsConfig(AppConfig):
    """Notices with their days, and objections to them."""

    name = "jiebang.publications"
    verbose_name = "公示与异议"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.publications import machine  # noqa: F401  importing registers
