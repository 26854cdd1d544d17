"""The use cases, in verbs a dispatcher would use. It knows no chat; it could serve a command line tomorrow."""

from attms_core.desk.asker import Asker
from attms_core.desk.desk import Desk
from attms_core.desk.draft import Draft
from attms_core.desk.wishes import AskedBefore, Wishes

__all__ = ["AskedBefore", "Asker", "Desk", "Draft", "Wishes"]
