"""The Teams side of the sandbox: connector, OpenID issuer, token endpoint, and the hand of a person.

Everything speaks the real protocols over loopback sockets; nothing here knows the bot under test.
"""

from sandbox.teams.attacks import ATTACKS, wrong_tokens
from sandbox.teams.card_reader import CannotPressError, buttons, texts
from sandbox.teams.client import TeamsClient
from sandbox.teams.connector import Connector
from sandbox.teams.issuer import Issuer
from sandbox.teams.login import Login
from sandbox.teams.messages import Message
from sandbox.teams.people import Conversation, Directory, Kind, Person, Team
from sandbox.teams.said import Answer, Said
from sandbox.teams.world import SANDBOX_APP_ID, SANDBOX_SECRET, SANDBOX_TENANT, TeamsSandbox

__all__ = [
    "ATTACKS",
    "SANDBOX_APP_ID",
    "SANDBOX_SECRET",
    "SANDBOX_TENANT",
    "Answer",
    "CannotPressError",
    "Connector",
    "Conversation",
    "Directory",
    "Issuer",
    "Kind",
    "Login",
    "Message",
    "Person",
    "Said",
    "Team",
    "TeamsClient",
    "TeamsSandbox",
    "buttons",
    "texts",
    "wrong_tokens",
]
