"""How things look in a conversation: from what the desk says to a card with its summary. Decides nothing."""

from bot.faces.choices import choices, choices_form
from bot.faces.escalation import ladder, ladder_form, ladder_removal, ladders, queue_name
from bot.faces.forms import (
    USUAL,
    assign_form,
    choose_company,
    confirm_note,
    new_ticket,
    note_form,
    priority_form,
    status_form,
)
from bot.faces.health import health, health_line
from bot.faces.refused import refused
from bot.faces.small import cancelled, help_card, me, suggestion, told
from bot.faces.tickets import Form, done, ticket, tickets
from bot.faces.used import used

__all__ = [
    "USUAL",
    "Form",
    "assign_form",
    "cancelled",
    "choices",
    "choices_form",
    "choose_company",
    "confirm_note",
    "done",
    "health",
    "health_line",
    "help_card",
    "ladder",
    "ladder_form",
    "ladder_removal",
    "ladders",
    "me",
    "new_ticket",
    "note_form",
    "priority_form",
    "queue_name",
    "refused",
    "status_form",
    "suggestion",
    "ticket",
    "tickets",
    "told",
    "used",
]
