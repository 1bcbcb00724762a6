"""The pages of the shop, grouped by who looks at them."""
import asyncio
import json
import re
import time
from typing import Dict, List, Optional, Tuple

from shop import suppliers
from shop.audit import AuditTrail
from shop.background import Metrics, notify_warehouse, send_receipt, spawn
from shop.server import Handler, Request
from shop.wishlist import sync_wishlist

CATALOGUE = [
    {"sku": "A%05d" % number, "title": "article %d " % number, "price": number * 7 % 9973, "tags": ["new", "sale"]}
    for number in range(15000)
]
TITLES = [str(article["title"]) * 7 for article in CATALOGUE]
VOWELS = re.compile("[aeiou]")
FOLDED = {vowel: vowel.upper() for vowel in "aeiou"}
PAGE = 2000


def folded(title: str) -> str:
    """A title as the search compares it."""
    return VOWELS.sub(lambda vowel: FOLDED[vowel.group()], title)


def first_page(titles: List[str]) -> str:
    """What a customer sees without turning the page."""
    return "\n".join(titles[:20])


class Handlers:
    """One method a page; each answers with a status and a body."""

    def __init__(self, audit: AuditTrail, metrics: Metrics, invoice_cache_misses: float) -> None:
        self.audit = audit
        self.metrics = metrics
        self.uncached = round(invoice_cache_misses * 100)
        self.products = None  # type: Optional[str]

    def routes(self) -> Dict[str, Handler]:
        """Pages by the first part of their path."""
        return {
            "cart": self.cart,
            "checkout": self.checkout,
            "health": self.health,
            "invoices": self.invoice,
            "products": self.product_page,
            "search": self.search,
            "suppliers": self.supplier,
            "wishlist": self.wishlist,
        }

    # The back office

    async def health(self, request: Request) -> Tuple[int, str]:
        """Am I alive?"""
        return 200, "ok"

    async def supplier(self, request: Request) -> Tuple[int, str]:
        """Where a supplier is to be found."""
        return 200, await suppliers.find(request.number)

    async def invoice(self, request: Request) -> Tuple[int, str]:
        """An invoice, from the cache or drawn anew."""
        await asyncio.sleep(0.002)
        if request.number % 100 < self.uncached:
            return 200, self.draw_invoice(request.number)
        return 200, "invoice %d" % request.number

    def draw_invoice(self, number: int) -> str:
        """Draw a PDF. The library that does it knows nothing of event loops."""
        time.sleep(0.055 + number % 7 * 0.004)
        return "%%PDF invoice %d" % number

    # Customers

    async def wishlist(self, request: Request) -> Tuple[int, str]:
        """Keep an article for later."""
        await asyncio.sleep(0.002)
        spawn(sync_wishlist(request.number))
        return 200, "kept"

    async def cart(self, request: Request) -> Tuple[int, str]:
        """What is in the cart."""
        await asyncio.sleep(0.003)
        return 200, json.dumps({"cart": request.number, "articles": CATALOGUE[request.number % 15000]})

    async def checkout(self, request: Request) -> Tuple[int, str]:
        """Buy the cart."""
        await asyncio.sleep(0.004)
        spawn(send_receipt(request.number))
        self.audit.record(request.number)
        if request.number % 4 == 0:
            notify_warehouse(request.number)
        return 200, "thank you"

    async def product_page(self, request: Request) -> Tuple[int, str]:
        """The first articles of the catalogue as JSON, written once and off the loop."""
        if self.products is None:
            loop = asyncio.get_event_loop()
            self.products = await loop.run_in_executor(None, json.dumps, CATALOGUE[:PAGE])
        return 200, self.products[:PAGE]

    async def search(self, request: Request) -> Tuple[int, str]:
        """Titles that contain the query, whichever way accents and case are written."""
        await asyncio.sleep(0.002)
        wanted = request.query[2:]
        hits = [title for title in TITLES if wanted in folded(title)]
        await asyncio.sleep(0)
        return 200, first_page(hits)
