import { formatList, quotedIfNeeded } from './list.ts';
import type { Parameter } from './parameters.ts';

/** A value as it is written in the file. */
export function formatValue(parameter: Parameter, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (parameter.type === 'names') return quotedIfNeeded((value as string[]).map((name) => `/${name}`).join(''));
  if (Array.isArray(value)) return formatList((value as unknown[]).map(String));
  if (parameter.type === 'octal') return (value as number).toString(8).padStart(4, '0');
  return quotedIfNeeded(String(value));
}
