"""A small hand that talks to the sandbox as any HTTP client would."""

import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson

from sandbox.autotask import AutotaskSandbox

Body = dict[str, Any]


@dataclass
class Answer:
    status: int
    body: Any
    text: str
    headers: dict[str, str]

    @property
    def errors(self) -> str:
        return " | ".join(self.body["errors"])


class Hand:
    def __init__(self, at: AutotaskSandbox, session: aiohttp.ClientSession) -> None:
        self.at = at
        self._session = session

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_resource: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        url = path if path.startswith("http") else f"{self.at.url}V1.0/{path}"
        sent = {**self.at.credentials.headers(), **(headers or {})}
        if as_resource is not None:
            sent["ImpersonationResourceId"] = str(as_resource)
        data = body if isinstance(body, bytes) or body is None else io.BytesIO(json.dumps(body).encode())
        async with self._session.request(method, url, data=data, headers=sent) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return Answer(response.status, orjson.loads(text) if is_json else None, text, dict(response.headers))

    async def get(self, path: str) -> Answer:
        return await self.send("GET", path)

    async def post(self, path: str, body: Any, *, as_resource: int | None = None) -> Answer:
        return await self.send("POST", path, body, as_resource=as_resource)

    async def patch(self, path: str, body: Any, *, as_resource: int | None = None) -> Answer:
        return await self.send("PATCH", path, body, as_resource=as_resource)

    async def query(self, entity: str, *filters: dict[str, Any], **more: Any) -> Answer:
        return await self.post(f"{entity}/query", {"filter": list(filters), **more})

    async def ids(self, entity: str, *filters: dict[str, Any]) -> list[int]:
        return [item["id"] for item in (await self.query(entity, *filters)).body["items"]]

    async def search(self, entity: str, body: Any, tail: str = "query") -> Answer:
        return await self.get(f"{entity}/{tail}?search={quote(orjson.dumps(body).decode())}")
