import { type Codec, encode, Reader } from '@tsmbd/ms-dtyp';
import type { CreateContext } from './create-context.ts';

/** The first context with that name, or undefined. */
export function findCreateContext(contexts: readonly CreateContext[], name: string): CreateContext | undefined {
  for (const context of contexts) if (context.name === name) return context;
  return undefined;
}

/**
 * Decodes the data of the first context with that name. Returns undefined if there is none. Throws
 * CodecError if the data is malformed.
 */
export function decodeCreateContext<T>(
  contexts: readonly CreateContext[],
  name: string,
  codec: Codec<T>,
): T | undefined {
  const context = findCreateContext(contexts, name);
  return context === undefined ? undefined : codec.decode(new Reader(context.data, codec.name));
}

/** A context with that name whose data is `value`, encoded. */
export function makeCreateContext<T>(name: string, codec: Codec<T>, value: T): CreateContext {
  return { name, data: encode(codec, value) };
}
