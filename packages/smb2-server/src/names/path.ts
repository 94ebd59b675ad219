import { NtStatus } from '@tsmbd/smb2-codec';
import { sameName, type VfsPath } from '@tsmbd/vfs-adapter';
import { StatusError } from '../errors.ts';

/**
 * Characters that no component of a name has, [MS-FSCC] 2.1.5. `:` is handled separately, because
 * it separates the name of a stream.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is forbidden here
const FORBIDDEN = /[\u0000-\u001f"*/<>?|]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what is forbidden here
const FORBIDDEN_IN_STREAM = /[\u0000/\\]/;
const SEPARATOR = /[\\/]/;
const MAX_COMPONENT = 255;
/** Longest path in UTF-16 units; Windows ends at 32,767. */
const MAX_PATH = 32_767;
const MAX_DEPTH = 512;

/** A name as clients send it, split into its parts. */
export interface ParsedName {
  readonly path: VfsPath;
  /** The name of the stream; undefined for the file itself. */
  readonly stream: string | undefined;
  /** The client named the file's bytes explicitly (`a::$DATA`). A directory has none. */
  readonly isData?: boolean;
  /** The name ended in a separator, so it must be a folder. */
  readonly isFolder?: boolean;
}

const NO_NAME: ParsedName = { path: [], stream: undefined };

/**
 * Splits a name as clients send it into components. They are separated by one or more `\`; the name
 * does not start with one. `a\` is the folder `a`. `a::$DATA` is `a`, `a:b` and `a:b:$DATA` are the
 * stream `b` of `a`, `a\\..` is the folder that contains `a`. Throws STATUS_OBJECT_NAME_INVALID if
 * the text cannot be a name, and STATUS_OBJECT_PATH_SYNTAX_BAD if it leads out of the share. So
 * `..`, absolute names and NULs get no further than this function. [MS-FSCC] 2.1.5
 */
export function parseName(name: string): ParsedName {
  if (name.length === 0) return NO_NAME;
  let stream: string | undefined;
  let isData = false;
  if (name.length > MAX_PATH) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'path too long');
  // [MS-SMB2] 2.2.13: the name is relative to the share's root.
  if (name.charCodeAt(0) === 0x5c || name.charCodeAt(0) === 0x2f)
    throw new StatusError(NtStatus.STATUS_INVALID_PARAMETER, 'name starts with \\');
  // No name contains a `/`. Samba takes it for a separator, and some clients send it as one.
  const components = name.includes('/') ? name.split(SEPARATOR) : name.split('\\');
  if (components.length > MAX_DEPTH) throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, 'path too deep');
  const last = components.length - 1;
  const path: string[] = [];
  for (let i = 0; i <= last; i++) {
    let component = components[i]!;
    const colon = component.indexOf(':');
    if (colon >= 0) {
      if (i !== last) invalid(component);
      stream = streamOf(component.slice(colon + 1));
      isData = stream === undefined;
      component = component.slice(0, colon);
      // `:stream` is a stream of the share's root.
      if (component === '' && last === 0) return parsed([], stream, isData);
    }
    if (component === '.' || component === '..') {
      // As in Samba: `..` removes the component before it. There is nothing above the share's root.
      if (component === '.' || colon >= 0 || path.pop() === undefined) {
        throw new StatusError(NtStatus.STATUS_OBJECT_PATH_SYNTAX_BAD, `component ${component}`);
      }
      continue;
    }
    // Several separators count as one. Clients that join paths expect this, and Windows does it.
    if (component.length === 0 && colon < 0) continue;
    if (component.length === 0 || component.length > MAX_COMPONENT || FORBIDDEN.test(component)) invalid(component);
    path.push(component);
  }
  return components[last] === '' ? { path, stream, isFolder: true } : parsed(path, stream, isData);
}

function parsed(path: VfsPath, stream: string | undefined, isData: boolean): ParsedName {
  return isData ? { path, stream, isData } : { path, stream };
}

/** parseName for requests that cannot name a stream. */
export function parsePath(name: string): VfsPath {
  const { path, stream } = parseName(name);
  if (stream !== undefined) invalid(name);
  return path;
}

/**
 * True if two paths of one share lead to the same place. Letter case is ignored, as for all names.
 */
export function samePath(a: VfsPath, b: VfsPath): boolean {
  return a.length === b.length && a.every((name, i) => sameName(name, b[i]!));
}

/** The stream of `name`, `name:$DATA`, or `:$DATA` (the unnamed stream: undefined). */
function streamOf(text: string): string | undefined {
  const [name = '', type = '$DATA', ...more] = text.split(':');
  if (more.length > 0 || type.toUpperCase() !== '$DATA') invalid(text);
  if (name === '') {
    // `a:` names nothing. `a::$DATA` names the file.
    if (!text.includes(':')) invalid(text);
    return undefined;
  }
  if (!isStreamName(name)) invalid(text);
  return name;
}

/** Is `name` a possible name of a stream? [MS-FSCC] 2.1.5.3 */
export function isStreamName(name: string): boolean {
  return name.length > 0 && name.length <= MAX_COMPONENT && !FORBIDDEN_IN_STREAM.test(name);
}

function invalid(component: string): never {
  throw new StatusError(NtStatus.STATUS_OBJECT_NAME_INVALID, `not a name: ${JSON.stringify(component.slice(0, 80))}`);
}
