"""Performs operations on key-value stores with Crawlee's own Redis client, or with the one for files.

Arguments: the server's URL, or a directory. Reads lines, each a JSON list of operations, and prints for each line a
JSON list with one result for every operation, which is an object with "op" and its arguments:

  {"op": "open"}  with one or none of "name", "alias", "id"; what follows uses this store
  {"op": "set", "key": K, "value": V, "content_type": T or null}
  {"op": "get" | "delete" | "exists" | "url", "key": K}
  {"op": "keys", "after": K or null, "limit": N or null}
  {"op": "metadata" | "purge" | "drop"}

A value V is {"none": null}, {"text": "..."}, {"base64": "..."} for bytes, or {"json": "..."}: whatever
Python makes of that JSON text. Results give values in the same form, JSON as Crawlee writes it.
"""

import asyncio
import base64
import json
import logging
import sys

from crawlee.configuration import Configuration
from crawlee.storage_clients._file_system import FileSystemKeyValueStoreClient
from crawlee.storage_clients._redis import RedisKeyValueStoreClient
from redis.asyncio import Redis

logging.disable(logging.WARNING)


def decode(value: dict) -> object:
    """The Python value that an operation names."""
    if "text" in value:
        return value["text"]
    if "base64" in value:
        return base64.b64decode(value["base64"])
    if "json" in value:
        return json.loads(value["json"])
    return None


def encode(value: object) -> dict:
    """A value that Crawlee returned, as an operation would name it."""
    if value is None:
        return {"none": None}
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, str):
        return {"text": value}
    return {"json": json.dumps(value, ensure_ascii=False)}


class Session:
    """The operations, on the store that was opened last."""

    def __init__(self, url: str) -> None:
        self.redis = Redis.from_url(url)

    async def open(self, id: str | None = None, name: str | None = None, alias: str | None = None) -> dict:
        # The client itself: a storage client would read metadata, and empty unnamed stores.
        try:
            self.client = await RedisKeyValueStoreClient.open(id=id, name=name, alias=alias, redis=self.redis)
        except ValueError as error:
            return {"error": str(error)}
        # Read beside the client, which would change accessed_at.
        metadata = await self.redis.json().get(self.client.metadata_key)
        return {"id": metadata["id"], "name": metadata["name"], "key": self.client.metadata_key}

    async def metadata(self) -> dict:
        metadata = await self.client.get_metadata()
        return {"id": metadata.id, "name": metadata.name, "key": self.client.metadata_key}

    async def set(self, key: str, value: dict, content_type: str | None) -> None:
        await self.client.set_value(key=key, value=decode(value), content_type=content_type)

    async def get(self, key: str) -> dict | None:
        record = await self.client.get_value(key=key)
        if record is None:
            return None
        return {"content_type": record.content_type, "size": record.size, "value": encode(record.value)}

    async def delete(self, key: str) -> None:
        await self.client.delete_value(key=key)

    async def exists(self, key: str) -> bool:
        return await self.client.record_exists(key=key)

    async def keys(self, after: str | None = None, limit: int | None = None) -> list:
        keys = self.client.iterate_keys(exclusive_start_key=after, limit=limit)
        return [[item.key, item.content_type, item.size] async for item in keys]

    async def url(self, key: str) -> str:
        return await self.client.get_public_url(key=key)

    async def purge(self) -> None:
        await self.client.purge()

    async def drop(self) -> None:
        await self.client.drop()


class FileSession(Session):
    """The operations on a directory."""

    def __init__(self, path: str) -> None:
        self.configuration = Configuration(storage_dir=path)

    async def open(self, id: str | None = None, name: str | None = None, alias: str | None = None) -> dict:
        try:
            self.client = await FileSystemKeyValueStoreClient.open(
                id=id, name=name, alias=alias, configuration=self.configuration
            )
        except ValueError as error:
            return {"error": str(error)}
        return await self.metadata()

    async def metadata(self) -> dict:
        metadata = await self.client.get_metadata()
        return {"id": metadata.id, "name": metadata.name, "key": str(self.client.path_to_metadata)}


async def main() -> None:
    """Reads, performs, prints, until there is nothing more to read."""
    target = sys.argv[1]
    session = Session(target) if target.startswith("redis") else FileSession(target)
    for line in sys.stdin:
        results = []
        for operation in json.loads(line):
            name = operation.pop("op")
            results.append(await getattr(session, name)(**operation))
        print(json.dumps(results), flush=True)


asyncio.run(main())
