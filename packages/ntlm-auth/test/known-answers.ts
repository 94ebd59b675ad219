import { readFileSync } from 'node:fs';

/**
 * One case of known-answers.json: values of [MS-NLMP] 4.2 and of published exchanges, hex but for
 * names.
 */
export interface KnownAnswer {
  readonly name: string;
  readonly source: string;
  readonly input: Readonly<Record<string, string>>;
  readonly expected: Readonly<Record<string, string>>;
  readonly CHALLENGE_MESSAGE?: string;
  readonly AUTHENTICATE_MESSAGE?: string;
}

const { cases } = JSON.parse(readFileSync(new URL('known-answers.json', import.meta.url), 'utf8')) as {
  cases: KnownAnswer[];
};

/** The case whose name starts with `name`. */
export function knownAnswer(name: string): KnownAnswer {
  const found = cases.find((c) => c.name.startsWith(name));
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
