"""Uploads that go to the disk piece by piece, up to a size."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

MOST_BYTES = 500 * 1024 * 1024


class BoundedUploadHandler(FileUploadHandler):
    """Lets a file pass up to a size; what is larger is read to its end and thrown away."""

    def __init__(self, request: HttpRequest, most: int = MOST_BYTES) -> None:
        super().__init__(request)
        self._most, self._size = most, 0
        self.was_exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Count a piece and pass it on."""
        self._size += len(raw_data)
        if self._size > self._most:
            self.was_exceeded = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int | None) -> "UploadedFile[Any] | None":  # noqa: ARG002
        """Leave the file to the handler that wrote it."""
        return None


def bound_upload(request: HttpRequest) -> BoundedUploadHandler:
    """Have the request's file written to the disk; before anything of its body is read."""
    bound = BoundedUploadHandler(request)
    request.upload_handlers = [bound, TemporaryFileUploadHandler(request)]
    return bound
