import { CASES } from './cases.ts';
import { crowd, crowdSize } from './crowd.ts';
import type { Job } from './job.ts';
import { NEIGHBOURS } from './neighbours.ts';

/** A job by its name: a case, a neighbour, or a crowd. Throws if there is none. */
export function jobNamed(name: string): Job {
  const size = crowdSize(name);
  if (size !== undefined) return crowd(size);
  const found = [...CASES, ...NEIGHBOURS.map(({ job }) => job)].find((job) => job.name === name);
  if (found === undefined) throw new Error(`no job is named ${name}`);
  return found;
}

/**
 * The one case that somebody means: by its whole name, or by a part that is in no other. Throws
 * with the names that come into question.
 */
export function caseMeant(text: string): Job {
  const exact = CASES.find(({ name }) => name === text);
  if (exact !== undefined) return exact;
  const found = CASES.filter(({ name }) => name.includes(text));
  if (found.length === 1) return found[0]!;
  const names = (found.length === 0 ? CASES : found).map(({ name }) => `"${name}"`).join(', ');
  throw new Error(`"${text}" is ${found.length === 0 ? 'no case' : 'more than one case'}: ${names}`);
}
