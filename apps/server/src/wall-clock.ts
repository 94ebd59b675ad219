import { type Filetime, filetimeFromUnixNs } from '@tsmbd/ms-dtyp';

/**
 * How far the two clocks may differ, in ms. If they differ more, the system's clock has been set.
 */
const STEP_MS = 5;

/**
 * The wall clock with microseconds. Date.now() has whole milliseconds, so a time from it can be
 * earlier than a time that a client has seen already. If the system's clock is set, this clock
 * follows.
 */
export function wallClock(): () => Filetime {
  let origin = performance.timeOrigin;
  return () => {
    const coarse = Date.now();
    let now = origin + performance.now();
    if (Math.abs(now - coarse) > STEP_MS) {
      origin += coarse - now;
      now = coarse;
    }
    const ms = Math.floor(now);
    return filetimeFromUnixNs(BigInt(ms) * 1_000_000n + BigInt(Math.floor((now - ms) * 1_000_000)));
  };
}
