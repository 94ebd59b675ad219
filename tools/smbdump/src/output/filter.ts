import type { Pdu, PduSink } from '../track/pdu.ts';
import { commandText, printable, statusText } from './text.ts';

/** Which PDUs to show; what is not named lets all through. */
export interface FilterOptions {
  /** Names of commands, in any case. */
  readonly commands?: readonly string[];
  /** Patterns with * and ?, or a part of the name. */
  readonly file?: string;
  /** An address with or without its port. */
  readonly client?: string;
  /** Name of a status with or without STATUS_, its number, `ok` or `error`. */
  readonly status?: string;
}

/** Makes the test for PDUs. A request passes `status` never: it has none. */
export function filterOf(options: FilterOptions): (pdu: Pdu) => boolean {
  const tests: ((pdu: Pdu) => boolean)[] = [];
  const { commands, file, client, status } = options;
  if (commands !== undefined && commands.length > 0) {
    const wanted = new Set(commands.map((name) => name.toUpperCase().replaceAll('-', '_')));
    tests.push((pdu) => wanted.has(commandText(pdu)));
  }
  if (file !== undefined) {
    const matches = patternOf(file);
    tests.push(({ open }) => open?.name !== undefined && matches(open.name));
  }
  if (client !== undefined) {
    tests.push(({ conversation }) => {
      const endpoint = conversation.client;
      return endpoint === client || endpoint.startsWith(`${client}:`) || endpoint.startsWith(`[${client}]:`);
    });
  }
  if (status !== undefined) tests.push(statusTest(status));
  return (pdu) => tests.every((test) => test(pdu));
}

/** Passes on what a test lets through. */
export function filtered(sink: PduSink, test: (pdu: Pdu) => boolean): PduSink {
  return {
    pdu: (pdu) => {
      if (test(pdu)) sink.pdu(pdu);
    },
    lost: (conversation, length, why) => sink.lost?.(conversation, length, why),
    closed: (conversation) => sink.closed?.(conversation),
  };
}

/** A pattern with wildcards, compared without case; without any it is looked for anywhere in the name. */
function patternOf(pattern: string): (name: string) => boolean {
  const lower = pattern.replaceAll('/', '\\').toLowerCase();
  if (!/[*?]/.test(lower)) return (name) => printable(name).toLowerCase().includes(lower);
  return (name) => matchesWildcards(lower, name.toLowerCase());
}

/** Linear in both lengths for each star: no pattern takes forever on a name that somebody else chose. */
function matchesWildcards(pattern: string, name: string): boolean {
  let [p, n, star, mark] = [0, 0, -1, 0];
  while (n < name.length) {
    if (p < pattern.length && (pattern[p] === '?' || (pattern[p] === name[n] && pattern[p] !== '*'))) {
      p++;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      mark = n;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function statusTest(wanted: string): (pdu: Pdu) => boolean {
  const upper = wanted.toUpperCase();
  if (upper === 'OK') return (pdu) => statusText(pdu) === 'STATUS_SUCCESS';
  if (upper === 'ERROR') {
    return (pdu) => statusText(pdu) !== undefined && (pdu.header?.status ?? 0) >>> 30 === 3;
  }
  if (/^(0X[0-9A-F]+|\d+)$/.test(upper)) {
    const number = Number(wanted);
    return (pdu) => statusText(pdu) !== undefined && pdu.header?.status === number;
  }
  const name = upper.startsWith('STATUS_') ? upper : `STATUS_${upper}`;
  return (pdu) => statusText(pdu) === name;
}
