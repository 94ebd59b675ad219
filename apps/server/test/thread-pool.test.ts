import test from 'ava';
import { sizeThreadPool } from '../src/thread-pool.ts';

test('the thread pool has two threads for each processor, within bounds, unless the environment says otherwise', (t) => {
  const sized = (processors: number, environment: NodeJS.ProcessEnv = {}): string | undefined => {
    sizeThreadPool(environment, processors);
    return environment['UV_THREADPOOL_SIZE'];
  };
  t.deepEqual(
    [1, 2, 6, 64].map((n) => sized(n)),
    ['8', '8', '12', '32'],
  );
  t.is(sized(2, { UV_THREADPOOL_SIZE: '3' }), '3');
});
