"""The forum's metrics; the only module that imports prometheus-client's metric types."""

from django.db import connection
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from forum.observability import multiprocess
from forum.signals import changed

__all__ = ["CONTENT_TYPE_LATEST", "Counter", "Gauge", "Histogram"]

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
REQUESTS = Histogram(
    "parley_request_seconds",
    "Duration of requests.",
    ["method", "group", "status"],
    buckets=SECONDS,
)
CHANGES = Counter(
    "parley_changes", "Changes visible to readers: posts created, edited, …", ["kind"]
)
CONNECTIONS = Gauge(
    "parley_database_connections", "Pooled connections.", ["state"], multiprocess_mode="livesum"
)
WAITING = Gauge(
    "parley_database_waiting", "Threads waiting for a connection.", multiprocess_mode="livesum"
)


def listen():
    changed.connect(count_change, dispatch_uid="metrics")


def count_change(kind, **kwargs):
    CHANGES.labels(kind).inc()


def update_pool_gauges():
    pool = getattr(connection, "pool", None)
    if pool:
        found = pool.get_stats()
        CONNECTIONS.labels("free").set(found["pool_available"])
        CONNECTIONS.labels("used").set(found["pool_size"] - found["pool_available"])
        WAITING.set(found["requests_waiting"])


def text():
    """The metrics of all processes of this machine, in the Prometheus text format, as bytes."""
    update_pool_gauges()
    if not multiprocess.is_enabled():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)
