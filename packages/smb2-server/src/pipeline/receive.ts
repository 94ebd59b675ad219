import { HEADER_SIZE } from '@tsmbd/smb2-codec';
import { DisconnectError } from '../errors.ts';
import { type Connection, observe, type Session, TURN_MS } from '../model/index.ts';
import { Chain } from './chain.ts';
import { deflated, inflate } from './compression.ts';
import { ProtocolId, protocolOf, SMALLEST_SEALED, TRANSFORM_SESSION_ID_AT } from './frame.ts';
import { freeMemory } from './free-memory.ts';
import type { InflateTurns } from './inflate-turns.ts';
import { answerSmb1Negotiate } from './multi-protocol.ts';
import { LONG_MS, type Rounds } from './rounds.ts';

/**
 * How many messages of a connection begin in one turn of the event loop, if their work goes on in
 * promises: these run when all messages of the turn have begun. As many begin as had room in a turn
 * before, within these bounds. A CREATE takes about a tenth of a millisecond, a rename three times
 * as long.
 */
const MOST_BEGUN = { least: 4, first: 16, most: 64 } as const;
/** The part that each turn, or each message, has in the average time of a message. */
const WEIGHT = 1 / 4;

/** From now on, receives what the connection's client sends. */
export function receiveFrom(connection: Connection, inflateTurns: InflateTurns, rounds: Rounds): void {
  const receiver = new Receiver(connection, inflateTurns, rounds);
  connection.transport.onMessage = (message, release) => receiver.receive(message, release);
}

/**
 * Opens the messages of one connection, whether sealed, compressed or plain, and has them handled.
 * [MS-SMB2] 3.3.5.2
 */
class Receiver {
  readonly #connection: Connection;
  readonly #inflateTurns: InflateTurns;
  readonly #rounds: Rounds;
  /** Milliseconds that a message takes on average when it is received. */
  #costMs = 0;
  #isResting = false;
  /** Milliseconds that the connection's messages have used since others last had a turn. */
  #busyMs = 0;
  /** How many messages have begun since then whose work goes on after they were received. */
  #begun = 0;
  /** The turn that these belong to. */
  #serial = 0;
  /** Milliseconds of a turn that each of them takes on average. */
  #meanMs = TURN_MS / MOST_BEGUN.first;
  readonly #turnEnded = (ms: number): void => {
    if (this.#begun > 0) this.#meanMs += (ms / this.#begun - this.#meanMs) * WEIGHT;
  };

  constructor(connection: Connection, inflateTurns: InflateTurns, rounds: Rounds) {
    this.#connection = connection;
    this.#inflateTurns = inflateTurns;
    this.#rounds = rounds;
  }

  receive(message: Uint8Array, giveBack: () => void): void {
    if (this.#connection.closed) {
      giveBack();
      return;
    }
    // Only once, even if something fails after the release: otherwise the transport would overwrite
    // bytes from which other messages are read.
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      giveBack();
    };
    if (this.#costMs >= LONG_MS && !this.#rounds.begin(() => this.#inLaterRound(message, release))) {
      this.#connection.pause('round');
      return;
    }
    this.#handle(message, release);
  }

  #handle(message: Uint8Array, release: () => void): void {
    this.#guarded(release, () => this.#route(message, release));
  }

  #inLaterRound(message: Uint8Array, release: () => void): void {
    if (this.#connection.closed) release();
    // The messages behind it may be read once this one has been handled.
    else this.#connection.resume('round', () => this.#handle(message, release));
  }

  /**
   * Any error in handling a message ends the connection.
   *
   * @param work returns true if it goes on in promises
   */
  #guarded(release: () => void, work: () => boolean): void {
    const connection = this.#connection;
    const { env, turns } = connection.server;
    const begun = turns.enter('message', false);
    if (turns.serial !== this.#serial) {
      this.#serial = turns.serial;
      this.#busyMs = 0;
      this.#begun = 0;
    }
    try {
      if (work() && turns.isMeasuring) {
        this.#begun += 1;
        turns.atEnd = this.#turnEnded;
      }
    } catch (error) {
      release();
      if (error instanceof DisconnectError) {
        connection.disconnect(error.message);
      } else {
        env.log('error', 'conn', 'a message could not be handled', { connection: connection.id, error });
        connection.disconnect('internal error');
      }
    }
    this.#took(turns.mark - begun);
    if ((this.#busyMs >= TURN_MS || this.#begun >= this.#mostBegun) && !this.#isResting) this.#rest();
  }

  #took(ms: number): void {
    this.#busyMs += ms;
    this.#costMs += (ms - this.#costMs) * WEIGHT;
    if (this.#costMs >= LONG_MS) this.#rounds.spent(ms);
  }

  get #mostBegun(): number {
    const { least, most } = MOST_BEGUN;
    return Math.max(least, Math.min(most, TURN_MS / this.#meanMs));
  }

  /**
   * Messages that were received together with one that took too long wait until others have had a
   * turn.
   */
  #rest(): void {
    const connection = this.#connection;
    this.#isResting = true;
    connection.pause('resting');
    connection.server.env.timer(0, () => {
      this.#isResting = false;
      this.#busyMs = 0;
      this.#begun = 0;
      connection.resume('resting');
    });
  }

  /** Returns true if the message's work goes on in promises. */
  #route(message: Uint8Array, release: () => void): boolean {
    const connection = this.#connection;
    switch (protocolOf(message)) {
      case ProtocolId.SMB2:
        observe(connection, true, message, false);
        return new Chain(connection, message, release, undefined).run();
      case ProtocolId.TRANSFORM:
        return this.#receiveSealed(message, release);
      case ProtocolId.COMPRESSED:
        return this.#inflate(message, release, (plain, free) => {
          observe(connection, true, plain, false);
          return new Chain(connection, plain, free, undefined).run();
        });
      case ProtocolId.SMB1:
        observe(connection, true, message, false);
        answerSmb1Negotiate(connection, message);
        release();
        return false;
      case undefined:
        throw new DisconnectError('message shorter than a protocol id');
      default:
        throw new DisconnectError('unknown protocol id');
    }
  }

  /** [MS-SMB2] 3.3.5.2.1.1: anything wrong with an encrypted message ends the connection. */
  #receiveSealed(message: Uint8Array, release: () => void): boolean {
    const connection = this.#connection;
    if (message.length < SMALLEST_SEALED) throw new DisconnectError('encrypted message shorter than its headers');
    if (connection.dialect < 0x0300 || connection.dialect === 0x02ff || connection.cipher === undefined) {
      throw new DisconnectError('encrypted message on a connection without encryption');
    }
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    const session = connection.session(view.getBigUint64(TRANSFORM_SESSION_ID_AT, true));
    const opener = session?.keys?.opener;
    if (session === undefined || opener === undefined) throw new DisconnectError('encrypted for no session');
    const plain = opener.open(message);
    if (plain === undefined) throw new DisconnectError('decryption failed');
    if (protocolOf(plain) === ProtocolId.COMPRESSED) {
      return this.#inflate(plain, release, (inside, free) => this.#runSealed(inside, free, session));
    }
    return this.#runSealed(plain, release, session);
  }

  #runSealed(plain: Uint8Array, release: () => void, session: Session): boolean {
    if (plain.length < HEADER_SIZE || protocolOf(plain) !== ProtocolId.SMB2) {
      throw new DisconnectError('encrypted message holds no SMB2 message');
    }
    session.clientEncrypts = true;
    observe(this.#connection, true, plain, true);
    return new Chain(this.#connection, plain, release, session).run();
  }

  /**
   * Calls `run` with the message that is inside a compressed message, and with what frees it: now,
   * or when as many turns of the event loop have had room for a part of it as that takes.
   */
  #inflate(message: Uint8Array, release: () => void, run: (plain: Uint8Array, free: () => void) => boolean): boolean {
    const connection = this.#connection;
    const limits = { size: connection.maxInflated, credits: connection.window.available };
    const inside = deflated(connection.compression, message, limits);
    const steps = inflate(connection.compression!, inside);
    let plain: Uint8Array | undefined;
    const goOn = (): boolean => {
      const { done, value } = steps.next();
      if (done === true) plain = value;
      return done === true;
    };
    const handle = (): boolean => {
      release();
      return run(plain!, () => freeMemory(plain!));
    };
    const goOnLater = (): boolean => {
      if (connection.closed) {
        release();
        return true;
      }
      // Over, too, if the message is wrong: then its connection ends.
      let isOver = true;
      this.#guarded(release, () => {
        isOver = goOn();
        if (!isOver) return false;
        // The messages behind it may be read once this one has been handled.
        let waits = false;
        connection.resume('inflating', () => {
          waits = handle();
        });
        return waits;
      });
      return isOver;
    };
    const inflating = { size: inside.size, goOn };
    if (this.#inflateTurns.inflate(inflating)) return handle();
    inflating.goOn = goOnLater;
    connection.pause('inflating');
    return false;
  }
}
