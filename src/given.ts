type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without its undefined members. */
export function given<T extends object>(members: T): Given<T> {
  const known = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as Given<T>;
}

/** The same; undefined where no member is left. */
export function givenAny<T extends object>(members: T): Given<T> | undefined {
  const known = given(members);
  return Object.keys(known).length > 0 ? known : undefined;
}

/** What `read` gives; undefined where it throws. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
