import type { Step } from '../case.ts';
import { differences } from '../differences.ts';
import type { Finding } from './finding.ts';
import type { Observation } from './world.ts';

/**
 * Judges a request that must succeed and have an effect: if everybody has all rights, a server that
 * refuses is wrong.
 */
export function judgeOrdinary(step: Step, { before, after, status, world }: Observation): Finding | undefined {
  if (step.expect === undefined) return undefined;
  const user = step.do === 'create' ? step.user : world.opens.get(step.on)?.user;
  if (user === undefined) return undefined;
  if (status !== 0) {
    return { kind: 'ordinary-request-refused', user, text: `${step.do} refused with 0x${status.toString(16)}` };
  }
  if (differences(before, after).some(({ what }) => what === step.expect)) return undefined;
  return { kind: 'ordinary-request-without-effect', user, text: `${step.do} changed no ${step.expect}` };
}
