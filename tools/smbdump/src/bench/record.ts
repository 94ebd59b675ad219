import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where the server listens, which tshark has to be told. */
export const PORT = 45_991;

const PASSWORD = 'Passw0rd1';

/**
 * Records mixed traffic of smbclient with tsmbd on the loopback interface: large files both ways,
 * many small ones, listings, renames and deletes. Needs tcpdump, smbclient and root.
 *
 * @param file where the pcap goes
 * @param rounds each makes some 150 MB
 */
export async function recordMixed(file: string, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'smbdump-bench-'));
  const port = PORT;
  mkdirSync(join(folder, 'share'));
  mkdirSync(join(folder, 'small'));
  writeFileSync(join(folder, 'large'), Buffer.alloc(48 << 20, 'The quick brown fox. '));
  for (let i = 0; i < 300; i++)
    writeFileSync(join(folder, 'small', `file-${i}`), Buffer.alloc(500 + ((i * 977) % 30_000), i));
  const server = spawn(
    'tsmbd',
    [
      'serve',
      '--share',
      `t=${join(folder, 'share')}`,
      '--user',
      'bench',
      '--password',
      PASSWORD,
      '--port',
      String(port),
      '--host',
      '127.0.0.1',
      '--state',
      join(folder, 'state'),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const dump = spawn(
    'tcpdump',
    ['-i', 'lo', '-s', '0', '-B', '65536', '-Z', 'root', '-w', file, 'tcp', 'port', String(port)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  try {
    await Promise.all([said(server.stdout, /port|listening|smbclient/i), said(dump.stderr, /listening on/)]);
    const commands = [
      `lcd ${folder}`,
      'put large large',
      'get large large.back',
      'mkdir small',
      'prompt off',
      'recurse on',
      'mput small',
      'ls small\\*',
      `lcd ${join(folder, 'share')}`,
      'cd small',
      'ls',
      'cd \\',
      'rename large larger',
      'allinfo larger',
      'deltree small',
      'del larger',
    ];
    for (let round = 0; round < rounds; round++) {
      await execute(
        'smbclient',
        ['//127.0.0.1/t', '-p', String(port), '-U', `bench%${PASSWORD}`, '-c', commands.join(';')],
        { maxBuffer: 1 << 26 },
      ).catch((error: { stdout?: string }) => {
        // A round whose files were in the way is traffic too.
        if (error.stdout === undefined) throw error;
      });
    }
  } finally {
    dump.kill('SIGINT');
    server.kill('SIGTERM');
    await new Promise((resolve) => dump.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

function said(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (pattern.test(text)) resolve();
    });
    stream.once('end', () => reject(new Error(text)));
  });
}
