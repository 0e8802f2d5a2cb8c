import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

const settingsOf = (context: Record<string, unknown>) => readSettings(new App({ context }).node);

describe('settings', () => {
  it('have a default for everything', () => {
    expect(settingsOf({})).toEqual({
      stackName: 'Cliptag',
      functionTimeoutSeconds: 60,
      maxReceiveCount: 5,
      tableDeletionProtection: true,
    });
  });

  it('are read from strings as well, which is all that the command line gives', () => {
    const context = { 'cliptag:maxReceiveCount': '3', 'cliptag:tableDeletionProtection': 'false' };
    expect(settingsOf(context)).toMatchObject({ maxReceiveCount: 3, tableDeletionProtection: false });
  });

  it('reach both ends of their ranges', () => {
    expect(settingsOf({ 'cliptag:functionTimeoutSeconds': 1 }).functionTimeoutSeconds).toBe(1);
    expect(settingsOf({ 'cliptag:functionTimeoutSeconds': 900 }).functionTimeoutSeconds).toBe(900);
    expect(settingsOf({ 'cliptag:maxReceiveCount': 1_000 }).maxReceiveCount).toBe(1_000);
  });

  it('leave context of other owners alone', () => {
    expect(() => settingsOf({ '@aws-cdk/aws-iam:minimizePolicies': true, other: 'x' })).not.toThrow();
  });

  it.each([
    ['functionTimeoutSeconds', 0],
    ['functionTimeoutSeconds', 901],
    ['functionTimeoutSeconds', 1.5],
    ['functionTimeoutSeconds', ''],
    ['functionTimeoutSeconds', true],
    ['maxReceiveCount', 0],
    ['maxReceiveCount', 1_001],
    ['maxReceiveCount', '0x10'],
    ['tableDeletionProtection', 'yes'],
    ['tableDeletionProtection', 'toString'],
    ['stackName', '1st'],
    ['stackName', 'a'.repeat(129)],
    ['maxRecieveCount', 3],
  ])('rejects %s = %j, naming what was expected and what arrived', (name, value) => {
    expect(() => settingsOf({ [`cliptag:${name}`]: value })).toThrow(
      `for cliptag:${name} but received ${JSON.stringify(value)}`,
    );
  });

  it('rejects with every fault at once', () => {
    const context = { 'cliptag:maxReceiveCount': -1, 'cliptag:stackName': '', 'cliptag:colour': 'red' };
    const lines = /maxReceiveCount[^\n]*-1|stackName[^\n]*""|colour[^\n]*"red"/g;
    let message = '';
    try {
      settingsOf(context);
    } catch (error) {
      message = String(error);
    }
    expect(message.match(lines)).toHaveLength(3);
  });
});
