/** Giving a file to the person: into the phone's downloads. */

export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then; the address would otherwise hold the bytes until the app closes.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
