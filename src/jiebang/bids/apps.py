"""The Django app."""

from django.apps import AppConfig


class BidsConfig(AppConfig):
    """Bids and registrations: handed in within their window, corrected when returned."""

    name = "jiebang.bids"
    verbose_name = "揭榜申请"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.bids import machine  # noqa: F401  importing registers
