"""Generation by another server with the same `POST /generate` (hybrid mode)."""

import http.client
import json
import urllib.error
import urllib.request

from pydantic import ValidationError

from .generation import GenerateRequest, GenerateResponse, GenerationError

FORWARDED = "X-Generation-Forwarded"  # on a request that already came from a hybrid server
_BAD_GATEWAY, _UNPROCESSABLE = 502, 422
_LARGEST_ANSWER = 1 << 20  # bytes


class RemoteEngine:
    """Asks the upstream; every failure is reported as the upstream's, nothing is made up here."""

    def __init__(self, url: str, timeout_seconds: float) -> None:
        self.url = url
        self._timeout = timeout_seconds

    def generate(self, request: GenerateRequest) -> GenerateResponse:
        """The upstream's answer, marked as remote.

        Raises:
            GenerationError: 422 if the upstream finds fault with the request, else 502.
        """
        call = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
            f"{self.url}/generate",
            data=request.model_dump_json(exclude_none=True).encode(),
            headers={"Content-Type": "application/json", FORWARDED: "1"},
        )
        try:
            with urllib.request.urlopen(call, timeout=self._timeout) as reply:  # noqa: S310
                body = reply.read(_LARGEST_ANSWER)
            answer = GenerateResponse.model_validate_json(body)
        except urllib.error.HTTPError as error:
            if error.code == _UNPROCESSABLE:
                raise GenerationError(_UNPROCESSABLE, _detail(error)) from error
            raise self._failed(f"HTTP {error.code}: {_detail(error)}") from error
        except ValidationError as error:
            raise self._failed("its answer has another form than expected") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._failed(str(getattr(error, "reason", error)) or "no answer") from error
        return answer.model_copy(update={"engine": "remote"})

    def _failed(self, reason: str) -> GenerationError:
        return GenerationError(_BAD_GATEWAY, f"remote engine {self.url}: {reason}")


def _detail(error: urllib.error.HTTPError) -> str:
    """The upstream's own explanation, shortened."""
    try:
        return str(json.loads(error.read(_LARGEST_ANSWER))["detail"])[:300]
    except (ValueError, KeyError, TypeError, OSError):
        return error.reason
