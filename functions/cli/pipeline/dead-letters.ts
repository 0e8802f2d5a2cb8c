import { eventsOf, type ParsedEvent } from '../../core/objects/event.ts';

/** A message that failed every time. */
export interface DeadLetter {
  readonly messageId: string;
  /** How often it was received; approximate. */
  readonly receiveCount: number;
  /** ISO 8601; null where it is not known. */
  readonly sentAt: string | null;
  /** What its events are about, e.g. `s3://photos/a.jpg`; none when it can't be understood. */
  readonly objects: readonly string[];
  /** Why it failed; null where only the function's log says so. */
  readonly reason: string | null;
}

export type RedriveState = 'completed' | 'cancelled' | 'failed';

export interface Redriven {
  readonly state: RedriveState;
  /** How many messages; approximate where SQS counts. */
  readonly moved: number;
  readonly reason?: string | undefined;
}

/** The dead-letter queue of a pipeline, wherever that runs. */
export interface DeadLetters {
  count(): Promise<number>;
  /** Some of them; they stay where they are. */
  sample(): Promise<readonly DeadLetter[]>;
  /** Whether a move is under way already; `redrive` then follows it. */
  isMoving(): Promise<boolean>;
  /** Moves all of them back to the queue; resolves when the move has ended. */
  redrive(onProgress: (moved: number) => void): Promise<Redriven>;
  /** Stops the move: what has been moved stays in the queue, the others stay dead letters. */
  cancel(): Promise<void>;
}

/** A dead letter, from its message's body and from what its queue says of it. */
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
