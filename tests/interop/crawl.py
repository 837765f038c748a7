"""A real Crawlee crawl of a small site on 127.0.0.1, stored on the Redis server given as argument.

Fills three key-value stores, as a user's crawler would:

  default         INPUT, OUTPUT, the crawler's own statistics
  shop-snapshots  every page as JSON and as HTML, a picture (PNG)
  scratch         an alias: a None, a text, bytes, keys that are hard to show

Prints one line of JSON with what it stored: {"pages": N, "stores": {"shop-snapshots": N, ...}}.
"""

import asyncio
import http.server
import json
import re
import struct
import sys
import threading
import warnings
import zlib
from datetime import timedelta

warnings.filterwarnings("ignore", message="RedisStorageClient is experimental")

from crawlee import ConcurrencySettings, service_locator
from crawlee.configuration import Configuration
from crawlee.crawlers import HttpCrawler, HttpCrawlingContext
from crawlee.statistics import Statistics
from crawlee.storage_clients import RedisStorageClient
from crawlee.storages import KeyValueStore

PRODUCTS = 36
PER_SHELF = 6
SHELVES = PRODUCTS // PER_SHELF
TITLES = ["Ärmel & Söhne", "Caffè «Uno»", "東京タワー", "Plain paper", "Emoji 🚀 mug", 'Quote " mark']


def page(path: str) -> str | None:
    """The HTML of one page of the site; None for a page it does not have."""
    if path == "/":
        links = "".join(f'<li><a href="/shelf/{n}">Shelf {n}</a></li>' for n in range(SHELVES))
        return f"<html><head><title>Shop</title></head><body><ul>{links}</ul></body></html>"
    if match := re.fullmatch(r"/shelf/(\d+)", path):
        first = int(match[1]) * PER_SHELF
        numbers = range(first, min(first + PER_SHELF, PRODUCTS))
        links = "".join(f'<li><a href="/product/{n}">Product {n}</a></li>' for n in numbers)
        return f"<html><head><title>Shelf {match[1]}</title></head><body>{links}</body></html>"
    if (match := re.fullmatch(r"/product/(\d+)", path)) and int(match[1]) < PRODUCTS:
        number = int(match[1])
        title = TITLES[number % len(TITLES)].replace("&", "&amp;")
        return (
            f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
            f'<span class="price">{number * 1.1 + 0.05:.2f}</span><a href="/">Home</a></body></html>'
        )
    return None


class Site(http.server.BaseHTTPRequestHandler):
    """Answers GET with the pages above."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # noqa: N802 (the library's name)
        text = page(self.path)
        body = (text or "<html><title>Not found</title></html>").encode()
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def png(width: int, height: int) -> bytes:
    """A valid PNG with a colour gradient."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 255 // width, y * 255 // height, 128)) for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )


async def crawl(redis_url: str, site_url: str) -> dict:
    """Runs the crawl; returns what it stored."""
    # An unnamed store is emptied when it is opened, INPUT with it, unless told not to.
    service_locator.set_configuration(Configuration(purge_on_start=False))
    service_locator.set_storage_client(RedisStorageClient(connection_string=redis_url))

    default = await KeyValueStore.open()
    await default.set_value("INPUT", {"startUrls": [f"{site_url}/"], "maxPages": 100})
    snapshots = await KeyValueStore.open(name="shop-snapshots")
    start = (await default.get_value("INPUT"))["startUrls"]

    crawler = HttpCrawler(
        concurrency_settings=ConcurrencySettings(desired_concurrency=4, max_concurrency=4),
        max_requests_per_crawl=100,
        statistics=Statistics.with_default_state(persistence_enabled=True),
        configure_logging=False,
        request_handler_timeout=timedelta(seconds=30),
    )
    products = []

    @crawler.router.default_handler
    async def handle(context: HttpCrawlingContext) -> None:
        html = (await context.http_response.read()).decode()
        links = re.findall(r'href="(/[^"]*)"', html)
        await context.add_requests([site_url + link for link in links])
        match = re.search(r"/product/(\d+)$", context.request.url)
        if not match:
            return
        number = int(match[1])
        data = {
            "url": context.request.url,
            "title": re.search(r"<h1>(.*?)</h1>", html)[1].replace("&amp;", "&"),
            "price": float(re.search(r'price">([0-9.]+)<', html)[1]),
            "tags": ["sale", "new"] if number % 3 == 0 else [],
            "stock": None if number % 5 == 0 else number * 7,
        }
        products.append(data)
        await snapshots.set_value(f"page-{number:06}", data)
        await snapshots.set_value(f"page-{number:06}.html", html, content_type="text/html; charset=utf-8")

    await crawler.run(start)

    await snapshots.set_value("shelf.png", png(64, 48), content_type="image/png")
    total = round(sum(product["price"] for product in products), 2)
    await default.set_value("OUTPUT", {"products": len(products), "total": total})

    scratch = await KeyValueStore.open(alias="scratch")
    await scratch.set_value("nothing", None)
    await scratch.set_value("answer", 42)
    await scratch.set_value("lines", "first\nsecond\tTabbed\n\x1b[31mnot red\x1b[0m\n" + "long " * 200)
    await scratch.set_value("bytes", bytes(range(256)) * 4)
    await scratch.set_value("odd", [float("nan"), float("inf"), 123456789012345678901234567890])
    await scratch.set_value("with space/slash:colon", "x")
    await scratch.set_value("emoji 🚀\u202e\x1b]0;title\x07", "a hostile key")

    stores = {"default": default, "shop-snapshots": snapshots, "scratch": scratch}
    counts = {name: len(await store.list_keys(limit=10_000)) for name, store in stores.items()}
    return {"pages": len(products), "stores": counts}


def main() -> None:
    """Serves the site, crawls it, prints what was stored."""
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    result = asyncio.run(crawl(sys.argv[1], f"http://127.0.0.1:{site.server_port}"))
    site.shutdown()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
