import type { z } from 'zod';

/** One parameter of smb.conf: its name, its possible values, and what it does. */
export interface Parameter<T = unknown> {
  readonly name: string;
  /** Other names that Samba and ksmbd users know it by. `!name` takes the opposite boolean. */
  readonly synonyms: readonly string[];
  readonly scope: 'global' | 'share';
  /** How the value is written, for people. */
  readonly type: string;
  readonly schema: z.ZodType<T, string>;
  readonly default: T;
  readonly help: string;
}

function parameter<T>(
  scope: Parameter['scope'],
  name: string,
  type: string,
  schema: z.ZodType<T, string>,
  initial: T,
  help: string,
  synonyms: readonly string[] = [],
): Parameter<T> {
  return { name, synonyms, scope, type, schema, default: initial, help };
}

/** Makes a parameter of the whole server. */
export const globalParameter = parameter.bind(undefined, 'global') as <T>(
  name: string,
  type: string,
  schema: z.ZodType<T, string>,
  initial: T,
  help: string,
  synonyms?: readonly string[],
) => Parameter<T>;
/** Makes a parameter of one share. */
export const shareParameter = parameter.bind(undefined, 'share') as typeof globalParameter;
