"""What can keep the demo from running, in words for the person who typed `make demo`."""

from typing import ClassVar

from attms_core.errors import OperatorNeeded


class CannotShow(OperatorNeeded):
    """The demo cannot run on this machine as it is; the hint says what to do."""

    code: ClassVar[str] = "demo"
