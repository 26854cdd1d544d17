"""The card that stands for an opportunity in a conversation: as it is, topped by what changed."""

from msgspec import Struct

from attms_core.model import OpportunityDetail, Topic
from cards.elements import Container, Element, Json
from cards.notice_lines import Line, band, mentioning, quiet_ways, said
from cards.parts import card, facts, feed, heading, paragraph, run, spaced, stale, title, whisper
from cards.reader import Reader
from cards.text import lines
from cards.times import day

NEXT_STEP = 300
NEXT_STEP_ROWS = 3


class OpportunityCard(Struct, frozen=True, kw_only=True):
    """An opportunity as it is now, and what has just happened to it."""

    detail: OpportunityDetail
    told: tuple[Line, ...] = ()
    """The latest last."""
    lead: str = ""

    def render(self, reader: Reader, nonce: str) -> Json:
        """Show it."""
        del nonce  # it has no buttons that do anything
        body = (*self._top(reader), *self._facts(reader), *self._next_step(), *self._ways())
        return mentioning(card(*body, summary=self.summary()), self.told)

    def summary(self) -> str:
        """Say it in one line."""
        news = said(self.told) or self.detail.stage.label
        return feed(f"{self.detail.opportunity.title or '(no title)'}, {self.detail.company_name}: {news}")

    def _top(self, reader: Reader) -> tuple[Element, ...]:
        news = (band(self.told, reader, lead=self.lead),) if self.told or self.lead else ()
        old = stale(self.detail.as_of, reader, is_current=self.detail.is_current)
        name = self.detail.opportunity.title or "(no title)"
        return (*news, *old, whisper(f"Opportunity · {self.detail.company_name}"), title(name, spacing="None"))

    def _facts(self, reader: Reader) -> tuple[Element, ...]:
        detail, it = self.detail, self.detail.opportunity
        pairs = [
            ("Stage", detail.stage.label),
            ("Status", detail.status.label),
            ("Amount", f"{it.amount:,.2f}"),
            ("Probability", f"{it.probability} %"),
            ("Closes", day(it.close_date, reader) if it.close_date else "no date yet"),
            ("Owner", detail.owner_name),
        ]
        return (Container(items=facts(pairs), style="emphasis", spacing="Medium"),)

    def _next_step(self) -> tuple[Element, ...]:
        found, _ = lines(self.detail.opportunity.next_step, most=NEXT_STEP, rows=NEXT_STEP_ROWS)
        if not found:
            return ()
        words = (paragraph(run(line, most=NEXT_STEP), spacing="Small") for line in found)
        return (heading("Next step", spacing="Medium"), *words)

    def _ways(self) -> tuple[Element, ...]:
        key = Topic(opportunity=self.detail.opportunity.id).key
        return (paragraph(*spaced(quiet_ways(key)), spacing="Medium"),)
