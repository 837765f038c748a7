"""Changes one record with Crawlee, by reading and writing it: leaf_race.py TARGET [free TIMES].

The record is an object. `crawlee` is the number of Crawlee's last write, `shared` who wrote it last; its other members
are larder's. Without `free` it takes a step for each line that it reads, and prints a line when it is made:

  read   reads the record
  write  writes what was read last, or reads it first, with a number that is one higher
  share  the same, and puts that number into `shared` too

With `free TIMES` it writes every now and then, each third time `shared` too, so often and until it is told to `stop`.

Each line that it prints is an object: `wrote` is the number of its last write, `lost` how many of its own writes were
not in what it has read, all told. Crawlee writes `crawlee` alone, so whoever has lost one was not Crawlee.
"""

import asyncio
import json
import random
import sys
import threading

from crawlee import service_locator
from crawlee.configuration import Configuration
from crawlee.storage_clients import FileSystemStorageClient, RedisStorageClient
from crawlee.storages import KeyValueStore


class Crawler:
    """A crawl that keeps its state in one record."""

    def __init__(self, store: KeyValueStore) -> None:
        self.store = store
        self.wrote = 0
        self.lost = 0
        self.state = None

    async def read(self) -> None:
        """Reads the record, and counts what is not in it."""
        self.state = await self.store.get_value("k")
        self.lost += self.wrote - self.state["crawlee"]

    async def write(self, shares: bool = False) -> None:
        """Writes what was read."""
        if self.state is None:
            await self.read()
        self.wrote += 1
        self.state["crawlee"] = self.wrote
        if shares:
            self.state["shared"] = f"crawlee {self.wrote}"
        await self.store.set_value("k", self.state)
        self.state = None

    def tell(self) -> None:
        """Says what was done so far."""
        print(json.dumps({"wrote": self.wrote, "lost": self.lost}), flush=True)


async def freely(crawler: Crawler, times: int) -> None:
    """Writes so often, and until it is told to stop."""
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    while crawler.wrote < times or not stop.is_set():
        await crawler.write(shares=crawler.wrote % 3 == 2)
        await asyncio.sleep(random.random() * 0.02)
    await crawler.read()
    crawler.tell()


async def main() -> None:
    """Opens the store, writes the record, and does what it is told."""
    target = sys.argv[1]
    if target.startswith("redis://"):
        service_locator.set_storage_client(RedisStorageClient(connection_string=target))
    else:
        service_locator.set_configuration(Configuration(storage_dir=target, purge_on_start=False))
        service_locator.set_storage_client(FileSystemStorageClient())
    crawler = Crawler(await KeyValueStore.open(name="race"))
    begin = {"crawlee": 0, "leaf": 0, "editor": 0, "command": 0, "shared": "nobody", "price": 1.10, "tags": ["a", "b"]}
    await crawler.store.set_value("k", begin)
    crawler.tell()
    if sys.argv[2:3] == ["free"]:
        await freely(crawler, int(sys.argv[3]))
        return
    for line in sys.stdin:
        step = line.strip()
        if step == "read":
            await crawler.read()
        else:
            await crawler.write(shares=step == "share")
        crawler.tell()


asyncio.run(main())
