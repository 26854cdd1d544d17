"""What is made of a callout before anything is read: its signature, its words, its repetitions."""

import base64
import contextlib
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attms_core.callouts.allowance import Allowance
from attms_core.callouts.heard import Heard
from attms_core.callouts.payload import Action, Subject, parse
from attms_core.callouts.signature import verify
from attms_core.errors import Invalid
from sandbox.autotask import Quirks
from sandbox.autotask.callouts_wire import Happening, payload, signature
from sandbox.autotask.tenant import Tenant
from tests.support.fake_autotask import Clock

WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["Action", "action", "Guid", "EntityType", "Id", "SequenceNumber", "PersonID", "PersonId", "Fields"]
)


def written(**said: Any) -> bytes:
    return json.dumps(said).encode()


def plain(guid: str = "g", **said: Any) -> bytes:
    return written(Action="Update", Guid=guid, EntityType="Ticket", Id=7, **said)


@given(st.text(min_size=1), st.binary(max_size=300))
def test_what_was_signed_with_the_secret_is_believed_and_nothing_else(secret: str, raw: bytes) -> None:
    digest = base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha1).digest()).decode()
    assert verify(secret, raw, f"sha1={digest}")
    assert not verify(secret + "x", raw, f"sha1={digest}")
    assert not verify(secret, raw + b" ", f"sha1={digest}")
    assert not verify(secret, raw, digest)
    assert not verify(secret, raw, f"sha1={hmac.new(secret.encode(), raw, hashlib.sha1).hexdigest()}")


@given(st.text(), st.binary(max_size=50))
def test_no_header_breaks_the_check(header: str, raw: bytes) -> None:
    assert verify("secret", raw, header) is False


@given(
    st.integers(1, 2**31),
    st.dictionaries(st.sampled_from(["title", "status", "queueID"]), st.none() | st.text() | st.integers(), max_size=3),
    st.sampled_from(["Create", "Update", "Delete"]),
    st.sampled_from([("PersonID", True), ("PersonId", False)]),
)
def test_whatever_the_vendor_writes_is_read(number: int, fields: dict[str, Any], action: str, odd: Any) -> None:
    person, as_text = odd
    quirks = Quirks(callout_ids_as_text=as_text, callout_person_key=person, callout_delete_fields=as_text)
    what = Happening(action=action, entity="Tickets", id=number, fields=fields, at="2026-11-24T12:00:00Z", person=9)
    raw = payload(what, "ABC", 3, Tenant(), quirks)
    read = parse(raw)
    assert verify("k", raw, signature("k", raw))
    assert (read.action, read.subject, read.id, read.sequence) == (Action(action.lower()), Subject.TICKET, number, 3)
    assert read.guid == "abc"


@given(st.dictionaries(KEYS | st.text(max_size=5), WILD, max_size=8))
def test_any_object_is_read_and_none_breaks_it(said: dict[str, Any]) -> None:
    raw = json.dumps(said).encode("utf-8", "surrogatepass")
    try:
        read = parse(raw)
    except Invalid:
        return
    assert read.id is None or 0 < read.id < 2**63
    assert len(read.guid) <= 100


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        json.loads(raw)
    except ValueError:
        with pytest.raises(Invalid):
            parse(raw)
    else:
        with contextlib.suppress(Invalid):
            assert parse(raw).digest == hashlib.sha256(raw).hexdigest()


def test_what_is_not_known_is_kept_apart() -> None:
    read = parse(written(Action="Exploded", EntityType="Account", Id="x1", SequenceNumber="-1"))
    assert (read.action, read.subject, read.id, read.sequence) == (Action.OTHER, Subject.OTHER, None, None)


def test_a_repetition_is_noticed_by_webhook_and_number() -> None:
    heard = Heard(Clock())
    assert heard.note(parse(plain(SequenceNumber=1)))
    assert not heard.note(parse(plain(SequenceNumber="1", PersonID=5)))
    assert heard.note(parse(plain("other", SequenceNumber=1)))
    assert heard.note(parse(plain()))
    assert not heard.note(parse(plain()))
    assert [(line.guid, line.count, line.repeats) for line in heard.lines()] == [("other", 1, 0), ("g", 2, 2)]


def test_gaps_are_counted_until_they_are_filled() -> None:
    clock = Clock()
    heard = Heard(clock)
    for number in (5, 6, 9, 8):
        heard.note(parse(plain(SequenceNumber=number)))
    (line,) = heard.lines()
    assert (line.sequence, line.gaps, line.last) == (9, 1, clock())


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attms_core.callouts.heard.REMEMBERED", 3)
    heard = Heard(Clock())
    for number in range(1, 40):
        heard.note(parse(plain(str(number), SequenceNumber=number)))
    assert len(heard.lines()) == 20
    assert heard.note(parse(plain("1", SequenceNumber=1)))
    assert not heard.note(parse(plain("39", SequenceNumber=39)))


def test_refusals_are_remembered_for_an_hour_unless_forgiven() -> None:
    clock = Clock()
    heard = Heard(clock)
    heard.refuse()
    told = [heard.is_refusing]
    clock.pass_(hours=1)
    told.append(heard.is_refusing)
    heard.refuse()
    heard.forgive()
    assert [*told, heard.is_refusing] == [True, False, False]
    assert heard.refused == 2


@given(st.integers(100, 10_000), st.lists(st.floats(0, 60), min_size=1, max_size=300))
def test_whatever_comes_reads_stay_within_their_share_of_the_hour(cap: int, pauses: list[float]) -> None:
    clock = Clock()
    allowance, begun, taken = Allowance(cap, clock), clock(), 0
    for pause in pauses:
        clock.pass_(seconds=pause)
        if not allowance.wait():
            allowance.take()
            taken += 1
    hours = (clock() - begun) / timedelta(hours=1)
    assert taken * 5 <= cap * 0.4 * hours + 20 * 5 + 5
