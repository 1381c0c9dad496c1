/**
 * Forms that are not sent twice: a second press while the first is on its way does nothing, and the button shows that
 * something is being done. A page that comes back from the browser's own cache can be sent again.
 */

function busy(form: HTMLFormElement, on: boolean): void {
  form.toggleAttribute("aria-busy", on);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
  if (form.hasAttribute("aria-busy")) event.preventDefault();
  else busy(form, true);
});

window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) busy(form, false);
});
