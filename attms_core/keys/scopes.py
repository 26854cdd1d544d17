"""What a key may do."""

from enum import StrEnum


class Scope(StrEnum):
    """One right of a key. There is none for everything: a key that does all says all."""

    STATUS_READ = "status:read"
    SCHEDULER_READ = "scheduler:read"
    SCHEDULER_RUN = "scheduler:run"
    SCHEDULER_RELOAD = "scheduler:reload"
    EMAIL_CHECK = "email:check"
    CONFIG_READ = "config:read"
    CONFIG_WRITE = "config:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    CALLOUTS_READ = "callouts:read"
    CALLOUTS_WRITE = "callouts:write"
    OUTBOX_READ = "outbox:read"
    OUTBOX_WRITE = "outbox:write"
    AUDIT_READ = "audit:read"
