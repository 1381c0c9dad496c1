/**
 * "Near me": asks for the position only when it is pressed, and puts it into the address to about 100 m. Without
 * JavaScript, or where the device knows no position, the button is not there.
 */

/** The third decimal of a degree is about 100 m; nearer is nobody's business. */
const DECIMALS = 3;
const PATIENCE_MS = 20_000;

function go(button: HTMLButtonElement, at: GeolocationCoordinates): void {
  const view = new URL(button.dataset.near ?? "/", location.href);
  view.searchParams.set("near", `${at.latitude.toFixed(DECIMALS)},${at.longitude.toFixed(DECIMALS)}`);
  location.assign(view);
}

function ask(button: HTMLButtonElement, note: Element | null): void {
  const tell = (words = ""): void => {
    if (note) note.textContent = words;
  };
  button.disabled = true;
  tell(button.dataset.looking);
  navigator.geolocation.getCurrentPosition(
    (found) => go(button, found.coords),
    () => {
      button.disabled = false;
      tell(button.dataset.denied);
    },
    { maximumAge: 60_000, timeout: PATIENCE_MS },
  );
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-near]")) {
  if (!("geolocation" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => ask(button, document.querySelector("[data-near-note]")));
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-near]")) button.disabled = false;
});
