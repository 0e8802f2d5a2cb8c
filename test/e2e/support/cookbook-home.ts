import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { steadyPort } from '../../fixtures/steady-port.ts';
import { credentials, repository, waitUntil } from '../support.ts';

const run = promisify(execFile);

/** Somebody's home folder, where `~/cliptag` is a project that Cliptag is installed in. */
export interface CookbookHome {
  readonly home: string;
  readonly project: string;
  readonly s3Url: string;
  readonly dynamodbUrl: string;
  readonly pageUrl: string;
  /** Nothing of the configuration of whoever runs the tests. */
  readonly env: NodeJS.ProcessEnv;
  /** A recipe with the addresses of this pipeline in place of the usual ones. */
  here(recipe: string): string;
  /** Writes recipes where they say that they belong, below the project. */
  write(recipes: Readonly<Record<string, string>>): Promise<void>;
  /** Runs a script in the project; gives what it printed. */
  sh(script: string, env?: NodeJS.ProcessEnv): Promise<string>;
  /** Starts a script in the project that goes on until the end of the tests; gives its process. */
  start(script: string, env?: NodeJS.ProcessEnv): ChildProcessWithoutNullStreams;
  /** Starts a script that starts the pipeline, and waits until that serves. */
  startPipeline(script: string): Promise<void>;
  close(): Promise<void>;
}

export async function openCookbookHome(): Promise<CookbookHome> {
  // Below node_modules, where libraries are found.
  const caches = join(repository, 'node_modules', '.cache');
  await mkdir(caches, { recursive: true });
  const home = await mkdtemp(join(caches, 'cliptag-cookbook-'));
  const project = join(home, 'cliptag');
  await installCliptag(project);
  const [s3, dynamodb, http] = [await steadyPort(), await steadyPort(), await steadyPort()];
  const env = ownEnvironment(home);
  let complaints = '';
  const started: ChildProcessWithoutNullStreams[] = [];
  const start: CookbookHome['start'] = (script, variables = {}) => {
    const child = spawn('sh', ['-c', script], {
      cwd: project,
      env: { ...env, ...variables },
      detached: true,
    });
    child.stderr.on('data', (chunk) => {
      complaints += chunk;
    });
    started.push(child);
    return child;
  };
  return {
    ...{ home, project, env, start },
    s3Url: `http://127.0.0.1:${s3}`,
    dynamodbUrl: `http://127.0.0.1:${dynamodb}`,
    pageUrl: `http://127.0.0.1:${http}`,
    here: (recipe) =>
      recipe
        .replaceAll('127.0.0.1:9000', `127.0.0.1:${s3}`)
        .replaceAll('127.0.0.1:8000', `127.0.0.1:${dynamodb}`)
        .replaceAll('127.0.0.1:3000', `127.0.0.1:${http}`)
        .replaceAll(
          'cliptag start',
          `cliptag start --s3-port ${s3} --dynamodb-port ${dynamodb} --http-port ${http}`,
        )
        .replaceAll('cliptag export', `cliptag export --http-port ${http}`),
    async write(recipes) {
      for (const [name, content] of Object.entries(recipes)) {
        await mkdir(dirname(join(project, name)), { recursive: true });
        await writeFile(join(project, name), content);
      }
    },
    sh: async (script, variables = {}) =>
      (await run('sh', ['-euc', script], { cwd: project, env: { ...env, ...variables } })).stdout,
    start,
    async startPipeline(script) {
      const child = start(script);
      await waitUntil(async () => {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`Expected a pipeline that serves but it ended:\n${complaints}`);
        return fetch(`http://127.0.0.1:${http}/health`).then(
          ({ ok }) => ok,
          () => false,
        );
      });
    },
    async close() {
      for (const child of started.filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      )) {
        const ended = once(child, 'close');
        // With all that the shell has started.
        if (child.pid !== undefined) process.kill(-child.pid);
        await ended;
      }
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** As npm would, with what this checkout's programs were compiled to. */
async function installCliptag(project: string): Promise<void> {
  const programs = inject('programs');
  const modules = join(project, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await mkdir(join(modules, 'cliptag'));
  await writeFile(join(project, 'package.json'), '{ "type": "module" }\n');
  const exports = { './client': './client.js', './tagger': './tagger.js' };
  await writeFile(join(modules, 'cliptag', 'package.json'), JSON.stringify({ type: 'module', exports }));
  for (const name of ['client', 'tagger']) {
    const target = JSON.stringify(join(programs, `${name}.js`));
    await writeFile(join(modules, 'cliptag', `${name}.js`), `export * from ${target};\n`);
  }
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(programs, 'cli-program.js')}' "$@"\n`;
  await writeFile(join(modules, '.bin', 'cliptag'), program, { mode: 0o755 });
}

function ownEnvironment(home: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|RCLONE|CLIPTAG|CDK)_/.test(name));
  return {
    ...Object.fromEntries(own),
    ...{ HOME: home, NO_PROXY: '127.0.0.1,localhost', npm_config_update_notifier: 'false' },
    ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', RCLONE_CONFIG: '/dev/null' },
    ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    CLIPTAG_ACCESS_KEY_ID: credentials.accessKeyId,
    CLIPTAG_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}
