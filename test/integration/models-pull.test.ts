import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointFiles } from '../fixtures/checkpoint-files.ts';
import { COMMIT, gitBlob, sha256, startFakeHub } from '../fixtures/fake-hub.ts';
import { testPull } from './support/pull.ts';

const WEIGHTS = 'open_clip_model.safetensors';
const WANTED = ['README.md', 'open_clip_config.json', 'tokenizer.json', WEIGHTS];

/** Whole buffers are compared by their digests: that takes no seconds. */
const digestIn = async (folder: string, path: string) => sha256(await readFile(join(folder, path)));

async function started() {
  const files = checkpointFiles();
  const [hub, pull] = [await startFakeHub(files), await testPull()];
  hub.kept = () => pull.kept(WEIGHTS);
  return { files, hub, pull };
}

describe('pulling a checkpoint', () => {
  it('brings configuration, tokenizer, licence and the weights once, and no pickle', async () => {
    const { files, hub, pull } = await started();
    const pulled = await pull.run({ endpoint: hub.url });
    expect(pulled).toMatchObject({ repo: 'laion/tiny', commit: COMMIT, licence: 'mit' });
    expect(pulled.files.map(({ path }) => path).sort()).toEqual([...WANTED].sort());
    for (const path of WANTED) expect(await digestIn(pull.folder, path)).toBe(sha256(files[path]!));
    expect((await readdir(pull.folder)).sort()).toEqual([...WANTED, 'source.json'].sort());
    expect(JSON.parse(await readFile(join(pull.folder, 'source.json'), 'utf8'))).toMatchObject({
      source: 'hf:laion/tiny',
      revision: COMMIT,
      licence: 'mit',
    });
  });

  it('locks the commit and the SHA-256 of every file, of those with a Git digest too', async () => {
    const { files, hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    const lock = JSON.parse(await readFile(pull.lockPath, 'utf8'));
    const locked = WANTED.map((path) => [path, { sha256: sha256(files[path]!), bytes: files[path]!.length }]);
    expect(lock).toEqual({
      version: 1,
      checkpoints: {
        'laion/tiny@main': { commit: COMMIT, licence: 'mit', files: Object.fromEntries(locked) },
      },
    });
  });

  it('asks the hub for nothing when all is there', async () => {
    const { hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    hub.requests.length = 0;
    await pull.run({ endpoint: hub.url });
    expect(hub.requests).toEqual([]);
    expect(pull.finished.slice(-WANTED.length)).toEqual(WANTED.map((path) => `${path} present`));
  });

  it('mends a file that was changed', async () => {
    const { files, hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    await writeFile(join(pull.folder, WEIGHTS), Buffer.alloc(files[WEIGHTS]!.length));
    await pull.run({ endpoint: hub.url });
    expect(await digestIn(pull.folder, WEIGHTS)).toBe(sha256(files[WEIGHTS]!));
  });

  it('takes the locked commit from a plain mirror that lists and declares nothing', async () => {
    const { files, hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    await rm(pull.folder, { recursive: true });
    Object.assign(hub.state, { lists: false, declares: false });
    await pull.run({ endpoint: hub.url });
    expect(await digestIn(pull.folder, WEIGHTS)).toBe(sha256(files[WEIGHTS]!));
    expect(hub.requests.at(-1)?.url).toContain('/blobs/');
    expect(hub.requests.some(({ url }) => url === `/laion/tiny/resolve/${COMMIT}/${WEIGHTS}`)).toBe(true);
  });

  it("follows the hub's own redirects, with the token", async () => {
    const { files, hub, pull } = await started();
    hub.state.caches = true;
    await pull.run({ endpoint: hub.url, token: 'hf_x' });
    expect(await digestIn(pull.folder, 'README.md')).toBe(sha256(files['README.md']!));
    const cached = hub.requests.filter(({ url }) => url.includes('/cache/'));
    expect(cached).toHaveLength(6);
    expect(cached.every(({ headers }) => headers.authorization === 'Bearer hf_x')).toBe(true);
  });

  it('asks for a revision with a slash in one path segment', async () => {
    const { hub, pull } = await started();
    await pull.run({ endpoint: hub.url }, { reference: 'hf:laion/tiny@refs/pr/15' });
    expect(hub.requests[0]?.url).toBe('/api/models/laion/tiny/revision/refs%2Fpr%2F15');
  });

  it('pulls both ONNX encoders where there are no safetensors, quantised ones when asked to', async () => {
    const { hub, pull } = await started();
    delete hub.files[WEIGHTS];
    for (const name of [
      'vision_model',
      'text_model',
      'vision_model_quantized',
      'text_model_quantized',
      'model',
    ]) {
      hub.files[`onnx/${name}.onnx`] = Buffer.from(name);
    }
    const plain = await pull.run({ endpoint: hub.url });
    const quantised = await pull.run({ endpoint: hub.url }, { layout: 'onnx-quantised' });
    const onnx = ({ files }: typeof plain) =>
      files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
    expect(onnx(plain)).toEqual(['onnx/text_model.onnx', 'onnx/vision_model.onnx']);
    expect(onnx(quantised)).toEqual(['onnx/text_model_quantized.onnx', 'onnx/vision_model_quantized.onnx']);
  });

  it("gives the robot's conversions the name that open_clip gives, in the folder but not in the lock", async () => {
    const { files, hub, pull } = await started();
    hub.files['open_clip_pytorch_model.safetensors'] = files[WEIGHTS]!;
    const digest = sha256(files[WEIGHTS]!);
    delete hub.files[WEIGHTS];
    const pulled = await pull.run({ endpoint: hub.url });
    expect(pulled.files).toContainEqual({ path: WEIGHTS, sha256: digest, bytes: 400_000 });
    expect(await digestIn(pull.folder, WEIGHTS)).toBe(digest);
    expect(await readFile(pull.lockPath, 'utf8')).toContain('"open_clip_pytorch_model.safetensors"');
    await pull.run({ endpoint: hub.url });
    expect(pull.finished.at(-1)).toBe('open_clip_pytorch_model.safetensors present');
  });

  it('says when there is no tokenizer', async () => {
    const { hub, pull } = await started();
    delete hub.files['tokenizer.json'];
    await pull.run({ endpoint: hub.url });
    expect(pull.remarks).toEqual([expect.stringMatching(/^laion\/tiny holds no tokenizer\.json: put one /)]);
  });

  it('says what a licence forbids, by the name that the model card gives it', async () => {
    const { hub, pull } = await started();
    hub.state.cardData = { license: 'other', license_name: 'apple-amlr' };
    const pulled = await pull.run({ endpoint: hub.url });
    expect(pulled.licence).toBe('apple-amlr');
    expect(pull.remarks).toEqual(['laion/tiny has the licence apple-amlr, which allows no commercial use']);
  });

  it('takes the revision as it is now with --update, and locks it anew', async () => {
    const { hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    hub.files[WEIGHTS] = Buffer.from('new weights');
    hub.state.commit = COMMIT.replace('1', '2');
    await pull.run({ endpoint: hub.url });
    expect(await readFile(pull.lockPath, 'utf8')).toContain(COMMIT);
    await pull.run({ endpoint: hub.url }, { update: true });
    expect(await readFile(join(pull.folder, WEIGHTS), 'utf8')).toBe('new weights');
    expect(await readFile(pull.lockPath, 'utf8')).toContain(hub.state.commit);
  });

  it('plans with what is there already, parts included', async () => {
    const { files, hub, pull } = await started();
    hub.conducts.push('cut', { status: 404 });
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow();
    await pull.run({ endpoint: hub.url });
    const total = WANTED.reduce((sum, path) => sum + files[path]!.length, 0);
    expect(pull.plans[0]).toEqual([total, 0]);
    expect(pull.plans[1]?.[1]).toBeGreaterThan(total - files[WEIGHTS]!.length);
  });

  it('keeps two pulls out of one folder, and does not mind the mark of a dead one', async () => {
    const { hub, pull } = await started();
    await mkdir(pull.folder, { recursive: true });
    await writeFile(join(pull.folder, '.pulling'), String(process.pid));
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({
      code: 'pull-running',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await writeFile(join(pull.folder, '.pulling'), '4194305');
    await pull.run({ endpoint: hub.url });
    expect(existsSync(join(pull.folder, '.pulling'))).toBe(false);
  });
});

describe('pulling a checkpoint that differs', () => {
  it('rejects content other than locked before it is downloaded, where the hub says so', async () => {
    const { hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    await rm(pull.folder, { recursive: true });
    const locked = sha256(hub.files[WEIGHTS]!);
    hub.files[WEIGHTS] = Buffer.alloc(400_000);
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringMatching(
        new RegExp(
          `Expected SHA-256 ${locked} of ${WEIGHTS} \\(models.lock.json\\) but received ${sha256(hub.files[WEIGHTS]!)} \\(declared by `,
        ),
      ),
    });
    expect(existsSync(join(pull.folder, `${WEIGHTS}.part`))).toBe(false);
  });

  it('rejects wrong bytes and leaves nothing of them', async () => {
    const { hub, pull } = await started();
    hub.conducts.push('wrong-bytes');
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringMatching(
        /Expected SHA-256 [0-9a-f]{64} \(declared by .*\) but received [0-9a-f]{64}; what came was removed/,
      ),
    });
    expect((await readdir(pull.folder)).filter((name) => name.startsWith(WEIGHTS))).toEqual([]);
    expect(existsSync(pull.lockPath)).toBe(false);
  });

  it('rejects a small file that is not what its Git digest says', async () => {
    const { hub, pull } = await started();
    const etag = `"${gitBlob(Buffer.from('other'))}"`;
    const declared = { status: 200, headers: { etag, 'x-repo-commit': COMMIT } };
    hub.refusals.push(undefined, declared);
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringMatching(/README\.md from .*Expected Git blob [0-9a-f]{40} /),
    });
  });

  it('rejects a login page without touching the part', async () => {
    const { files, hub, pull } = await started();
    hub.conducts.push('cut', 'login-page');
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow(
      /Expected 400000 bytes .* but received 26 from/,
    );
    expect((await readFile(join(pull.folder, `${WEIGHTS}.part`))).length).toBeGreaterThan(1000);
    await pull.run({ endpoint: hub.url });
    expect(await digestIn(pull.folder, WEIGHTS)).toBe(sha256(files[WEIGHTS]!));
  });

  it('rejects a body without end as soon as it is longer than announced', async () => {
    const { files, hub, pull } = await started();
    hub.conducts.push('endless');
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow(
      /Expected 400000 bytes of .* but received more from/,
    );
    expect((await readFile(join(pull.folder, `${WEIGHTS}.part`))).length).toBeLessThanOrEqual(
      files[WEIGHTS]!.length,
    );
  });

  it('rejects files of another commit', async () => {
    const { hub, pull } = await started();
    await pull.run({ endpoint: hub.url });
    await rm(pull.folder, { recursive: true });
    hub.state.commit = COMMIT.replace('1', '2');
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow(
      `at commit ${COMMIT} but received it at ${hub.state.commit}`,
    );
  });

  it('rejects a commit that the hub resolves to another one', async () => {
    const { hub, pull } = await started();
    await expect(pull.run({ endpoint: hub.url }, { reference: 'vit-b-32-openai' })).rejects.toThrow(
      `Expected commit c237dc49a33fc61debc9276459120b7eac67e7ef of openai/clip-vit-base-patch32 but received ${COMMIT}`,
    );
  });

  it('rejects files that nobody vouches for', async () => {
    const { hub, pull } = await started();
    hub.state.declares = false;
    await expect(pull.run({ endpoint: hub.url })).rejects.toMatchObject({
      code: 'no-digest',
      message: expect.stringMatching(/Expected a digest of README\.md .* bring models\.lock\.json along/),
    });
  });

  it('rejects what a pinned digest forbids, whatever hub and lock say', async () => {
    const { hub, pull } = await started();
    hub.state.commit = 'd15189d7028b43f1d3e65039190477f6af591c2a';
    for (const name of ['vision_model', 'text_model']) hub.files[`onnx/${name}.onnx`] = Buffer.from(name);
    await expect(pull.run({ endpoint: hub.url }, { reference: 'vit-b-32-openai-onnx' })).rejects.toThrow(
      /Expected SHA-256 fd6e1402a588.* of onnx\/vision_model\.onnx \(pinned in this version of cliptag\) but received/,
    );
  });

  it('rejects a repository with nothing but pickles, saying what to take instead', async () => {
    const { hub, pull } = await started();
    delete hub.files[WEIGHTS];
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow(
      /Expected open_clip_model\.safetensors or .* but received open_clip_pytorch_model\.bin: pickles .* @refs\/pr\/N/,
    );
    expect(existsSync(pull.folder)).toBe(false);
  });

  it('rejects a disk that is too full before it begins', async () => {
    const { hub, pull } = await started();
    await expect(pull.run({ endpoint: hub.url }, { freeBytes: async () => 1000 })).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/Expected 0\.4 MB free for .* but found 0\.0 MB: make room/),
    });
    expect(hub.requests.some(({ server }) => server === 'store')).toBe(false);
  });

  it('rejects a lock file that is none, with all its faults', async () => {
    const { hub, pull } = await started();
    await writeFile(
      pull.lockPath,
      '{"version":2,"checkpoints":{"a/b@c":{"commit":"x","licence":"mit","files":{}}}}',
    );
    await expect(pull.run({ endpoint: hub.url })).rejects.toThrow(
      /not a lock file of models:\n.*version: .*\n.*commit: Expected a commit/,
    );
  });
});
