"""The three pages that a service answers: /metrics, /live and /ready."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from freshet.config import ServiceConfig
from freshet.streaming.metrics import process_metrics


class HealthServer:
    """Answers from the service's own event loop: if that hangs, /live does not answer.

    Args:
        config: where to listen.
        registry: what /metrics shows.
        waiting_for: why the service is not ready yet; an empty text when it is.
        refresh: brings gauges up to date before they are shown.
    """

    def __init__(
        self,
        config: ServiceConfig,
        registry: CollectorRegistry,
        waiting_for: Callable[[], str],
        refresh: Callable[[], None],
    ) -> None:
        self._config = config
        self._registry = registry
        self._waiting_for = waiting_for
        self._refresh = refresh
        self._runner: web.AppRunner | None = None
        process_metrics(registry).set_function(lambda: not waiting_for())

    async def start(self) -> int:
        """Listen; returns the port."""
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/live", self._live)
        app.router.add_get("/ready", self._ready)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._config.http_host, self._config.http_port)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, request: web.Request) -> web.Response:
        self._refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._registry), headers={"Content-Type": content_type})

    async def _live(self, request: web.Request) -> web.Response:
        del request
        return web.Response(text="live\n")

    async def _ready(self, request: web.Request) -> web.Response:
        del request
        waiting_for = self._waiting_for()
        if waiting_for:
            return web.Response(status=503, text=f"waiting for {waiting_for}\n")
        return web.Response(text="ready\n")
