import test from 'ava';
import { exploreEngines } from '../src/engine/explore.ts';
import { posixBackend } from '../src/engine/posix-backend.ts';
import type { WorldSettings } from '../src/engine/world.ts';
import { scriptText } from '../src/script.ts';

const SCHEDULES = 250;

async function holds(
  seed: number,
  count = SCHEDULES,
  settings: Pick<WorldSettings, 'backend' | 'workers'> = {},
  deaths = false,
): Promise<string | undefined> {
  const found = await exploreEngines(seed, (done) => done < count, settings, deaths);
  if (typeof found === 'number') return undefined;
  const { backend, workers } = settings;
  const mode = `--engine${backend === undefined ? '' : ' --backend posix'}${workers === undefined ? '' : ` --workers ${workers}`}${deaths ? ' --deaths' : ''}`;
  return (
    `${found.message}\nnode tools/simulate/src/main.ts ${mode} --seed ${found.seed} --schedules 1\n` +
    `or with these lines in a file: ${mode} --replay FILE\n${scriptText(found.script)}`
  );
}

// One after the other: a schedule listens for promises that nobody caught.
test.serial('clients, time, a slow disk and restarts in any order: the same schedules each time', async (t) => {
  t.is(await holds(1), undefined);
});

test.serial('the same of schedules that nobody has tried', async (t) => {
  t.is(await holds(Date.now() % 0x7fff_0000), undefined);
});

test.serial('the same over a folder of this machine, whose calls take the time that they take', async (t) => {
  t.is(await holds(1, 40, { backend: posixBackend }), undefined);
  t.is(await holds(Date.now() % 0x7fff_0000, 20, { backend: posixBackend }), undefined);
});

for (const workers of [2, 4]) {
  test.serial(`the same of ${workers} workers that serve together, whose messages take different times`, async (t) => {
    t.is(await holds(1, SCHEDULES / 2, { workers }), undefined);
    t.is(await holds(Date.now() % 0x7fff_0000, SCHEDULES / 2, { workers }), undefined);
  });
}

for (const workers of [2, 4]) {
  test.serial(`the same of ${workers} workers that die now and then and are started again`, async (t) => {
    t.is(await holds(1, SCHEDULES / 2, { workers }, true), undefined);
    t.is(await holds(Date.now() % 0x7fff_0000, SCHEDULES / 2, { workers }, true), undefined);
  });
}

interface Message {
  readonly type: string;
  readonly all?: readonly { readonly what: string }[];
}

/** Loses the `nth` of the messages that `is` is true of, counted anew in each world. */
function losing(nth: number, is: (message: Message) => boolean): WorldSettings {
  let seen = 0;
  return {
    workers: 2,
    onStart(server) {
      if (server.workers?.own === 0) seen = 0;
    },
    onMail(message) {
      if (!is(message as Message)) return message;
      seen += 1;
      return seen === nth ? undefined : message;
    },
  };
}

const SABOTAGE: readonly [what: string, settings: WorldSettings, found: RegExp][] = [
  [
    'the third break between workers is lost',
    losing(3, ({ type, all }) => type === 'tidings' && all!.some(({ what }) => what === 'break')),
    /was not told that it has lost/,
  ],
  [
    'the word that a response was sent is lost',
    losing(1, ({ type }) => type === 'sent'),
    /was not told that it has lost/,
  ],
  ['the twentieth reply between workers is lost', losing(20, ({ type }) => type === 'reply'), /waits for ever/],
  [
    'a file loses its home too early',
    {
      workers: 2,
      onStart({ workers }) {
        const { homes } = workers!;
        const drop = homes.drop.bind(homes);
        homes.drop = (key) => {
          drop(key);
          drop(key);
        };
      },
    },
    /is at home at the workers 0 and 1/,
  ],
];

for (const [what, settings, rule] of SABOTAGE) {
  test.serial(`what goes wrong between workers is noticed: ${what}`, async (t) => {
    const found = await exploreEngines(1, (done) => done < SCHEDULES, settings);
    t.regex(typeof found === 'number' ? `nothing in ${found} schedules` : found.message, rule);
  });
}
