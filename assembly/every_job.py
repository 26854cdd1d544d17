"""Every job of a house as one: the service's, which come anew with other settings, and the house's own, which stay."""

from collections.abc import Callable, Mapping, Sequence

from attms_core.errors import NotFound
from attms_core.jobs import Jobs, JobState, parse


class EveryJob:
    """All that goes by the clock. ``of_service`` gives the service's jobs as they are now; none while none serves."""

    def __init__(self, own: Jobs, of_service: Callable[[], Jobs | None]) -> None:
        self._own = own
        self._of_service = of_service

    def all(self) -> Sequence[JobState]:
        """Tell all jobs."""
        return [state for jobs in self._both() for state in jobs.all()]

    def start_now(self, name: str) -> str:
        """Start a job without waiting; give the run's id, or that of the run under way. Raises ``NotFound``."""
        for jobs in self._both():
            if any(state.name == name for state in jobs.all()):
                return jobs.start_now(name)
        raise NotFound(f"There is no job {name}.")

    async def reload(self, schedules: Mapping[str, str]) -> list[str]:
        """Go by these schedules, and by the usual ones for jobs that are not named; say whose schedule is another now.

        Those of jobs that are not here now wait for them. Raises ``Invalid`` for a bad one: then nothing changes.
        """
        self.check(schedules)
        return [name for jobs in self._both() for name in await reload_known(jobs, schedules)]

    def check(self, schedules: Mapping[str, str]) -> None:
        """Raise ``Invalid`` unless all jobs that are here can go by theirs."""
        for state in self.all():
            if state.name in schedules:
                parse(schedules[state.name])

    def _both(self) -> tuple[Jobs, ...]:
        of_service = self._of_service()
        return (self._own,) if of_service is None else (of_service, self._own)


async def reload_known(jobs: Jobs, schedules: Mapping[str, str]) -> list[str]:
    """Let jobs go by those schedules that are theirs; say whose is another now. Raises ``Invalid``."""
    here = {state.name for state in jobs.all()}
    return await jobs.reload({name: text for name, text in schedules.items() if name in here})
