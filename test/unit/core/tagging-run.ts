import type { Scheduler } from 'fast-check';
import type { ObjectStore } from '../../../functions/core/objects/object-store.ts';
import type {
  PrimaryKey,
  ScannableTable,
  TagTable,
  WriteRequest,
} from '../../../functions/core/records/tag-table.ts';
import type { ObjectTags } from '../../../functions/core/results/object-tags.ts';
import type { ResultEvents } from '../../../functions/core/results/result-event.ts';

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

/** One attempt at a message: its ports, and what has become of it. */
export interface TaggingRun {
  readonly objects: ObjectStore;
  readonly table: ScannableTable;
  readonly events: ResultEvents;
  readonly objectTags: ObjectTags;
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

type RunPorts = Pick<TaggingRun, 'objects' | 'table' | 'events' | 'objectTags'>;

/** Makes every call of the ports a step of the scheduler, and has the run fail as the fault says. */
export function startRun(
  scheduler: Scheduler,
  { objects, table, events, objectTags }: RunPorts,
  fault: Fault | undefined,
): TaggingRun {
  const entries: Array<{ identity: string; image: string }> = [];
  const late: Promise<unknown>[] = [];
  const imagesWritten = new Set<unknown>();
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
    const image = `${request.Item.bucket}/${request.Item.key}`;
    if (request.Item.SK === 'IMAGE') imagesWritten.add(image);
    else entries.push({ identity: entryIdentity(request.Item), image });
    return written;
  }

  /** Every write, whether to the table, to an object's tags or to the event bus. */
  async function write<T>(effect: () => Promise<T>): Promise<T> {
    if (fault?.atWrite !== writes++) return effect();
    if (fault.kind === 'late') late.push(handled(scheduled(scheduler, 'late write', effect)));
    else if (fault.kind !== 'refused') await effect();
    if (fault.kind === 'crash') {
      dead = true;
      reportCrash();
    }
    throw new ServiceFault(fault.kind);
  }

  return {
    objects: {
      fetch: (object, maximumBytes) => step('fetch', () => objects.fetch(object, maximumBytes)),
      current: (object) => step('current', () => objects.current(object)),
    },
    table: {
      ...table,
      read: (request) => step('read', () => table.read(request)),
      write: (request) => step(`write ${describeWrite(request)}`, () => write(() => apply(request))),
      readBatch: (request) => step('readBatch', () => table.readBatch(request)),
      scan: (request) => inSteps(table.scan(request), (next) => step('scan', next)),
    },
    events: {
      publish: (event) => step('publish', () => write(() => events.publish(event))),
    },
    objectTags: {
      read: (object) => step('read object tags', () => objectTags.read(object)),
      write: (object, tags) => step('write object tags', () => write(() => objectTags.write(object, tags))),
    },
    crashed,
    lateWrites: () => Promise.all(late),
    unconfirmedEntries: () =>
      entries.filter(({ image }) => !imagesWritten.has(image)).map(({ identity }) => identity),
  };
}

/** A promise whose rejection is handled, though perhaps only after it was rejected. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** A table whose answers to queries come as steps of the scheduler, page by page. */
export function slowReads(scheduler: Scheduler, table: TagTable): TagTable {
  return {
    ...table,
    readBatch: (request) => scheduled(scheduler, 'readBatch', () => table.readBatch(request)),
    query: (request) => inSteps(table.query(request), (next) => scheduled(scheduler, 'query', next)),
  };
}

type Step<T> = (operation: () => Promise<T>) => Promise<T>;

/** Pages, each as a step of its own. */
async function* inSteps<Page>(
  source: AsyncIterable<Page>,
  step: Step<IteratorResult<Page>>,
): AsyncGenerator<Page> {
  const pages = source[Symbol.asyncIterator]();
  for (;;) {
    const page = await step(() => pages.next());
    if (page.done) return;
    yield page.value;
  }
}

export function entryIdentity({ PK, SK }: PrimaryKey): string {
  return `${PK} ${SK}`;
}

function describeWrite(request: WriteRequest): string {
  const { PK, SK } = request.kind === 'put' ? request.Item : request.Key;
  return `${request.kind} ${PK} ${SK}`;
}
