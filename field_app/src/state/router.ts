/** Which screen is shown, by the part of the address after the hash: the server sees one page only. */
import { Observable } from "./observable";

export type Route =
  | { readonly screen: "works" | "outbox" | "settings" }
  | { readonly screen: "site" | "needed"; readonly project: string }
  | { readonly screen: "camera"; readonly project: string; readonly milestone: string; readonly requirement: string }
  | { readonly screen: "photo"; readonly id: string };

export const route = new Observable<Route>({ screen: "works" });

export function startRouter(): void {
  addEventListener("hashchange", read);
  read();
}

export function addressOf(to: Route): string {
  switch (to.screen) {
    case "site":
      return `#/works/${encodeURIComponent(to.project)}`;
    case "needed":
      return `#/works/${encodeURIComponent(to.project)}/needed`;
    case "camera":
      return `#/camera/${[to.project, to.milestone, to.requirement].map(encodeURIComponent).join("/")}`;
    case "photo":
      return `#/outbox/${to.id}`;
    default:
      return `#/${to.screen}`;
  }
}

export function go(to: Route): void {
  location.hash = addressOf(to);
}

/** The route of an address; an address of no screen is the list of works. */
export function routeOf(hash: string): Route {
  const [first = "", second, third, fourth] = hash.replace(/^#\//, "").split("/").map(decoded);
  if (first === "camera" && second && third && fourth) {
    return { screen: "camera", project: second, milestone: third, requirement: fourth };
  }
  if (first === "works" && second) return { screen: third === "needed" ? "needed" : "site", project: second };
  if (first === "outbox") return second ? { screen: "photo", id: second } : { screen: "outbox" };
  return { screen: first === "settings" ? "settings" : "works" };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function read(): void {
  route.set(routeOf(location.hash));
  globalThis.scrollTo?.(0, 0);
  // On an upright phone the content scrolls, not the page.
  globalThis.document?.getElementById("main")?.scrollTo(0, 0);
}
