import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/**
 * A new password: asked twice on a terminal without showing it, or the first line of standard
 * input. Throws when the two differ or there is none.
 */
export async function readNewPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) {
    const line = (await readAll(process.stdin)).split(/\r?\n/)[0]!;
    if (line === '') throw new Error('no password on standard input');
    return line;
  }
  const first = await askHidden(`Password for ${name}: `);
  if (first === '') throw new Error('an empty password is no password');
  if ((await askHidden('Again: ')) !== first) throw new Error('the passwords differ');
  return first;
}

/** The whole content of a stream, as text. */
export async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}

async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    process.stderr.write('\n');
  }
}
