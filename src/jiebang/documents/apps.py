"""The Django app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files that people upload. It writes no state of subjects: which file a fact names is recorded by the door."""

    name = "jiebang.documents"
    verbose_name = "文件"
