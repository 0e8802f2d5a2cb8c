import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { repository, waitUntil } from './support.ts';

interface Start {
  readonly child: ChildProcess;
  output(): string;
  /** Whether all it has to say is there. */
  hasEnded(): boolean;
}

function start(dataFolder: string): Start {
  const ports = ['--s3-port', '0', '--dynamodb-port', '0', '--http-port', '0'];
  const args = [join(inject('programs'), 'cli-program.js'), 'start', '--data', dataFolder, ...ports];
  const child = spawn(process.execPath, args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let hasEnded = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += part));
  child.on('close', () => {
    hasEnded = true;
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output: () => output, hasEnded: () => hasEnded };
}

it('one of three starts at the same moment runs, and the others say where', async () => {
  const dataFolder = join(await temporaryFolder(), 'data');
  const starts = [1, 2, 3].map(() => start(dataFolder));
  const isUp = ({ output }: Start) => output().includes('Ctrl-C stops');
  await waitUntil(async () => starts.every((one) => isUp(one) || one.hasEnded()));
  const winners = starts.filter(isUp);
  expect(winners).toHaveLength(1);
  const [winner] = winners as [Start];
  const pageUrl = /Page +(http:\/\/\S+)/.exec(winner.output())?.[1];
  for (const loser of starts.filter((one) => one !== winner)) {
    expect(loser.child.exitCode).toBe(3);
    expect(loser.output()).toContain(
      `cliptag start: already running at ${pageUrl} (PID ${winner.child.pid}) with the data folder ${dataFolder}`,
    );
  }
}, 180_000);
