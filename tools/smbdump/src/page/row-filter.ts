import { COMMAND_NAMES, nearestName, SHORT_STATUS_NAMES, UnknownNameError, unknownName } from '../output/names.ts';
import type { Row, ViewModel } from '../viewer/model.ts';

type Test = (row: Row) => boolean;

const KEYS: readonly string[] = ['command', 'status', 'file', 'client', 'frame', 'conn', 'latency'];

/**
 * The test of a filter's text: words that all must fit. `command:`, `status:`, `file:`, `client:`,
 * `frame:` and `conn:` look at one thing; `status:error` and `status:ok` are known; `latency:>5` is
 * in milliseconds; `-` before a word turns it round; any other word is looked for in all that the
 * line shows. Case does not matter. UnknownNameError for a word that no row of any capture can fit.
 */
export function rowFilter(text: string, { conversations, opens, rows }: ViewModel): Test {
  const names = new Map(opens.map(({ index, name }) => [index, name.toLowerCase()]));
  const clients = conversations.map(({ client }) => client.toLowerCase());
  const tests = (text.toLowerCase().match(/\S+/g) ?? []).map((word) => {
    const isNegative = word.startsWith('-') && word.length > 1;
    const test = wordTest(isNegative ? word.slice(1) : word, names, clients, rows);
    return isNegative ? (row: Row) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

function wordTest(
  word: string,
  names: ReadonlyMap<number, string>,
  clients: readonly string[],
  rows: readonly Row[],
): Test {
  const colon = word.indexOf(':');
  const value = word.slice(colon + 1);
  const key = colon < 0 ? '' : word.slice(0, colon);
  switch (key) {
    case 'command':
      if (!isPart(value, COMMAND_NAMES) && !rows.some(({ command }) => command.toLowerCase().includes(value))) {
        throw new UnknownNameError(unknownName('command', value, COMMAND_NAMES));
      }
      return ({ command }) => command.toLowerCase().includes(value);
    case 'status':
      return statusTest(value, rows);
    case 'file':
      return ({ open }) => names.get(open)?.includes(value) ?? false;
    case 'client':
      return ({ conversation }) => clients[conversation]?.startsWith(value) ?? false;
    case 'frame': {
      const number = numberOf(key, value);
      return ({ frame }) => frame === number;
    }
    case 'conn': {
      const number = numberOf(key, value);
      return ({ conversation }) => conversation === number;
    }
    case 'latency': {
      const limit = numberOf(key, value.replace(/^[<>]/, '')) * 1000;
      if (value.startsWith('<')) return ({ latencyUs }) => latencyUs >= 0 && latencyUs < limit;
      return ({ latencyUs }) => latencyUs > limit;
    }
    default:
      return textTest(word, key);
  }
}

function statusTest(value: string, rows: readonly Row[]): Test {
  if (value === 'error') return ({ isError }) => isError;
  if (value === 'ok') return ({ status }) => status === 'SUCCESS';
  const name = value.replace(/^status_/, '');
  const isKnown = isPart(name, SHORT_STATUS_NAMES) || isPart(name, ['ERROR', 'OK']);
  if (!isKnown && !rows.some(({ status }) => status.toLowerCase().includes(name))) {
    throw new UnknownNameError(unknownName('status', name, SHORT_STATUS_NAMES));
  }
  return ({ status }) => status.toLowerCase().includes(name);
}

/**
 * Any word. One with a colon may be the name of a stream, unless what stands before it is nearly a
 * key.
 */
function textTest(word: string, key: string): Test {
  const near = key === '' ? undefined : nearestName(key, KEYS);
  if (near !== undefined) throw new UnknownNameError(`no word begins with ${key}:; did you mean ${near}:?`);
  return ({ command, status, about }) =>
    about.toLowerCase().includes(word) || command.toLowerCase().includes(word) || status.toLowerCase().includes(word);
}

/** Whether a name has this in it: while somebody types, words are not whole. */
function isPart(value: string, names: readonly string[]): boolean {
  const upper = value.toUpperCase();
  return names.some((name) => name.includes(upper));
}

function numberOf(key: string, value: string): number {
  const number = Number(value);
  if (Number.isNaN(number)) throw new UnknownNameError(`${key}: needs a number, ${JSON.stringify(value)} is none`);
  return number;
}
