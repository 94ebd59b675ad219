import type { LoopStatus, LoopTurns } from '@tsmbd/smb2-server';

const HEAD = ['worker', 'since', 'turns', 'p50 ms', 'p99 ms', 'p99.9 ms', 'max ms', 'the longest turn'];

/** The text of `tsmbd status --loop`: each worker's turns since the start and the last look. */
export function formatLoops(loops: readonly LoopStatus[]): string {
  const rows = loops.flatMap(({ worker, sinceStart, sinceLook }) => [
    row(String(worker), 'start', sinceStart),
    row('', 'last look', sinceLook),
  ]);
  const table = [HEAD, ...rows];
  const widths = HEAD.map((_, i) => Math.max(...table.map((cells) => cells[i]!.length)));
  return table
    .map((cells) =>
      cells
        .map((cell, i) => padded(cell, widths[i]!, i))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Numbers stand at the right. */
function padded(cell: string, width: number, column: number): string {
  return column >= 2 && column < HEAD.length - 1 ? cell.padStart(width) : cell.padEnd(width);
}

function row(worker: string, since: string, t: LoopTurns): string[] {
  const { longest } = t;
  const share = longest?.share === undefined ? '' : ` on ${longest.share}`;
  const what = longest === undefined ? '' : `${longest.work}${share}, ${new Date(longest.at).toISOString()}`;
  const times = [t.p50, t.p99, t.p999, t.max].map((ms) => ms.toFixed(3));
  return [worker, `${since} (${t.seconds} s)`, String(t.turns), ...times, what];
}
