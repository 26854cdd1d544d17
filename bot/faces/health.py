"""An examination, as its place allows: whole in a private chat, one line elsewhere."""

from collections.abc import Sequence

from attms_core.health import Finding
from bot.asking import Scene
from bot.faces.small import told
from bot.reply import Reply
from cards.health import HealthCard, verdict


def health(scene: Scene, findings: Sequence[Finding]) -> Reply:
    """Show all of it."""
    card = HealthCard(findings=tuple(findings))
    return Reply(card.render(scene.reader, scene.fresh_nonce()), card.summary())


def health_line(scene: Scene, findings: Sequence[Finding]) -> Reply:
    """Say how it stands and no more: others read along."""
    return told(scene, verdict(findings), more="The details are for our private chat: ask me there. Say: health")
