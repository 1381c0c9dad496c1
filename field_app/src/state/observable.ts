/** A value that can be watched: the whole of the app's state management. */
import { useEffect, useRef, useState } from "preact/hooks";

export class Observable<Value> {
  #value: Value;
  readonly #watchers = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get value(): Value {
    return this.#value;
  }

  /** Change the value and tell everybody, unless it is the same. */
  set(value: Value): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Call back after every change. Returns how to stop. */
  observe(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** The value, with the component drawn again whenever it changes, also between its drawing and its first watching. */
export function useValue<Value>(observable: Observable<Value>): Value {
  const [, draw] = useState({});
  const drawn = useRef(observable.value);
  drawn.current = observable.value;
  useEffect(() => {
    if (!Object.is(drawn.current, observable.value)) draw({});
    return observable.observe(() => draw({}));
  }, [observable]);
  return observable.value;
}
