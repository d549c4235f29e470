"""One JSON object per line on standard output; never a question, a query string or a header."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """Puts a record and its `extra={"fields": ...}` on one line, with the service's name."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "timestamp": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            # The kind only: an exception's text may quote what a caller sent.
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure(service: str) -> None:
    """Sends everything, the web server's own messages too, through the formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("gguf").setLevel(logging.WARNING)  # else three lines for each file written
    # It reports each full queue; the request log already shows how long requests take.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
