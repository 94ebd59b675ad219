import { jobNamed } from '../cases/find.ts';
import type { Job, Work } from '../cases/job.ts';
import type { ClientAnswer, ClientRequest, RoundResult } from './protocol.ts';
import { runRound } from './round.ts';

/**
 * One client, in a process of its own with a connection and an event loop of its own. The bench
 * forks it and sends it requests; see protocol.ts.
 */
let job: Job | undefined;
let work: Work | undefined;

async function handle(request: ClientRequest): Promise<RoundResult | undefined> {
  switch (request.type) {
    case 'start':
      job = jobNamed(request.job);
      work = await job.start(request.target);
      return undefined;
    case 'prepare':
      await work!.beforeRound?.();
      return undefined;
    case 'round':
      return await runRound(work!, job!.depth, request);
    case 'end':
      await work?.end();
      return undefined;
  }
}

function answer(value: ClientAnswer, andThen?: () => void): void {
  process.send!(value, undefined, {}, andThen);
}

process.on('message', (request: ClientRequest) => {
  const leave = request.type === 'end' ? () => process.exit(0) : undefined;
  handle(request).then(
    (result) => answer(result === undefined ? { type: 'done' } : { type: 'done', result }, leave),
    (error: unknown) => answer({ type: 'failed', message: String(error) }, leave),
  );
});
// The bench has ended, in whatever way.
process.on('disconnect', () => process.exit(1));
