"""The pure core of places: where a point lies against a site, in metres.

Functions over values. Nothing here knows Flask, SQLAlchemy, marshmallow, the
settings or the evidence; latitude stands before longitude in every signature,
and longitude first only inside shapely geometries and GeoJSON.
"""
