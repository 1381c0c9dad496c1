/**
 * The map on which a site is drawn. What is drawn stands in the form's field as GeoJSON, and what is typed there is
 * drawn; the field is what is sent. The map's libraries are loaded only where there is such a field.
 */

const place = document.querySelector<HTMLElement>("[data-draw]");
const field = place && document.getElementById(place.dataset.draw ?? "");

if (place && field instanceof HTMLTextAreaElement) {
  place.hidden = false;
  import("./lib/drawing")
    .then(({ drawing }) => drawing(place, field))
    .catch((error: unknown) => {
      // Without a map the field alone serves.
      place.hidden = true;
      reportError(error);
    });
}
