"""Send what Superdesk pushes to the raw topic: `python superdesk_receiver.py`.

Needs `pip install aiohttp aiokafka`. KAFKA_BOOTSTRAP_SERVERS says where Kafka is, SUPERDESK_SECRET is the secret token
of the destination, HOST and PORT are where to listen. Put TLS in front of it.
"""

import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator

from aiohttp import web
from aiokafka import AIOKafkaProducer

PRODUCER = web.AppKey("producer", AIOKafkaProducer)
TOPIC = "newswire.raw"
MAX_BYTES = 1_000_000  # what brokers accept by default


async def receive(request: web.Request) -> web.Response:
    """Answer 201, which Superdesk takes for success, once Kafka has the article. Otherwise Superdesk sends it again."""
    body = await request.read()
    signature = "sha1=" + hmac.new(os.environ["SUPERDESK_SECRET"].encode(), body, hashlib.sha1).hexdigest()
    if not hmac.compare_digest(signature.encode(), request.headers.get("x-superdesk-signature", "").encode()):
        raise web.HTTPForbidden
    item = json.loads(body)
    await request.app[PRODUCER].send_and_wait(TOPIC, body, key=(item.get("guid") or item["uri"]).encode())
    return web.Response(status=201)


async def producer(app: web.Application) -> AsyncIterator[None]:
    """Connect to Kafka while the server runs."""
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
    async with AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True) as app[PRODUCER]:
        yield


if __name__ == "__main__":
    application = web.Application(client_max_size=MAX_BYTES)
    application.cleanup_ctx.append(producer)
    application.router.add_post("/", receive)
    web.run_app(application, host=os.environ.get("HOST", "127.0.0.1"), port=int(os.environ.get("PORT", "8080")))
