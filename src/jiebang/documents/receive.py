"""How the bytes of an upload come in: onto the disk as they arrive, never more of one file than may be kept."""

from __future__ import annotations

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from jiebang.documents.store import incoming_folder


class IncomingFile(TemporaryUploadedFile):
    """An upload on its way: in the store's own folder, since /tmp may be the machine's memory and is open to others."""

    def __init__(
        self, name: str, content_type: str, size: int, charset: str | None, extra: dict[str, Any] | None
    ) -> None:
        file = tempfile.NamedTemporaryFile(dir=incoming_folder())  # noqa: SIM115  Django closes it with the request
        # Past TemporaryUploadedFile's own, which would put it in the machine's temporary folder.
        UploadedFile.__init__(self, file, name, content_type, size, charset, extra)


class BoundedFileUploadHandler(TemporaryFileUploadHandler):
    """Takes a file up to the largest size kept; of a larger one nothing but its size, so that the form's other fields stay."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super(TemporaryFileUploadHandler, self).new_file(*args, **kwargs)
        self.file = IncomingFile(
            self.file_name or "", self.content_type or "", 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a chunk, or drop it and all before it once there are too many."""
        if start + len(raw_data) > settings.JIEBANG_FILE_MOST_BYTES:
            self.file.truncate(0)
        else:
            self.file.write(raw_data)
