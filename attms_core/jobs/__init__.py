"""What happens by the clock. What a job does belongs to the room that does it."""

from attms_core.jobs.jobs import Jobs

__all__ = ["Jobs"]
