/**
 * The one way in which a page gets a MapLibre map: the base map where the installation names one, plain ground where
 * not, the attribution always, and the worker from our own address. The library is loaded when it is first asked for.
 *
 * A map's element says in its data-attributes what lies under it: `data-tiles`, `data-attribution`, `data-max-zoom`
 * (all missing without a base map), written by the template `parts/map.html`.
 */
import "maplibre-gl/dist/maplibre-gl.css";
import * as maplibre from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";

maplibre.setWorkerUrl(workerUrl);

/** West, south, east, north in degrees; longitude first, as GeoJSON has it. */
export type Bounds = [number, number, number, number];

/** A map in the element, which shows the bounds once it stands. */
export function baseMap(element: HTMLElement, bounds: Bounds): maplibre.Map {
  const map = new maplibre.Map({
    container: element,
    style: ground(element),
    bounds,
    fitBoundsOptions: { padding: 40, maxZoom: 17 },
    attributionControl: false,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    dragRotate: false,
    pitchWithRotate: false,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl(), "bottom-left");
  if (element.dataset.attribution) {
    map.addControl(new maplibre.AttributionControl({ compact: false }), "bottom-right");
  }
  return map;
}

/** A colour of the page's design tokens, by the name of its custom property. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function ground(element: HTMLElement): maplibre.StyleSpecification {
  const { tiles, attribution, maxZoom } = element.dataset;
  const plain: maplibre.LayerSpecification = {
    id: "ground",
    type: "background",
    paint: { "background-color": token("--map") },
  };
  if (!tiles) return { version: 8, sources: {}, layers: [plain] };
  return {
    version: 8,
    sources: {
      base: {
        type: "raster",
        tiles: [tiles],
        tileSize: 256,
        attribution: attribution ?? "",
        maxzoom: Number(maxZoom ?? 19),
      },
    },
    layers: [plain, { id: "base", type: "raster", source: "base" }],
  };
}
