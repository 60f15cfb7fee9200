"""The Django app."""

from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Authorities, organisations, people, mandates, programmes."""

    name = "jiebang.organisations"
    verbose_name = "机关、组织与人员"
