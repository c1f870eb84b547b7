"""Formats of whole selections: their names, which are suffixes of files too, and media types."""

NDJSON = "application/x-ndjson"
CSV = "text/csv; charset=utf-8"
GEOJSON = "application/geo+json"
PARQUET = "application/vnd.apache.parquet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MEDIA_TYPES = {
    "ndjson": NDJSON,
    "csv": CSV,
    "geojson": GEOJSON,
    "parquet": PARQUET,
    "xlsx": XLSX,
}
