import type { LogonTurn, LogonTurns } from '../model/index.ts';
import type { Colleagues } from './colleagues.ts';

/**
 * The turns of logons at all workers. One worker counts the attempts: with a count at each, a
 * guesser would get as many times the guesses.
 */
export class LogonTurnsOfAll implements LogonTurns {
  readonly #workers: Colleagues;
  readonly #here: LogonTurns;

  /** @param here the turns that this worker gives */
  constructor(workers: Colleagues, here: LogonTurns) {
    this.#workers = workers;
    this.#here = here;
  }

  async turn(address: string, name: string, wanted: () => boolean): Promise<LogonTurn | undefined> {
    const turn = await this.#workers.logonTurn(address, name, wanted);
    return turn === 'here' ? this.#here.turn(address, name, wanted) : turn;
  }
}
