import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Subject } from './compare.ts';

const OWN = fileURLToPath(new URL('../../../../test-fixtures/', import.meta.url));
/** Captures of others, when they lie beside the repository. */
const SHARED = process.env.TSMBD_PCAPS ?? fileURLToPath(new URL('../../../../../shared/pcaps/', import.meta.url));

interface IndexEntry {
  readonly file: string;
  readonly sessions: readonly { readonly sessionId: string; readonly sessionKey?: string }[];
}

/** The captures there are whose paths match, with the keys that their indexes name. */
export function subjects(match: RegExp): Subject[] {
  const index = JSON.parse(readFileSync(`${OWN}index.json`, 'utf8')) as readonly IndexEntry[];
  const own = index.map(({ file, sessions }) => ({
    file: `${OWN}${file}`,
    keys: sessions.flatMap(({ sessionId, sessionKey }) =>
      sessionKey === undefined ? [] : [{ sessionId, sessionKey }],
    ),
  }));
  return [...own, ...shared()].filter(({ file }) => match.test(file));
}

/** Rows of the index: file, dialect, SessionId as on the wire, session key. */
const ROW = /^\| ([\w.-]+) \|[^|]*\| ([0-9a-f]{16}) \| ([0-9a-f]{32}) \|/gm;

function shared(): Subject[] {
  if (!existsSync(SHARED)) return [];
  const index = existsSync(join(SHARED, 'INDEX.md')) ? readFileSync(join(SHARED, 'INDEX.md'), 'utf8') : '';
  const rows = [...index.matchAll(ROW)];
  return readdirSync(SHARED)
    .filter((name) => /\.pcap/.test(name))
    .map((name) => ({
      file: join(SHARED, name),
      keys: rows
        .filter(([, file]) => file === name)
        .map(([, , id = '', sessionKey = '']) => ({
          sessionId: (id.match(/../g) ?? []).reverse().join(''),
          sessionKey,
        })),
    }));
}
