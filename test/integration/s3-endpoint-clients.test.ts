/** The programs that people use with S3, as they come: each finds other faults. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { BUCKET, countFiles, openEndpointWithBucket, someBytes } from './s3-endpoint-fixture.ts';
import { available } from './tools.ts';

const run = promisify(execFile);
const hasAws = available('aws');
const hasBoto3 = available('boto3');
const hasMc = available('mc');
const hasRclone = available('rclone');

/** Nothing of the user's own configuration. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|RCLONE)_/.test(name))),
  AWS_ACCESS_KEY_ID: ACCESS_KEY,
  AWS_SECRET_ACCESS_KEY: SECRET,
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  NO_PROXY: '127.0.0.1',
};

/** Each test starts several programs, some of which take seconds to load. */
const PROGRAMS_TIMEOUT_MILLISECONDS = 300_000;

/** More than the 8 MB from which these programs upload in parts. */
const large = someBytes(20_000_000);

async function openWithFiles() {
  const endpoint = await openEndpointWithBucket();
  const files = join(await temporaryFolder(), 'in');
  await mkdir(join(files, 'sub folder'), { recursive: true });
  await writeFile(join(files, 'small.txt'), 'small');
  await writeFile(join(files, 'empty'), '');
  await writeFile(join(files, 'sub folder', 'été +1 (😀).txt'), 'odd name');
  await writeFile(join(files, 'large.bin'), large);
  const { client } = endpoint;
  return {
    ...endpoint,
    files,
    keys: async () =>
      ((await client.send(new ListObjectsV2Command({ Bucket: BUCKET }))).Contents ?? []).map(
        ({ Key }) => Key,
      ),
    md5: async (Key: string) => {
      const got = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      return createHash('md5')
        .update(await got.Body!.transformToByteArray())
        .digest('hex');
    },
  };
}

const allKeys = ['empty', 'large.bin', 'small.txt', 'sub folder/été +1 (😀).txt'];
const largeMd5 = createHash('md5').update(large).digest('hex');

test.skipIf(!hasAws)(
  'aws s3 copies, lists, syncs, presigns and removes',
  async () => {
    const { url, files, keys, md5, client, folder } = await openWithFiles();
    const aws = async (...parameters: string[]) =>
      (await run('aws', ['--endpoint-url', url, 's3', ...parameters], { env: environment })).stdout;

    await aws('mb', 's3://second-bucket');
    await aws(
      'cp',
      join(files, 'large.bin'),
      `s3://${BUCKET}/`,
      '--metadata',
      'a=b',
      '--content-type',
      'image/x',
    );
    expect(await md5('large.bin')).toBe(largeMd5);
    const head = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'large.bin' }));
    expect(head).toMatchObject({
      Metadata: { a: 'b' },
      ContentType: 'image/x',
      ETag: expect.stringMatching(/-3"$/),
    });

    await aws('sync', files, `s3://${BUCKET}/`);
    expect(await keys()).toEqual(allKeys);
    expect(await aws('sync', files, `s3://${BUCKET}/`)).toBe('');
    expect(await aws('ls', `s3://${BUCKET}/`)).toMatch(
      /PRE sub folder\/\n.* 0 empty\n.* 20000000 large.bin\n/,
    );
    expect(await aws('ls', '--recursive', `s3://${BUCKET}/sub`)).toContain('sub folder/été +1 (😀).txt');

    await aws('sync', `s3://${BUCKET}/`, join(files, '..', 'out'));
    expect((await readFile(join(files, '..', 'out', 'large.bin'))).equals(large)).toBe(true);
    await aws('cp', `s3://${BUCKET}/large.bin`, 's3://second-bucket/copy of large');
    expect(await aws('ls', 's3://second-bucket')).toContain('20000000 copy of large');

    const address = (await aws('presign', `s3://${BUCKET}/sub folder/été +1 (😀).txt`)).trim();
    expect(await (await fetch(address)).text()).toBe('odd name');

    await aws('rm', '--recursive', `s3://${BUCKET}/`);
    await aws('rb', '--force', 's3://second-bucket');
    expect(await keys()).toEqual([]);
    expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
  },
  PROGRAMS_TIMEOUT_MILLISECONDS,
);

const BOTO3_PROGRAM = `
import sys, io, boto3
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
url, bucket, path = sys.argv[1:]
s3 = boto3.client('s3', endpoint_url=url)
s3.upload_file(path, bucket, 'large.bin', Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
s3.put_object(Bucket=bucket, Key='été + 1//x', Body=io.BytesIO(b'stream'), Metadata={'a': 'b'}, Tagging='c=d')
for algorithm in ('CRC32', 'SHA1', 'SHA256'):
    s3.put_object(Bucket=bucket, Key=algorithm, Body=b'x', ChecksumAlgorithm=algorithm)
out = io.BytesIO()
s3.download_fileobj(bucket, 'large.bin', out)
assert out.getvalue() == open(path, 'rb').read()
assert s3.get_object(Bucket=bucket, Key='été + 1//x', Range='bytes=1-3')['Body'].read() == b'tre'
assert s3.get_object_tagging(Bucket=bucket, Key='été + 1//x')['TagSet'] == [{'Key': 'c', 'Value': 'd'}]
s3.copy({'Bucket': bucket, 'Key': 'large.bin'}, bucket, 'copy', Config=TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20))
pages = s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, PaginationConfig={'PageSize': 2})
print([object['Key'] for page in pages for object in page['Contents']])
print(s3.generate_presigned_url('put_object', Params={'Bucket': bucket, 'Key': 'signed'}))
old = boto3.client('s3', endpoint_url=url, config=Config(request_checksum_calculation='when_required'))
old.put_object(Bucket=bucket, Key='old', Body=b'no checksum')
s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'SHA1'}, {'Key': 'SHA256'}]})
try:
    s3.head_object(Bucket=bucket, Key='SHA1')
except s3.exceptions.ClientError as error:
    print(error.response['Error']['Code'])
`;

test.skipIf(!hasBoto3)(
  'boto3 uploads in parts, streams, tags, copies, lists in pages, presigns and deletes',
  async () => {
    const { url, files, keys, md5 } = await openWithFiles();
    const parameters = ['-c', BOTO3_PROGRAM, url, BUCKET, join(files, 'large.bin')];
    const { stdout } = await run('python3', parameters, { env: { ...environment, AWS_REGION: 'us-east-1' } });
    const [listed, address = '', code] = stdout.trim().split('\n');
    expect(listed).toBe("['CRC32', 'SHA1', 'SHA256', 'copy', 'large.bin', 'été + 1//x']");
    expect(code).toBe('404');
    expect([await md5('large.bin'), await md5('copy')]).toEqual([largeMd5, largeMd5]);
    expect((await fetch(address, { method: 'PUT', body: Buffer.from('by URL') })).status).toBe(200);
    expect(await keys()).toEqual(['CRC32', 'copy', 'large.bin', 'old', 'signed', 'été + 1//x']);
  },
);

test.skipIf(!hasRclone)('rclone syncs both ways, checks and purges', async () => {
  const { url, files, keys, md5 } = await openWithFiles();
  const remote = `:s3,provider=Other,env_auth,endpoint="${url}",force_path_style:${BUCKET}`;
  const rclone = async (...parameters: string[]) =>
    (await run('rclone', [...parameters, '--config', '/dev/null', '--retries', '1'], { env: environment }))
      .stdout;
  const inParts = ['--s3-upload-cutoff', '5M', '--s3-chunk-size', '5M'];

  await rclone('sync', files, remote, ...inParts);
  expect(await keys()).toEqual(allKeys);
  expect(await md5('large.bin')).toBe(largeMd5);
  await rclone('check', '--download', files, remote);
  expect(JSON.parse(await rclone('lsjson', '--recursive', '--files-only', remote))).toHaveLength(4);
  await rclone('sync', remote, join(files, '..', 'out'));
  expect((await readdir(join(files, '..', 'out'))).sort()).toEqual([
    'empty',
    'large.bin',
    'small.txt',
    'sub folder',
  ]);
  await rclone('moveto', `${remote}/small.txt`, `${remote}/moved.txt`);
  expect(await keys()).toContain('moved.txt');
  await rclone('delete', remote);
  expect(await keys()).toEqual([]);
});

const BOTO3_SIGNING_PROGRAM = `
import base64, hashlib, sys, urllib.request, boto3
from botocore.client import Config
url, bucket = sys.argv[1:]
body = b'a picture'
md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
params = [({}, {}), ({'ContentType': 'image/jpeg'}, {'Content-Type': 'image/jpeg'}), ({'ContentMD5': md5}, {'Content-MD5': md5}),
    ({'Metadata': {'a': 'b'}}, {'x-amz-meta-a': 'b'}), ({'Tagging': 'a=b'}, {'x-amz-tagging': 'a=b'}), ({'ACL': 'private'}, {'x-amz-acl': 'private'}),
    ({'CacheControl': 'max-age=1'}, {'Cache-Control': 'max-age=1'}), ({'ServerSideEncryption': 'AES256'}, {'x-amz-server-side-encryption': 'AES256'})]
for version in (None, 's3', 's3v4'):
    s3 = boto3.client('s3', endpoint_url=url, config=Config(signature_version=version))
    for extra, headers in params:
        address = s3.generate_presigned_url('put_object', Params={'Bucket': bucket, 'Key': 'pre +é.jpg', **extra})
        request = urllib.request.Request(address, data=body, method='PUT', headers=headers)
        if 'Content-Type' not in headers: request.add_unredirected_header('Content-Type', '')
        assert urllib.request.urlopen(request).status == 200, (version, extra)
    s3.put_object(Bucket=bucket, Key='plain', Body=body)
    assert s3.get_object(Bucket=bucket, Key='plain')['Body'].read() == body
    form = s3.generate_presigned_post(bucket, 'form/\${filename}', Fields={'Content-Type': 'image/jpeg'}, Conditions=[{'Content-Type': 'image/jpeg'}])
    parts = [f'--b\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'.encode() for name, value in form['fields'].items()]
    parts += [f'--b\\r\\nContent-Disposition: form-data; name="file"; filename="{version}.jpg"\\r\\n\\r\\n'.encode(), body, b'\\r\\n--b--\\r\\n']
    headers = {'Content-Type': 'multipart/form-data; boundary=b'}
    assert urllib.request.urlopen(urllib.request.Request(form['url'], b''.join(parts), headers)).status == 204
for suffix in ('-1', ''):
    upload = s3.create_multipart_upload(Bucket=bucket, Key='parts', ChecksumAlgorithm='SHA256')['UploadId']
    of = lambda data: base64.b64encode(hashlib.sha256(data).digest()).decode()
    part = s3.upload_part(Bucket=bucket, Key='parts', UploadId=upload, PartNumber=1, Body=body, ChecksumSHA256=of(body))
    s3.complete_multipart_upload(Bucket=bucket, Key='parts', UploadId=upload, ChecksumSHA256=of(hashlib.sha256(body).digest()) + suffix,
        MultipartUpload={'Parts': [{'PartNumber': 1, 'ETag': part['ETag'], 'ChecksumSHA256': part['ChecksumSHA256']}]})
`;

test.skipIf(!hasBoto3)('boto3 signs by both versions: addresses of uploads, requests and forms', async () => {
  const { url, keys } = await openWithFiles();
  await run('python3', ['-c', BOTO3_SIGNING_PROGRAM, url, BUCKET], { env: environment });
  expect(await keys()).toEqual([
    'form/None.jpg',
    'form/s3.jpg',
    'form/s3v4.jpg',
    'parts',
    'plain',
    'pre +é.jpg',
  ]);
});

test.skipIf(!hasMc)('mc copies, pipes with a checksum, mirrors, shares, moves and removes', async () => {
  const { url, files, keys, md5 } = await openWithFiles();
  const settings = join(files, '..', 'mc');
  const alias = url.replace('://', `://${ACCESS_KEY}:${SECRET}@`);
  const mc = async (...parameters: string[]) =>
    (
      await run('mc', ['--config-dir', settings, ...parameters], {
        env: { ...environment, MC_HOST_c: alias },
      })
    ).stdout;

  await mc('mirror', files, `c/${BUCKET}`);
  expect(await keys()).toEqual(allKeys);
  await mc(
    'put',
    '--part-size',
    '5MiB',
    '--checksum',
    'CRC32C',
    join(files, 'large.bin'),
    `c/${BUCKET}/put.bin`,
  );
  expect(await md5('put.bin')).toBe(largeMd5);
  await run(
    'sh',
    [
      '-c',
      `mc --config-dir "$1" pipe --checksum CRC32C c/${BUCKET}/piped.bin < "$2"`,
      'sh',
      settings,
      join(files, 'large.bin'),
    ],
    {
      env: { ...environment, MC_HOST_c: alias },
    },
  );
  expect(await md5('piped.bin')).toBe(largeMd5);
  await mc('mv', `c/${BUCKET}/put.bin`, `c/${BUCKET}/moved.bin`);
  expect(await mc('stat', '--json', `c/${BUCKET}/moved.bin`)).toContain('"size":20000000');

  const { share } = JSON.parse(await mc('share', 'upload', '--json', `c/${BUCKET}/shared.jpg`));
  await run('sh', ['-c', `${String(share).replace('<FILE>', join(files, 'small.txt'))} --fail`]);
  const link = JSON.parse(await mc('share', 'download', '--json', `c/${BUCKET}/shared.jpg`));
  expect(await (await fetch(link.share)).text()).toBe('small');
  await mc('rm', '--recursive', '--force', `c/${BUCKET}`);
  expect(await keys()).toEqual([]);
});
