"""Starts pygeoapi's Starlette application on a port, after writing the document that it needs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uvicorn
from pygeoapi.openapi import generate_openapi_document


def main() -> None:
    """Write the OpenAPI document, then serve."""
    document = generate_openapi_document(Path(os.environ["PYGEOAPI_CONFIG"]), "json")
    Path(os.environ["PYGEOAPI_OPENAPI"]).write_text(document, encoding="utf-8")
    from pygeoapi.starlette_app import APP  # noqa: PLC0415 - reads the document on import

    uvicorn.run(APP, port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
