"""OGC API Features under ``/ogc``: strikes and claims as layers for GIS clients.

OGC API - Features - Part 1: Core 1.0.1 (OGC 17-069r4) and Part 3: Filtering (OGC 19-079r2), with
the API's own description as OpenAPI 3.0, which is what clients read.
"""
