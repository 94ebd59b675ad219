/**
 * The part of ava that tests of values need, for a page: no processes, no snapshots, no teardown.
 */
type Check = (t: typeof assertions) => void | Promise<void>;

/** One test that failed. */
export interface Failure {
  readonly title: string;
  readonly message: string;
}

const tests: { readonly title: string; readonly check: Check }[] = [];

/** Registers a test. */
export default function test(title: string, check: Check): void {
  tests.push({ title, check });
}
test.skip = (): void => {};

/** Runs all tests that were registered. */
export async function runAll(): Promise<{ passed: number; failures: Failure[] }> {
  const failures: Failure[] = [];
  for (const { title, check } of tests) {
    try {
      await check(assertions);
    } catch (error) {
      failures.push({ title, message: String((error as Error).stack) });
    }
  }
  return { passed: tests.length - failures.length, failures };
}

interface Expectation {
  readonly instanceOf?: new (...args: never[]) => Error;
  readonly message?: string | RegExp;
}

function assert(holds: boolean, what: string, message = ''): void {
  if (!holds) throw new Error(`${what} ${message}`);
}

const assertions = {
  is: (a: unknown, b: unknown, message?: string) => assert(Object.is(a, b), `${show(a)} is not ${show(b)}`, message),
  not: (a: unknown, b: unknown, message?: string) => assert(!Object.is(a, b), `${show(a)} twice`, message),
  true: (a: unknown, message?: string) => assert(a === true, `${show(a)} is not true`, message),
  false: (a: unknown, message?: string) => assert(a === false, `${show(a)} is not false`, message),
  truthy: (a: unknown, message?: string) => assert(Boolean(a), `${show(a)} is not truthy`, message),
  pass: () => {},
  log: () => {},
  fail: (message = '') => assert(false, 'failed', message),
  regex: (a: string, b: RegExp, message?: string) => assert(b.test(a), `${show(a)} does not match ${b}`, message),
  deepEqual: (a: unknown, b: unknown, message?: string) =>
    assert(equal(a, b, true), `${show(a)} does not equal ${show(b)}`, message),
  like: (a: unknown, b: unknown, message?: string) =>
    assert(equal(a, b, false), `${show(a)} is not like ${show(b)}`, message),
  notThrows: (call: () => unknown) => void call(),
  throws(call: () => unknown, { instanceOf, message }: Expectation = {}, note?: string): Error {
    try {
      call();
    } catch (error) {
      const thrown = error as Error;
      if (instanceOf !== undefined) assert(thrown instanceof instanceOf, `${thrown.name} was thrown`, note);
      if (message instanceof RegExp) assert(message.test(thrown.message), `${thrown.message}`, note);
      if (typeof message === 'string') assert(message === thrown.message, `${thrown.message}`, note);
      return thrown;
    }
    throw new Error(`nothing was thrown ${note ?? ''}`);
  },
};

/** Whether two values are equal, or (not `whole`) whether `a` has all that `b` has. */
function equal(a: unknown, b: unknown, whole: boolean): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [aKeys, bKeys] = [Object.keys(a), Object.keys(b)];
  if (whole && aKeys.length !== bKeys.length) return false;
  return bKeys.every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], whole));
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : v))?.slice(0, 300) ?? String(value);
}
