"""Writes one key again and again with Crawlee: race.py URL TIMES.

Each value is `crawlee:N`, written over whatever is there, as a crawler keeps its state.
"""

import asyncio
import sys

from crawlee import service_locator
from crawlee.storage_clients import RedisStorageClient
from crawlee.storages import KeyValueStore


async def main() -> None:
    """Opens the store and writes."""
    service_locator.set_storage_client(RedisStorageClient(connection_string=sys.argv[1]))
    store = await KeyValueStore.open(name="race")
    for number in range(int(sys.argv[2])):
        await store.set_value("k", f"crawlee:{number}", content_type="text/plain")


asyncio.run(main())
