import { eventsOf, type ParsedEvent } from '../../core/objects/event.ts';

/** A message that failed every time. */
export interface DeadLetter {
  readonly messageId: string;
  /** Approximately. */
  readonly receiveCount: number;
  /** ISO 8601; null where nothing says so. */
  readonly sentAt: string | null;
  /** What its events are about, e.g. `s3://photos/a.jpg`; none when it can't be understood. */
  readonly objects: readonly string[];
  /** Why it failed; null where only the function's log says so. */
  readonly reason: string | null;
}

export type RedriveState = 'completed' | 'cancelled' | 'failed';

export interface Redriven {
  readonly state: RedriveState;
  /** Approximately, where SQS counts. */
  readonly moved: number;
  readonly reason?: string | undefined;
}

/** The dead-letter queue of a pipeline, wherever that runs. */
export interface DeadLetters {
  count(): Promise<number>;
  /** Some of them; they stay where they are. */
  sample(): Promise<readonly DeadLetter[]>;
  /** Whether somebody has them moved already; to redrive them is to follow that then. */
  isMoving(): Promise<boolean>;
  /** Moves all of them back to the queue; resolves once that has come to its end. */
  redrive(onProgress: (moved: number) => void): Promise<Redriven>;
  /** Stops that: what has been moved stays in the queue, the others stay dead letters. */
  cancel(): Promise<void>;
}

/** What a message's body tells, beside what its queue tells of it. */
export function deadLetter(
  { messageId, body, receiveCount }: { messageId: string; body: string; receiveCount: number },
  { sentAt, reason }: { sentAt?: string | undefined; reason?: string | undefined },
): DeadLetter {
  const events = eventsOf(body);
  const faults = events.flatMap((event) => (event.kind === 'faulty' ? [event.fault.message] : []));
  return {
    messageId,
    receiveCount,
    sentAt: sentAt ?? null,
    objects: events.flatMap(nameOf),
    reason: reason ?? faults[0] ?? null,
  };
}

function nameOf(event: ParsedEvent): string[] {
  return 'object' in event ? [`s3://${event.object.bucket}/${event.object.key}`] : [];
}
