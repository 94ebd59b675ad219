import { randomBytes } from 'node:crypto';
import { createInitiator } from '@tsmbd/ntlm-auth';
import { Command, ntStatusName, sessionSetupRequest, sessionSetupResponse } from '@tsmbd/smb2-codec';
import { type SmbClient, SmbError } from '@tsmbd/tool-smb-client';
import test from 'ava';
import { addressKey } from '../src/auth/address-key.ts';
import { LogonDelays } from '../src/auth/logon-delays.ts';
import type { LogonOutcome } from '../src/model/services.ts';
import { testEnvironment, VirtualClock } from '../src/testing.ts';
import { settle, startServer } from './harness.ts';

/** Attempts against delays, with a clock that is moved by hand. */
class Guesses {
  readonly clock = new VirtualClock();
  readonly delays = new LogonDelays(testEnvironment({ clock: this.clock, onError: () => {} }));
  /** Each attempt whose end has come: what it is called, when, and how. */
  readonly log: { readonly title: string; readonly at: number; readonly outcome: LogonOutcome | 'refused' }[] = [];

  /** One attempt, judged at once when its turn comes. */
  attempt(
    title: string,
    address: string,
    name: string,
    outcome: LogonOutcome,
    wanted: () => boolean = () => true,
  ): void {
    void this.delays.turn(address, name, wanted).then((turn) => {
      this.log.push({ title, at: this.clock.now, outcome: turn === undefined ? 'refused' : outcome });
      turn?.end(outcome);
    });
  }

  /** Lets time pass in small steps, so that what follows a turn is there before the next timer. */
  async pass(ms: number): Promise<void> {
    await settle();
    for (let step = 0; step < ms; step += 50) {
      this.clock.advance(50);
      await settle();
    }
  }

  /** When attempts called `title` ended; refusals apart. */
  times(title: string): number[] {
    return this.log.filter((entry) => entry.title === title && entry.outcome !== 'refused').map((entry) => entry.at);
  }

  refused(title: string): number {
    return this.log.filter((entry) => entry.title === title && entry.outcome === 'refused').length;
  }
}

const ADDRESS = '10.0.0.7';

test('guesses at once get no more verdicts than guesses one after the other', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 351; i++) g.attempt('guess', ADDRESS, 'alice', 'wrong');
  await g.pass(0);
  t.deepEqual(g.times('guess'), [0]);
  // Four may wait; the others were not looked at.
  t.is(g.refused('guess'), 346);
  await g.pass(20_000);
  t.deepEqual(g.times('guess'), [0, 250, 750, 1750, 3750]);
  g.attempt('later', ADDRESS, 'alice', 'wrong');
  await g.pass(0);
  t.is(g.times('later').length, 1, 'a delay that is over holds nobody');
});

test('a guesser who never stops gets one verdict in four seconds', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 600; i++) {
    g.attempt('guess', ADDRESS, 'alice', 'wrong');
    await g.pass(100);
  }
  t.true(g.times('guess').length <= 5 + 60_000 / 4000, `${g.times('guess').length}`);
});

test('while a delay runs, a right password is not told from a wrong one by its time', async (t) => {
  const when = async (outcome: LogonOutcome): Promise<number> => {
    const g = new Guesses();
    for (let i = 0; i < 3; i++) g.attempt('guess', ADDRESS, 'alice', 'wrong');
    await g.pass(800);
    g.attempt('this', ADDRESS, 'alice', outcome);
    await g.pass(5000);
    return g.times('this')[0]!;
  };
  t.is(await when('right'), await when('wrong'));
  t.true((await when('right')) > 800);
});

test('a right password that is refused unseen is not told from a wrong one', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 6; i++) g.attempt('guess', ADDRESS, 'alice', 'wrong');
  await g.pass(0);
  g.attempt('right', ADDRESS, 'alice', 'right');
  g.attempt('wrong', ADDRESS, 'alice', 'wrong');
  await g.pass(0);
  t.deepEqual([g.refused('right'), g.refused('wrong')], [1, 1]);
});

test('a stranger does not lock a user out, neither where he has been before nor where he has not', async (t) => {
  const g = new Guesses();
  g.attempt('first', '10.0.0.1', 'alice', 'right');
  await g.pass(0);
  // Two hundred strangers guess at alice, all the time.
  const storm = (): void => {
    for (let i = 0; i < 200; i++) g.attempt('guess', `10.1.0.${i}`, 'alice', 'wrong');
  };
  storm();
  await g.pass(500);
  storm();
  const now = g.clock.now;
  g.attempt('at home', '10.0.0.1', 'alice', 'right');
  g.attempt('away', '10.0.0.2', 'alice', 'right');
  await g.pass(0);
  t.deepEqual(g.times('at home'), [now], 'nobody else can make him wait there');
  await g.pass(1000);
  t.is(g.times('away').length, 1, 'a second at most');
  t.true(g.times('away')[0]! - now <= 1000);
  t.is(g.refused('away'), 0);
});

test('others behind the address of a guesser get in within two seconds', async (t) => {
  const g = new Guesses();
  const behind = async (guess: (i: number) => void): Promise<number> => {
    for (let i = 0; i < 25; i++) guess(i);
    await g.pass(300);
    for (let i = 0; i < 25; i++) guess(i);
    const now = g.clock.now;
    g.attempt('bob', ADDRESS, `bob${now}`, 'right');
    await g.pass(2000);
    return g.times('bob').at(-1)! - now;
  };
  t.true((await behind(() => g.attempt('one', ADDRESS, 'alice', 'wrong'))) <= 2000, 'guesses at one name');
  t.true((await behind((i) => g.attempt('many', ADDRESS, `user${i}`, 'wrong'))) <= 2000, 'guesses at many');
  t.is(g.times('bob').length, 2);
  t.is(g.refused('bob'), 0);
});

test('guesses at many names from one address are no way around the delay', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 500; i++) g.attempt('guess', ADDRESS, `user${i}`, 'wrong');
  await g.pass(0);
  t.is(g.times('guess').length, 8);
  t.is(g.refused('guess'), 500 - 8 - 32);
  await g.pass(900);
  t.is(g.times('guess').length, 11, 'one in 250 ms');
  await g.pass(3000);
  for (let i = 0; i < 8; i++) g.attempt('more', ADDRESS, `more${i}`, 'wrong');
  g.attempt('own', ADDRESS, 'eve', 'right');
  for (let i = 8; i < 16; i++) g.attempt('more', ADDRESS, `more${i}`, 'wrong');
  const now = g.clock.now;
  await g.pass(950);
  t.is(g.times('more').length, 4, 'nor is a logon with an account of his own');
  await g.pass(100);
  t.deepEqual(g.times('own'), [now + 1000]);
  await g.pass(3000);
  g.attempt('own', ADDRESS, 'fay', 'right');
  await g.pass(50);
  t.is(g.times('own').length, 2);
  for (let i = 0; i < 8; i++) g.attempt('last', ADDRESS, `last${i}`, 'wrong');
  await g.pass(900);
  t.true(g.times('last').length <= 4, 'nor is its end');
});

test('an account of his own does not end the delay of a guesser', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 20; i++) {
    g.attempt('guess', ADDRESS, 'alice', 'wrong');
    g.attempt('own', ADDRESS, 'eve', 'right');
    await g.pass(100);
  }
  t.is(g.times('own').length, 20);
  t.true(g.times('guess').length <= 4, `${g.times('guess').length}`);
});

test('right passwords at once do not wait for each other', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 200; i++) {
    g.attempt('same', ADDRESS, 'alice', 'right');
    g.attempt('others', ADDRESS, `user${i}`, 'right');
  }
  await g.pass(0);
  for (let i = 0; i < 100; i++) await settle();
  t.deepEqual([g.times('same').length, g.times('others').length], [200, 200]);
  t.is(g.clock.now, 0);
});

test('letter case makes no other account of a name, nor another /64 of a client', async (t) => {
  const g = new Guesses();
  const names = ['ünal', 'ÜNAL', 'Ünal', 'üNal', 'ÜNal'];
  for (const [i, name] of names.entries()) g.attempt('guess', `2001:db8:1:2::${i + 1}`, name, 'wrong');
  await g.pass(600);
  t.deepEqual(g.times('guess'), [0, 250]);
});

test('an attempt whose client has gone is not judged, and holds nobody up', async (t) => {
  const g = new Guesses();
  g.attempt('first', ADDRESS, 'alice', 'wrong');
  await g.pass(0);
  let there = true;
  for (let i = 0; i < 3; i++) g.attempt('gone', ADDRESS, 'alice', 'wrong', () => there);
  g.attempt('next', ADDRESS, 'alice', 'wrong');
  there = false;
  await g.pass(250);
  t.deepEqual(g.times('gone'), []);
  t.deepEqual(g.times('next'), [250]);
  there = true;
  for (let i = 0; i < 4; i++) g.attempt('gone', ADDRESS, 'alice', 'wrong', () => there);
  there = false;
  g.attempt('more', ADDRESS, 'alice', 'right');
  await g.pass(500);
  t.deepEqual(g.times('more'), [750], 'those who have gone take no place');
  t.deepEqual(g.times('gone'), []);
});

test('what is remembered is bounded, and an attempt that waits is not forgotten for it', async (t) => {
  const g = new Guesses();
  for (const address of ['10.0.0.1', '10.0.0.2']) g.attempt('guess', address, 'alice', 'wrong');
  await g.pass(0);
  g.attempt('waits', '10.0.0.2', 'alice', 'wrong');
  for (let i = 0; i < 10_001; i++) g.attempt('other', `10.1.${i >> 8}.${i & 255}`, `user${i}`, 'right');
  await g.pass(0);
  g.attempt('forgotten', '10.0.0.1', 'alice', 'wrong');
  g.attempt('behind', '10.0.0.2', 'alice', 'wrong');
  await g.pass(800);
  t.deepEqual(g.times('forgotten'), [0]);
  t.deepEqual(g.times('waits'), [250]);
  t.deepEqual(g.times('behind'), [750]);
});

test('failures are forgotten after a minute, and a logon ends the delay at once', async (t) => {
  const g = new Guesses();
  for (let i = 0; i < 3; i++) g.attempt('guess', ADDRESS, 'alice', 'wrong');
  await g.pass(750);
  await g.pass(60_000);
  g.attempt('wrong', ADDRESS, 'alice', 'wrong');
  g.attempt('right', ADDRESS, 'alice', 'right');
  g.attempt('after', ADDRESS, 'alice', 'right');
  await g.pass(300);
  const [wrong] = g.times('wrong');
  t.deepEqual(g.times('right'), [wrong! + 250], 'the first delay again');
  t.deepEqual(g.times('after'), [wrong! + 250]);
  g.attempt('again', ADDRESS, 'alice', 'wrong');
  g.attempt('again', ADDRESS, 'alice', 'wrong');
  await g.pass(250);
  t.is(g.times('again').length, 2, 'and again the first');
});

test('an address is known by what its client cannot choose', (t) => {
  t.is(addressKey('::ffff:10.0.0.7'), '10.0.0.7');
  t.is(addressKey('10.0.0.7'), '10.0.0.7');
  t.is(addressKey('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2/64');
  t.is(addressKey('2001:DB8:1:2::1'), '2001:db8:1:2/64');
  t.is(addressKey('2001:db8::1'), '2001:db8:0:0/64');
  t.is(addressKey('fe80::1%eth0'), 'fe80:0:0:0/64');
  t.is(addressKey('::1'), '0:0:0:0/64');
  t.is(addressKey('64:ff9b::10.0.0.7'), '64:ff9b:0:0/64');
  t.not(addressKey('2001:db8:1:2::1'), addressKey('2001:db8:1:3::1'));
});

async function statusOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return 'STATUS_SUCCESS';
  } catch (error) {
    if (error instanceof SmbError) return ntStatusName(error.status);
    throw error;
  }
}

test('over the wire, guesses at once are slow, and the right password among them too', async (t) => {
  const h = startServer();
  const ended: string[] = [];
  const logOn = async (title: string, password: string): Promise<void> => {
    const client = h.connect();
    await client.negotiate();
    ended.push(`${title} ${await statusOf(client.logOn('alice', password))}`);
  };
  for (let i = 0; i < 3; i++) void logOn(`guess ${i}`, 'wrong');
  await settle();
  await settle();
  void logOn('right', 'alice-password');
  for (let i = 0; i < 4; i++) await settle();
  t.deepEqual(ended, ['guess 0 STATUS_LOGON_FAILURE']);
  await h.advance(250);
  await settle();
  t.is(ended.length, 2);
  await h.advance(500);
  await settle();
  t.is(ended.length, 3);
  await h.advance(999);
  await settle();
  t.is(ended.length, 3, 'the right password waits as a wrong one would');
  await h.advance(1);
  await settle();
  t.is(ended[3], 'right STATUS_SUCCESS');
  t.deepEqual(h.errors, []);
});

test('over the wire, a name that no account has is nobody, without a password too', async (t) => {
  const h = startServer();
  for (const password of ['', 'x']) {
    t.is(await statusOf(h.logOn({}, 'mallory', password)), 'STATUS_LOGON_FAILURE');
    await h.advance(60_000);
  }
  t.deepEqual(h.errors, []);
});

test('over the wire, a logon whose challenge was changed on the way is STATUS_INVALID_PARAMETER [MS-NLMP 3.1.5.1.2]', async (t) => {
  const h = startServer();
  const client = h.connect();
  await client.negotiate();
  const initiator = createInitiator({
    user: 'alice',
    domain: '',
    password: 'alice-password',
    clientChallenge: randomBytes(8),
    randomSessionKey: randomBytes(16),
    now: 0n,
  });
  const challenge = await setUp(client, initiator.negotiate());
  const pairs = Buffer.from(challenge);
  // The timestamp becomes a pair that nobody knows.
  const at = pairs.indexOf(Buffer.from([7, 0, 8, 0]));
  pairs[at] = 0x77;
  const { token } = initiator.authenticate(pairs);
  t.is(await statusOf(setUp(client, token)), 'STATUS_INVALID_PARAMETER');
});

async function setUp(client: SmbClient, securityBuffer: Uint8Array): Promise<Uint8Array> {
  const request = { flags: 0, securityMode: 1, capabilities: 0, channel: 0, previousSessionId: 0n, securityBuffer };
  const reply = await client.request(
    Command.SESSION_SETUP,
    sessionSetupRequest,
    sessionSetupResponse,
    request,
    {},
    [0, 0xc000_0016],
  );
  client.sessionId = reply.header.sessionId;
  return reply.body!.securityBuffer;
}
