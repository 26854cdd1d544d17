"""What tables are made of, alike for both engines."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Text
from sqlalchemy.types import TypeEngine, UserDefinedType

metadata = MetaData()


class Searched(UserDefinedType[str]):
    """PostgreSQL's TSVECTOR. SQLAlchemy's own would load all of that dialect on SQLite too."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """Name the type."""
        return "TSVECTOR"


# Sorted and ranged by code point on both engines, whatever the database's locale.
SORTED = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite makes only an INTEGER primary key the row's own number, which its full-text table refers to.
ROW = BigInteger().with_variant(Integer(), "sqlite")


def whole(name: str) -> Column[int]:
    """Make a column of whole numbers: ids, moments."""
    return Column(name, BigInteger, nullable=False)


def maybe(name: str) -> Column[int]:
    """Make a column of whole numbers that may be empty."""
    return Column(name, BigInteger)


def text(name: str, kind: TypeEngine[str] | None = None) -> Column[str]:
    """Make a column of text."""
    return Column(name, kind or Text(), nullable=False)


def flag(name: str) -> Column[bool]:
    """Make a column of yes or no."""
    return Column(name, Boolean, nullable=False)
