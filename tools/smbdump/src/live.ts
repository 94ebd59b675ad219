import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Analyzer } from './analyzer.ts';

/**
 * Analyses what tcpdump captures of a TCP port until Ctrl-C, or until tcpdump ends by itself.
 * Throws Error with what tcpdump said when it cannot capture.
 *
 * @param shown called when all that has come so far is analysed
 */
export async function captureLive(port: number, nic: string, analyzer: Analyzer, shown: () => void): Promise<void> {
  const args = ['-i', nic, '-s', '0', '-U', '--immediate-mode', '-w', '-', 'tcp', 'port', String(port)];
  const tcpdump = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  tcpdump.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096);
    if (said.includes('listening on')) process.stderr.write(`smbdump: ${text}`);
  });
  const failed = new Promise<never>((_, reject) => {
    tcpdump.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error('--live needs tcpdump, which is not installed') : error);
    });
  });
  // The terminal sends SIGINT to both; tcpdump then writes what it has and ends, and so does its
  // output.
  const stop = (): void => {
    tcpdump.kill('SIGINT');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const read = async (): Promise<void> => {
      for await (const piece of tcpdump.stdout) {
        analyzer.push(piece as Uint8Array);
        shown();
      }
      if (tcpdump.exitCode === null && tcpdump.signalCode === null) await once(tcpdump, 'exit');
      if ((tcpdump.exitCode ?? 0) !== 0) throw new Error(said.trim().split('\n').at(-1) ?? 'tcpdump failed');
      analyzer.end();
    };
    await Promise.race([read(), failed]);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    tcpdump.kill('SIGKILL');
  }
}
