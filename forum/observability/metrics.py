"""The forum's metrics, and the only module that knows prometheus-client."""

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
    "Requests and how long they took.",
    ["method", "group", "status"],
    buckets=SECONDS,
)
CHANGES = Counter(
    "parley_changes", "What was saved for readers to see: posts created, edited, …", ["kind"]
)
CONNECTIONS = Gauge(
    "parley_database_connections", "Open connections.", ["state"], multiprocess_mode="livesum"
)
WAITING = Gauge(
    "parley_database_waiting", "Threads that wait for a connection.", multiprocess_mode="livesum"
)


def listen():
    changed.connect(count_change, dispatch_uid="metrics")


def count_change(kind, **kwargs):
    CHANGES.labels(kind).inc()


def look_at_pool():
    pool = getattr(connection, "pool", None)
    if pool:
        found = pool.get_stats()
        CONNECTIONS.labels("free").set(found["pool_available"])
        CONNECTIONS.labels("used").set(found["pool_size"] - found["pool_available"])
        WAITING.set(found["requests_waiting"])


def text():
    """All counts of all processes of this machine, as bytes in Prometheus' format."""
    look_at_pool()
    if not multiprocess.are_shared():
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return generate_latest(registry)
