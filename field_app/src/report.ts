/** For whoever looks into the phone: the whole error, where the screen says only what a person can do about it. */
export function report(what: string, error: unknown): void {
  // biome-ignore lint/suspicious/noConsole: the console is where it is looked for.
  console.error(what, error);
}
