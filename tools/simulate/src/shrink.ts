/**
 * Finds the shortest list that still fails: halves, quarters, … and at last single steps are left
 * out as long as the rest fails (delta debugging). fast-check makes its values before a run. Here
 * each step depends on the effects of the steps before it, and only the recorded script can be
 * shrunk.
 *
 * @param budget the most calls of `fails`
 */
export async function shrink<T>(
  steps: readonly T[],
  fails: (steps: readonly T[]) => boolean | Promise<boolean>,
  budget = 2000,
): Promise<readonly T[]> {
  let best = steps;
  let left = budget;
  for (let size = Math.ceil(best.length / 2); size >= 1 && left > 0; ) {
    let shrunk = false;
    for (let at = best.length - size; at > -size && left > 0; at -= size) {
      const from = Math.max(0, at);
      const candidate = [...best.slice(0, from), ...best.slice(at + size)];
      if (candidate.length === best.length) continue;
      left--;
      if (await fails(candidate)) {
        best = candidate;
        shrunk = true;
      }
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shrunk) break;
  }
  return best;
}
