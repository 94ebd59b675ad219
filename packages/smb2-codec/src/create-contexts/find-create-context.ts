import { type Codec, encode, Reader } from '@tsmbd/ms-dtyp';
import type { CreateContext } from './create-context.ts';

/** The first context of that name, or undefined. */
export function findCreateContext(contexts: readonly CreateContext[], name: string): CreateContext | undefined {
  for (const context of contexts) if (context.name === name) return context;
  return undefined;
}

/**
 * Decodes the data of the first context of that name; undefined when there is none, CodecError when
 * it is broken.
 */
export function decodeCreateContext<T>(
  contexts: readonly CreateContext[],
  name: string,
  codec: Codec<T>,
): T | undefined {
  const context = findCreateContext(contexts, name);
  return context === undefined ? undefined : codec.decode(new Reader(context.data, codec.name));
}

/** A context of that name with `value` encoded as its data. */
export function makeCreateContext<T>(name: string, codec: Codec<T>, value: T): CreateContext {
  return { name, data: encode(codec, value) };
}
