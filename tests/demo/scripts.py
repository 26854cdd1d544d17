"""Programs that stand in for node and npm."""

import sys
from pathlib import Path


def shell(path: Path, body: str) -> Path:
    """Write a shell script that can be run."""
    return _program(path, f"#!/bin/sh\n{body}\n")


def python(path: Path, body: str) -> Path:
    """Write a Python script that can be run."""
    return _program(path, f"#!{sys.executable}\n{body}\n")


def _program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path
