import type { Change } from '../differences.ts';
import { Attribute, Right, rightNames } from '../rights.ts';
import { overwriting } from './content.ts';
import type { Deed } from './deed.ts';
import type { Refusal } from './finding.ts';
import { targetOf } from './world.ts';

/** Attributes, times and extended attributes. */
export function judgeMetadata(change: Change, deed: Deed): Refusal | undefined {
  const { step, open, before } = deed;
  const kind = `${change.what}-changed-without-right`;
  if (step.do === 'create') {
    const target = targetOf(step, before);
    if (target.node?.inode !== change.inode) return { kind, missing: 'its name in the request' };
    // A file that is made anew gets attributes, times and EAs of the request. If only a stream is
    // made anew, the file does not.
    const missing = overwriting(step, target) ?? (isOfFile(change, target.stream) ? undefined : 'the file by itself');
    return missing === undefined ? undefined : { kind, missing };
  }
  if (open!.inode !== change.inode) return { kind, missing: 'its name in the request' };
  const needed = neededFor(change);
  return (open!.rights & needed) !== 0 ? undefined : { kind, missing: `${rightNames(needed)} on the open` };
}

function isOfFile({ what }: Change, stream: string): boolean {
  return stream === '' || what === 'write-time' || what === 'change-time';
}

/** Rights of which the open must have at least one. */
function neededFor(change: Change): number {
  const writing = Right.WRITE_DATA | Right.APPEND_DATA;
  switch (change.what) {
    case 'eas':
      return Right.WRITE_EA;
    case 'attributes': {
      // SPARSE follows from the bytes, and a file that was written gets ARCHIVE.
      const ofBytes = (change.bits & ~(Attribute.SPARSE | Attribute.ARCHIVE)) === 0;
      return ofBytes ? Right.WRITE_ATTRIBUTES | writing : Right.WRITE_ATTRIBUTES;
    }
    case 'write-time':
    case 'change-time':
      return Right.WRITE_ATTRIBUTES | writing;
    default:
      return Right.WRITE_ATTRIBUTES;
  }
}
