import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Records what passes through the loopback interface's TCP port while `work` runs. Returns the
 * pcap. Needs tcpdump, and root.
 */
export async function record(port: number, work: () => Promise<void>): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'tsmbd-capture-'));
  const file = join(folder, 'pcap');
  const args = ['-i', 'lo', '-s', '0', '-U', '-B', '8192', '--immediate-mode', '-Z', 'root', '-w', file];
  const child = spawn('tcpdump', [...args, 'tcp', 'port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const listening = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('listening on')) resolve();
    });
    child.once('exit', () => reject(new Error(`tcpdump: ${said}`)));
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await listening;
    await work();
    // The last segments are on their way through the kernel's buffer.
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.kill('SIGINT');
    await ended;
    if (!/\b0 packets dropped by kernel/.test(said)) throw new Error(`frames were dropped: ${said}`);
    return readFileSync(file);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}
