import type { Scheduler } from 'fast-check';
import type { ObjectStore, TagTable } from '../../functions/core/ports.ts';
import type { PrimaryKey, WriteRequest } from '../../functions/core/records.ts';

/**
 * How a run is cut short at its write number `atWrite` (from 0). `crash`: the write takes effect, and nothing of the
 * run happens any more. `refused`: it does not take effect, and the run is told. `answer-lost`: it takes effect,
 * yet the run is told that it failed. `late`: the run is told so, and takes effect some time afterwards.
 */
export interface Fault {
  readonly kind: 'crash' | 'refused' | 'answer-lost' | 'late';
  readonly atWrite: number;
}

/** What DynamoDB's client throws when a request has failed. */
export class ServiceFault extends Error {}

/** One attempt at a message: the ports it works through, and what has become of it. */
export interface TaggingRun {
  readonly objects: ObjectStore;
  readonly table: TagTable;
  /** Resolves when the run has crashed. */
  readonly crashed: Promise<void>;
  /** Resolves when writes that were reported as failed have taken effect after all. */
  lateWrites(): Promise<unknown>;
  /** Keys of the label entries that it put without having put the image record. */
  unconfirmedEntries(): readonly string[];
}

/** Runs an operation, to its end and alone, when the scheduler comes to it. */
export function scheduled<T>(
  scheduler: Scheduler,
  label: string,
  operation: () => Promise<T>,
  isDead = () => false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const deliver = (answer: () => void) => {
      if (!isDead()) answer();
    };
    const builder = async () => {
      if (isDead()) return;
      await operation().then(
        (value) => deliver(() => resolve(value)),
        (error) => deliver(() => reject(error)),
      );
    };
    scheduler.scheduleSequence([{ label, builder }]);
  });
}

/** Makes every call of the ports a step of the scheduler's, and the run fail as the fault says. */
export function startRun(
  scheduler: Scheduler,
  { objects, table }: Pick<TaggingRun, 'objects' | 'table'>,
  fault: Fault | undefined,
): TaggingRun {
  const entries: string[] = [];
  const late: Promise<unknown>[] = [];
  let wroteRecord = false;
  let dead = false;
  let writes = 0;
  let reportCrash = () => {};
  const crashed = new Promise<void>((resolve) => {
    reportCrash = resolve;
  });
  const step = <T>(label: string, operation: () => Promise<T>) =>
    scheduled(scheduler, label, operation, () => dead);

  async function apply(request: WriteRequest): Promise<boolean> {
    const written = await table.write(request);
    if (!written || request.kind !== 'put') return written;
    if (request.Item.SK === 'IMAGE') wroteRecord = true;
    else entries.push(entryIdentity(request.Item));
    return written;
  }

  async function write(request: WriteRequest): Promise<boolean> {
    if (fault?.atWrite !== writes++) return apply(request);
    if (fault.kind === 'late') late.push(scheduled(scheduler, 'late write', () => apply(request)));
    else if (fault.kind !== 'refused') await apply(request);
    if (fault.kind !== 'crash') throw new ServiceFault(fault.kind);
    dead = true;
    reportCrash();
    return false;
  }

  return {
    objects: {
      fetch: (object, maximumBytes) => step('fetch', () => objects.fetch(object, maximumBytes)),
      current: (object) => step('current', () => objects.current(object)),
    },
    table: {
      ...table,
      read: (request) => step('read', () => table.read(request)),
      write: (request) => step(`write ${describeWrite(request)}`, () => write(request)),
    },
    crashed,
    lateWrites: () => Promise.all(late),
    unconfirmedEntries: () => (wroteRecord ? [] : entries),
  };
}

/** A table whose answers to queries come as steps of the scheduler's, page by page. */
export function slowReads(scheduler: Scheduler, table: TagTable): TagTable {
  return {
    ...table,
    readBatch: (request) => scheduled(scheduler, 'readBatch', () => table.readBatch(request)),
    async *query(request) {
      const pages = table.query(request)[Symbol.asyncIterator]();
      for (;;) {
        const page = await scheduled(scheduler, 'query', () => pages.next());
        if (page.done) return;
        yield page.value;
      }
    },
  };
}

export function entryIdentity({ PK, SK }: PrimaryKey): string {
  return `${PK} ${SK}`;
}

function describeWrite(request: WriteRequest): string {
  const { PK, SK } = request.kind === 'put' ? request.Item : request.Key;
  return `${request.kind} ${PK} ${SK}`;
}
