import { Command, HeaderFlags } from '@tsmbd/smb2-codec';
import type { Conversation } from '../net/conversation.ts';
import type { Pdu, PduSink } from '../track/pdu.ts';
import { Histogram } from './histogram.ts';
import { commandText, durationText, isFailure, printable, statusText } from './text.ts';

/** Counts of one command, client or file. */
export interface Tally {
  requests: number;
  responses: number;
  errors: number;
  /** Bytes of messages on the wire, both ways. */
  bytes: number;
  /** Bytes that READ Responses and WRITE Requests carried. */
  readBytes: number;
  writtenBytes: number;
  readonly latency: Histogram;
  /** Failures by status. */
  readonly statuses: Map<string, number>;
}

/** Files and clients that are counted apart; the rest is one line. */
const MAX_ROWS = 100_000;
const OTHERS = '(others)';
/** Statuses that are counted apart in one row; somebody may make them up. */
const MAX_STATUSES = 1000;

/** Adds up a capture: by command, by client and by file. */
export class Statistics implements PduSink {
  readonly commands = new Map<string, Tally>();
  readonly clients = new Map<string, Tally>();
  readonly files = new Map<string, Tally>();
  pdus = 0;
  messages = 0;
  bytes = 0;
  sealed = 0;
  badSignatures = 0;
  goodSignatures = 0;
  lostBytes = 0;
  firstUs = Number.POSITIVE_INFINITY;
  lastUs = Number.NEGATIVE_INFINITY;
  readonly #clientNames = new WeakMap<Conversation, string>();
  readonly #byCode: (Tally | undefined)[] = [];

  pdu(pdu: Pdu): void {
    this.pdus++;
    if (pdu.timeUs < this.firstUs) this.firstUs = pdu.timeUs;
    if (pdu.timeUs > this.lastUs) this.lastUs = pdu.timeUs;
    if (pdu.element === 0) {
      this.messages++;
      this.bytes += pdu.wireLength;
      if (pdu.sealed) this.sealed++;
    }
    if (pdu.signature === 'good') this.goodSignatures++;
    if (pdu.signature === 'bad') this.badSignatures++;
    count(this.#commandTally(pdu), pdu);
    count(tallyOf(this.clients, this.#clientOf(pdu.conversation)), pdu);
    if (pdu.open !== undefined) count(tallyOf(this.files, fileName(pdu)), pdu);
  }

  lost(_conversation: Conversation, length: number): void {
    this.lostBytes += length;
  }

  #commandTally(pdu: Pdu): Tally {
    const code = pdu.header?.command;
    if (code === undefined || code > 0x13) return tallyOf(this.commands, commandText(pdu));
    this.#byCode[code] ??= tallyOf(this.commands, commandText(pdu));
    return this.#byCode[code];
  }

  #clientOf(conversation: Conversation): string {
    let name = this.#clientNames.get(conversation);
    if (name === undefined) {
      name = conversation.client.replace(/:\d+$/, '');
      this.#clientNames.set(conversation, name);
    }
    return name;
  }
}

function fileName({ open, tree }: Pdu): string {
  const path = open!.tree?.path ?? tree?.path;
  const name = open!.name ?? '(opened before the capture)';
  return path === undefined ? name : `${path}\\${name}`;
}

function tallyOf(map: Map<string, Tally>, name: string): Tally {
  let tally = map.get(name);
  if (tally === undefined) {
    const key = map.size >= MAX_ROWS ? OTHERS : name;
    tally = map.get(key) ?? {
      requests: 0,
      responses: 0,
      errors: 0,
      bytes: 0,
      readBytes: 0,
      writtenBytes: 0,
      latency: new Histogram(),
      statuses: new Map(),
    };
    map.set(key, tally);
  }
  return tally;
}

function count(tally: Tally, pdu: Pdu): void {
  const { header } = pdu;
  tally.bytes += pdu.length;
  if (header === undefined) return;
  if ((header.flags & HeaderFlags.SERVER_TO_REDIR) === 0) {
    tally.requests++;
    if (header.command === Command.WRITE) tally.writtenBytes += pdu.request?.ioLength ?? 0;
    return;
  }
  if (!pdu.isInterim) tally.responses++;
  if (isFailure(pdu)) {
    tally.errors++;
    const known = statusText(pdu)!;
    const status = tally.statuses.size < MAX_STATUSES || tally.statuses.has(known) ? known : OTHERS;
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  } else if (header.command === Command.READ && !pdu.isInterim && pdu.length > READ_DATA) {
    // DataLength is behind the fixed part's first four bytes, [MS-SMB2] 2.2.20.
    const at = pdu.start + 68;
    if (at + 4 <= pdu.end) {
      const { message } = pdu;
      const size = message[at]! + (message[at + 1]! << 8) + (message[at + 2]! << 16) + message[at + 3]! * 2 ** 24;
      tally.readBytes += Math.min(size, pdu.length);
    }
  }
  if (pdu.latencyUs !== undefined && !pdu.isInterim) tally.latency.add(pdu.latencyUs);
}

/** An SMB2 header and the fixed part of a READ Response. */
const READ_DATA = 80;

/** The statistics as a table for people. */
export function statisticsText(stats: Statistics, top = 20): string {
  const seconds = Math.max(0, (stats.lastUs - stats.firstUs) / 1e6);
  const lines = [
    `${stats.pdus} PDUs in ${stats.messages} messages, ${stats.bytes} bytes, ${stats.pdus === 0 ? 0 : seconds.toFixed(3)} s`,
  ];
  if (stats.sealed > 0) lines.push(`${stats.sealed} messages were encrypted`);
  if (stats.goodSignatures > 0) lines.push(`${stats.goodSignatures} signatures are right`);
  if (stats.badSignatures > 0) lines.push(`${stats.badSignatures} SIGNATURES ARE WRONG`);
  if (stats.lostBytes > 0) lines.push(`${stats.lostBytes} bytes are missing or belong to no message`);
  lines.push('', ...table('command', [...stats.commands]));
  lines.push('', ...table('client', busiest(stats.clients, top)));
  if (stats.files.size > 0) lines.push('', ...table('file', busiest(stats.files, top)));
  if (stats.files.size > top) lines.push(`(${stats.files.size - top} more files)`);
  const statuses = new Map<string, number>();
  for (const tally of stats.commands.values()) {
    for (const [name, n] of tally.statuses) statuses.set(name, (statuses.get(name) ?? 0) + n);
  }
  if (statuses.size > 0) lines.push('', 'errors');
  for (const [name, n] of [...statuses].sort((a, b) => b[1] - a[1])) lines.push(`${String(n).padStart(9)}  ${name}`);
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON value. */
export function statisticsJson(stats: Statistics): object {
  const rows = (map: ReadonlyMap<string, Tally>) =>
    Object.fromEntries(
      [...map].map(([name, t]) => [
        name,
        {
          requests: t.requests,
          responses: t.responses,
          errors: t.errors,
          bytes: t.bytes,
          readBytes: t.readBytes,
          writtenBytes: t.writtenBytes,
          latencyUs: {
            count: t.latency.count,
            mean: t.latency.count === 0 ? 0 : Math.round(t.latency.sum / t.latency.count),
            p50: Math.round(t.latency.percentile(0.5)),
            p90: Math.round(t.latency.percentile(0.9)),
            p99: Math.round(t.latency.percentile(0.99)),
            max: Math.round(t.latency.max),
          },
          statuses: Object.fromEntries(t.statuses),
        },
      ]),
    );
  const { pdus, messages, bytes, sealed, goodSignatures, badSignatures, lostBytes } = stats;
  return {
    pdus,
    messages,
    bytes,
    sealed,
    goodSignatures,
    badSignatures,
    lostBytes,
    seconds: stats.pdus === 0 ? 0 : (stats.lastUs - stats.firstUs) / 1e6,
    commands: rows(stats.commands),
    clients: rows(stats.clients),
    files: rows(stats.files),
  };
}

function busiest(map: ReadonlyMap<string, Tally>, top: number): [string, Tally][] {
  return [...map].sort((a, b) => b[1].bytes - a[1].bytes).slice(0, top);
}

const COLUMNS = ['requests', 'responses', 'errors', 'bytes', 'read', 'written', 'p50', 'p90', 'p99', 'max'];

function table(title: string, rows: readonly [string, Tally][]): string[] {
  const cells = rows.map(([, t]) => [
    String(t.requests),
    String(t.responses),
    String(t.errors),
    String(t.bytes),
    String(t.readBytes),
    String(t.writtenBytes),
    ...(t.latency.count === 0
      ? ['-', '-', '-', '-']
      : [t.latency.percentile(0.5), t.latency.percentile(0.9), t.latency.percentile(0.99), t.latency.max].map(
          durationText,
        )),
  ]);
  const widths = COLUMNS.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const line = (row: readonly string[], name: string): string =>
    `${row.map((cell, i) => cell.padStart(widths[i]!)).join('  ')}  ${name}`;
  return [line(COLUMNS, title), ...cells.map((row, i) => line(row, printable(rows[i]![0])))];
}
