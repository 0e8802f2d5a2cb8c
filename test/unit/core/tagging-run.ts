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
import type { ThumbnailStore } from '../../../functions/core/thumbnails/thumbnail-store.ts';

/**
 * What goes wrong at write number `at` (from 0) of a run. `crash`: the write takes effect, and nothing of the runs in this
 * process happens any more. `refused`: it does not take effect, and the run is told. `answer-lost`: it takes effect, yet
 * the run is told that it failed. `late`: the run is told so, and it takes effect some time afterwards. `repeated`: it
 * takes effect, its answer is lost, and the SDK sends it again, whose answer the run gets. `repeated-late`: the first
 * copy is still on its way meanwhile, and takes effect some time after the second. `read-failed`: at read number `at`.
 */
export interface Fault {
  readonly kind: 'crash' | 'refused' | 'answer-lost' | 'late' | 'repeated' | 'repeated-late' | 'read-failed';
  readonly at: number;
}

/** What DynamoDB's client throws when a request has failed. */
export class ServiceFault extends Error {}

/** One attempt at a message: its ports, and what has become of it. */
export interface TaggingRun {
  readonly objects: ObjectStore;
  readonly table: ScannableTable;
  readonly events: ResultEvents;
  readonly objectTags: ObjectTags;
  readonly thumbnails: ThumbnailStore;
  /** Resolves when writes that were on their way for long have taken effect after all. */
  lateWrites(): Promise<unknown>;
  /** Keys of the label entries that it put without having put the image record, or so late that nothing removes them. */
  unconfirmedEntries(): readonly string[];
  /** Entries of which a copy came late, perhaps when all that would have removed them was done. */
  lateEntries(): readonly string[];
}

/** A process of the function, which works on several messages at once: when one of them makes it crash, all runs end. */
export class FunctionProcess {
  isDead = false;
  readonly crashed: Promise<void>;
  private reportCrash = () => {};

  constructor() {
    this.crashed = new Promise((resolve) => {
      this.reportCrash = resolve;
    });
  }

  crash(): void {
    this.isDead = true;
    this.reportCrash();
  }
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

type RunPorts = Pick<TaggingRun, 'objects' | 'table' | 'events' | 'objectTags' | 'thumbnails'>;

/** Makes every call of the ports a step of the scheduler, and has the run fail as the fault says. */
export function startRun(
  scheduler: Scheduler,
  { objects, table, events, objectTags, thumbnails }: RunPorts,
  fault: Fault | undefined,
  process: FunctionProcess,
): TaggingRun {
  const entries: Array<{ identity: string; image: string }> = [];
  const late: Promise<unknown>[] = [];
  const imagesWritten = new Set<unknown>();
  const lateEntries: string[] = [];
  let writes = 0;
  let reads = 0;
  const step = <T>(label: string, operation: () => Promise<T>) =>
    scheduled(scheduler, label, operation, () => process.isDead);
  const read = <T>(label: string, operation: () => Promise<T>) =>
    step(label, async () => {
      if (fault?.kind === 'read-failed' && fault.at === reads++) throw new ServiceFault(fault.kind);
      return operation();
    });

  async function apply(request: WriteRequest): Promise<boolean> {
    const written = await table.write(request);
    if (!written || request.kind !== 'put') return written;
    const image = `${request.Item.bucket}/${request.Item.key}`;
    if (request.Item.SK === 'IMAGE') imagesWritten.add(image);
    else if (request.Item.PK.startsWith('LABEL#'))
      entries.push({ identity: entryIdentity(request.Item), image });
    return written;
  }

  const later = <T>(effect: () => Promise<T>) => {
    late.push(handled(scheduled(scheduler, 'late write', effect)));
  };

  /** Every write, whether to the table, to an object's tags or to the event bus. */
  async function write<T>(effect: () => Promise<T>): Promise<T> {
    if (fault?.at !== writes++ || fault.kind === 'read-failed') return effect();
    if (fault.kind === 'repeated') await effect();
    if (fault.kind.startsWith('repeated')) return effect();
    if (fault.kind === 'late') later(effect);
    else if (fault.kind !== 'refused') await effect();
    if (fault.kind === 'crash') process.crash();
    throw new ServiceFault(fault.kind);
  }

  /** Only the table can tell a copy that comes late, by its conditions; S3 and EventBridge take it as it comes. */
  function writeToTable(request: WriteRequest): Promise<boolean> {
    if (fault?.kind === 'repeated-late' && fault.at === writes) {
      later(() => apply(request));
      if (request.kind === 'put') lateEntries.push(entryIdentity(request.Item));
    }
    return write(() => apply(request));
  }

  return {
    objects: {
      fetch: (object, maximumBytes) => read('fetch', () => objects.fetch(object, maximumBytes)),
      current: (object) => read('current', () => objects.current(object)),
    },
    table: {
      ...table,
      read: (request) => read('read', () => table.read(request)),
      write: (request) => step(`write ${describeWrite(request)}`, () => writeToTable(request)),
      readBatch: (request) => read('readBatch', () => table.readBatch(request)),
      scan: (request) => inSteps(table.scan(request), (next) => read('scan', next)),
    },
    events: {
      publish: (event) => step('publish', () => write(() => events.publish(event))),
    },
    objectTags: {
      read: (object) => read('read object tags', () => objectTags.read(object)),
      write: (object, tags) => step('write object tags', () => write(() => objectTags.write(object, tags))),
    },
    // They never fail, for then tagging goes on without them; but the process may end at any of them.
    thumbnails: {
      put: (name, webp) => step('put thumbnail', () => thumbnails.put(name, webp)),
      delete: (name) => step('delete thumbnail', () => thumbnails.delete(name)),
      get: (name) => step('get thumbnail', () => thumbnails.get(name)),
    },
    lateWrites: () => Promise.all(late),
    unconfirmedEntries: () => [
      ...entries.filter(({ image }) => !imagesWritten.has(image)).map(({ identity }) => identity),
      ...lateEntries,
    ],
    lateEntries: () => lateEntries,
  };
}

/** A promise whose rejection is handled, though perhaps only after it was rejected. */
export function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * A table whose answers to queries come as steps of the scheduler, page by page.
 *
 * @param failsAt number of the read that fails
 */
export function slowReads(scheduler: Scheduler, table: TagTable, failsAt?: number): TagTable {
  let reads = 0;
  const read = <T>(label: string, operation: () => Promise<T>) =>
    scheduled(scheduler, label, async () => {
      if (reads++ === failsAt) throw new ServiceFault('read-failed');
      return operation();
    });
  return {
    ...table,
    read: (request) => read('read', () => table.read(request)),
    readBatch: (request) => read('readBatch', () => table.readBatch(request)),
    query: (request) => inSteps(table.query(request), (next) => read('query', next)),
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
