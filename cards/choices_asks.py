"""What the form of somebody's own notices asks back. ``NoticeChoices`` of ``notice_asks`` shows it."""

from typing import Annotated

from attms_core.model.preferences import CHOSEN, Matter
from cards.submission import OneOf, Several, Submission, Text, Typed, does

TYPED = 60
"""Characters of a time, of some days, of a zone's name."""

_Told = OneOf(tuple(matter.value for matter in CHOSEN))
_Through = OneOf(tuple(matter.value for matter in Matter))
_Words = Annotated[str, Typed(Text(TYPED))]


@does("notices.keep")
class KeepChoices(Submission, frozen=True, kw_only=True):
    """Keep the choices of whoever presses, as the form holds them."""

    told: Annotated[tuple[str, ...], Typed(Several(_Told))] = ()
    through: Annotated[tuple[str, ...], Typed(Several(_Through))] = ()
    quiet_from: _Words = ""
    quiet_to: _Words = ""
    quiet_days: _Words = ""
    quiet_whole_days: _Words = ""
    quiet_zone: _Words = ""
