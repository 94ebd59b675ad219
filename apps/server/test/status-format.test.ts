import type { OpenStatus, ServerStatus, SessionStatus } from '@tsmbd/smb2-server';
import test from 'ava';
import { filterStatus, formatExplanation, formatStatus } from '../src/cli/status-format.ts';

const open = (path: string, more: Partial<OpenStatus> = {}): OpenStatus => ({
  id: '1',
  share: 'files',
  path,
  access: 0x12_0089,
  shareAccess: 7,
  openedAt: 0,
  caching: undefined,
  locks: [],
  ...more,
});

const session = (user: string, opens: readonly OpenStatus[]): SessionStatus => ({
  id: '2',
  user,
  domain: 'BOX',
  client: '127.0.0.1:5000',
  dialect: '3.1.1',
  signing: 'aes-gmac',
  encryption: 'none',
  guest: false,
  anonymous: false,
  connectedAt: 0,
  trees: [],
  opens,
});

const lease = {
  by: 'lease',
  state: 'RWH',
  breakingTo: undefined,
  level: undefined,
  leaseKey: 'k',
  localPrograms: undefined,
} as const;
const CACHED = open('cached', { caching: lease });
const LOCKED = open('locked', { locks: [{ offset: '5', length: '10', exclusive: true }] });
const PLAIN = open('plain');
const STATUS: ServerStatus = {
  startedAt: 0,
  connections: 3,
  sessions: [session('ann', [CACHED, LOCKED, PLAIN]), session('bob', []), session('cat', [PLAIN])],
  hosted: [],
  waitingOpens: [LOCKED],
};

const shown = (filter: Parameters<typeof filterStatus>[1]): unknown => {
  const { sessions, waitingOpens } = filterStatus(STATUS, filter);
  return [...sessions.map((s) => [s.user, ...s.opens.map(({ path }) => path)]), waitingOpens.length];
};

test('status shows everything, or what is asked for and nobody without it', (t) => {
  t.deepEqual(shown({}), [['ann', 'cached', 'locked', 'plain'], ['bob'], ['cat', 'plain'], 1]);
  t.deepEqual(shown({ opens: true }), [['ann', 'cached', 'locked', 'plain'], ['cat', 'plain'], 1]);
  t.deepEqual(shown({ leases: true }), [['ann', 'cached'], 0]);
  t.deepEqual(shown({ locks: true }), [['ann', 'locked'], 1]);
  t.deepEqual(shown({ locks: true, leases: true }), [['ann', 'cached', 'locked'], 1]);
  t.deepEqual(shown({ locks: true, leases: true, opens: true }), shown({ opens: true }));
});

test('the first line of status counts what there is, whatever is shown', (t) => {
  t.regex(formatStatus(STATUS, { locks: true }), /^running since 1970-.*, 3 connections, 3 sessions\n/);
});

test('a file that is open once is not open 1 times', (t) => {
  const explained = { share: 'files', path: '\\a', deletePending: false, newOpens: [] };
  const names = { user: 'ann', client: '127.0.0.1:5000' };
  const one = { ...explained, opens: [{ ...PLAIN, ...names }] };
  t.regex(formatExplanation(one as never), /is open once/);
  t.regex(formatExplanation({ ...one, opens: [...one.opens, ...one.opens] } as never), /is open 2 times/);
});
