import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandGroups } from '../../functions/cli/command-table.ts';
import { start } from '../../functions/local/start/start.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { CLI, runCli, spawnCli } from './support/cli-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('cliptag', () => {
  it('prints its version through a link, from a folder whose tsconfig.json is broken', async () => {
    const link = join(folder, 'cliptag');
    await symlink(CLI, link);
    await writeFile(join(folder, 'tsconfig.json'), '{ "compilerOptions": { broken');
    const { stdout } = await promisify(execFile)(link, ['--version'], { cwd: folder });
    expect(stdout).toBe(`${packageJson.version}\n`);
  });

  it('ends its process with the exit code, and writes answers to stdout and faults to stderr', async () => {
    const nothing = join(folder, 'nothing');
    await mkdir(nothing);
    expect(await spawnCli(['--version'])).toEqual({
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
    const stderr = `cliptag tag: there are no images in ${nothing}\n`;
    expect(await spawnCli(['tag', nothing])).toEqual({ code: 1, stdout: '', stderr });
    const unknown = await spawnCli(['tga']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toMatch(/^cliptag: unknown command "tga" .*\n$/);
  });

  it.each([[[]], [['--help']], [['-h']], [['help']]])('prints its help, given %j', async (args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: cliptag COMMAND [\s\S]*^ {2}tag PATH… /m);
  });

  it.each([
    [
      ['help', 'tag'],
      ['tag', '--help'],
    ],
    [
      ['help', 'labels', 'new'],
      ['labels', 'new', '--help'],
    ],
    [['help', 'models'], ['models']],
  ])('prints by %j what %j prints', async (args, others) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout, stderr }).toEqual(await runCli(others));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(['labels', 'models'])('prints the help of %s, given it alone or --help', async (name) => {
    const alone = await runCli([name]);
    expect(alone).toEqual(await runCli([name, '--help']));
    expect(alone).toMatchObject({ code: 0, stderr: '' });
    expect(alone.stdout).toMatch(new RegExp(`^Usage: cliptag ${name} SUBCOMMAND`));
  });

  const commands = commandGroups(async () => start).flatMap((group) => [...group.commands]);
  it.concurrent.each(commands)('says how %s is used', async (name, { load }) => {
    const lines: string[] = [];
    const output = { line: async (text: string) => void lines.push(text), remark: () => {}, fault: () => {} };
    expect(await (await load())(['--help'], output)).toBe(0);
    expect(lines.join('\n')).toMatch(new RegExp(`^Usage: cliptag ${name} `));
  });

  const inHere = commands.filter(([name]) => name !== 'start');
  it.concurrent.each(inHere)('begins what is wrong with %s by its whole name', async (name, { load }) => {
    const { subcommands } = await load();
    const names = subcommands ? [...subcommands.keys()].map((one) => [name, one]) : [[name]];
    for (const words of names) {
      const fault = `cliptag ${words.join(' ')}: unknown flag --nonsense`;
      expect(await runCli([...words, '--nonsense'])).toMatchObject({
        ...{ code: 2, stdout: '', stderr: expect.stringContaining(fault) },
      });
      if (words.length < 2) continue;
      const { stderr } = await runCli([name, '--nonsense', ...words.slice(1)]);
      expect(stderr).toContain(fault);
    }
  });

  it('says how page is used', async () => {
    const { code, stdout } = await runCli(['page', '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: cliptag page [\s\S]*--stack NAME [\s\S]*api=true/);
  });

  it.concurrent.each<[string[], RegExp]>([
    [['tga', 'x.jpg'], /unknown command "tga" \(cliptag --help lists all\); did you mean "tag"\?$/m],
    [['strat'], /unknown command "strat" .*; did you mean "start"\?/],
    [['dupl'], /unknown command "dupl" .*; did you mean "duplicates"\?/],
    [['help', 'xyzzy'], /unknown command "xyzzy"/],
    [['photo.jpg'], /unknown command "photo\.jpg" .*; a picture is tagged by cliptag tag 'photo\.jpg'$/m],
    [['xyzzy'], /unknown command "xyzzy" \(cliptag --help/],
    [['--vresion'], /unknown flag --vresion .*; did you mean "--version"\?/],
    [['tag', '-json', 'x.jpg'], /unknown flag -json .*; did you mean "--json"\?/],
    [['query', '--labl=dog'], /unknown flag --labl .*; did you mean "--label"\?$/m],
    [
      ['tag', '--jsno', 'x.jpg', '-x'],
      /unknown flag --jsno, -x \(flags: --label, --exclusive, .*, --json, --quiet, --help; a name that begins with - goes after --\); did you mean "--json"\?/,
    ],
    [['tag', '-', 'a.jpg', '-'], /expected - once/],
    [['tag', 'a.jpg', '-0'], /--null needs -/],
    [['tag', 'a.jpg', '--top', '0'], /--top: expected a whole number from 1 to 100/],
    [['tag', 'a.jpg', '--for', 'any'], /--for needs --xmp/],
    [['tag', '-x.jpg'], /unknown flag -x\.jpg \(.* after --\)/],
    [['tag', '--', '-x.jpg'], /no such file or folder: -x\.jpg/],
    [['tag'], /expected at least one PATH/],
    [['tag', 'missing.jpg'], /no such file or folder: missing\.jpg/],
    [['tag', '/dev/null'], /neither a file nor a folder: \/dev\/null/],
    [['tag', '.', '--labels', 'missing.yaml'], /missing\.yaml: .* there is nothing/],
    [['tag', '.', '--model', 'missing'], /model folder .* missing/],
    [['tag', '.', '--json=yes'], /--json takes no value but received "yes"/],
    [
      ['tag', 'photo.jpg', '--label', 'cat', '--label', 'CAT', '--label', ''],
      /--label: Expected each label once but received "cat" and "CAT"; --label: Expected some text as label 3 but received ""/,
    ],
    [['tag', 'photo.jpg', '--label', 'x'.repeat(101)], /--label: Expected a label of up to 100 characters/],
    [
      ['tag', 'photo.jpg', '--exclusive', '--min-score', '0.5'],
      /--exclusive needs --label: a label set file says it itself\n$/,
    ],
    [
      ['tag', 'photo.jpg', '--label', 'cat', '--min-score', '2'],
      /--min-score: expected a score from 0 to 1 but/,
    ],
    [['embed'], /expected a PATH or a --text/],
    [['embed', 'missing'], /no such file or folder: missing/],
    [['embed', '--text'], /--text needs a value/],
    [['embed', '--text', '--json'], /--text needs a value .*--text=--json/],
    [['tokenize', 'a', '--model', 'missing'], /model folder .* missing/],
    [['query'], /expected at least one --label/],
    [['query', '--label', 'dog', 'cat'], /expected only flags but received "cat"/],
    [
      ['query', '--label', 'dog', '--limit', '0'],
      /--limit: expected a whole number from 1 up but received "0"/,
    ],
    [['query', '--label', 'dog', '--min-score', '1.5'], /--min-score: expected a score from 0 to 1/],
    [['query', '--label', 'dog', '--dynamodb-port', '65536'], /expected a port from 1 to 65535/],
    [['query', '--label', 'dog', '--region', 'eu-west-1'], /--region needs --stack or --table/],
    [
      ['query', '--label', 'dog', '--table', 't', '--dynamodb-port', '8000'],
      /--table is for what is deployed, --dynamodb-port for the local pipeline/,
    ],
    [['show'], /expected one KEY or s3:\/\/BUCKET\/KEY/],
    [['show', 's3://photos'], /expected s3:\/\/BUCKET\/KEY but received "s3:\/\/photos"/],
    [['query', '--label', 'dog', '--http-port', '1'], /no local pipeline's page answers/],
    [
      ['query', '--label', 'dog', '--http-port', '3000', '--stack', 's'],
      /--http-port is for the local pipeline, not for what is deployed/,
    ],
    [
      ['correct', 'a.jpg', '--add', 'dog', '--http-port', '3000', '--labels', 'x.yaml'],
      /--labels says what labels are called: expected no --http-port/,
    ],
    [['correct', '--add', 'dog'], /expected one KEY or s3:\/\/BUCKET\/KEY/],
    [['correct', 'a.jpg'], /expected at least one --add, --remove or --clear/],
    [['correct', 'a.jpg', '--add', ' '], /--add: expected some text/],
    [['query', '--label', 'dog', '--stack', 's', '--table', 't'], /--stack knows its table/],
    [['status', '--stack', 's', '--queue-url', 'u'], /--stack knows its queues/],
    [['show', 'a.jpg', '--table', 't'], /--table needs --bucket/],
    [['status', '--table', 't', '--region', 'eu-west-1'], /--table needs --bucket: /],
    [['status', '--http-port', 'x'], /--http-port: expected a port/],
    [['models', 'shrink'], /unknown command "shrink" \(cliptag models --help lists all\)/],
    [['models', '--json'], /unknown flag --json \(cliptag models --help/],
    [['labels', 'chekc'], /unknown command "chekc" .*; did you mean "check"\?/],
    [['labels', 'new'], /expected one NAME of 1 to 63 lower-case letters.* but received nothing/],
    [['labels', 'new', 'a.yaml'], /but received "a\.yaml"; a file is named by --output/],
    [['labels', 'new', 'a', '--output', 'a.txt'], /--output: expected a file that ends in \.yaml/],
    [['labels', 'new', 'a', '--label', ''], /--label: Expected some text as label 1/],
    [['labels', 'check'], /expected at least one FILE/],
    [['labels', 'learn', 'dog'], /expected at least one --positive, --negative or --from-corrections/],
    [['labels', 'learn', '--all', 'x'], /expected --set FILE\|SETNAME/],
    [['labels', 'learn', 'dog', '--remove', '--all'], /--remove takes a NAME and no examples/],
    [['labels', 'learn', 'dog', '--positive', ' '], /--positive: expected a folder, a file, a key/],
    [['labels', 'unlearn'], /expected one NAME of a label but received nothing/],
    [['labels', 'list', 'x'], /expected only flags but received "x"/],
    [['search'], /expected a QUERY \('' finds every image\)/],
    [
      ['search', 'dog', '--order', 'size'],
      /--order: expected one of best, newest, oldest, name but received "size"/,
    ],
    [['search', 'dog', '--html', '.'], /--html: expected a file but \. is a folder/],
    [['search', 'dog', '--labels', 'x.yaml'], /--labels needs --stack or --table/],
    [['search', 'dog', '--stack', 's', '--http-port', '3000'], /--http-port is for the local pipeline/],
    [['search', 'dog', '--table', 't', '--open'], /--open needs --html with --stack or --table/],
    [['search', 'dog', '--region', 'eu-west-1'], /--region needs --stack or --table/],
    [['search', 'dog', '--http-port', '1'], /no local pipeline's page answers on 127\.0\.0\.1:1: start it/],
    [['duplicates', 'a.jpg'], /a\.jpg/],
    [['duplicates', '--limit', '0'], /--limit/],
    [['similar', 'a.jpg', 'b.jpg'], /expected one KEY, s3:\/\/BUCKET\/KEY or FILE/],
    [['similar', 's3://photos'], /expected s3:\/\/BUCKET\/KEY but received "s3:\/\/photos"/],
    [['page', 'x'], /expected only flags but received "x"/],
    [['page', '--region', 'eu-west-1'], /--region needs --stack/],
    [['page', '--http-port', '0'], /expected the port of the local pipeline/],
    [['page', '--http-port', '1'], /no local pipeline's page answers on 127\.0\.0\.1:1: start it/],
    [['labels', 'counts', '--http-port', '1'], /no local pipeline's page answers/],
  ])('rejects %j with one line', async (args, message) => {
    await writeFile(join(folder, 'photo.jpg'), 'not an image');
    const { code, stdout, stderr } = await runCli(args, { cwd: folder });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
