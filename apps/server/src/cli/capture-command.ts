import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { CaptureSummary } from '../capture/capture.ts';
import type { ControlRequest } from '../control/protocol.ts';
import { controlSocketOf, defaultStateDirectory } from '../state/state-directory.ts';

interface Options {
  readonly state: string;
  readonly client?: string;
  readonly out?: string;
  readonly maxSize: number;
  readonly stop?: boolean;
}

/**
 * `tsmbd capture`: lets the daemon write one client's messages, decrypted, to a file that Wireshark
 * opens.
 */
export function captureCommand(): Command {
  return new Command('capture')
    .description("write one client's messages, decrypted, as pcapng; until Ctrl-C or capture --stop")
    .option('--state <dir>', 'state directory', defaultStateDirectory())
    .option('--client <address>', 'IP address of the client')
    .option('--out <file>', 'file to write, with mode 0600; it holds what was encrypted')
    .option('--max-size <MB>', 'the file grows no further', megabytes, 1024)
    .option('--stop', 'end the capture that runs')
    .action(async (options: Options) => {
      const { askDaemon } = await import('../control/control-client.ts');
      const ask = (request: ControlRequest): Promise<unknown> => askDaemon(controlSocketOf(options.state), request);
      if (options.stop === true) {
        tell((await ask({ command: 'capture-stop' })) as CaptureSummary);
        return;
      }
      const { client, out } = options;
      if (client === undefined || out === undefined) throw new Error('capture needs --client and --out, or --stop');
      await ask({ command: 'capture-start', client, out: resolve(out), maxBytes: options.maxSize * 1e6 });
      console.log(`capturing ${client} to ${resolve(out)}; Ctrl-C ends it`);
      // Another command may stop the capture, and the end of the daemon stops it too.
      const ended = ask({ command: 'capture-wait' }) as Promise<CaptureSummary>;
      const first = await Promise.race([interrupted(), ended]);
      tell(first ?? ((await ask({ command: 'capture-stop' })) as CaptureSummary));
    });
}

/** Resolves at SIGINT or SIGTERM. */
function interrupted(): Promise<undefined> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done(undefined));
  });
}

function tell({ out, messages, bytes, dropped }: CaptureSummary): void {
  console.log(`${messages} messages, ${bytes} bytes in ${out}`);
  if (dropped > 0) console.log(`${dropped} messages were left out: the file was full or the disk too slow`);
}

function megabytes(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 1_000_000)
    throw new InvalidArgumentError('not a number of MB');
  return number;
}
