import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { CaptureError } from '../capture/packet.ts';
import { type KeyOptions, keyRingOf } from '../keys.ts';
import { withKeyOptions } from '../option-types.ts';
import { Comparison, compare, type Subject } from './compare.ts';
import { compareStatuses } from './statuses.ts';
import { subjects } from './subjects.ts';
import { TsharkError } from './tshark.ts';

interface Options extends KeyOptions {
  readonly match: string;
}

/**
 * Runs the command `compare`; answers its exit code: 0 when every difference is explained, 1 when
 * one is not, 2 when something could not be compared.
 */
export async function runComparison(argv: readonly string[]): Promise<number> {
  let code = 0;
  const program = withKeyOptions(new Command('compare'))
    .description('Holds every field of SMB2 that tshark shows of a capture against ours, and prints the differences.')
    .argument('[captures...]', 'pcap or pcapng, gzipped or not; the fixtures of this repository unless told')
    .option('--match <regex>', 'of the fixtures, those whose names match', '')
    .action(async (captures: readonly string[], options: Options) => {
      code = captures.length > 0 ? await compareFiles(captures, options) : await compareFixtures(options.match);
    });
  await program.parseAsync(argv);
  return code;
}

async function compareFiles(captures: readonly string[], options: KeyOptions): Promise<number> {
  let code = 0;
  for (const file of captures) {
    const result = new Comparison();
    try {
      if (!existsSync(file)) throw new CaptureError('there is no such file');
      await compare({ file, keys: keyRingOf(options, file) }, result);
    } catch (error) {
      process.stderr.write(`compare: ${file}: ${sentenceOf(error)}\n`);
      code = 2;
      continue;
    }
    const { size } = result.unexplained;
    console.log(`${file}: ${summaryOf(result)}, ${size === 0 ? 'no difference is' : `${size} are`} unexplained`);
    printDifferences(result);
    if (size > 0) code = Math.max(code, 1);
  }
  return code;
}

async function compareFixtures(pattern: string): Promise<number> {
  const result = new Comparison();
  try {
    const all: readonly Subject[] = subjects(new RegExp(pattern));
    for (const subject of all) await compare(subject, result);
    console.log(`${all.length} captures, ${summaryOf(result)}`);
    printDifferences(result);
    const statuses = await compareStatuses();
    console.log(`NTSTATUS: ${statuses.agreed} names agree; tshark has ${statuses.theirsOnly} more`);
    for (const text of statuses.explained) console.log(`explained: ${text}`);
    for (const text of statuses.unexplained) console.log(`UNEXPLAINED: ${text}`);
    if (statuses.oursOnly.length > 0) console.log(`and lacks ${statuses.oursOnly.length} of ours`);
    return result.unexplained.size + statuses.unexplained.length === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`compare: ${sentenceOf(error)}\n`);
    return 2;
  }
}

function summaryOf({ pdus, names, fields, agreed, wholes }: Comparison): string {
  return `${pdus} PDUs, ${fields} fields of ${names.size} names: ${agreed} agree; ${wholes} whole structures`;
}

function printDifferences({ explained, unexplained }: Comparison): void {
  for (const [{ names, right, why }, count] of explained) {
    console.log(`${String(count).padStart(8)} explained (${right} right): ${names.join(', ')}: ${why}`);
  }
  for (const [name, { count, example }] of [...unexplained].sort()) {
    console.log(`${String(count).padStart(8)} UNEXPLAINED: ${name}: ${example}`);
  }
}

/** What went wrong, in words; a bug of ours is thrown on. */
function sentenceOf(error: unknown): string {
  const isExpected = error instanceof CaptureError || error instanceof TsharkError;
  const isOfSystem = error instanceof Error && ('code' in error || error instanceof SyntaxError);
  if (isExpected || isOfSystem) return error.message;
  throw error;
}
