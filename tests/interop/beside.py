"""Opens the default request queue and dataset of the directory given as argument with Crawlee.

It handles all requests that are pending, and prints one line of JSON with what was there before:
{"handled": N, "pending": N, "total": N, "items": N, "urls": [...]}
"""

import asyncio
import json
import sys

from crawlee import service_locator
from crawlee.configuration import Configuration
from crawlee.storage_clients import FileSystemStorageClient
from crawlee.storages import Dataset, RequestQueue


async def main() -> dict:
    """Reads and handles."""
    service_locator.set_configuration(Configuration(storage_dir=sys.argv[1], purge_on_start=False))
    service_locator.set_storage_client(FileSystemStorageClient())
    queue = await RequestQueue.open()
    said = await queue.get_metadata()
    told = {
        "handled": said.handled_request_count,
        "pending": said.pending_request_count,
        "total": said.total_request_count,
        "items": len((await (await Dataset.open()).get_data()).items),
        "urls": [],
    }
    while (request := await queue.fetch_next_request()) is not None:
        told["urls"].append(request.url)
        await queue.mark_request_as_handled(request)
    return told


print(json.dumps(asyncio.run(main())))
