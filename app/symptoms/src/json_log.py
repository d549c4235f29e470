"""One JSON object per line on standard output; never a query, a header or a patient's answer."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """Puts a record and its `extra={"fields": ...}` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "timestamp": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            # The kind only: an exception's text may quote what a caller sent.
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure(level: str = "INFO") -> None:
    """Sends everything, the web servers' own messages too, through the formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "urllib3", "asyncio", "multipart", "python_multipart"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
