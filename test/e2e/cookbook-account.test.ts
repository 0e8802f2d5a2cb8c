/** The recipes of docs/cookbook.md that are for an account, with stand-ins for it. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listen, loopbackUrl, stop } from '../../functions/local/http/loopback-server.ts';
import { CALLER, startFunctionUrl } from '../fixtures/function-url-server.ts';
import { available } from '../integration/tools.ts';
import { RECIPES, scoresIn, usageOf } from './support/cookbook.ts';
import { type CookbookHome, openCookbookHome } from './support/cookbook-home.ts';
import { openCookbookStack } from './support/cookbook-stack.ts';

const run = promisify(execFile);
const hasCurl = available('curl');
const hasStack = [available('moto_server'), available('aws'), available('boto3')].every(Boolean);

let home: CookbookHome;
beforeAll(async () => {
  home = await openCookbookHome();
});
afterAll(() => home.close());

it.skipIf(!hasStack)(
  'recipes find a stack and all its shards with one line changed',
  { timeout: 300_000 },
  async () => {
    const stack = await openCookbookStack();
    await home.write({ 'stack.env': RECIPES.stackEnv, 'best.py': RECIPES.python });
    const scripts = [RECIPES.shards, usageOf(RECIPES.python), '. ./local.env; echo "$BUCKET $CLIPTAG_URL"'];
    const [all = '', checked = '', places] = await Promise.all(
      scripts.map((script) => home.sh(script.replace('. ./local.env', '. ./stack.env'), stack.env)),
    ).finally(stack.close);
    expect(scoresIn(all)).toEqual([
      ['0.95', 'in-shard-2.jpg'],
      ['0.9', 'a.jpg'],
      ['0.8', 'no-longer.jpg'],
    ]);
    expect(scoresIn(checked)).toEqual([
      ['0.95', 'in-shard-2.jpg'],
      ['0.9', 'a.jpg'],
    ]);
    expect(places).toBe('photos https://api.example/\n');
  },
);

it.skipIf(!hasCurl)('curl signs what it asks the API of an account', async () => {
  const server = await startFunctionUrl(({ url }) => Response.json({ asked: new URL(url).search }));
  const env = {
    AWS_ACCESS_KEY_ID: CALLER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CALLER.secretAccessKey,
    AWS_SESSION_TOKEN: CALLER.sessionToken,
    ...{ AWS_REGION: 'eu-central-1', CLIPTAG_URL: server.url.href },
  };
  const script = RECIPES.curlSearch.replace('. ./local.env', '');
  const answer = await home.sh(script, env).finally(() => server.close());
  expect(JSON.parse(answer)).toEqual({ asked: '?q=label%3Acat' });
});

it('a Lambda function, with the rule that calls it, tells a webhook', async () => {
  const out = join(home.project, 'cdk.out');
  const LABEL = 'general:cat';
  await home.write({ 'notify.mjs': RECIPES.notify, 'notify-app.mjs': RECIPES.notifyApp, '.env': 'A=b' });
  await home.sh('node notify-app.mjs', { CDK_OUTDIR: out, WEBHOOK_URL: 'https://hooks.example/', LABEL });
  const { Resources } = JSON.parse(await readFile(join(out, 'CliptagNotify.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  };
  const of = (type: string) => Object.values(Resources).find(({ Type }) => Type === type)?.Properties;
  expect(of('AWS::Events::Rule')).toMatchObject({
    EventPattern: { source: ['cliptag'], 'detail-type': ['ImageTagged'], detail: { labels: [LABEL] } },
    Targets: [{ RetryPolicy: { MaximumRetryAttempts: 3 } }],
  });
  expect(of('AWS::Lambda::Function')).toMatchObject({
    Handler: 'notify.handler',
    Environment: { Variables: { WEBHOOK_URL: 'https://hooks.example/', LABEL } },
  });
  const [asset = ''] = (await readdir(out)).filter((name) => name.startsWith('asset.'));
  expect(await readdir(join(out, asset))).toEqual(['notify.mjs']);
  const tagged = { detail: { key: 'a.jpg', status: 'tagged', labels: ['general:animal', LABEL] } };
  expect(await messagesOf(join(out, asset, 'notify.mjs'), tagged, LABEL)).toEqual([
    'a.jpg: general:animal, general:cat',
  ]);
});

/** What a webhook is told when Lambda calls a module's handler. */
async function messagesOf(module: string, event: unknown, LABEL: string): Promise<readonly string[]> {
  const messages: string[] = [];
  const webhook = createServer(async (request, response) => {
    messages.push((JSON.parse(await text(request)) as { text: string }).text);
    response.end('ok');
  });
  const WEBHOOK_URL = loopbackUrl(await listen(webhook, 0));
  const call = `const { handler } = await import(${JSON.stringify(pathToFileURL(module))});
    await handler(${JSON.stringify(event)});`;
  const env = { ...home.env, WEBHOOK_URL, LABEL };
  await run(process.execPath, ['--input-type=module', '-e', call], { env }).finally(() => stop(webhook));
  return messages;
}
