import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { engineScript, replayEngine } from '../src/engine/explore.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const BROKEN = fileURLToPath(new URL('helpers/anybody-comes-back.ts', import.meta.url));

/** Runs the tool as one does; what it printed, and its exit status. */
function simulate(...args: readonly string[]): Promise<{ printed: string; status: number }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], (error, printed) =>
      resolve({ printed, status: error === null ? 0 : Number(error.code) }),
    );
  });
}

for (const [mode, said] of [
  ['--machine', /came back to another user/],
  ['--engine', /^# seed \d+: the open of \w+ came to \w+/],
] as const) {
  test(`${mode}: a broken rule is found by the same seed each time, printed short, and found again with --replay`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'tsmbd-simulate-'));
    const file = join(folder, 'script');
    const search = [mode, '--seed', '1', '--schedules', '2000', '--sabotage', BROKEN];
    const [found, again] = await Promise.all([simulate(...search), simulate(...search)]);
    t.is(found.status, 1);
    t.regex(found.printed, said);
    t.is(again.printed, found.printed);
    t.true(found.printed.trim().split('\n').length <= 12, found.printed);

    writeFileSync(file, found.printed);
    const message = /^# seed \d+: (.*)/.exec(found.printed)![1]!;
    t.deepEqual(await simulate(mode, '--replay', file, '--sabotage', BROKEN), { printed: `${message}\n`, status: 1 });
    t.deepEqual(await simulate(mode, '--replay', file), { printed: 'everything held\n', status: 0 });
    rmSync(folder, { recursive: true });
  });
}

test.serial('the schedule of a seed is the same to the byte, whenever it is played', async (t) => {
  const seen = async (seed: number): Promise<string> => {
    const hash = createHash('sha256');
    let messages = 0;
    const message = await replayEngine(engineScript(seed), {
      onStart(server) {
        server.observer = {
          message(_connection, _fromClient, bytes) {
            hash.update(bytes);
            messages++;
          },
        };
      },
    });
    t.is(message, undefined);
    t.true(messages > 20);
    return hash.digest('hex');
  };
  for (let seed = 1; seed <= 8; seed++) t.is(await seen(seed), await seen(seed), `seed ${seed}`);
});
