import { expect, it } from 'vitest';
import { askingAddress } from '../../../../functions/local/page-host/asking-address.ts';

it.each([
  ['127.0.0.1', undefined, '127.0.0.1', true],
  ['::1', undefined, '::1', true],
  ['::ffff:127.0.0.1', undefined, '127.0.0.1', true],
  ['::ffff:192.168.1.7', undefined, '192.168.1.7', false],
  ['127.0.0.1', '203.0.113.9', '203.0.113.9', false],
  ['127.0.0.1', '127.0.0.1, 203.0.113.9', '203.0.113.9', false],
  ['127.0.0.1', '127.0.0.1', '127.0.0.1', true],
  ['127.0.0.1', '::1, 127.0.0.1', '::1', true],
  ['127.0.0.1', '', '127.0.0.1', true],
  ['127.0.0.1', '198.51.100.1, 203.0.113.9, 127.0.0.1', '203.0.113.9', false],
  ['127.0.0.1', 'unknown', '127.0.0.1', false],
  ['127.0.0.1', '203.0.113.9:5678', '203.0.113.9', false],
  ['127.0.0.1', '[2001:db8::1]:5678', '2001:db8::1', false],
  ['127.0.0.1', '[2001:db8::1]', '2001:db8::1', false],
  ['127.0.0.1', '127.0.0.1:5678', '127.0.0.1', true],
  ['192.168.1.7', '127.0.0.1', '192.168.1.7', false],
  [undefined, '127.0.0.1', '', false],
])('a request of %s, for %s, is one of %s', (remoteAddress, forwarded, address, isOfThisMachine) => {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  expect(askingAddress({ socket: { remoteAddress }, headers })).toEqual({ address, isOfThisMachine });
});
