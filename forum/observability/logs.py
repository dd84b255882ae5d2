"""Log formatting: JSON in production, readable lines in development, each with its request id."""

import logging
import re
import sys

import structlog
from structlog.typing import Processor

SECRETS = re.compile(r"(/accounts/(?:password/reset/key|confirm-email)/)[^/\s?\"']+")


LINES = {  # a `logging.config.dictConfig` for what runs before Django or without it
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "forum.observability.logs.formatter", "readable": False}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"uvicorn": {"level": "INFO"}},
}


def without_secrets(text):
    """A path or line with the tokens of account links masked."""
    return SECRETS.sub(r"\1***", text) if "/accounts/" in text else text


def formatter(readable):
    """The formatter for Python's logging. Also configures structlog to write the same format."""
    times = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        times,
    ]
    shown: list[Processor] = [
        structlog.processors.format_exc_info,
        on_one_line,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), sort_keys=False, timestamp_key="time"
        ),
    ]
    if not readable:
        shown = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[*common, *shown],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*common, structlog.stdlib.add_logger_name, hide_secrets],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *shown],
    )


def hide_secrets(logger, method, event):
    event["event"] = without_secrets(event["event"])
    return event


def on_one_line(logger, method, event):
    """Escape line breaks, except in tracebacks, so that no client can forge log lines."""
    for name, value in event.items():
        if isinstance(value, str) and name != "exception":
            event[name] = value.replace("\r", "\\r").replace("\n", "\\n")
    return event


class WithoutOutages(logging.Filter):
    """Drops the tracebacks of database outages, in which every request fails the same way."""

    def filter(self, record):
        from forum.db.outages import is_outage  # imported here: the supervisor has no Django

        error = record.exc_info and record.exc_info[1]
        if is_outage(error):
            record.msg, record.args, record.exc_info = f"{record.getMessage()} ({error})", (), None
        return True


class WithoutRefusals(logging.Filter):
    """Drops the tracebacks of requests refused with a 400, which anybody can provoke."""

    def filter(self, record):
        if record.name.startswith("django.security"):
            record.exc_info = record.exc_text = None
        return True
