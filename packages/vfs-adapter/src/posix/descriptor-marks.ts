/*
 * Descriptors belong to the process, not to a thread: a worker thread that dies leaves open what it
 * had opened by C calls, with locks and leases on it. So threads mark their descriptors in shared
 * memory, and the main thread can close those of a thread that has died.
 */

let marks: Uint8Array | undefined;
let owner = 0;

/** Memory for the marks of a process, which may have descriptors below `most`. Zeroed. */
export function descriptorMarks(most = 1 << 20): SharedArrayBuffer {
  return new SharedArrayBuffer(most);
}

/**
 * From now on this thread marks the descriptors that it opens.
 *
 * @param number of the thread, from 0 to 254
 */
export function markDescriptors(memory: SharedArrayBuffer, number: number): void {
  marks = new Uint8Array(memory);
  owner = number + 1;
}

/** Marks a descriptor that is handed to a thread, for as long as the thread has not taken it. */
export function markHandedOver(memory: SharedArrayBuffer, number: number, fd: number): void {
  new Uint8Array(memory)[fd] = number + 1;
}

/** Closes what a thread that has died left open; returns how many descriptors there were. */
export function closeMarkedDescriptors(memory: SharedArrayBuffer, number: number, close: (fd: number) => void): number {
  const left = new Uint8Array(memory);
  let count = 0;
  for (let fd = left.indexOf(number + 1); fd >= 0; fd = left.indexOf(number + 1, fd + 1)) {
    left[fd] = 0;
    count += 1;
    close(fd);
  }
  return count;
}

/** A call has returned this: a descriptor, or -errno. */
export function opened(fd: number): number {
  if (marks !== undefined && fd >= 0) marks[fd] = owner;
  return fd;
}

/**
 * The descriptor is about to be closed, or is the runtime's from now on, which closes it when the
 * thread dies. From then on another thread may get the same number.
 */
export function closing(fd: number): void {
  if (marks !== undefined) marks[fd] = 0;
}
