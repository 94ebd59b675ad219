import type { CloseResult, FileCommand, OpenId } from '@tsmbd/oplock-lease';
import { fail } from '../violation.ts';

/**
 * Keeps its own account of which names of which files were deleted through which opens. A name may
 * be removed only if it was deleted through an open of that name. It must be removed when the last
 * of these opens has closed. [MS-FSA] 2.1.1.5
 */
export class Names {
  /** The name that each open is of; undefined once that name is gone. */
  readonly #links = new Map<OpenId, { readonly file: string; link: string | undefined; deletes: boolean }>();
  readonly #deleted = new Set<string>();
  /** Names that are being removed. */
  readonly #going = new Set<string>();

  /** Would an engine give this command now? */
  reaches(file: string, command: FileCommand): boolean {
    if (command.type === 'link-gone')
      return this.#deleted.has(nameOf(file, command.link)) && this.#isOpen(file, command.link);
    if (command.type !== 'move-link') return true;
    return [command.from, command.to].every((link) => !this.isGoing(file, link)) && this.#isOpen(file, command.from);
  }

  /** The name is being deleted, so nobody may open the file by it. */
  isGoing(file: string, link = ''): boolean {
    const name = nameOf(file, link);
    return this.#deleted.has(name) || this.#going.has(name);
  }

  opened(file: string, { open, link = '', deleteOnClose }: Extract<FileCommand, { type: 'open' }>): void {
    if (this.isGoing(file, link)) fail(`open ${open} by a name that is being deleted`);
    this.#links.set(open, { file, link, deletes: deleteOnClose });
  }

  applied(file: string, command: FileCommand): void {
    if (command.type === 'deleted') this.#going.delete(nameOf(file, command.link ?? ''));
    if (command.type === 'move-link') this.#renamed(file, command.from, command.to);
    if (command.type === 'link-gone') {
      this.#renamed(file, command.link, undefined);
      this.#deleted.delete(nameOf(file, command.link));
    }
    if (command.type !== 'set-delete-pending') return;
    const known = this.#links.get(command.open);
    if (known?.link === undefined || known.file !== file) return;
    if (command.deletePending) this.#deleted.add(nameOf(file, known.link));
    else this.#deleted.delete(nameOf(file, known.link));
  }

  /** An open was closed. The result says what the machine removes with it. */
  closed(file: string, open: OpenId, { deleteNow, link }: CloseResult, isHeld: boolean): void {
    const known = this.#links.get(open);
    if (known === undefined || known.file !== file) {
      if (deleteNow) fail(`the close of open ${open}, which is not there, deletes ${link}`);
      return;
    }
    this.#links.delete(open);
    const name = known.link === undefined ? undefined : nameOf(file, known.link);
    if (known.deletes && name !== undefined) this.#deleted.add(name);
    const isDue = name !== undefined && this.#deleted.has(name) && !this.#isOpen(file, known.link!);
    if (deleteNow && !isDue)
      fail(`the close of open ${open} deletes ${link}, which nobody deleted or somebody has open`);
    if (!deleteNow && isDue) fail(`the close of open ${open} leaves ${known.link}, which was deleted`);
    if (!deleteNow) return;
    if (link !== known.link) fail(`the close of open ${open} deletes ${link} instead of ${known.link}`);
    this.#deleted.delete(name!);
    if (isHeld) this.#going.add(name!);
  }

  #renamed(file: string, from: string, to: string | undefined): void {
    for (const known of this.#links.values()) if (known.file === file && known.link === from) known.link = to;
  }

  #isOpen(file: string, link: string): boolean {
    for (const known of this.#links.values()) if (known.file === file && known.link === link) return true;
    return false;
  }
}

function nameOf(file: string, link: string): string {
  return `${file} ${link}`;
}
