"""The Django app."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Experts' marks and what becomes of them."""

    name = "jiebang.reviews"
    verbose_name = "评审"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.reviews import machine  # noqa: F401  importing registers
