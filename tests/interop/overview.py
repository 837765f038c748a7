"""Runs a small crawler with Crawlee, on the Redis server or in the directory given as argument.

It handles three requests, of which one fails after a retry, and pushes an item for each of the others. Once two are
done, it prints a line and waits for one with the third. At the end it prints one line of JSON with what Crawlee
itself says of the request queues, the datasets and the crawler:

  {"queues": {NAME: [PENDING, HANDLED, TOTAL]}, "datasets": {NAME: ITEMS}, "finished": N, "failed": N, "retries": N,
   "finished_per_minute": N, "failed_per_minute": N, "runtime": SECONDS}
"""

import asyncio
import json
import logging
import sys
import warnings
from datetime import timedelta

warnings.filterwarnings("ignore", message="RedisStorageClient is experimental")

from crawlee import ConcurrencySettings, service_locator
from crawlee.configuration import Configuration
from crawlee.crawlers import BasicCrawler, BasicCrawlingContext
from crawlee.storage_clients import FileSystemStorageClient, RedisStorageClient
from crawlee.storages import Dataset, RequestQueue

logging.disable(logging.CRITICAL)


async def crawl(target: str) -> dict:
    """Runs the crawler; returns what Crawlee says of it."""
    configuration = Configuration(
        storage_dir=target, purge_on_start=False, persist_state_interval=timedelta(seconds=1)
    )
    service_locator.set_configuration(configuration)
    on_server = target.startswith("redis://")
    client = RedisStorageClient(connection_string=target) if on_server else FileSystemStorageClient()
    service_locator.set_storage_client(client)

    products = await Dataset.open(name="products")
    later = await RequestQueue.open(alias="later")
    await later.add_request("http://127.0.0.1/later")
    crawler = BasicCrawler(
        configure_logging=False,
        max_request_retries=1,
        concurrency_settings=ConcurrencySettings(desired_concurrency=1, max_concurrency=1),
    )

    @crawler.router.default_handler
    async def handle(context: BasicCrawlingContext) -> None:
        if context.request.url.endswith("/bad"):
            raise ValueError("a request that fails")
        if context.request.url.endswith("/last"):
            print("waiting", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
        await products.push_data({"url": context.request.url})
        if context.request.url.endswith("/first"):
            await context.add_requests(["http://127.0.0.1/bad", "http://127.0.0.1/last"])

    said = await crawler.run(["http://127.0.0.1/first"])
    queues = {"default": await RequestQueue.open(), "later": later}
    counts = {}
    for name, queue in queues.items():
        data = await queue.get_metadata()
        counts[name] = [data.pending_request_count, data.handled_request_count, data.total_request_count]
    return {
        "queues": counts,
        "datasets": {"products": (await products.get_metadata()).item_count},
        "finished": said.requests_finished,
        "failed": said.requests_failed,
        "retries": said.retry_histogram[1],
        "finished_per_minute": said.requests_finished_per_minute,
        "failed_per_minute": said.requests_failed_per_minute,
        "runtime": said.crawler_runtime.total_seconds(),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(crawl(sys.argv[1]))))
