/** A name that a client sends, in the form in which the model reads it. */
export interface ReadName {
  readonly path: readonly string[];
  /** Empty for the file itself. */
  readonly stream: string;
}

/**
 * Splits `folder\file:stream`. It gets only names of the generator, and all of these are well
 * formed.
 */
export function readName(name: string): ReadName {
  const [path = '', stream = ''] = name.split(':');
  return { path: path === '' ? [] : path.split('\\'), stream: folded(stream) };
}

/** The form in which names are equal whatever their letter case. The names here are ASCII. */
export function folded(name: string): string {
  return name.toUpperCase();
}
