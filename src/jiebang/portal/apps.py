"""The Django app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The public site."""

    name = "jiebang.portal"
    verbose_name = "公众网站"
