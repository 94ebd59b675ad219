import { statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { MAX_REQUEST } from '../src/control/protocol.ts';
import { TestDaemon } from './helpers/daemon.ts';

// Whoever may write to the socket may control the daemon; what he writes is read as strictly as
// what clients send.

/** Sends bytes as they are; what comes back until the daemon ends the connection. */
function tell(path: string, bytes: string | Uint8Array, end = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let received = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => (end ? socket.end(bytes) : socket.write(bytes)));
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The daemon hung up while this was still talking.
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
  });
}

const NOT_REQUESTS: readonly [what: string, bytes: string | Uint8Array][] = [
  ['no JSON', 'status\n'],
  ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0, 1, 10)],
  ['JSON that is no object', '"status"\n'],
  ['null', 'null\n'],
  ['a list', '[{"command":"status"}]\n'],
  ['no command', '{}\n'],
  ['an unknown command', '{"command":"run"}\n'],
  ['a command that is no text', '{"command":{"toString":"status"}}\n'],
  ['a field of another type', '{"command":"explain-open","share":1,"path":"f"}\n'],
  ['a field that is too long', `{"command":"debug","component":"${'x'.repeat(17)}"}\n`],
  ['a capture to a relative path', '{"command":"capture-start","client":"*","out":"../f","maxBytes":1}\n'],
  ['a capture of no bytes', '{"command":"capture-start","client":"*","out":"/f","maxBytes":-1}\n'],
  ['deep nesting', `${'['.repeat(2000)}\n`],
  ['a field of every object', '{"__proto__":{"command":"shutdown"}}\n'],
];

test.serial('the control socket answers what is no request with an error, and goes on', async (t) => {
  await using daemon = await TestDaemon.start();
  const path = join(daemon.state, 'control.sock');
  t.is(statSync(path).mode & 0o777, 0o600);
  for (const [what, bytes] of NOT_REQUESTS) t.like(JSON.parse(await tell(path, bytes)), { ok: false }, what);
  t.is(await tell(path, 'x'.repeat(MAX_REQUEST + 1)), '', 'too long: no answer');
  t.is(await tell(path, '{"command":"shutdown"}', true), '', 'half a line');
  // Only the first line is a request.
  const twice = await tell(path, '{"command":"shares"}\n{"command":"shutdown"}\n');
  t.like(JSON.parse(twice), { ok: true });
  t.like(JSON.parse(await tell(path, '{"command":"status"}\n')), { ok: true });
  t.is(daemon.process.exitCode, null);
});

test.serial('a client that says nothing on the control socket holds nobody up', async (t) => {
  await using daemon = await TestDaemon.start();
  const path = join(daemon.state, 'control.sock');
  const silent = createConnection(path);
  await new Promise((resolve) => silent.once('connect', resolve));
  t.like(JSON.parse(await tell(path, '{"command":"status"}\n')), { ok: true });
  silent.destroy();
});
