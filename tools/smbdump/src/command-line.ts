import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import { Analyzer } from './analyzer.ts';
import { CaptureError } from './capture/packet.ts';
import { type KeyOptions, keyRingOf } from './keys.ts';
import { captureLive } from './live.ts';
import { analyzeFile, analyzeStream } from './open-capture.ts';
import { count, several, text, withKeyOptions } from './option-types.ts';
import { fieldLines } from './output/fields.ts';
import { filtered, filterOf } from './output/filter.ts';
import { jsonOf } from './output/json.ts';
import { lineOf } from './output/line.ts';
import { Statistics, statisticsJson, statisticsText } from './output/stats.ts';
import type { PduSink } from './track/pdu.ts';
import { ViewCollector } from './viewer/collector.ts';

const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

interface Options extends KeyOptions {
  readonly json?: boolean;
  readonly fields?: boolean;
  readonly stats?: boolean;
  readonly live?: number;
  readonly interface: string;
  readonly html?: string;
  readonly page?: string;
  readonly top: number;
  readonly port?: readonly number[];
  readonly command?: readonly string[];
  readonly file?: string;
  readonly client?: string;
  readonly status?: string;
}

/** Runs the command `smbdump`; answers its exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = withKeyOptions(new Command('smbdump'))
    .description('Shows the SMB2/3 traffic of a capture (pcap or pcapng, gzipped or not; - for standard input).')
    .version(VERSION)
    .argument('[capture]', 'file to read')
    .option('--json', 'one JSON object a PDU')
    .option('--fields', 'every field of each PDU with its offset, value and section')
    .option('--stats', 'counts by command, client and file; with --json as JSON')
    .option('--html <out>', 'write one page that shows it: list, sequence, opens and leases, latency, bytes')
    .option('--page <out>', 'write the same page without a capture, which takes one that is dropped on it')
    .option('--top <n>', 'how many clients and files --stats shows', count, 20)
    .option('--live <port>', 'capture this port with tcpdump and show what comes, until Ctrl-C', count)
    .option('--interface <name>', 'where --live captures', 'any')
    .option('--port <n>', 'a port where a server is expected, beside 445 and 139', several(count))
    .option('--command <name>', 'only this command; smb1 for all of SMB1', several(text))
    .option('--file <pattern>', 'only PDUs about files of that name; * and ? are wildcards')
    .option('--client <address>', 'only this client')
    .option('--status <name>', 'only responses with this status; ok and error are understood')
    .action(async (capture: string | undefined, options: Options) => {
      if (options.page !== undefined) {
        const { buildPage } = await import('./viewer/page.ts');
        writeFileSync(options.page, await buildPage());
      } else if (capture === undefined && options.live === undefined) program.help({ error: true });
      else code = await analyze(capture ?? 'live', options);
    });
  await program.parseAsync(argv);
  return code;
}

async function analyze(capture: string, options: Options): Promise<number> {
  const out = new Output();
  try {
    const keys = keyRingOf(options, capture);
    const stats = options.stats === true ? new Statistics() : undefined;
    const view = options.html === undefined ? undefined : new ViewCollector();
    const shown: PduSink = stats ??
      view ?? {
        pdu: (pdu) => {
          out.line(options.json === true ? JSON.stringify(jsonOf(pdu)) : lineOf(pdu, analyzer.firstUs));
          if (options.fields === true) for (const line of fieldLines(pdu)) out.line(line);
        },
        lost: (conversation, length, why) => {
          if (options.json !== true) out.line(`# #${conversation.index}: ${length} bytes ${LOST[why]}`);
        },
      };
    const passes = filterOf({ ...options, commands: options.command ?? [] });
    let [seen, passed] = [0, 0];
    const analyzer: Analyzer = new Analyzer(
      filtered(shown, (pdu) => {
        seen++;
        if (!passes(pdu)) return false;
        passed++;
        return true;
      }),
      {
        keys,
        payloads: stats === undefined,
        ports: [...(options.port ?? []), ...(options.live === undefined ? [] : [options.live])],
        problem: (problem) => process.stderr.write(`smbdump: ${problem}\n`),
      },
    );
    if (options.live !== undefined) {
      await captureLive(options.live, options.interface, analyzer, () => out.flush());
    } else if (capture === '-') await analyzeStream(process.stdin, analyzer);
    else await analyzeFile(capture, analyzer);
    if (stats !== undefined) {
      out.text(
        options.json === true ? `${JSON.stringify(statisticsJson(stats))}\n` : statisticsText(stats, options.top),
      );
    }
    if (passed === 0 && seen > 0) process.stderr.write(`smbdump: none of ${seen} PDUs is what was asked for\n`);
    if (view !== undefined) {
      // Loaded only here: it brings a bundler with it.
      const { pageOf } = await import('./viewer/page.ts');
      writeFileSync(options.html!, await pageOf(view.view(basename(capture))));
    }
    await out.end();
    return 0;
  } catch (error) {
    await out.end();
    process.stderr.write(`smbdump: ${messageOf(error)}\n`);
    return 1;
  }
}

const LOST = { gap: 'are missing', 'no SMB': 'belong to no message' } as const;

/** Collects lines and writes them in large pieces. */
class Output {
  #lines: string[] = [];
  #length = 0;

  line(line: string): void {
    this.text(`${line}\n`);
  }

  text(text: string): void {
    this.#lines.push(text);
    this.#length += text.length;
    if (this.#length > 1 << 16) this.flush();
  }

  async end(): Promise<void> {
    if (!this.flush()) await once(process.stdout, 'drain');
  }

  /** Writes what is there; false when it has to wait for its reader. */
  flush(): boolean {
    const text = this.#lines.join('');
    this.#lines = [];
    this.#length = 0;
    return text === '' || process.stdout.write(text);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof CaptureError || error instanceof Error) return error.message;
  return String(error);
}
