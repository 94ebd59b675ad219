import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytesOf, KeyRing } from '../track/key-ring.ts';
import type { Subject } from './compare.ts';

const OWN = fileURLToPath(new URL('../../../../test-fixtures/', import.meta.url));
/** Captures of others. */
const OTHERS = process.env.TSMBD_PCAPS;

interface IndexEntry {
  readonly file: string;
  readonly sessions: readonly { readonly sessionId: string; readonly sessionKey?: string }[];
}

/**
 * The captures there are whose paths match, with the keys that their indexes name: ours, and those
 * of the folder TSMBD_PCAPS.
 */
export function subjects(match: RegExp): Subject[] {
  const index = JSON.parse(readFileSync(`${OWN}index.json`, 'utf8')) as readonly IndexEntry[];
  const own = index.map(({ file, sessions }) => ({
    file: `${OWN}${file}`,
    keys: ringOf(sessions),
  }));
  return [...own, ...others()].filter(({ file }) => match.test(file));
}

/** Rows of the index: file, dialect, SessionId as on the wire, session key. */
const ROW = /^\| ([\w.-]+) \|[^|]*\| ([0-9a-f]{16}) \| ([0-9a-f]{32}) \|/gm;

function others(): Subject[] {
  if (OTHERS === undefined || !existsSync(OTHERS)) return [];
  const index = existsSync(join(OTHERS, 'INDEX.md')) ? readFileSync(join(OTHERS, 'INDEX.md'), 'utf8') : '';
  const rows = [...index.matchAll(ROW)];
  return readdirSync(OTHERS)
    .filter((name) => /\.pcap/.test(name))
    .map((name) => ({
      file: join(OTHERS, name),
      keys: ringOf(
        rows
          .filter(([, file]) => file === name)
          .map(([, , id = '', sessionKey = '']) => ({
            sessionId: (id.match(/../g) ?? []).reverse().join(''),
            sessionKey,
          })),
      ),
    }));
}

function ringOf(sessions: IndexEntry['sessions']): KeyRing {
  const ring = new KeyRing();
  for (const { sessionId, sessionKey } of sessions) {
    if (sessionKey !== undefined) ring.addSessionKey(sessionId, bytesOf(sessionKey));
  }
  return ring;
}
