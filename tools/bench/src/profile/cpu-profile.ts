/** A CPU profile as V8 writes it (`node --cpu-prof`). Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly startTime: number;
  /** The node that was on top at each sample. */
  readonly samples: readonly number[];
  /** The time from one sample to the next; the first is from `startTime`. */
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** From 0. */
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

/** A function in a tree of calls. Equal callers have one child for each function that they call. */
export interface Frame {
  readonly name: string;
  /** Where its code is: `smb2-server/src/connection.ts`, `node:net`; empty for V8's own work. */
  readonly file: string;
  /** From 1; 0 for V8's own work. */
  readonly line: number;
  /** Microseconds in it and not in what it called. */
  self: number;
  readonly children: Map<string, Frame>;
}

/** Waiting is not work. */
const IDLE = '(idle)';

/**
 * The tree of calls of one thread, of the samples within the given times of the profile's clock.
 * Time without work is left out.
 */
export function callTree(name: string, profile: CpuProfile, from: number, to: number): Frame {
  const root = newFrame(name, '', 0);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const frames = new Map<number, Frame | undefined>();
  const frameOf = (id: number): Frame | undefined => {
    if (frames.has(id)) return frames.get(id);
    const { callFrame } = byId.get(id)!;
    const parent = parents.get(id);
    let frame: Frame | undefined;
    // The node without a parent is the thread itself.
    if (parent === undefined) frame = root;
    else if (callFrame.functionName !== IDLE) frame = childOf(frameOf(parent)!, callFrame);
    frames.set(id, frame);
    return frame;
  };
  let time = profile.startTime;
  profile.samples.forEach((id, i) => {
    time += profile.timeDeltas[i]!;
    if (time < from || time >= to) return;
    // A sample stands for the time until the next one.
    const frame = frameOf(id);
    if (frame !== undefined) frame.self += Math.max(0, profile.timeDeltas[i + 1] ?? 0);
  });
  return root;
}

function childOf(parent: Frame, { functionName, url, lineNumber }: ProfileNode['callFrame']): Frame {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const key = `${name} ${url}:${lineNumber}`;
  const known = parent.children.get(key);
  if (known !== undefined) return known;
  const frame = newFrame(name, fileOf(url), url === '' ? 0 : lineNumber + 1);
  parent.children.set(key, frame);
  return frame;
}

export function newFrame(name: string, file: string, line: number): Frame {
  return { name, file, line, self: 0, children: new Map() };
}

/** Several threads as the children of one frame. */
export function together(name: string, threads: readonly Frame[]): Frame {
  return { ...newFrame(name, '', 0), children: new Map(threads.map((thread) => [thread.name, thread])) };
}

/** Microseconds in a frame and all that it called. */
export function totalOf(frame: Frame): number {
  let total = frame.self;
  for (const child of frame.children.values()) total += totalOf(child);
  return total;
}

/** One line of a list of costs. */
export interface Cost {
  readonly name: string;
  /** Microseconds. */
  readonly self: number;
}

/** Self time by function, most first; a function that several call is one. */
export function costsByFunction(root: Frame): Cost[] {
  return costs(root, ({ name, file, line }) => (file === '' ? name : `${name} ${file}:${line}`));
}

/**
 * Self time by package, most first. What V8 does by itself has a name of its own: `(garbage
 * collector)`, `(program)`. Functions without a script are Node's and V8's own, among them system
 * calls such as the `writeBuffer` of a socket.
 */
export function costsByPackage(root: Frame): Cost[] {
  return costs(root, packageOfFrame);
}

/** The package of a frame, as `costsByPackage` names it. */
export function packageOfFrame({ name, file }: Frame): string {
  if (file !== '') return packageOf(file);
  return name.startsWith('(') && name !== '(anonymous)' ? name : NATIVE;
}

const NATIVE = '(native functions)';

function costs(root: Frame, nameOf: (frame: Frame) => string): Cost[] {
  const sums = new Map<string, number>();
  const visit = (frame: Frame): void => {
    if (frame.self > 0) sums.set(nameOf(frame), (sums.get(nameOf(frame)) ?? 0) + frame.self);
    for (const child of frame.children.values()) visit(child);
  };
  visit(root);
  return [...sums].map(([name, self]) => ({ name, self })).sort((a, b) => b.self - a.self);
}

/**
 * A short name for a script: `koffi/index.js` for what comes from the registry, from the package's
 * folder on for this tree, the URL itself for Node's.
 */
export function fileOf(url: string): string {
  const registry = url.lastIndexOf('/node_modules/');
  if (registry >= 0) return url.slice(registry + '/node_modules/'.length);
  const own = /\/(?:packages|tools)\/([^/]+\/.*)$/.exec(url)?.[1] ?? /\/(apps\/.*)$/.exec(url)?.[1];
  return own ?? url;
}

function packageOf(file: string): string {
  if (file.startsWith('node:')) return 'node';
  const parts = file.split('/');
  return parts.slice(0, file.startsWith('@') || file.startsWith('apps/') ? 2 : 1).join('/');
}
