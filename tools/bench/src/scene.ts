import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { join, resolve } from 'node:path';
import { prepare, type Wanted } from './files.ts';
import type { Options } from './options.ts';
import type { ServerSpec } from './servers/spec.ts';
import { type BenchServer, type StartOptions, startServer } from './servers/start.ts';

/** The machine and the programs of a measurement, for its record. */
export interface Machine {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly linux: string;
  readonly node: string;
  readonly smbd: string | undefined;
}

/** A shared folder with its files, and the servers that serve it. All of it goes when disposed. */
export class Scene implements AsyncDisposable {
  readonly servers: readonly BenchServer[];
  readonly work: string;

  private constructor(work: string, servers: readonly BenchServer[]) {
    this.work = work;
    this.servers = servers;
  }

  static async make(
    specs: readonly ServerSpec[],
    { folder }: Pick<Options, 'folder'>,
    wanted: Wanted,
    more: Pick<StartOptions, 'connections'> & { nodeArguments?: (work: string) => readonly string[] } = {},
  ): Promise<Scene> {
    const work = mkdtempSync(join(resolve(folder), 'tsmbd-bench-'));
    const servers: BenchServer[] = [];
    const scene = new Scene(work, servers);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, scene.#leave);
    try {
      const share = join(work, 'share');
      prepare(share, wanted);
      const { connections, nodeArguments } = more;
      for (const spec of specs) {
        servers.push(
          await startServer(spec, {
            share,
            work,
            ...(connections === undefined ? {} : { connections }),
            ...(nodeArguments === undefined ? {} : { nodeArguments: nodeArguments(work) }),
          }),
        );
      }
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
    return scene;
  }

  get machine(): Machine {
    return {
      date: new Date().toISOString(),
      processor: cpus()[0]?.model ?? 'unknown processor',
      cores: availableParallelism(),
      linux: release(),
      node: process.version,
      smbd: this.servers.find(({ version }) => version !== undefined)?.version,
    };
  }

  /** Nothing is left behind when somebody ends the bench; smbd would go on. */
  readonly #leave = (): void => {
    void this[Symbol.asyncDispose]().finally(() => process.exit(1));
  };

  /** The servers' order in a round: from the first to the last, and back in the next round. */
  inTurn(round: number): readonly BenchServer[] {
    return round % 2 === 0 ? this.servers : this.servers.toReversed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, this.#leave);
    for (const server of this.servers) await server[Symbol.asyncDispose]();
    rmSync(this.work, { recursive: true, force: true });
  }
}

/** The machine in one line, for the top of a table. */
export function machineLine({ processor, cores, linux, node, smbd }: Machine): string {
  return [`${processor}, ${cores} cores`, `Linux ${linux}`, `Node ${node}`, ...(smbd === undefined ? [] : [smbd])].join(
    '; ',
  );
}
