"""An AutoTask that is a function, and a clock that nobody waits for."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from attms_core.autotask import AutotaskClient
from attms_core.http import AnswerLost, NotSent, Request, Response
from attms_core.model import ResourceId, TicketId
from attms_core.settings import Settings

BASE = "https://webservices5.autotask.net/ATServicesRest/"
NEW_BASE = "https://webservices6.autotask.net/ATServicesRest/"

Answer = Response | Exception


class Time:
    """Moves only when somebody sleeps or a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 11, 24, 8, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def clock(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    def jump(self, **span: float) -> None:
        self.seconds += timedelta(**span).total_seconds()


class FakeAutotask:
    """Answers with what ``answer`` says; keeps what it was asked. The zone and the budget are told truthfully."""

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self.zone = BASE
        self.used = 10
        self.seen: list[Request] = []
        self.zone_questions = 0
        self.thresholds = 0

    async def send(self, request: Request) -> Response:
        await asyncio.sleep(0)
        if "zoneInformation" in request.url:
            self.zone_questions += 1
            return json_answer({"url": self.zone, "webUrl": "https://ww5.autotask.net/"})
        if request.url.endswith("ThresholdInformation"):
            self.thresholds += 1
            return json_answer({"externalRequestThreshold": 10_000, "currentTimeframeRequestCount": self.used})
        self.seen.append(request)
        answer = self.answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, time: Time, **settings: Any) -> AutotaskClient:
        return AutotaskClient(
            Settings.model_validate(
                {
                    "autotask_user": "api@example.test",
                    "autotask_secret": "s$cret~",
                    "autotask_integration_code": "CODE",
                    "autotask_zone_url": settings.pop("zone_url", BASE),
                    **settings,
                }
            ),
            now=time.now,
            send=self.send,
            clock=time.clock,
            sleep=time.sleep,
            jitter=lambda low, _high: low,
        )


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """Answer one after another, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def json_answer(body: object, status: int = 200, **headers: str) -> Response:
    return Response(
        status=status,
        headers={"content-type": "application/json; charset=utf-8", **headers},
        body=orjson.dumps(body),
    )


def errors(*texts: str, status: int = 500) -> Response:
    return json_answer({"errors": list(texts)}, status)


def html(status: int) -> Response:
    return Response(status=status, headers={"content-type": "text/html"}, body=b"<html>no</html>")


def body_of(request: Request) -> Any:
    return orjson.loads(request.body or b"null")


def ticket_record(id_: int = 7, **other: object) -> dict[str, object]:
    return {
        "id": id_,
        "ticketNumber": f"T20261124.{id_:04d}",
        "title": "Printer",
        "companyID": 0,
        "status": 1,
        "priority": 2,
        **other,
    }


def page(*records: object, next_url: str | None = None) -> Response:
    return json_answer({"items": list(records), "pageDetails": {"count": len(records), "nextPageUrl": next_url}})


ANA = ResourceId(29)
T7 = TicketId(7)
ITEM = json_answer({"item": ticket_record(7)})
WRITTEN = json_answer({"itemId": 7})
CROWD = errors("The Autotask API thread threshold of 3 threads has been exceeded.", status=429)
SPENT = errors("The number of external requests has exceeded the threshold of 10000 in 60 minutes.", status=429)
TRANSIENT: list[Answer] = [
    AnswerLost("gone"),
    NotSent("refused"),
    CROWD,
    Response(status=429),
    html(500),
    html(502),
    html(503),
]
