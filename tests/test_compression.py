from __future__ import annotations

import asyncio
import base64
import gzip
import tracemalloc
import zlib
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import brotli
import orjson
import pytest
import zstandard

from counterclaim.compression import CompressMiddleware, choose
from counterclaim.vocabulary import KeyScope
from factories import put_key, put_seed
from served import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastapi.testclient import TestClient
    from httpx2 import Headers
    from starlette.types import Message, Receive, Scope, Send

    from conftest import Databases

LIST = "/v1/strikes?limit=3"


def unzstd(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(body)


PLAIN: dict[str, Callable[[bytes], bytes]] = {
    "zstd": unzstd,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}


@pytest.mark.parametrize(
    ("accepted", "name", "always"),
    [
        ("gzip, deflate, br, zstd", "zstd", False),
        ("gzip, deflate, br", "br", False),
        ("GZIP", "gzip", False),
        ("x-gzip", "gzip", False),
        ("gzip;q=1.0, br;q=0.5, zstd; q=0.1", "gzip", False),
        ("zstd;q=0, *", "br", False),
        ("gzip;q=0.5, *;q=0", "gzip", True),
        ("identity;q=0, gzip;q=0.001", "gzip", True),
        ("*;q=0", None, False),
        ("identity;q=0", None, False),
        ("identity, *;q=0", None, False),
        ("identity;q=1, gzip;q=0.5", None, False),
        ("deflate", None, False),
        ("gzip;q=nothing", None, False),
        (", ;q", None, False),
    ],
)
def test_coding_that_the_client_likes_best_is_taken(
    accepted: str, name: str | None, *, always: bool
) -> None:
    choice = choose(accepted)
    assert (choice and choice.coding.name) == name
    assert choice is None or choice.always is always


@pytest.fixture(scope="module")
def client(sqlite_databases: Databases) -> Iterator[TestClient]:
    with served(sqlite_databases, put_seed) as found:
        found.key("review")
        yield found.client


@dataclass
class Raw:
    """An answer as it came over the wire."""

    status: int
    headers: Headers
    body: bytes


def ask(client: TestClient, path: str, accepted: str = "", method: str = "GET", **more: str) -> Raw:
    headers = {"Accept-Encoding": accepted, **{k.replace("_", "-"): v for k, v in more.items()}}
    with client.stream(method, path, headers=headers, follow_redirects=False) as got:
        return Raw(got.status_code, got.headers, b"".join(got.iter_raw()))


@pytest.mark.parametrize("name", PLAIN)
def test_an_answer_is_coded_as_accepted_and_revalidated_by_its_own_tag(
    client: TestClient, name: str
) -> None:
    plain, coded = ask(client, LIST), ask(client, LIST, name)
    assert "content-encoding" not in plain.headers
    assert coded.headers["content-encoding"] == name
    assert PLAIN[name](coded.body) == plain.body
    assert len(coded.body) < len(plain.body) / 2
    assert int(coded.headers["content-length"]) == len(coded.body)
    assert coded.headers["etag"] == plain.headers["etag"][:-1] + f'-{name}"'
    for one in (plain, coded):
        assert one.headers["vary"].count("Accept-Encoding") == 1
    head = ask(client, LIST, name, "HEAD")
    assert head.body == b""
    for header in ("content-encoding", "content-length", "etag", "vary", "link"):
        assert head.headers[header] == coded.headers[header]

    tag, others = coded.headers["etag"], '"else", '
    for given in (tag, others + tag, f"W/{tag}", "*"):
        unchanged = ask(client, LIST, name, If_None_Match=given)
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.headers["etag"] == (plain.headers["etag"] if given == "*" else tag)
    assert ask(client, LIST, name, If_None_Match=plain.headers["etag"]).status == 304
    other = next(one for one in PLAIN if one != name)
    for accepted in ("", other):
        assert ask(client, LIST, accepted, If_None_Match=tag).status == 200


def test_what_does_not_gain_by_it_is_sent_as_it_is(client: TestClient) -> None:
    assert "content-encoding" not in ask(client, "/healthz", "gzip").headers
    for form in ("parquet", "xlsx"):
        whole = ask(client, f"/v1/strikes?f={form}", "gzip, br, zstd")
        assert (whole.status, whole.headers.get("content-encoding")) == (200, None)


def test_a_client_that_takes_nothing_as_it_is_gets_everything_coded(client: TestClient) -> None:
    for path in ("/healthz", "/v1/strikes?f=parquet", "/no-such"):
        coded = ask(client, path, "gzip, identity;q=0")
        assert coded.headers["content-encoding"] == "gzip"
        assert gzip.decompress(coded.body) == ask(client, path).body


def test_exports_pages_and_files_are_coded_as_streams(client: TestClient) -> None:
    for path in ("/v1/claims?f=ndjson", "/docs/assets/swagger-ui.css", "/codebook"):
        plain = ask(client, path)
        for name, decoded in PLAIN.items():
            coded = ask(client, path, name)
            assert coded.headers["content-encoding"] == name
            assert "Accept-Encoding" in coded.headers["vary"]
            assert decoded(coded.body) == plain.body
            assert len(coded.body) < len(plain.body) / 2


def test_a_release_is_sent_as_it_is_for_its_digest_is_of_the_bytes_sent(client: TestClient) -> None:
    key = put_key(client.app.state.engine, KeyScope.REVIEW, name="editor")  # type: ignore[attr-defined]
    assert client.post("/v1/releases", json={"name": "first"}, headers=key).status_code == 201
    export = ask(client, "/v1/releases/first?f=ndjson", "zstd")
    digest = base64.b64encode(sha256(export.body).digest()).decode()
    assert export.headers["repr-digest"] == f"sha-256=:{digest}:"
    assert "content-encoding" not in export.headers


def test_a_claim_can_be_decided_on_by_the_tag_of_any_coding(client: TestClient) -> None:
    key = put_key(client.app.state.engine, KeyScope.REVIEW, name="reviewer")  # type: ignore[attr-defined]
    path = ask(client, "/v1/claims?limit=1").body
    claim = "/v1/claims/" + orjson.loads(path)["items"][0]["id"]
    for name, status in (("gzip", 200), ("zstd", 412)):
        seen = ask(client, claim, "br", Authorization=key["Authorization"]).headers["etag"]
        assert seen.endswith('-br"')
        given = seen.replace("-br", f"-{name}") if status == 200 else '"stale-zstd"'
        body = {"credibility": 3, "rationale": "Read in another coding"}
        headers = {**key, "If-Match": given, "Accept-Encoding": ""}
        answer = client.post(f"{claim}/assess", json=body, headers=headers)
        assert answer.status_code == status, answer.text


@pytest.mark.parametrize("name", PLAIN)
def test_a_long_stream_is_sent_while_it_is_made_and_takes_no_memory(name: str) -> None:
    line = orjson.dumps({"claim": list(range(40))}) + b"\n"
    pieces, out = 20_000, 0

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/x-ndjson")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    received = {
        "zstd": zstandard.ZstdDecompressor().decompressobj().decompress,
        "br": brotli.Decompressor().process,
        "gzip": zlib.decompressobj(31).decompress,
    }[name]

    async def send(message: Message) -> None:
        nonlocal out
        out += len(received(message.get("body", b"")))

    scope = {"type": "http", "headers": [(b"accept-encoding", name.encode())]}
    tracemalloc.start()
    asyncio.run(CompressMiddleware(application)(scope, None, send))  # type: ignore[arg-type]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert out == pieces * len(line)
    assert most < 3 * 2**20
