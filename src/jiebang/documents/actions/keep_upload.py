"""Keep a file that somebody sends with a form: looked at, put into the store, and entered as this party's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings

from jiebang.documents.errors import UnfitFile
from jiebang.documents.kinds import check_file
from jiebang.documents.models import Upload
from jiebang.documents.names import clean_name, show_size
from jiebang.documents.queries import quota_left
from jiebang.documents.store import is_kept, keep_content, remove_leftovers
from jiebang.lifecycle.models import Subject
from jiebang.organisations.actor import Actor

_CHUNK = 256 * 1024
_UNFINISHED_FOR = timedelta(days=1)


def keep_upload(
    actor: Actor, subject: Subject, draft: str, name: str, file: BinaryIO, size: int, at: datetime
) -> Upload:  # fmt: skip
    """Keep a file for a form about `subject`; `draft` is the form's key. `size` in bytes, as it came in.

    The content is on the disk before the row is written, so no row is ever without its content. Changes no subject.
    Raises UnfitFile for a file that can't be taken, UnableToKeep where the disk doesn't.
    """
    cleaned = clean_name(name)
    if not cleaned:
        raise UnfitFile(what="文件没有可用的名称", fix="给文件起个名字再传")
    kind = check_file(
        cleaned, file, size, allowed=settings.JIEBANG_FILE_KINDS, most=settings.JIEBANG_FILE_MOST_BYTES
    )
    if actor.organisation_id is not None:
        _require_room(actor.organisation_id, size)
    kept = keep_content(_chunks_of(file))
    if kept.size != size:
        raise UnfitFile(what="文件没有传完整", fix="重新选择文件再传一次")
    remove_leftovers(at - _UNFINISHED_FOR)
    made = Upload.objects.create(
        digest=kept.digest, size=kept.size, name=cleaned, media_type=kind.media_type, programme=subject.programme,
        subject=subject, draft=draft, organisation_id=actor.organisation_id, authority_id=actor.authority_id,
        uploaded_by_id=actor.account_id, uploaded_at=at,
    )  # fmt: skip
    if not is_kept(kept.digest):
        # The same content was being removed as nobody's; now that it is somebody's, that won't happen again.
        keep_content(_chunks_of(file))
    return made


def _require_room(organisation_id: int, size: int) -> None:
    quota: int = settings.JIEBANG_FILES_QUOTA
    left = quota_left(organisation_id, quota)
    if size > left:
        raise UnfitFile(
            what=f"本单位上传的文件已有 {show_size(quota - left)}，上限 {show_size(quota)}，这个文件 {show_size(size)}，放不下",
            fix="压缩后再传；确实不够的，请主管部门联系系统的运行单位调高上限",
        )


def _chunks_of(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk
