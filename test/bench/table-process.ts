import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startDynamoDbEndpoint } from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable } from '../../functions/local/dynamodb/table.ts';

const THIS_FILE = fileURLToPath(import.meta.url);

export interface TableProcess {
  readonly url: string;
  /** What the process has used of the processor so far. */
  processorSeconds(): Promise<number>;
  stop(): Promise<void>;
}

/** The embedded DynamoDB in a process of its own, so that its work is not counted as the caller's. */
export async function startTableProcess(folder: string): Promise<TableProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', THIS_FILE, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const nextLine = async () => {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return line.toString().trim();
  };
  return {
    url: await nextLine(),
    async processorSeconds() {
      child.stdin.write('?');
      return Number(await nextLine());
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}

/** Serves until its input ends, which it also does when the caller dies; answers each byte with its processor time. */
async function serve(folder: string): Promise<void> {
  const endpoint = await startDynamoDbEndpoint({ folder });
  await ensureTable(endpoint);
  console.log(endpoint.url);
  process.stdin.on('data', () => {
    const { user, system } = process.cpuUsage();
    console.log((user + system) / 1e6);
  });
  await once(process.stdin, 'end');
  await endpoint.close();
}

if (process.argv[1] === THIS_FILE) await serve(process.argv[2] ?? '');
