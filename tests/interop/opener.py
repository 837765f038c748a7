"""Opens stores with Crawlee's own Redis client, in many processes at once.

Arguments: the server's URL and the number of processes. Every process prints "ready"; then for every
line read, a name or an alias as JSON ({"name": "..."}), each opens that store at once and prints the id
that the server has for it.
"""

import asyncio
import json
import os
import sys
import warnings
from typing import TextIO

warnings.filterwarnings("ignore", message="RedisStorageClient is experimental")

from crawlee.configuration import Configuration
from crawlee.storage_clients import RedisStorageClient


def say(word: str) -> None:
    """Prints a line in one piece, so that those of several processes do not mix."""
    os.write(1, f"{word}\n".encode())


async def open_all(lines: TextIO) -> None:
    """Connects first, so that only the opening is raced."""
    storage = RedisStorageClient(connection_string=sys.argv[1])
    configuration = Configuration(purge_on_start=False)
    await storage.create_kvs_client(name="warm-up", configuration=configuration)
    say("ready")
    for line in lines:
        client = await storage.create_kvs_client(configuration=configuration, **json.loads(line))
        say((await client.get_metadata()).id)


def main() -> None:
    """Starts the processes, which share what was imported, and passes every line on to all of them."""
    writers = []
    for _ in range(int(sys.argv[2])):
        reader, writer = os.pipe()
        if os.fork() == 0:
            # Only the first process may hold the writing ends: a pipe ends when all are closed.
            for other in [*writers, writer]:
                os.close(other)
            with os.fdopen(reader) as lines:
                asyncio.run(open_all(lines))
            # Without the clean-up of all that the first process imported.
            os._exit(0)
        os.close(reader)
        writers.append(writer)
    for line in sys.stdin:
        for writer in writers:
            os.write(writer, line.encode())
    for writer in writers:
        os.close(writer)
    failed = [status for _, status in (os.wait() for _ in writers) if status]
    sys.exit(1 if failed else 0)


main()
