"""The Django app."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """From what was decided to projects, one for each solver."""

    name = "jiebang.projects"
    verbose_name = "项目"

    def ready(self) -> None:
        """Register the acts this part knows."""
        from jiebang.projects import machine  # noqa: F401  importing registers
