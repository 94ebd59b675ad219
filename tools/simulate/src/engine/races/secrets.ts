import { TEST_ACCOUNTS } from '@tsmbd/smb2-server/testing';
import { fail } from '../../violation.ts';
import { ALICE, aliceIsAway, BATCH, BOB, connected, create, type Race } from './race.ts';

/** Everything that the run's logger was given, in the form in which it would be written. */
const lines: string[] = [];

/** Races about what a log reveals. */
export const SECRET_RACES: readonly Race[] = [
  {
    name: 'logons, right and wrong, signing, sealing, breaks, reconnects and a restart, with every line of the log kept',
    known: '45: CVE-2026-43377',
    rule: 'no line has a password, a hash or a key in it, as text, hex, base64 or bytes',
    settings: {
      log: (level, component, message, fields) => void lines.push(lineOf(level, component, message, fields)),
    },
    async play(run) {
      lines.length = 0;
      const secrets: Uint8Array[] = TEST_ACCOUNTS.flatMap(({ name, ntHash }) => [
        ntHash,
        TEXT.encode(`${name}-password`),
      ]);
      const [alice, bob] = [run.clients[ALICE]!, run.clients[BOB]!];
      alice.protection = 'sign';
      bob.protection = 'seal';
      const remember = (): void => {
        for (const { smb } of run.clients) if (smb?.keys !== undefined) secrets.push(...Object.values(smb.keys));
        for (const { smb } of run.clients) if (smb?.sessionKey !== undefined) secrets.push(smb.sessionKey);
      };
      await aliceIsAway(run, { durable: 'persistent' });
      await connected(run, ALICE, BOB);
      remember();
      await run.step({ do: 'reconnect', who: ALICE, open: 0 });
      await run.step(create(BOB, { oplock: BATCH }));
      await run.step({ do: 'advance', ms: 36_000 });
      const wrong = alice.smb!.logOn('alice', 'not-the-password').catch(() => {});
      await run.settle();
      run.world.clock.advance(30_000);
      await wrong;
      await run.step({ do: 'restart' });
      await connected(run, ALICE, BOB);
      remember();
      if (lines.length < 10 || secrets.length < 10) fail(`${lines.length} lines, ${secrets.length} secrets`);
      for (const line of lines) for (const secret of secrets) if (tells(line, secret)) fail(`the log tells: ${line}`);
    },
  },
];

const TEXT = new TextEncoder();

function lineOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts, (_, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (value instanceof Error) return `${value.stack} ${lineOf(value.cause)}`;
    return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
  });
}

/** Even half of a key must not be in the log. */
function tells(line: string, secret: Uint8Array): boolean {
  const some = Buffer.from(secret.subarray(0, Math.max(8, secret.length >> 1)));
  const text = some.toString('latin1');
  return [
    line.toLowerCase().includes(some.toString('hex')),
    // In base64, groups of three bytes become four letters. Wherever the secret begins, one of
    // three alignments gives the same text.
    ...[0, 1, 2].map((skip) => line.includes(some.subarray(skip).toString('base64').slice(0, 8))),
    line.includes([...some].join(',')),
    line.includes(text),
  ].some(Boolean);
}
