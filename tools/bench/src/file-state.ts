import { apply, type FileState, newFileState, type OpenCommand } from '@tsmbd/oplock-lease';

/**
 * `node tools/bench/src/file-state.ts`: measures what the state machine of one file can do per
 * second, on one core.
 */
const ROUND_MS = 1500;
const BATCH = 1000;
const R = 1;
const RH = 3;
const RWH = 7;

const open = (id: number, more: Partial<OpenCommand> = {}): OpenCommand => ({
  type: 'open',
  open: id,
  access: 3,
  share: 7,
  deleteOnClose: false,
  oplock: 0,
  levelTwo: true,
  lease: undefined,
  overwrites: false,
  waiter: id,
  ...more,
});
const leased = (id: number, lease: string, state: number): OpenCommand =>
  open(id, { lease: { id: lease, state, version: 2, epoch: 0 } });

/**
 * Does the same work of `units` units again and again until the round is over. The state is kept
 * between the repetitions.
 */
const CASES: readonly { name: string; units: number; prepare?(file: FileState): void; turn(file: FileState): void }[] =
  [
    {
      name: 'open and close, no caching',
      units: 1,
      turn(file) {
        apply(file, open(1));
        apply(file, { type: 'close', open: 1 });
      },
    },
    {
      name: 'open with a lease RWH and close',
      units: 1,
      turn(file) {
        apply(file, leased(1, 'a', RWH));
        apply(file, { type: 'close', open: 1 });
      },
    },
    {
      name: 'lease RH beside 100 others, and close',
      units: 1,
      prepare(file) {
        for (let id = 2; id < 102; id++) apply(file, leased(id, `other ${id}`, RH));
      },
      turn(file) {
        apply(file, leased(1, 'a', RH));
        apply(file, { type: 'close', open: 1 });
      },
    },
    {
      name: 'break of RWH: open that waits, acknowledgment, the open again, both closed',
      units: 1,
      turn(file) {
        apply(file, leased(1, 'a', RWH));
        apply(file, leased(2, 'b', R));
        apply(file, { type: 'acknowledge', holder: { lease: 'a' }, keep: RH });
        apply(file, leased(2, 'b', R));
        apply(file, { type: 'close', open: 1 });
        apply(file, { type: 'close', open: 2 });
      },
    },
    {
      name: 'lock and unlock',
      units: 2,
      prepare(file) {
        apply(file, open(1));
      },
      turn: lockAndUnlock,
    },
    {
      name: 'lock and unlock among 1,000 locks',
      units: 2,
      prepare(file) {
        apply(file, open(1));
        apply(file, open(2));
        for (let i = 1n; i <= 1000n; i++) {
          apply(file, {
            type: 'lock',
            open: 2,
            ranges: [{ offset: i * 100n, length: 10n, exclusive: true }],
            waiter: undefined,
          });
        }
      },
      turn: lockAndUnlock,
    },
  ];

function lockAndUnlock(file: FileState): void {
  apply(file, { type: 'lock', open: 1, ranges: [{ offset: 0n, length: 10n, exclusive: true }], waiter: undefined });
  apply(file, { type: 'unlock', open: 1, ranges: [{ offset: 0n, length: 10n }] });
}

console.log('| what | a second |\n| --- | ---: |');
for (const { name, units, prepare, turn } of CASES) {
  const file = newFileState();
  prepare?.(file);
  for (let i = 0; i < BATCH; i++) turn(file);
  let turns = 0;
  const start = performance.now();
  let now = start;
  for (; now - start < ROUND_MS; now = performance.now()) {
    for (let i = 0; i < BATCH; i++) turn(file);
    turns += BATCH;
  }
  const rate = (turns * units * 1000) / (now - start);
  console.log(`| ${name} | ${Number(rate.toPrecision(3)).toLocaleString('en-US')} |`);
}
