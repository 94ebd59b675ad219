import test from 'ava';
import { rowFilter } from '../src/page/row-filter.ts';
import { State } from '../src/page/state.ts';
import type { Row, ViewModel } from '../src/viewer/model.ts';

const row = (fields: Partial<Row>): Row => ({
  frame: 1,
  timeUs: 0,
  conversation: 0,
  fromClient: false,
  command: 'CREATE',
  status: 'SUCCESS',
  latencyUs: 7000,
  isError: false,
  about: '"a:b"',
  marks: '',
  open: 3,
  offset: 0,
  kept: 0,
  length: 0,
  related: [0, 0, 0, false, false],
  ...fields,
});

const model: ViewModel = {
  title: 'test',
  conversations: [{ client: '10.0.0.7:50000', server: '10.0.0.1:445' }],
  rows: [row({}), row({ command: 'COMMAND_00ff', status: '0xc0ffee00', frame: 2, timeUs: 5 }), row({ timeUs: 2 })],
  opens: [
    { index: 3, name: 'Report.txt', conversation: 0, requestedUs: 0, openedUs: 0, closedUs: 0, oplock: '', lease: '' },
  ],
  leases: [],
  notes: [],
};

const count = (text: string): number => model.rows.filter(rowFilter(text, model)).length;

test('words of the filter fit what they name, also before they are whole', (t) => {
  t.is(count(''), 3);
  t.is(count('command:cre'), 2);
  t.is(count('command:'), 3);
  t.is(count('command:00ff'), 1);
  t.is(count('status:0xc0ff'), 1);
  t.is(count('status:status_succ -frame:2'), 2);
  t.is(count('status:erro'), 0);
  t.is(count('status:access_denied'), 0);
  t.is(count('file:report client:10.0 conn:0 latency:>5'), 3);
  t.is(count('latency:<5'), 0);
  t.is(count('a:b'), 3);
});

test('a word of the filter that nothing can fit is an error with the nearest name, not an empty list', (t) => {
  for (const [text, words] of [
    ['command:crate', /no command is called "crate"; did you mean CREATE\?/],
    ['-command:crate', /did you mean CREATE\?/],
    ['status:acess_denied', /did you mean ACCESS_DENIED\?/],
    ['status:status_foo', /no status is called "foo"/],
    ['comand:create', /no word begins with comand:; did you mean command:\?/],
    ['frame:x', /frame: needs a number, "x" is none/],
    ['latency:>fast', /latency: needs a number/],
  ] as const) {
    t.throws(() => rowFilter(text, model), { name: 'UnknownNameError', message: words }, text);
  }
});

test('the page keeps its rows and says what is wrong with the filter', (t) => {
  const state = new State({ model, bytes: new Uint8Array(0) });
  let told = 0;
  state.onChange(() => told++);
  state.filter('frame:2');
  t.deepEqual([...state.visible], [1]);
  state.filter('comand:create');
  t.deepEqual([...state.visible], [1]);
  t.regex(state.problem, /did you mean command:\?/);
  state.filter('command:create');
  t.is(state.problem, '');
  t.deepEqual([...state.visible], [0, 2]);
  t.is(told, 3);
});

test('the times of the page are those of its earliest and latest rows, in whatever order they stand', (t) => {
  const state = new State({
    model: { ...model, rows: [row({ timeUs: 9 }), row({ timeUs: 4 })] },
    bytes: new Uint8Array(0),
  });
  t.deepEqual([state.firstUs, state.lastUs], [4, 9]);
});
