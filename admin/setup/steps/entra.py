"""What Entra answers when it is asked for a token, in words. Who asks is a port; which secret is tried, the steps say.

The numbers are Entra's own (Microsoft identity platform: authentication and authorization error codes).
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from admin.setup.fields import Report, bad, good

PORTAL = "In the Azure portal open Microsoft Entra ID > App registrations"
_WORDS: Mapping[int, tuple[str, str]] = {
    7000215: (
        "Entra knows the app and refuses the secret.",
        (
            f"{PORTAL} > your app > Certificates & secrets. Copy the Value of a client secret, not its Secret ID. It "
            "is shown only when the secret is made: make a new one if it is gone."
        ),
    ),
    7000222: (
        "This client secret has expired.",
        f"{PORTAL} > your app > Certificates & secrets > New client secret, and paste its Value here.",
    ),
    7000216: ("Entra was given no secret.", "Paste the client secret's Value."),
    700016: (
        "Entra finds no such app in this tenant.",
        (
            f"{PORTAL} > your app > Overview, copy Application (client) ID and Directory (tenant) ID from that page: "
            "not the Object ID, and not the id of another tenant."
        ),
    ),
    90002: (
        "Entra knows no such tenant.",
        f"{PORTAL} > your app > Overview, and copy Directory (tenant) ID.",
    ),
    500011: (
        "This tenant does not know the service that a token was asked for.",
        "Check that the tenant is the one in which the Azure Bot was made.",
    ),
    7000112: (
        "The app is switched off.",
        "In the Azure portal open Microsoft Entra ID > Enterprise applications > your app > Properties, and enable it.",
    ),
    53003: (
        "A conditional access rule of your organisation refuses the app.",
        "Ask whoever minds Conditional Access to leave this workload identity out, or to name this host's address.",
    ),
}
_ELSE = (
    "Entra refuses to give a token.",
    (
        "Compare app id, tenant and secret with the app's pages in the Azure portal. Entra's sign-in log (service "
        "principals) names the reason."
    ),
)


def judge(answer: Mapping[str, Any], fine: str) -> Report:
    """Put Entra's answer into words; nothing of its own text is shown but the number of a refusal."""
    token = answer.get("access_token")
    if isinstance(token, str) and token:
        return good(fine)
    numbers = [each for each in answer.get("error_codes") or [] if isinstance(each, int)]
    known = next((each for each in numbers if each in _WORDS), None)
    said, fix = _WORDS[known] if known else _ELSE
    number = f" (AADSTS{numbers[0]})" if numbers else ""
    return bad(said, fix + number)


def roles(answer: Mapping[str, Any]) -> frozenset[str]:
    """Read which permissions a token carries. It is Entra's own answer to us, so its signature is not looked at."""
    parts = str(answer.get("access_token") or "").split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return frozenset()
    named = claims.get("roles") if isinstance(claims, dict) else None
    return frozenset(each for each in named if isinstance(each, str)) if isinstance(named, list) else frozenset()
