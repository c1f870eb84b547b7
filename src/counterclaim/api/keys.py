"""API keys: made, listed and revoked by an administrator."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from counterclaim.access import Admin
from counterclaim.deps import NoQuery, Read, RowId, send_json
from counterclaim.models import ApiKey
from counterclaim.moment import isoformat_z
from counterclaim.posting import ON_ONE_PROBLEMS, POST_PROBLEMS, Administration, Answer
from counterclaim.queries.keys import list_keys
from counterclaim.schemas.key import KeyIn, KeyMadeOut, KeyOut, KeysOut
from counterclaim.store.keys import make_key, revoke_key
from counterclaim.store.ledger import Writer

router = APIRouter(prefix="/v1", tags=["keys"])
ADMIN_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: POST_PROBLEMS[status] for status in (401, 403, 422, 503)
}


@router.get("/keys", response_model=KeysOut, responses=ADMIN_PROBLEMS)
def show_keys(
    request: Request, session: Read, _admin: Admin, _: Annotated[NoQuery, Query()]
) -> Response:
    """All keys with their scopes and their last use; the keys themselves are not stored."""
    keys = KeysOut(items=[KeyOut(**_shape(row)) for row in list_keys(session)])
    return send_json(request, keys)


@router.post("/keys", status_code=201, response_model=KeyMadeOut, responses=POST_PROBLEMS)
async def post_key(post: Administration, body: KeyIn) -> Response:
    """Make a key. It is shown in this answer and never again, not even in a replay."""

    def work(writer: Writer) -> Answer:
        row, secret = make_key(writer, body.name, body.scopes)
        return Answer(KeyMadeOut(**_shape(row), key=None), 201, once={"key": secret})

    return await post.write(work)


@router.post("/keys/{id}/revoke", response_model=KeyOut, responses=ON_ONE_PROBLEMS)
async def post_revocation(post: Administration, key_id: RowId) -> Response:
    """Let a key count no more."""
    return await post.write(lambda writer: Answer(KeyOut(**_shape(revoke_key(writer, key_id)))))


def _shape(row: ApiKey) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "scopes": row.scopes,
        "created_at": isoformat_z(row.created_at),
        "last_used_at": isoformat_z(row.last_used_at) if row.last_used_at else None,
        "revoked_at": isoformat_z(row.revoked_at) if row.revoked_at else None,
    }
