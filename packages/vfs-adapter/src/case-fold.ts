const FINAL_SIGMA = 0x03c2;

let table: Uint16Array | undefined;

/**
 * The name by which names are compared where case does not matter: every UTF-16 unit in its simple upper case, as
 * [MS-UCODEREF] 3.1.5.3 and the NTFS table do. Mappings that change length (ß), that do not lead back (ı, ſ, µ) and
 * normalization forms stay apart.
 */
export function foldName(name: string): string {
  let ascii = true;
  for (let i = 0; i < name.length; i++) {
    if (name.charCodeAt(i) > 0x7f) {
      ascii = false;
      break;
    }
  }
  return ascii ? name.toUpperCase() : foldUnits(name);
}

/** True when both names are one where case does not matter. */
export function sameName(a: string, b: string): boolean {
  return a === b || (a.length === b.length && foldName(a) === foldName(b));
}

function foldUnits(name: string): string {
  table ??= upperTable();
  const units = new Array<number>(name.length);
  for (let i = 0; i < name.length; i++) units[i] = table[name.charCodeAt(i)]!;
  return String.fromCharCode(...units);
}

function upperTable(): Uint16Array {
  const made = new Uint16Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit++) made[unit] = upperUnit(unit);
  return made;
}

function upperUnit(unit: number): number {
  const upper = String.fromCharCode(unit).toUpperCase();
  if (upper.length !== 1) return unit;
  const leadsBack = upper.toLowerCase() === String.fromCharCode(unit) || unit === FINAL_SIGMA;
  return leadsBack ? upper.charCodeAt(0) : unit;
}
