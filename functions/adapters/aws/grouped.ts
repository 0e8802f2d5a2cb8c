/** A request that takes several items and answers for each of them. */
export interface GroupedRequest<Item, Answer> {
  readonly maximumItems: number;
  /** Maximum size of all items of a request together; a larger item goes alone. */
  readonly maximumBytes: number;
  readonly bytesOf: (item: Item) => number;
  /** The answers in the order of the items. */
  readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Sends items that callers give one by one, several in a request: items that come while a request is under way go
 * together in the next one. So a lone item waits for nothing, and the slower the requests are, the more items share
 * one. Own code, since libraries that batch (dataloader) limit a batch by its count only, not by its bytes.
 */
export function grouped<Item, Answer>(
  request: GroupedRequest<Item, Answer>,
): (item: Item) => Promise<Answer> {
  const waiting: Waiting<Item, Answer>[] = [];
  let isSending = false;

  async function sendAll(): Promise<void> {
    if (isSending) return;
    isSending = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, firstGroup(waiting, request));
      await sendGroup(group, request);
    }
    isSending = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      // Items that come in the same turn of the event loop go together from the start.
      setImmediate(sendAll);
    });
}

/** Settles every item's promise; never throws. */
async function sendGroup<Item, Answer>(
  group: readonly Waiting<Item, Answer>[],
  { send }: GroupedRequest<Item, Answer>,
): Promise<void> {
  try {
    const answers = await send(group.map(({ item }) => item));
    if (answers.length !== group.length) {
      throw new Error(`Expected ${group.length} answers but received ${answers.length}`);
    }
    group.forEach(({ resolve }, i) => {
      resolve(answers[i] as Answer);
    });
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

/** How many of the items that wait fit into one request: at least one. */
function firstGroup<Item, Answer>(
  waiting: readonly Waiting<Item, Answer>[],
  { maximumItems, maximumBytes, bytesOf }: GroupedRequest<Item, Answer>,
): number {
  let bytes = 0;
  for (const [count, { item }] of waiting.entries()) {
    bytes += bytesOf(item);
    if (count > 0 && (count === maximumItems || bytes > maximumBytes)) return count;
  }
  return waiting.length;
}
