"""The Django app."""

from django.apps import AppConfig


class FundingConfig(AppConfig):
    """Amounts computed by the pack, signed off and recorded as paid, in double entry."""

    name = "jiebang.funding"
    verbose_name = "资金"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.funding import machine  # noqa: F401  importing registers
