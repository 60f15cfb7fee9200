"""The Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The workbench."""

    name = "jiebang.console"
    verbose_name = "工作台"
