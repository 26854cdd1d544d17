"""The Teams app package: two zips that an administrator uploads, made of what the caller gives.

Pure: commands, app id, host and version come in, bytes go out. It imports nothing of ours, reads no settings and
writes no file but, when somebody runs ``python -m manifest.draw``, its own icons.
"""

from manifest.package import Package, build
from manifest.values import App, Command, Publisher, UnfitApp, teams_app_id

__all__ = ["App", "Command", "Package", "Publisher", "UnfitApp", "build", "teams_app_id"]
