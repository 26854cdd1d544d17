"""Look into the mailbox now, and say what came of it."""

from admin.administration import Administration, MailNotConfigured
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.refusals import Refusal
from admin.api.shapes import Moment
from attms_core.keys import Scope


class MailLook(Shape):
    """What a look into the mailbox found and did."""

    started: Moment
    ended: Moment
    found: int
    taken: int
    refused: int
    said: str


async def _check(administration: Administration, _: Call) -> Reply:
    try:
        seen = await administration.check_mail()
    except MailNotConfigured as error:
        raise Refusal(status=409, code=error.code, detail=str(error), hint=error.hint) from None
    look = MailLook(
        started=seen.started,
        ended=seen.ended,
        found=seen.found,
        taken=seen.taken,
        refused=seen.refused,
        said=seen.said,
    )
    return Reply(answer=look, facts={"found": str(seen.found), "taken": str(seen.taken)})


OPERATIONS = (
    Operation(
        name="email.check",
        subject="email",
        method="POST",
        path="/api/v1/email/check",
        alias="/api/email/check",
        title="Look into the mailbox now",
        about="Answers when the look has ended, with what came of it.",
        scope=Scope.EMAIL_CHECK,
        handle=_check,
        answers={200: Answer(MailLook, "It was looked at.")},
        refusals={409: "Mail intake is not configured; the hint says what to configure."},
        changes=True,
    ),
)
