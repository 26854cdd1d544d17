"""Databases of both engines, as the store's own tests have them."""

from tests.store.conftest import database, database_url

__all__ = ["database", "database_url"]
