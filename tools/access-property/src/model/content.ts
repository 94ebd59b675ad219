import type { CreateStep } from '../case.ts';
import type { Change } from '../differences.ts';
import { folded } from '../name.ts';
import { Attribute, Disposition, Right, rightNames } from '../rights.ts';
import type { NodeState } from '../snapshot.ts';
import type { Deed } from './deed.ts';
import type { Refusal } from './finding.ts';
import { grantable, isReadOnly, type ModelOpen, type Target, targetOf } from './world.ts';

type ContentChange = Extract<Change, { readonly grown: boolean }>;

/** Judges changes of the bytes of a file or stream, and of which streams exist. */
export function judgeContent(change: ContentChange, deed: Deed): Refusal | undefined {
  return deed.step.do === 'create' ? byCreate(change, deed, deed.step) : byOpen(change, deed, deed.open!);
}

function byCreate(change: ContentChange, deed: Deed, step: CreateStep): Refusal | undefined {
  const target = targetOf(step, deed.before);
  const { node } = target;
  if (node?.inode !== change.inode) return ANOTHER_FILE;
  if (change.what === 'stream-made') return makesStream(change.stream, step, target);
  const missing = overwriting(step, target);
  if (missing !== undefined) return { kind: 'overwritten-without-right', missing };
  // A file that is made anew loses its streams. If a stream is made anew, the others stay.
  return target.stream === '' || target.stream === streamOf(change) ? undefined : ANOTHER_FILE;
}

/**
 * Making a stream counts as writing: the file's own descriptor must permit writing data. [MS-FSA]
 * 2.1.5.1.2
 */
function makesStream(stream: string, step: CreateStep, { node, parent, stream: named }: Target): Refusal | undefined {
  if (named !== stream) return ANOTHER_FILE;
  const may = grantable(node!, parent, step.user, step.share);
  if ((may & Right.WRITE_DATA) !== 0) return undefined;
  const kind = isReadOnly(node!) ? 'stream-made-on-read-only-file' : 'stream-made-without-right';
  return { kind, missing: 'WRITE_DATA on the file' };
}

/** What the user lacks to overwrite what exists, [MS-FSA] 2.1.5.1.2; undefined if nothing. */
export function overwriting(step: CreateStep, { node, parent, stream }: Target): string | undefined {
  const { disposition, user, share } = step;
  if (!OVERWRITES.has(disposition)) return 'a disposition that overwrites';
  if (isReadOnly(node!)) return 'no READONLY attribute';
  let needed: number = disposition === Disposition.SUPERSEDE ? Right.DELETE : Right.WRITE_DATA;
  if (stream === '') needed |= Right.WRITE_EA | Right.WRITE_ATTRIBUTES;
  const lacking = needed & ~grantable(node!, parent, user, share);
  if (lacking !== 0) return rightNames(lacking);
  return isHiddenFrom(node!, step) ? 'the HIDDEN or SYSTEM attribute in the request' : undefined;
}

function isHiddenFrom({ stat }: NodeState, { attributes }: CreateStep): boolean {
  return (stat.attributes & (Attribute.HIDDEN | Attribute.SYSTEM) & ~attributes) !== 0;
}

const OVERWRITES: ReadonlySet<number> = new Set([
  Disposition.SUPERSEDE,
  Disposition.OVERWRITE,
  Disposition.OVERWRITE_IF,
]);

function byOpen(change: ContentChange, deed: Deed, open: ModelOpen): Refusal | undefined {
  const { step } = deed;
  if (step.do === 'rename' && step.to.startsWith(':')) return byStreamRename(change, step.to, open);
  if (change.what === 'stream-gone') return byDeletion(change.inode, change.stream, deed);
  if (open.inode !== change.inode || open.stream !== streamOf(change)) return ANOTHER_FILE;
  if ((open.rights & Right.WRITE_DATA) !== 0) return undefined;
  if (change.grown && (open.rights & Right.APPEND_DATA) !== 0) return undefined;
  return { kind: 'content-changed-without-right', missing: 'WRITE_DATA on the open' };
}

/**
 * Judges the removal of a stream, or of a file by its unnamed stream, that somebody has asked to
 * delete.
 */
export function byDeletion(inode: bigint, stream: string, { world }: Deed): Refusal | undefined {
  const intent = world.intentFor(inode, stream);
  if (intent === undefined) return { kind: 'gone-without-request', missing: 'a request to delete it' };
  if (intent.missing === undefined) return undefined;
  return { kind: `deleted-by-${intent.how}-without-right`, missing: `${intent.missing}, of ${intent.user}` };
}

/**
 * A stream, or the file's bytes, got another name. As for every rename, the open must have DELETE.
 * [MS-FSA] 2.1.5.15.11.1
 */
function byStreamRename(change: ContentChange, to: string, open: ModelOpen): Refusal | undefined {
  const stream = streamOf(change);
  const isNamed = stream === open.stream || stream === folded(to.split(':')[1] ?? '');
  if (open.inode !== change.inode || !isNamed) return ANOTHER_FILE;
  return (open.rights & Right.DELETE) !== 0
    ? undefined
    : { kind: 'stream-renamed-without-right', missing: 'DELETE on the open' };
}

function streamOf(change: ContentChange): string {
  return 'stream' in change ? change.stream : '';
}

const ANOTHER_FILE: Refusal = { kind: 'content-of-another-file-changed', missing: 'its name in the request' };
