/** A name as a client says it, as the model reads it. */
export interface ReadName {
  readonly path: readonly string[];
  /** Empty for the file itself. */
  readonly stream: string;
}

/**
 * Takes `folder\file:stream` apart. Only names of the generator come here, all of them well formed.
 */
export function readName(name: string): ReadName {
  const [path = '', stream = ''] = name.split(':');
  return { path: path === '' ? [] : path.split('\\'), stream: folded(stream) };
}

/** Names are the same whatever their case; those here are ASCII. */
export function folded(name: string): string {
  return name.toUpperCase();
}
