"""Values that people type into forms, read in their own zone."""

from datetime import UTC, datetime

from attms_core.errors import Invalid
from attms_core.zones import zone_named
from cards.reader import Reader

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")
END_OF_DAY = 17


def moment_typed(text: str, reader: Reader, field: str) -> str:
    """Read ``2026-11-27 16:30`` (or a day alone, meaning 17:00) in the reader's zone; give ISO 8601 in UTC.

    Raises ``Invalid`` for the field.
    """
    for form in FORMS:
        try:
            read = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the zone is the reader's, added below
        except ValueError:
            continue
        if form == FORMS[-1]:
            read = read.replace(hour=END_OF_DAY)
        here = UTC if form.endswith("Z") else zone_named(reader.zone)
        return read.replace(tzinfo=here).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    raise Invalid("Write it like this: 2026-11-27 16:30", field=field)
