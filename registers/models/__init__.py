"""Rows that every register shares."""

from registers.models.job import Job, StoredFile
from registers.models.list_view import ListView
from registers.models.outbox import DirtyScope
from registers.models.request_key import RequestKey
from registers.models.row import RegisterRow, effective_on
from registers.models.setting import CountySetting

__all__ = ["CountySetting", "DirtyScope", "Job", "ListView", "RegisterRow", "RequestKey", "StoredFile", "effective_on"]
