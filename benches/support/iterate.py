"""Goes through all keys of a store with Crawlee's own client: iterate.py URL STORE.

Prints how many there were and how many seconds that took."""

import asyncio
import sys
import time

from crawlee.configuration import Configuration
from crawlee.storage_clients import RedisStorageClient
from redis.asyncio import Redis


async def main() -> None:
    url, store = sys.argv[1:]
    # By default it gives up after a few seconds.
    redis = Redis.from_url(url, socket_timeout=110)
    client = RedisStorageClient(redis=redis)
    configuration = Configuration(purge_on_start=False)
    kvs = await client.create_kvs_client(name=store, configuration=configuration)
    start, count = time.monotonic(), 0
    async for _ in kvs.iterate_keys():
        count += 1
    print(count, time.monotonic() - start)


asyncio.run(main())
