import { type Filetime, filetimeFromUnixNs } from '@tsmbd/ms-dtyp';

/** How far the two clocks may be apart, in ms, before the system's is believed to have been set. */
const STEP_MS = 5;

/**
 * The wall clock to a microsecond: Date.now() has whole milliseconds, so that a time which is taken
 * from it can lie before what a client has seen already. Follows when the system's clock is set.
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
