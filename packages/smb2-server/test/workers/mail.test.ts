import { NtStatus } from '@tsmbd/smb2-codec';
import test from 'ava';
import type { WorkerLink } from '../../src/config.ts';
import { StatusError } from '../../src/errors.ts';
import { testEnvironment, VirtualClock, workerLinks } from '../../src/testing.ts';
import { type Answerers, Mail } from '../../src/workers/mail.ts';
import type { Tidings, WorkerMessage } from '../../src/workers/messages.ts';

const KEY = { key: 'f' };

interface Post {
  readonly mail: Mail;
  readonly link: WorkerLink;
  /** What has arrived, in order. */
  readonly came: WorkerMessage[];
}

/** Two workers that have nothing but their mail. */
function two(answerers: Partial<Answerers> = {}) {
  const errors: string[] = [];
  const env = testEnvironment({ clock: new VirtualClock(), onError: (line) => errors.push(line) });
  const { links, kill } = workerLinks(2);
  const [a, b] = links.map((link): Post => {
    const mail = new Mail(link, env, answerers as Answerers);
    const came: WorkerMessage[] = [];
    link.onMessage = (from, message) => {
      came.push(message as WorkerMessage);
      mail.receive(from, message as Extract<WorkerMessage, { type: 'ask' | 'answer' }>);
    };
    link.onGone = (worker) => mail.gone(worker);
    return { mail, link, came };
  }) as [Post, Post];
  return { a, b, kill, errors };
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

const gone = (connection: number): Tidings => ({ what: 'connection-gone', connection });

test('no message overtakes what was told before it, and no tidings one another', async (t) => {
  const { a, b } = two({ 'given-way': () => undefined });
  b.mail.receive = () => {};
  a.mail.tell(1, gone(1));
  a.mail.tell(1, gone(2));
  a.mail.post(1, { type: 'sent', id: 5 });
  a.mail.tell(1, gone(3));
  void a.mail.ask(1, 'given-way', KEY);
  a.mail.tell(1, gone(4));
  await settle();
  t.deepEqual(
    b.came.map((message) => (message.type === 'tidings' ? message.all : message.type)),
    [[gone(1), gone(2)], 'sent', [gone(3)], 'ask', [gone(4)]],
  );
});

test('an answer goes to the question that it is of, in whatever order answers come', async (t) => {
  const ready = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { a } = two({
    'give-way': async ({ key }) => {
      await ready[Number(key)]!.promise;
      return { waits: key === '1' };
    },
  });
  const first = a.mail.ask(1, 'give-way', { key: '0' });
  const second = a.mail.ask(1, 'give-way', { key: '1' });
  ready[1]!.resolve();
  t.deepEqual(await second, { waits: true });
  ready[0]!.resolve();
  t.deepEqual(await first, { waits: false });
});

test('a refusal of the other worker is thrown here, a bug there is said there and is an error here', async (t) => {
  const { a, errors } = two({
    'give-way': () => {
      throw new StatusError(NtStatus.STATUS_FILE_LOCK_CONFLICT, 'locked');
    },
    below: () => {
      throw new TypeError('broken');
    },
  });
  const refused = await t.throwsAsync(a.mail.ask(1, 'give-way', KEY), { instanceOf: StatusError });
  t.is(refused.status, NtStatus.STATUS_FILE_LOCK_CONFLICT);
  t.deepEqual(errors, []);
  await t.throwsAsync(a.mail.ask(1, 'below', { place: {} as never }), { instanceOf: StatusError });
  t.is(errors.length, 1);
});

test('a worker that dies leaves no question open: the answer is nothing', async (t) => {
  const { a, b, kill } = two({ 'give-way': () => new Promise(() => {}) });
  const asked = a.mail.ask(1, 'give-way', KEY);
  const all = a.mail.askAll([1], 'give-way', KEY);
  a.mail.tell(1, gone(1));
  await settle();
  kill(1);
  t.is(await asked, undefined);
  t.deepEqual(await all, []);
  // What is said later is no answer to anything.
  const { id } = b.came.find(({ type }) => type === 'ask') as { id: number };
  a.link.onMessage(1, { type: 'answer', id, value: 1, refusal: undefined });
});

test('a question to a worker that is not there is not waited for: the answer is nothing', async (t) => {
  const { a, kill } = two();
  kill(1);
  t.is(await a.mail.ask(1, 'give-way', KEY), undefined);
  t.deepEqual(await a.mail.askAll([1], 'given-way', KEY), []);
});

test('only the worker that was asked can answer', async (t) => {
  const { a } = two({ 'give-way': () => new Promise(() => {}) });
  let answered = false;
  void a.mail.ask(1, 'give-way', KEY).then(() => {
    answered = true;
  });
  a.link.onMessage(0, { type: 'answer', id: 1, value: undefined, refusal: undefined });
  await settle();
  t.false(answered);
});
