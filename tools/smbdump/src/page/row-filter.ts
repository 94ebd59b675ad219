import type { Row, ViewModel } from '../viewer/model.ts';

/**
 * The test of a filter's text: words that all must fit. `command:`, `status:`, `file:`, `client:`, `frame:` and
 * `conn:` look at one thing; `status:error` and `status:ok` are known; `latency:>5` is in milliseconds; `-` before a word
 * turns it round; any other word is looked for in all that the line shows. Case does not matter.
 */
export function rowFilter(text: string, { conversations, opens }: ViewModel): (row: Row) => boolean {
  const names = new Map(opens.map(({ index, name }) => [index, name.toLowerCase()]));
  const clients = conversations.map(({ client }) => client.toLowerCase());
  const tests = (text.toLowerCase().match(/\S+/g) ?? []).map((word) => {
    const isNegative = word.startsWith('-') && word.length > 1;
    const test = wordTest(isNegative ? word.slice(1) : word, names, clients);
    return isNegative ? (row: Row) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

function wordTest(word: string, names: ReadonlyMap<number, string>, clients: readonly string[]): (row: Row) => boolean {
  const colon = word.indexOf(':');
  const value = word.slice(colon + 1);
  switch (colon < 0 ? '' : word.slice(0, colon)) {
    case 'command':
      return ({ command }) => command.toLowerCase().includes(value);
    case 'status':
      if (value === 'error') return ({ isError }) => isError;
      if (value === 'ok') return ({ status }) => status === 'SUCCESS';
      return ({ status }) => status.toLowerCase().includes(value);
    case 'file':
      return ({ open }) => names.get(open)?.includes(value) ?? false;
    case 'client':
      return ({ conversation }) => clients[conversation]?.startsWith(value) ?? false;
    case 'frame':
      return ({ frame }) => frame === Number(value);
    case 'conn':
      return ({ conversation }) => conversation === Number(value);
    case 'latency': {
      const limit = Number(value.replace(/^[<>]/, '')) * 1000;
      if (value.startsWith('<')) return ({ latencyUs }) => latencyUs >= 0 && latencyUs < limit;
      return ({ latencyUs }) => latencyUs > limit;
    }
    default:
      return ({ command, status, about }) =>
        about.toLowerCase().includes(word) ||
        command.toLowerCase().includes(word) ||
        status.toLowerCase().includes(word);
  }
}
