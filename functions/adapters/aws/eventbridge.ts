import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { RESULT_EVENT_SOURCE, type ResultEvent, type ResultEvents } from '../../core/results/result-event.ts';
import { awsClientDefaults } from './aws-client-defaults.ts';
import { grouped } from './grouped.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MAXIMUM_ENTRIES = 10;
/** All entries of a request together. */
const MAXIMUM_REQUEST_BYTES = 256 * 1024;

/** The bus did not take one entry of a request; named for EventBridge's own error code. */
class EntryRefused extends Error {
  override readonly name: string;

  constructor({ ErrorCode = 'UnknownError', ErrorMessage = '' }: PutEventsResultEntry) {
    super(ErrorMessage);
    this.name = ErrorCode;
  }
}

/**
 * An event bus of Amazon EventBridge. Events that are published at the same time share requests. An entry that the bus
 * refuses fails by itself: EventBridge takes the others of its request.
 *
 * @param bus name or ARN
 */
export function eventBridgeResultEvents(
  bus: string,
  config: Pick<EventBridgeClientConfig, 'endpoint' | 'region' | 'credentials' | 'maxAttempts'> = {},
): ResultEvents {
  const client = new EventBridgeClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  const publish = grouped<PutEventsRequestEntry, PutEventsResultEntry>({
    maximumItems: MAXIMUM_ENTRIES,
    maximumBytes: MAXIMUM_REQUEST_BYTES,
    bytesOf: entryBytes,
    send: async (entries) => {
      const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }));
      return Entries;
    },
  });
  return {
    publish: async (event) => {
      const taken = await publish(putEventsEntry(event, bus));
      if (taken.EventId === undefined) throw new EntryRefused(taken);
    },
  };
}

/** An event as EventBridge takes it. */
export function putEventsEntry({ type, detail }: ResultEvent, bus: string): PutEventsRequestEntry {
  return {
    Source: RESULT_EVENT_SOURCE,
    DetailType: type,
    Detail: JSON.stringify(detail),
    Time: new Date(detail.recordedAt),
    EventBusName: bus,
  };
}

const TIME_BYTES = 14;

/** As EventBridge counts: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
export function entryBytes({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  return TIME_BYTES + [Source, DetailType, Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
