"""Between words, plain words and the form's inputs: nothing that was said is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from attms_core.model import Choice, Event, Mode
from attms_core.model.filter import About
from attms_core.model.subscription import events_of, usual_events
from attms_core.notices.subscribing.words import Misread, read, spell
from bot.faces.subscription_words import Offers, about_of, clauses, company_of, filled, in_short, inputs_of, spelled
from cards.subscription_asks import PreviewSubscription
from cards.subscription_form import Filled

QUEUES = (Choice(value=8, label="Field Work"), Choice(value=29, label="Service Desk"))
PRIORITIES = (Choice(value=4, label="Critical"), Choice(value=1, label="High"))
OFFERS = Offers(queues=QUEUES, priorities=PRIORITIES)
USUAL = tuple(event.value for event in usual_events("ticket"))


def unordered(inputs: Filled) -> Filled:
    """Give the same with what was chosen in one order: a form shows its own."""
    return structs.replace(
        inputs,
        queue=tuple(sorted(inputs.queue)),
        priority=tuple(sorted(inputs.priority)),
        events=tuple(sorted(inputs.events)),
    )


@st.composite
def wishes(draw: st.DrawFn) -> PreviewSubscription:
    about: About = draw(st.sampled_from(("ticket", "opportunity")))
    some = st.lists(st.sampled_from((8, 29)), unique=True).map(tuple)
    urgent = st.lists(st.sampled_from((4, 1)), unique=True).map(tuple)
    return PreviewSubscription(
        about=about,
        queue=draw(some) if about == "ticket" else (),
        priority=draw(urgent) if about == "ticket" else (),
        company=draw(st.sampled_from(("", "@vip", "17"))),
        events=tuple(draw(st.sets(st.sampled_from(events_of(about)), min_size=1))),
        mode=draw(st.sampled_from(Mode)),
        more=draw(st.sampled_from(("", "title:printer -from:monitoring", "by:Ana"))),
    )


@given(wishes())
def test_what_stands_in_the_form_stands_there_again_after_it_was_words(wish: PreviewSubscription) -> None:
    words = spelled(wish)
    company = company_of(words)
    offers = structs.replace(OFFERS, company=wish.company, company_name=company)
    assert about_of(words) == wish.about
    again = filled(words, about_of(words), offers)
    assert unordered(again) == unordered(inputs_of(wish, company_name=company))


@given(st.text(max_size=300))
def test_no_text_at_all_breaks_the_form_and_what_cannot_be_read_is_kept(text: str) -> None:
    inputs = filled(text, about_of(text), OFFERS)
    assert clauses(text) is not None
    if not isinstance(read(text), tuple):
        assert inputs.more == text


@given(st.lists(st.sampled_from(("title:a", "queue:8", "-queue:29", "priority<=2", "mode:odd", "events:odd", "by:me"))))
def test_a_term_that_no_input_can_show_stays_among_the_words(terms: list[str]) -> None:
    words = " ".join(terms)
    left = read(filled(words, "ticket", OFFERS).more)
    assert not isinstance(left, Misread)
    assert [spell([each]) for each in left] == terms


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("", ""),
        ('queue:"Service Desk",Monitoring', "Queue: Service Desk or Monitoring"),
        ("-from:monitoring", "From: not monitoring"),
        ("-status:New,Open assignee:nobody", "Status: none of New, Open; Assigned to: nobody"),
        (
            "amount>5000 probability<=50 mode:thread about:opportunities",
            "Amount: more than 5000; Probability: at most 50",
        ),
        ('udf:"Contract tier"=Gold events:created', "Contract tier: Gold"),
        ("company:@vip sla:Gold", "Company: @vip; SLA: Gold"),
    ],
)
def test_a_filter_is_said_in_plain_words(words: str, plain: str) -> None:
    assert in_short(words) == plain


def test_the_usual_events_are_chosen_until_words_name_others() -> None:
    assert filled("title:printer", "ticket", OFFERS).events == USUAL
    assert filled("title:printer events:created", "ticket", OFFERS).events == (Event.CREATED,)
    assert set(filled("events:all", "ticket", OFFERS).events) == set(events_of("ticket"))


def test_several_companies_stay_words() -> None:
    assert company_of("company:@vip,Contoso") == ""
    assert company_of("-company:Contoso") == ""
    assert filled("company:@vip,Contoso", "ticket", OFFERS).more == "company:@vip,Contoso"
