"""What is kept: tables, migrations and the statements over them, on SQLite or PostgreSQL.

``open_database`` gives a ``Database``; each other module here speaks about one subject in plain functions that take
a ``Tx``. Nothing outside this room writes SQL, and nothing in it awaits a network other than the database's own.
"""
