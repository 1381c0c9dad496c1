/**
 * What stands on the map of the find page: projects and clusters, where the visitor is, the part that the list shows,
 * and the project whose card is looked at. Longitude comes first everywhere here, as GeoJSON has it.
 */
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, Map as LibreMap, SourceSpecification } from "maplibre-gl";
import { type Bounds, token } from "./base_map";
import { COUNT } from "./counts";

export type Point = [number, number];
export const PROJECTS = "projects";
export const SPOTS = "spots";
export const CLUSTERS = "clusters";
const DEEPEST_TILES = 16;
/** Tiles say `count`, our own clusters `point_count`; a single project says neither. */
const IS_CLUSTER: ExpressionSpecification = ["any", ["has", "count"], ["has", "point_count"]];

/** The tiles of all projects, at an address of this site with {z}/{x}/{y}. */
export function allProjects(address: string): SourceSpecification {
  return { type: "vector", tiles: [location.origin + address], maxzoom: DEEPEST_TILES };
}

/** The points of a filtered view, gathered into clusters by the map itself. */
export function theseProjects(data: FeatureCollection): SourceSpecification {
  return { type: "geojson", data, cluster: true, clusterRadius: 44, clusterMaxZoom: 16 };
}

/** Put all layers on the map, over one source of projects. */
export function addLayers(map: LibreMap, source: SourceSpecification): void {
  const layer = source.type === "vector" ? { "source-layer": "projects" } : {};
  map.addSource(PROJECTS, source);
  for (const name of ["part", "visitor", "looked-at"]) {
    map.addSource(name, { type: "geojson", data: collection([]) });
  }
  map.addLayer({
    id: "part",
    type: "line",
    source: "part",
    paint: { "line-color": token("--accent"), "line-width": 2, "line-dasharray": [3, 2] },
  });
  map.addLayer({
    id: SPOTS,
    type: "circle",
    source: PROJECTS,
    ...layer,
    filter: ["!", IS_CLUSTER],
    paint: disc("--accent", "--sheet", 9, 2),
  });
  map.addLayer({
    id: CLUSTERS,
    type: "symbol",
    source: PROJECTS,
    ...layer,
    filter: IS_CLUSTER,
    layout: {
      "icon-image": ["concat", COUNT, ["to-string", ["coalesce", ["get", "point_count"], ["get", "count"]]]],
      "icon-allow-overlap": true,
    },
  });
  map.addLayer({ id: "visitor", type: "circle", source: "visitor", paint: disc("--cool", "--sheet", 8, 4) });
  map.addLayer({ id: "looked-at", type: "circle", source: "looked-at", paint: disc("--care", "--sheet", 13, 3) });
}

/** Points as a collection. */
export function collection(points: Point[]): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: points.map((coordinates) => ({
      type: "Feature",
      properties: {},
      geometry: { type: "Point", coordinates },
    })),
  };
}

/** The edge of a part of the map; one that crosses the antimeridian runs on past it. */
export function edge([west, south, east, north]: Bounds): FeatureCollection {
  const right = east < west ? east + 360 : east;
  const coordinates = [
    [west, south],
    [right, south],
    [right, north],
    [west, north],
    [west, south],
  ];
  return {
    type: "FeatureCollection",
    features: [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates } }],
  };
}

/** The smallest part of the map that holds the points; null where there are none. */
export function around(points: Point[]): Bounds | null {
  if (points.length === 0) return null;
  const east = points.map((point) => point[0]);
  const north = points.map((point) => point[1]);
  return [Math.min(...east), Math.min(...north), Math.max(...east), Math.max(...north)];
}

function disc(fill: string, edgeOf: string, radius: number, width: number): Record<string, string | number> {
  return {
    "circle-color": token(fill),
    "circle-radius": radius,
    "circle-stroke-color": token(edgeOf),
    "circle-stroke-width": width,
  };
}
