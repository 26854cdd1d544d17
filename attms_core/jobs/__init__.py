"""What happens by the clock. What a job does belongs to the room that does it."""

from attms_core.jobs.jobs import Jobs
from attms_core.jobs.lead import Lead
from attms_core.jobs.plugged import JobHooks, PluginJob
from attms_core.jobs.schedule import SCHEDULE, Schedule, parse
from attms_core.jobs.state import JobRun, JobState, RunOutcome

__all__ = ["SCHEDULE", "JobHooks", "JobRun", "JobState", "Jobs", "Lead", "PluginJob", "RunOutcome", "Schedule", "parse"]
