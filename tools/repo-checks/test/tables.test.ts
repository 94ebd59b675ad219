import { join } from 'node:path';
import test from 'ava';
import { root } from '../src/tree.ts';

/** What a file of a package's tests exports: tables are no package's public surface. */
async function exportsOf(file: string): Promise<Record<string, ReadonlyMap<unknown, unknown>>> {
  return (await import(join(root, file))) as Record<string, ReadonlyMap<unknown, unknown>>;
}

const { COMMANDS } = await exportsOf('packages/smb2-server/src/pipeline/dispatch.ts');
const { Command } = (await import(join(root, 'packages/smb2-codec/src/index.ts'))) as {
  Command: Readonly<Record<string, number>>;
};

/** Every command that a client sends: the dispatch table's, and CANCEL. */
const commands = Object.keys(Command).filter((name) => name === 'CANCEL' || COMMANDS!.has(Command[name]));

test('every command that the server knows has a name', (t) => {
  t.is(commands.length, COMMANDS!.size + 1);
});

test('every command is in the table of session states, in every state', async (t) => {
  const { SESSION_STATES, STATES } = await exportsOf('packages/smb2-server/test/tables/session-states.ts');
  t.deepEqual([...SESSION_STATES!.keys()].sort(), [...commands].sort());
  const states = Object.keys(STATES!).sort();
  t.true(states.length >= 15);
  for (const [command, cells] of SESSION_STATES!) {
    t.deepEqual([...(cells as ReadonlyMap<string, string>).keys()].sort(), states, String(command));
  }
});

test('every command has a request for the tables', async (t) => {
  const { EVERY_REQUEST } = await exportsOf('packages/smb2-server/test/tables/every-request.ts');
  t.deepEqual([...EVERY_REQUEST!.keys()].sort(), [...commands].sort());
});
