"""What every part of the mirror stands on."""

from msgspec import Struct

from attms_core.mirror.news import News
from attms_core.model import TenantId
from attms_core.ports import Now, Reader
from attms_core.store.database import Database


class Ground(Struct, frozen=True, kw_only=True):
    """The store, AutoTask, whose data it is, the time, and where changes are kept."""

    database: Database
    autotask: Reader
    tenant: TenantId
    now: Now
    news: News
