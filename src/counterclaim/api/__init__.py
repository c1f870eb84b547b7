"""The HTTP API under /v1; one file per resource, each route a few lines over the queries."""
