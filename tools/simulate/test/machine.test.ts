import test from 'ava';
import { exploreMachines } from '../src/machine/explore.ts';
import { MachineRun, type MachineStep } from '../src/machine/machine-run.ts';
import { scriptFrom, scriptText } from '../src/script.ts';
import { shrink } from '../src/shrink.ts';

const SCHEDULES = 15_000;

async function holds(seed: number): Promise<string | undefined> {
  const found = await exploreMachines(seed, (done) => done < SCHEDULES);
  if (typeof found === 'number') return undefined;
  return (
    `${found.message}\nnode tools/simulate/src/main.ts --machine --seed ${found.seed} --schedules 1\n` +
    `or with these lines in a file: --machine --replay FILE\n${scriptText(found.script)}`
  );
}

test('grants agree, breaks and waits end, nobody comes back for what is not his: the same schedules each time', async (t) => {
  t.is(await holds(1), undefined);
});

test('the same of schedules that nobody has tried', async (t) => {
  t.is(await holds(Date.now() % 0x7fff_0000), undefined);
});

test('what goes wrong is noticed: an open beside one that shares nothing', (t) => {
  const run = new MachineRun();
  const open = (id: number, share: number): MachineStep => ({
    do: 'command',
    file: 'f',
    command: {
      type: 'open',
      open: id,
      access: 3,
      share,
      deleteOnClose: false,
      oplock: 0,
      levelTwo: true,
      lease: undefined,
      overwrites: false,
      waiter: id,
    },
  });
  run.step(open(1, 0));
  run.step(open(2, 7));
  t.is(run.authority.peek('f')!.opens.size, 1);
  const smuggled = { ...run.authority.peek('f')!.opens.get(1)!, id: 2 };
  (run.authority.peek('f')!.opens as Map<number, typeof smuggled>).set(2, smuggled);
  t.throws(() => run.check(), { name: 'Violation', message: /does not share/ });
});

test('a script that fails shrinks to the steps that matter, and is the same after it was printed', async (t) => {
  const steps = Array.from({ length: 40 }, (_, at) => ({ at, big: BigInt(at) }));
  const fails = (of: readonly { at: number }[]): boolean => [3, 17, 18].every((at) => of.some((s) => s.at === at));
  const short = await shrink(steps, fails);
  t.deepEqual(
    short.map((s) => s.at),
    [3, 17, 18],
  );
  t.deepEqual(scriptFrom(scriptText(short)), [...short]);
});
