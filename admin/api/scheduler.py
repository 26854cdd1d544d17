"""The jobs: what runs when, how the last run went, run one now, read the schedules anew."""

from pydantic import Field

from admin.administration import Administration
from admin.api.operation import Answer, Call, Operation, Reply, Shape
from admin.api.shapes import Moment, Name
from attms_core.errors import NotFound
from attms_core.jobs import JobState
from attms_core.keys import Scope

SUBJECT = "scheduler"


class JobPath(Shape):
    """Which job."""

    name: Name


class Run(Shape):
    """How a run went."""

    started: Moment
    ended: Moment | None
    outcome: str = Field(description="`ok`, `failed`, `skipped` or `interrupted`.")
    said: str


class Job(Shape):
    """One job."""

    name: str
    about: str
    schedule: str = Field(description="`every 5m`, `cron 0 7 * * mon-fri Europe/Berlin` or `off`.")
    zone: str
    next_run: Moment | None
    running_since: Moment | None
    is_paused: bool
    last_run: Run | None


class JobList(Shape):
    """All jobs."""

    jobs: list[Job]


class Started(Shape):
    """A run that was started."""

    job: str
    run: str


class Reloaded(Shape):
    """What the schedules' new reading changed."""

    changed: list[str] = Field(description="Names of the jobs whose schedule is another now.")


async def _list(administration: Administration, _: Call) -> Reply:
    return Reply(answer=JobList(jobs=[_job(state) for state in administration.jobs.all()]))


async def _one(administration: Administration, call: Call) -> Reply:
    return Reply(answer=_job(_known(administration, call)))


async def _run(administration: Administration, call: Call) -> Reply:
    name = _known(administration, call).name
    run = administration.jobs.start_now(name)
    return Reply(status=202, answer=Started(job=name, run=str(run)), facts={"run": str(run)})


async def _reload(administration: Administration, _: Call) -> Reply:
    changed = sorted(await administration.reload())
    return Reply(answer=Reloaded(changed=changed), facts={"changed": ",".join(changed)})


def _known(administration: Administration, call: Call) -> JobState:
    name = call.read(JobPath).name
    for state in administration.jobs.all():
        if state.name == name:
            return state
    raise NotFound(f"There is no job called {name}.")


def _job(state: JobState) -> Job:
    last = state.last_run
    return Job(
        name=state.name,
        about=state.about,
        schedule=state.schedule,
        zone=state.zone,
        next_run=state.next_run,
        running_since=state.running_since,
        is_paused=state.is_paused,
        last_run=Run(started=last.started, ended=last.ended, outcome=last.outcome, said=last.said) if last else None,
    )


OPERATIONS = (
    Operation(
        name="scheduler.list",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/scheduler/jobs",
        title="List the jobs",
        scope=Scope.SCHEDULER_READ,
        handle=_list,
        answers={200: Answer(JobList, "All jobs.")},
    ),
    Operation(
        name="scheduler.show",
        subject=SUBJECT,
        method="GET",
        path="/api/v1/scheduler/jobs/{name}",
        title="Show a job",
        scope=Scope.SCHEDULER_READ,
        place=JobPath,
        handle=_one,
        answers={200: Answer(Job, "The job.")},
    ),
    Operation(
        name="scheduler.run",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/scheduler/jobs/{name}/run",
        title="Run a job now",
        about="Answers when the job has been started, not when it has ended: see how it went by showing the job. "
        "A job that runs already is not started twice.",
        scope=Scope.SCHEDULER_RUN,
        place=JobPath,
        handle=_run,
        answers={202: Answer(Started, "It runs.")},
        changes=True,
    ),
    Operation(
        name="scheduler.reload",
        subject=SUBJECT,
        method="POST",
        path="/api/v1/scheduler/reload",
        alias="/api/scheduler/reload",
        title="Read the schedules anew",
        about="Takes over schedules that were changed elsewhere. One that cannot be understood changes nothing.",
        scope=Scope.SCHEDULER_RELOAD,
        handle=_reload,
        answers={200: Answer(Reloaded, "They were read.")},
        changes=True,
    ),
)
