import { type Command, InvalidArgumentError } from 'commander';

/** The options of `KeyOptions`. */
export function withKeyOptions(command: Command): Command {
  return command
    .option('--session-key <[id:]key>', 'session key in hex, of one session or of all', several(text))
    .option('--keys <file>', 'session keys, a line each: sessionId sessionKey', several(text))
    .option('--password <text>', "a user's password, for captures that have the NTLM logon", several(text))
    .option('--nt-hash <hex>', 'an NT hash instead of a password', several(text))
    .option('--keytab <file>', "a keytab of the server's service, for logons with Kerberos", several(text));
}

export function text(value: string): string {
  return value;
}

export function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 0xffff_ffff) throw new InvalidArgumentError('not a number');
  return number;
}

/** An option that may be given several times. */
export function several<T>(parse: (value: string) => T) {
  return (value: string, before: readonly T[] | undefined): readonly T[] => [...(before ?? []), parse(value)];
}
