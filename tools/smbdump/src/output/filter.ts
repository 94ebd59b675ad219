import { Command } from '@tsmbd/smb2-codec';
import type { Pdu, PduSink } from '../track/pdu.ts';
import { COMMAND_NAMES, SHORT_STATUS_NAMES, STATUS_NAMES, UnknownNameError, unknownName } from './names.ts';
import { commandText, printable, statusText } from './text.ts';

/** Which PDUs to show; what is not named lets all through. */
export interface FilterOptions {
  /** Names of commands, in any case; `smb1` for all of SMB1. */
  readonly commands?: readonly string[];
  /** Patterns with * and ?, or a part of the name. */
  readonly file?: string;
  /** An address with or without its port. */
  readonly client?: string;
  /** Name of a status with or without STATUS_, its number, `ok` or `error`. */
  readonly status?: string;
}

/**
 * Makes the test for PDUs; UnknownNameError for names that none can have. A request passes `status`
 * never: it has none.
 */
export function filterOf(options: FilterOptions): (pdu: Pdu) => boolean {
  const tests: ((pdu: Pdu) => boolean)[] = [];
  const { commands, file, client, status } = options;
  if (commands !== undefined && commands.length > 0) {
    const wanted = new Set(commands.map(commandNamed));
    tests.push((pdu) => wanted.has(commandText(pdu).toUpperCase()) || (pdu.kind === 'smb1' && wanted.has('SMB1')));
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

/**
 * A pattern with wildcards, compared without case; without any it is looked for anywhere in the
 * name.
 */
function patternOf(pattern: string): (name: string) => boolean {
  const lower = pattern.replaceAll('/', '\\').toLowerCase();
  if (!/[*?]/.test(lower)) return (name) => printable(name).toLowerCase().includes(lower);
  return (name) => matchesWildcards(lower, name.toLowerCase());
}

/**
 * Linear in both lengths for each star: no pattern takes forever on a name that somebody else
 * chose.
 */
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

const ALL_COMMANDS = [...Object.keys(Command), 'SMB1'].join(', ');

/** Commands that no specification names, as `commandText` shows them. */
const NUMBERED = /^(COMMAND_[0-9A-F]{4}|SMB1_[0-9A-F]{2})$/;

function commandNamed(word: string): string {
  const name = word.toUpperCase().replaceAll('-', '_');
  if (name === 'SMB1' || COMMAND_NAMES.includes(name) || NUMBERED.test(name)) return name;
  const told = unknownName('command', word, COMMAND_NAMES);
  throw new UnknownNameError(told.includes('did you mean') ? told : `${told}; there are ${ALL_COMMANDS}`);
}

function statusTest(wanted: string): (pdu: Pdu) => boolean {
  const upper = wanted.toUpperCase();
  if (upper === 'OK') return (pdu) => statusText(pdu) === 'STATUS_SUCCESS';
  if (upper === 'ERROR') {
    return (pdu) => statusText(pdu) !== undefined && (pdu.header?.status ?? 0) >>> 30 === 3;
  }
  if (/^(0X[0-9A-F]+|\d+)$/.test(upper)) {
    const number = Number(wanted);
    if (number > 0xffff_ffff) throw new UnknownNameError(`${wanted} is no status: it has more than 32 bits`);
    return (pdu) => statusText(pdu) !== undefined && pdu.header?.status === number;
  }
  const name = [upper, `STATUS_${upper}`].find((candidate) => STATUS_NAMES.has(candidate));
  if (name === undefined) {
    throw new UnknownNameError(unknownName('status', wanted.replace(/^STATUS_/i, ''), SHORT_STATUS_NAMES));
  }
  return (pdu) => statusText(pdu) === name;
}
