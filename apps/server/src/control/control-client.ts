import { createConnection } from 'node:net';
import { systemReason } from '../system-error.ts';
import { type ControlRequest, controlResponse } from './protocol.ts';

/**
 * Sends a request to the daemon behind the socket at `path`. Rejects if no daemon runs, or if the
 * daemon refuses, with its reason.
 */
export async function askDaemon(path: string, request: ControlRequest): Promise<unknown> {
  const line = await new Promise<string>((resolve, reject) => {
    const socket = createConnection(path);
    let received = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('end', () => resolve(received));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const nobody = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      if (nobody) reject(new Error(`no tsmbd runs with this state directory (${path})`));
      else reject(new Error(`the tsmbd behind ${path} cannot be asked: ${systemReason(error)}`, { cause: error }));
    });
  });
  if (line === '') throw new Error('the tsmbd that was asked has ended');
  const response = controlResponse.parse(JSON.parse(line));
  if (!response.ok) throw new Error(response.error);
  return response.result;
}
