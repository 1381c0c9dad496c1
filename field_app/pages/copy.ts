/**
 * Buttons that copy the text of a field: `data-copy` names the field, `data-done` is said when it is done. Without this
 * module, and where a browser refuses, the text stands there to be selected.
 */

const SAID_FOR_MS = 2500;

function select(field: HTMLTextAreaElement): void {
  field.focus();
  field.select();
}

async function copy(button: HTMLButtonElement, field: HTMLTextAreaElement, words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // A page that was not loaded safely has no clipboard; the text is chosen, and Ctrl+C does the rest.
    select(field);
    return;
  }
  button.textContent = button.dataset.done ?? words;
  setTimeout(() => {
    button.textContent = words;
  }, SAID_FOR_MS);
}

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLTextAreaElement)) continue;
  const words = button.textContent ?? "";
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => void copy(button, field, words));
}
