"""Performs operations on key-value stores with Crawlee's own file-system client.

Argument: the storage directory. Reads lines, each a JSON list of operations, and prints a line when
they are done. An operation is an object with "op" and its arguments:

  {"op": "open"}  with one or none of "name" and "alias"; what follows uses this store
  {"op": "set", "key": K, "value": V, "content_type": T or null}
  {"op": "delete", "key": K}
  {"op": "purge" | "drop"}
"""

import asyncio
import json
import logging
import sys

from crawlee.configuration import Configuration
from crawlee.storage_clients._file_system import FileSystemKeyValueStoreClient

logging.disable(logging.WARNING)


async def main() -> None:
    """Reads, performs, prints, until there is nothing more to read."""
    configuration = Configuration(storage_dir=sys.argv[1], purge_on_start=False)
    client = None
    for line in sys.stdin:
        for operation in json.loads(line):
            match operation.pop("op"):
                case "open":
                    arguments = {"id": None, "name": None, "alias": None, **operation}
                    client = await FileSystemKeyValueStoreClient.open(**arguments, configuration=configuration)
                case "set":
                    await client.set_value(**operation)
                case "delete":
                    await client.delete_value(**operation)
                case "purge":
                    await client.purge()
                case "drop":
                    await client.drop()
        print("done", flush=True)


asyncio.run(main())
