"""What every test has at hand; fixtures of one room live beside that room's tests."""

import os

from hypothesis import settings

pytest_plugins = ["tests.support.postgres"]

# No deadline: a slow machine is not a wrong answer. CI draws the same examples on every run.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
