import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { sentence } from '../system-error.ts';
import { jsonParts } from './json-parts.ts';
import { type ControlRequest, type ControlResponse, controlRequest, MAX_REQUEST } from './protocol.ts';

/** Carries out a request. The command line is told what it throws. */
export type ControlHandler = (request: ControlRequest) => unknown;

/** How long a client may take to send its request. */
const TIMEOUT_MS = 10_000;

/** Listens on a Unix socket of mode 0600: whoever may write to it may control the daemon. */
export async function listenControl(path: string, handle: ControlHandler): Promise<AsyncDisposable> {
  rmSync(path, { force: true });
  const server = createServer((socket) => serveOne(socket, handle));
  // The umask of the process gives the socket its mode: no other user can connect between bind and
  // chmod.
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } finally {
    process.umask(mask);
  }
  chmodSync(path, 0o600);
  return { [Symbol.asyncDispose]: () => closeServer(server, path) };
}

function closeServer(server: Server, path: string): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      rmSync(path, { force: true });
      resolve();
    });
  });
}

function serveOne(socket: Socket, handle: ControlHandler): void {
  let received = '';
  socket.setEncoding('utf8');
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    received += chunk;
    if (received.length > MAX_REQUEST) {
      socket.destroy();
      return;
    }
    const end = received.indexOf('\n');
    if (end < 0) return;
    socket.removeAllListeners('data');
    // An answer may take as long as the operation that it is about.
    socket.setTimeout(0);
    void answer(received.slice(0, end), handle).then((response) => send(socket, response));
  });
}

/** A long answer is written in parts. Others have a turn of the event loop between two of them. */
function send(socket: Socket, response: ControlResponse): void {
  const parts = jsonParts(response);
  const goOn = (): void => {
    if (socket.destroyed) return;
    const { value, done } = parts.next();
    if (done === true) socket.end('\n');
    else socket.write(value, () => setImmediate(goOn));
  };
  goOn();
}

async function answer(line: string, handle: ControlHandler): Promise<ControlResponse> {
  try {
    return { ok: true, result: await handle(controlRequest.parse(JSON.parse(line))) };
  } catch (error) {
    return { ok: false, error: sentence(error) };
  }
}
