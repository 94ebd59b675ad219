import test from 'ava';
import { verdict } from '../src/torture.ts';

test('a success counts only with exit status 0', (t) => {
  const output = 'time: 2026-01-01\ntest: read.eof\nsuccess: read.eof\n';
  t.deepEqual(verdict(output, 0), { status: 'pass', reason: '' });
  t.deepEqual(verdict(output, 1), { status: 'error', reason: 'exit 1' });
});

test('a failure goes before a success, with the first line of its reason', (t) => {
  const output = 'success: a\nfailure: b [\n../../source4/torture/smb2/read.c:87: wrong status\nmore\n]\n';
  t.deepEqual(verdict(output, 1), { status: 'fail', reason: 'smb2/read.c:87: wrong status' });
});

test('a skip is no pass, and silence is an error with the last line', (t) => {
  t.is(verdict('skip: a [\nneeds two connections\n]\n', 0).status, 'skip');
  t.deepEqual(verdict('INTERNAL ERROR\n', null), { status: 'error', reason: 'no verdict, exit null: INTERNAL ERROR' });
});
