import test from 'ava';
import { ThreadIdentity } from '../src/posix/identity/thread-identity.ts';
import { Native, type NativeCall } from '../src/posix/native.ts';

const asRoot = process.platform === 'linux' && process.geteuid?.() === 0 ? test : test.skip;

/** The C library, with a setgroups that fails when it is told to. */
class Failing extends Native {
  fails = false;
  override func(name: string, result: 'int' | 'int64', args: readonly string[]): NativeCall {
    const call = super.func(name, result, args);
    if (name !== 'syscall' || args.length !== 3) return call;
    const failing = (...given: Parameters<NativeCall>): number =>
      this.fails && given[0] === this.numbers.setgroups ? -1 : call(...given);
    return Object.assign(failing, { async: call.async });
  }
}

const SOMEBODY = { uid: 54_321, gid: 54_322, groups: [54_323] };

asRoot('a thread that cannot return to its own user ends the process', (t) => {
  const native = new Failing();
  const lost: unknown[] = [];
  const thread = new ThreadIdentity(native, (error) => lost.push(error));
  const who = thread.prepared(SOMEBODY);
  thread.as(who, () => {
    t.is(thread.now.uid, SOMEBODY.uid);
    native.fails = true;
  });
  t.is(lost.length, 1);
  native.fails = false;
  thread.as(who, () => undefined);
  t.is(thread.now, thread.own);
});

asRoot('what cannot be done as a user is not done, and the thread is its own user after it', (t) => {
  const native = new Failing();
  const lost: unknown[] = [];
  const thread = new ThreadIdentity(native, (error) => lost.push(error));
  const who = thread.prepared(SOMEBODY);
  let ran = false;
  native.fails = true;
  t.throws(
    () =>
      thread.as(who, () => {
        ran = true;
      }),
    { code: 'access-denied' },
  );
  native.fails = false;
  t.false(ran);
  t.is(thread.now, thread.own);
});
