"""Opens stores with Crawlee's own Redis client, each when told to.

Arguments: the server's URL. Prints "ready"; then for every line read, an alias or name as JSON
({"name": "..."}), opens that store at once and prints the id that the server has for it.
"""

import asyncio
import json
import sys
import warnings

warnings.filterwarnings("ignore", message="RedisStorageClient is experimental")

from crawlee.configuration import Configuration
from crawlee.storage_clients import RedisStorageClient


async def main() -> None:
    """Connects first, so that only the opening is raced."""
    storage = RedisStorageClient(connection_string=sys.argv[1])
    configuration = Configuration(purge_on_start=False)
    await storage.create_kvs_client(name="warm-up", configuration=configuration)
    print("ready", flush=True)
    for line in sys.stdin:
        client = await storage.create_kvs_client(configuration=configuration, **json.loads(line))
        print((await client.get_metadata()).id, flush=True)


asyncio.run(main())
