/** The buttons that open a page's list of keys: shown only where there is a script that answers to keys. */
export function dialogs(): void {
  for (const hidden of document.querySelectorAll<HTMLElement>("[data-with-keys]")) hidden.hidden = false;
  for (const button of document.querySelectorAll<HTMLElement>("[data-opens]")) {
    const dialog = document.getElementById(button.dataset.opens ?? "");
    if (dialog instanceof HTMLDialogElement) button.addEventListener("click", () => dialog.showModal());
  }
}
