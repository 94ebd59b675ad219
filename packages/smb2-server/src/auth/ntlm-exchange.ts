import { WellKnownSid } from '@tsmbd/ms-dtyp';
import {
  createAcceptor,
  type NtlmAcceptor,
  type NtlmAuthentication,
  NtlmError,
  type NtlmResult,
  ntHash,
} from '@tsmbd/ntlm-auth';
import { NtStatus } from '@tsmbd/smb2-codec';
import {
  createSpnegoAcceptor,
  initialToken,
  isRawNtlmssp,
  type Mechanism,
  type MechanismStep,
  MechOid,
  type SpnegoAcceptor,
  SpnegoError,
} from '@tsmbd/spnego';
import { accountIdentity, guestIdentity } from '../access/index.ts';
import type { Identity, ServerConfig } from '../config.ts';
import { StatusError } from '../errors.ts';
import type { AuthExchange, AuthStep, Engine, Logon, LogonOutcome, RequestContext } from '../model/index.ts';

/**
 * The hash that is checked for unknown users, so that a wrong name takes as long as a wrong
 * password.
 */
const NOBODY: Uint8Array = ntHash('');

/** The mechanisms that a NEGOTIATE response offers. */
export function ntlmOffer(): Uint8Array {
  return OFFER;
}

const OFFER = initialToken([MechOid.NTLMSSP]);

/**
 * NTLM, either inside SPNEGO or bare, as the client chooses. [MS-SMB2] 3.3.5.5.3, [MS-NLMP] 3.2.5
 */
export function createNtlmExchange(ctx: RequestContext): AuthExchange {
  const { server, session, connection } = ctx;
  const mechanism = new NtlmMechanism(server, connection.transport.remoteAddress, () => session.state !== 'closed');
  let spnego: SpnegoAcceptor | undefined;
  return {
    async step(token): Promise<AuthStep> {
      try {
        if (spnego === undefined && isRawNtlmssp(token)) {
          const step = await mechanism.accept(token);
          return answer(step.token ?? NO_TOKEN, step.done, mechanism);
        }
        spnego ??= createSpnegoAcceptor([mechanism]);
        const step = await spnego.accept(token);
        return answer(step.token, step.done, mechanism);
      } catch (error) {
        throw refusal(error);
      }
    },
  };
}

const NO_TOKEN = new Uint8Array(0);

function answer(token: Uint8Array, done: boolean, mechanism: NtlmMechanism): AuthStep {
  return done ? { done, token, logon: mechanism.logon! } : { done, token };
}

/** Whatever is wrong with the tokens, the client is told that it cannot log on. */
function refusal(error: unknown): unknown {
  if (error instanceof NtlmError || error instanceof SpnegoError) {
    const status = UNFIT.has(error.kind) ? NtStatus.STATUS_INVALID_PARAMETER : NtStatus.STATUS_LOGON_FAILURE;
    return new StatusError(status, error.message, { cause: error });
  }
  return error;
}

/**
 * Errors in the messages themselves, whoever the client is and whatever its password. They get the
 * status that smbd uses for them.
 */
const UNFIT: ReadonlySet<string> = new Set(['malformed', 'unexpected-message', 'target-info']);

class NtlmMechanism implements Mechanism {
  readonly oids = [MechOid.NTLMSSP];
  logon: Logon | undefined;
  readonly #server: Engine;
  readonly #address: string;
  readonly #wanted: () => boolean;
  readonly #acceptor: NtlmAcceptor;
  #challenged = false;
  /** The client has named an account that exists. */
  #isAccount = false;
  #result: NtlmResult | undefined;

  /** @param wanted returns false when the client has gone */
  constructor(server: Engine, address: string, wanted: () => boolean) {
    this.#server = server;
    this.#address = address;
    this.#wanted = wanted;
    const { config, env } = server;
    this.#acceptor = createAcceptor({
      netbiosDomain: config.netbiosName,
      netbiosName: config.netbiosName,
      dnsDomain: config.dnsDomain,
      dnsName: config.dnsName,
      serverChallenge: env.random(8),
      now: env.wallTime(),
      allowAnonymous: config.allowAnonymous,
    });
  }

  async accept(token: Uint8Array): Promise<MechanismStep> {
    if (!this.#challenged) {
      this.#challenged = true;
      return { token: this.#acceptor.challenge(token), done: false };
    }
    await this.#logOn(this.#acceptor.authenticate(token));
    return { done: true };
  }

  getMic(data: Uint8Array): Uint8Array | undefined {
    return this.#result?.security?.getMic(data);
  }

  verifyMic(data: Uint8Array, mic: Uint8Array): boolean | undefined {
    return this.#result?.security?.verifyMic(data, mic);
  }

  async #logOn(client: NtlmAuthentication): Promise<void> {
    const { config } = this.#server;
    if (client.anonymous) {
      this.#result = client.acceptAnonymous();
      this.logon = {
        identity: anonymousIdentity(config),
        guest: false,
        anonymous: true,
        sessionKey: undefined,
      };
      return;
    }
    const turn = await this.#server.logonDelays.turn(this.#address, client.user, this.#wanted);
    if (turn === undefined) throw new StatusError(NtStatus.STATUS_LOGON_FAILURE, 'too many logons wait');
    let outcome: LogonOutcome = 'wrong';
    try {
      this.logon = await this.#judge(client);
      // A guest who tried the password of an account has guessed wrong.
      if (!this.logon.guest) outcome = 'right';
      else if (!this.#isAccount) outcome = 'neither';
    } finally {
      turn.end(outcome);
    }
  }

  /** Decides who the client is. Throws StatusError if the client may not log on. */
  async #judge(client: NtlmAuthentication): Promise<Logon> {
    const { config, env } = this.#server;
    const account = await env.accounts.find(client.user, client.domain);
    const result = client.verify(account?.ntHash ?? NOBODY);
    this.#isAccount = account !== undefined;
    if (account !== undefined && result !== undefined) {
      // This is told only after the right password: a stranger gets the same answer for every name.
      if (account.disabled) throw new StatusError(NtStatus.STATUS_ACCOUNT_DISABLED, `${account.name} is disabled`);
      const whole = env.accounts.whole === undefined ? account : await env.accounts.whole(account);
      this.#result = result;
      return { identity: accountIdentity(whole), guest: false, anonymous: false, sessionKey: result.sessionKey };
    }
    if (config.guest === 'bad-password' || (account === undefined && config.guest === 'bad-user')) {
      this.#result = client.acceptGuest();
      return { identity: guestIdentity(config), guest: true, anonymous: false, sessionKey: undefined };
    }
    throw new StatusError(
      NtStatus.STATUS_LOGON_FAILURE,
      account === undefined
        ? `no user ${JSON.stringify(client.user.slice(0, 64))}`
        : `wrong password for ${account.name}`,
    );
  }
}

function anonymousIdentity({ netbiosName, guestUser }: ServerConfig): Identity {
  return {
    name: '',
    domain: netbiosName,
    sid: WellKnownSid.ANONYMOUS,
    groups: [WellKnownSid.EVERYONE, WellKnownSid.NETWORK],
    unix: guestUser,
  };
}
