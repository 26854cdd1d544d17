"""How somebody's own choices look: the form, and what a change of them means from now on."""

from attms_core.errors import Invalid
from attms_core.model.digest import DAYS
from attms_core.model.preferences import CHOSEN, Matter, Quiet
from attms_core.notices.choices import Chosen
from attms_core.notices.quiet import clock, spoken_quiet
from bot.asking import Scene
from bot.reply import Reply
from cards.choices import ChoicesCard, ChoicesForm, Filled, Stand
from cards.choices_asks import KeepChoices
from cards.parts import FieldError


def choices(scene: Scene, chosen: Chosen, *, said: str) -> Reply:
    """Say how somebody's choices stand, and what comes of them next."""
    kept = chosen.preferences
    card = ChoicesCard(
        said=said,
        told=tuple(matter for matter in CHOSEN if kept.wants(matter)),
        through=tuple(matter for matter in Matter if matter in kept.through and kept.wants(matter)),
        quiet=spoken_quiet(kept.quiet) if kept.quiet else "",
        stand=_stand(chosen),
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary(scene.reader))


def choices_form(
    scene: Scene, chosen: Chosen, *, typed: KeepChoices | None = None, error: Invalid | None = None
) -> Reply:
    """Ask what shall be told, and when not; what was typed stays, with the error at its field."""
    card = ChoicesForm(
        filled=_typed(typed) if typed else _kept(chosen),
        stand=_stand(chosen),
        chat_zone=chosen.chat_zone,
        errors={error.field: FieldError(what=str(error), legal=error.legal, more=error.hint)} if error else {},
    )
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def _stand(chosen: Chosen) -> Stand:
    return Stand(is_quiet=chosen.is_quiet, turns_at=chosen.turns_at, zone=chosen.zone, held=chosen.held)


def _kept(chosen: Chosen) -> Filled:
    kept = chosen.preferences
    quiet = kept.quiet or Quiet()
    return Filled(
        told=frozenset(matter for matter in CHOSEN if kept.wants(matter)),
        through=kept.through,
        start=clock(quiet.start) if quiet.days else "",
        end=clock(quiet.end) if quiet.days else "",
        days=_days(quiet.days),
        whole_days=_days(quiet.whole_days),
        zone=quiet.zone,
    )


def _typed(typed: KeepChoices) -> Filled:
    return Filled(
        told=frozenset(map(Matter, typed.told)),
        through=frozenset(map(Matter, typed.through)),
        start=typed.quiet_from,
        end=typed.quiet_to,
        days=typed.quiet_days,
        whole_days=typed.quiet_whole_days,
        zone=typed.quiet_zone,
    )


def _days(days: frozenset[int]) -> str:
    """Write days as people type them: ``mon-fri``, ``sat,sun``."""
    named = [DAYS[day] for day in sorted(days)]
    is_stretch = len(days) > 2 and max(days) - min(days) == len(days) - 1  # noqa: PLR2004 - two days are named
    return f"{named[0]}-{named[-1]}" if is_stretch else ",".join(named)
