/**
 * Whether a value of unknown make is what a type says of it: small tests, and how they are put together.
 *
 * A shape names every member of its type, or it does not compile. Members that it does not name are let be, as a
 * newer server may tell more. Which documents there are is `documents`' to say.
 */

/** A test that a value passes only as a T. */
export type Is<T> = (value: unknown) => value is T;

/** The object that a value is, or null: JSON knows texts, numbers and lists, too. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

export const isText: Is<string> = (value) => typeof value === "string";
export const isName: Is<string> = (value): value is string => typeof value === "string" && value !== "";
export const isNumber: Is<number> = (value): value is number => typeof value === "number" && Number.isFinite(value);
export const isFlag: Is<boolean> = (value) => typeof value === "boolean";
/** A moment as ISO 8601 writes it. */
export const isInstant: Is<string> = (value): value is string => isText(value) && !Number.isNaN(Date.parse(value));

/** One of these words. */
export const oneOf =
  <T extends string>(...words: readonly T[]): Is<T> =>
  (value): value is T =>
    (words as readonly unknown[]).includes(value);

export const orNull =
  <T>(is: Is<T>): Is<T | null> =>
  (value): value is T | null =>
    value === null || is(value);

export const listOf =
  <T>(is: Is<T>): Is<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(is);

type Optional<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? K : never }[keyof T];
type Needed<T> = { readonly [K in Exclude<keyof T, Optional<T>>]: Is<T[K]> };
type Spare<T> = { readonly [K in Optional<T>]: Is<Exclude<T[K], undefined>> };

/** An object whose members pass; those of a T that may be missing are told in a second argument. */
export function shaped<T extends object>(
  needed: Needed<T>,
  ...spare: [Optional<T>] extends [never] ? [] : [Spare<T>]
): Is<T> {
  const tests = [...testsOf(needed), ...spare.flatMap(testsOf).map(orMissing)];
  return (value): value is T => {
    const members = objectOf(value);
    return members !== null && tests.every(([name, is]) => is(members[name]));
  };
}

type Test = readonly [name: string, is: (value: unknown) => boolean];

const testsOf = (members: object): readonly Test[] => Object.entries(members) as Test[];

const orMissing = ([name, is]: Test): Test => [name, (value) => value === undefined || is(value)];
