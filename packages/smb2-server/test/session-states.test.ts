import { Command, HeaderFlags } from '@tsmbd/smb2-codec';
import test from 'ava';
import { type Harness, settle } from './harness.ts';
import { type Stage, stage } from './session-stage.ts';
import { EVERY_REQUEST } from './tables/every-request.ts';
import { ANSWERS, SESSION_STATES, STATES } from './tables/session-states.ts';
import { type Answer, say } from './voice.ts';

for (const [command, cells] of SESSION_STATES) {
  test(`${command} in every state of its session [MS-SMB2 3.3.5.2]`, async (t) => {
    t.deepEqual([...cells.keys()], Object.keys(STATES));
    for (const [state, word] of cells) {
      const set = await stage(state);
      const before = await everything(set.h);
      const waits = isWaiting(set);
      t.true(waits, STATES[state]);
      const answer = await sent(set, command);
      const cell = `${command} ${STATES[state]}`;
      t.is(answer, ANSWERS[word], cell);
      if (word === 'cancels') t.false(isWaiting(set), cell);
      else if (word === 'closes') t.deepEqual((await everything(set.h)).disk, before.disk, cell);
      else if (word !== 'ok') {
        t.deepEqual(await everything(set.h), before, `${cell}: nothing changed`);
        t.true(isWaiting(set), cell);
      }
      t.deepEqual(set.h.errors, [], cell);
    }
  });
}

/** Sends the command as the state has it. A refused logon is answered late. */
async function sent({ h, client, voice, treeId, fileId, waiting }: Stage, command: string): Promise<Answer> {
  const { codec, body } = EVERY_REQUEST.get(command)!;
  const code = Command[command as keyof typeof Command];
  if (command === 'CANCEL') {
    // By the AsyncId, which is in the place of ProcessId and TreeId.
    const named = { flags: HeaderFlags.ASYNC_COMMAND, messageId: waiting.messageId, asyncId: waiting.asyncId };
    return say(client, code, codec, body(fileId), named, voice);
  }
  return say(client, code, codec, body(fileId), { treeId }, voice, async () => {
    await settle();
    await h.advance(5_000);
  });
}

/** Whether alice's CHANGE_NOTIFY still waits. */
function isWaiting({ h, waiting }: Stage): boolean {
  return [...h.server.connections].some((connection) => connection.pending.has(waiting.asyncId));
}

interface Everything {
  readonly disk: unknown;
  readonly sessions: unknown;
  readonly files: unknown;
}

/**
 * All that a request could change: names and bytes on disk, sessions of users with trees and opens,
 * the files' state.
 */
async function everything({ server, vfs }: Harness): Promise<Everything> {
  const { handle: root } = await vfs.open([], { disposition: 'open', kind: 'directory', data: 'read' });
  const disk: unknown[] = [];
  for (const { name, stat } of await (await root.list()).next(100)) {
    const { handle } = await vfs.open([name], { disposition: 'open', kind: 'any', data: 'read' });
    const bytes = new Uint8Array(100);
    const length = await handle.read(bytes, 0);
    disk.push([name, stat.attributes, new TextDecoder().decode(bytes.subarray(0, length))]);
    await handle.close();
  }
  await root.close();
  const sessions = [...server.sessions.values()]
    .filter(({ identity }) => identity !== undefined)
    .map(({ sessionId, identity, trees, opens }) => [sessionId, identity!.name, [...trees.keys()], [...opens.keys()]]);
  return { disk, sessions, files: structuredClone([...server.authority.entries()]) };
}
