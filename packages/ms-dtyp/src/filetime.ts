/** 100-ns intervals between 1601-01-01 and 1970-01-01 UTC, [MS-DTYP] 2.3.3. */
const EPOCH_DIFFERENCE = 116_444_736_000_000_000n;

/** A FILETIME: 100-ns intervals since 1601-01-01 UTC, [MS-DTYP] 2.3.3. */
export type Filetime = bigint;

/** The FILETIME of a time in nanoseconds since 1970. Times before 1601 become 0. */
export function filetimeFromUnixNs(ns: bigint): Filetime {
  const ticks = ns / 100n + EPOCH_DIFFERENCE;
  return ticks < 0n ? 0n : ticks;
}

/** Nanoseconds since 1970 of a FILETIME. */
export function unixNsFromFiletime(filetime: Filetime): bigint {
  return (filetime - EPOCH_DIFFERENCE) * 100n;
}

/** The FILETIME of a time in milliseconds since 1970 (`Date.now()`). */
export function filetimeFromUnixMs(ms: number): Filetime {
  return filetimeFromUnixNs(BigInt(Math.trunc(ms)) * 1_000_000n);
}

/** Milliseconds since 1970 of a FILETIME, rounded down. */
export function unixMsFromFiletime(filetime: Filetime): number {
  return Number((filetime - EPOCH_DIFFERENCE) / 10_000n);
}
