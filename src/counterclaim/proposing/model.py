"""Asks a model that the operator configured, over any OpenAI-compatible chat endpoint.

Nothing that it answers is believed here or trusted to be small: bytes and seconds are bounded.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from counterclaim.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from counterclaim.config import Settings

LARGEST_ANSWER = 4 * 2**20
"""Bytes of the largest answer that is read."""

AT_ONCE = 4
"""So many questions of one process may be under way: each holds a thread."""

_CHUNK = 2**16
_PATH = "/chat/completions"
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Model:
    """A model at an endpoint; ``host`` is where texts are sent, for people to know."""

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 60
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE), repr=False, compare=False
    )

    @classmethod
    def of(cls, settings: Settings) -> Model | None:
        """The model of the settings; None where none is configured.

        Raises:
            SettingsError: half of it is configured, or the address is none.
        """
        if settings.draft_url is None and settings.draft_model is None:
            return None
        if not settings.draft_url or not settings.draft_model:
            msg = "COUNTERCLAIM_DRAFT_URL and COUNTERCLAIM_DRAFT_MODEL go together: set both."
            raise SettingsError(msg)
        parts = urlsplit(settings.draft_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            msg = "COUNTERCLAIM_DRAFT_URL is no address: give one as https://host/v1, without a key"
            raise SettingsError(msg)
        base = settings.draft_url.rstrip("/").removesuffix(_PATH)
        key = settings.draft_key.get_secret_value() if settings.draft_key else None
        return cls(base + _PATH, settings.draft_model, key, settings.draft_timeout_s)

    @property
    def host(self) -> str:
        """The host that texts are sent to, with its port."""
        return urlsplit(self.url).netloc

    def ask(self, messages: list[dict[str, str]], schema: dict[str, Any]) -> dict[str, Any]:
        """The JSON object that it answers, which should have the schema.

        Raises:
            ModelError: no answer in time, a failure, or what is no such object.
        """
        if not self.places.acquire(blocking=False):
            raise ModelError(f"{AT_ONCE} texts are with it already.")
        try:
            content = self._answered(self._body(messages, schema))
        finally:
            self.places.release()
        return _object(content)

    def _body(self, messages: list[dict[str, str]], schema: dict[str, Any]) -> dict[str, Any]:
        bound = {"name": "claims", "strict": False, "schema": schema}
        return {
            "model": self.name,
            "messages": messages,
            "response_format": {"type": "json_schema", "json_schema": bound},
            "temperature": 0,
            "stream": False,
        }

    def _answered(self, body: dict[str, Any]) -> bytes:
        until = time.monotonic() + self.timeout_s
        status, content = self._post(body, until)
        if status == _BAD_REQUEST:  # Some models take no temperature but their own.
            plain = {name: value for name, value in body.items() if name != "temperature"}
            status, content = self._post(plain, until)
        if not 200 <= status < 300:
            raise ModelError(f"it answered with status {status}.")
        return content

    def _post(self, body: dict[str, Any], until: float) -> tuple[int, bytes]:
        import urllib3  # noqa: PLC0415 - only who configured a model needs it

        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        left = max(0.001, until - time.monotonic())
        # One connection for one question, no redirects: the text goes where the operator said.
        with urllib3.PoolManager(num_pools=1, timeout=left, retries=False) as pool:
            try:
                response = pool.request(
                    "POST",
                    self.url,
                    body=json.dumps(body).encode(),
                    headers=headers,
                    preload_content=False,
                    redirect=False,
                )
                return response.status, _read(response, until)
            except urllib3.exceptions.NewConnectionError:  # Which is a kind of timeout there.
                raise ModelError("it cannot be reached.") from None
            except (urllib3.exceptions.TimeoutError, TimeoutError):
                raise ModelError(f"no answer within {self.timeout_s:g} seconds.") from None
            except (urllib3.exceptions.HTTPError, OSError, ValueError):
                raise ModelError("it broke off.") from None


def _read(response: BaseHTTPResponse, until: float) -> bytes:
    """The whole answer; who sends it drop by drop is not waited for longer."""
    content = bytearray()
    while part := response.read1(_CHUNK):
        content += part
        if len(content) > LARGEST_ANSWER:
            raise ModelError(f"its answer is larger than {LARGEST_ANSWER / 2**20:g} MiB.")
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(content)


def _object(content: bytes) -> dict[str, Any]:
    """The object that the first message of the answer holds as text."""
    try:
        said = json.loads(content)["choices"][0]["message"]["content"]
        found = json.loads(said.strip().removeprefix("```json").strip("`\n "))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ModelError("its answer is no JSON of the kind asked for.") from None
    if not isinstance(found, dict):
        raise ModelError("its answer is no JSON object.")
    return found
