import { existsSync, readdirSync } from 'node:fs';
import { FIXTURES, fixtures } from '@tsmbd/tool-fixtures';
import { KeyRing } from '@tsmbd/tool-smbdump';
import test from 'ava';
import { unexplained } from '../src/traces/differences.ts';
import { TraceReplay } from '../src/traces/replay-trace.ts';
import { readTrace } from '../src/traces/trace.ts';

/** Captures of other people's, where this tree is worked on; nothing needs them. */
const OTHERS = '/work/shared/pcaps/';

test('the machine gives the grants, locks and breaks that recorded servers gave [MS-SMB2 3.3.5.9, 3.3.5.14, 3.3.4.7]', async (t) => {
  let [grants, locks, breaks] = [0, 0, 0];
  for (const { file, sessions } of fixtures()) {
    const keys = new KeyRing();
    for (const { sessionId, sessionKey } of sessions) {
      if (sessionKey !== undefined) keys.addSessionKey(sessionId, Buffer.from(sessionKey, 'hex'));
    }
    const report = new TraceReplay().run(await readTrace(`${FIXTURES}${file}`, keys));
    t.deepEqual(unexplained(file, report.differences), [], file);
    grants += report.grants;
    locks += report.locks;
    breaks += report.breaks;
  }
  // A replay that sees nothing finds no difference.
  t.true(grants > 2000 && locks >= 30 && breaks >= 8, `${grants} grants, ${locks} locks, ${breaks} breaks`);
});

(existsSync(OTHERS) ? test : test.skip)('and those that Windows and others gave', async (t) => {
  for (const file of readdirSync(OTHERS).filter((name) => name.includes('.pcap'))) {
    const report = new TraceReplay().run(await readTrace(`${OTHERS}${file}`));
    t.deepEqual(unexplained(file, report.differences), [], file);
  }
});
