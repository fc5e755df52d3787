// Reads a value of unknown shape, such as a configuration before it was checked.

/** A member of an object; undefined where there is none. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

/** The address of a feed as the file has it, be it written alone, as `url`, or as `page`. */
export function addressIn(feed: unknown): unknown {
  return typeof feed === 'string' ? feed : (member(feed, 'url') ?? member(feed, 'page'))
}

/** The items of a list with their places; none of anything else. */
export function items(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...value.entries()] : []
}
