import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { invalidArgument, notImplemented } from './errors.ts';
import { emptyAsElement, oneOrMore, parseXml, type XmlElements } from './xml.ts';

/** A queue that a bucket sends events to. */
export interface QueueConfiguration {
  readonly id: string;
  readonly queueArn: string;
  /** Event names, or patterns such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  /** Empty for any key. */
  readonly prefix: string;
  /** Empty for any key. */
  readonly suffix: string;
}

/** Everything that happens to a bucket's objects. */
export function allEventsTo(queueArn: string): QueueConfiguration {
  const events = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'];
  return { id: 'every-bucket', queueArn, events, prefix: '', suffix: '' };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const EVENT_PATTERN =
  /^s3:(ObjectCreated:(\*|Put|Post|Copy|CompleteMultipartUpload)|ObjectRemoved:(\*|Delete|DeleteMarkerCreated))$/;

const filterRule = z.object({
  Name: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['prefix', 'suffix'])),
  Value: z.string(),
});

const configurationSchema = z.object({
  QueueConfiguration: z.preprocess(
    oneOrMore,
    z.array(
      z.object({
        Id: z.string().optional(),
        Queue: z.string().startsWith('arn:'),
        Event: z.preprocess(oneOrMore, z.array(z.string()).min(1)),
        Filter: z
          .object({
            S3Key: z.preprocess(
              emptyAsElement,
              z.object({ FilterRule: z.preprocess(oneOrMore, z.array(filterRule)) }).optional(),
            ),
          })
          .optional(),
      }),
    ),
  ),
  TopicConfiguration: z.unknown().optional(),
  CloudFunctionConfiguration: z.unknown().optional(),
  EventBridgeConfiguration: z.unknown().optional(),
});

type ParsedQueue = z.infer<typeof configurationSchema>['QueueConfiguration'][number];

/** @throws {S3Error} `MalformedXML`, `InvalidArgument`, or `NotImplemented` for any destination but a queue */
export function parseNotificationConfiguration(xml: string): QueueConfiguration[] {
  const configuration = parseXml(xml, 'NotificationConfiguration', configurationSchema);
  for (const other of [
    'TopicConfiguration',
    'CloudFunctionConfiguration',
    'EventBridgeConfiguration',
  ] as const) {
    if (configuration[other] !== undefined) throw notImplemented(`A notification's ${other}`);
  }
  return configuration.QueueConfiguration.map(queueConfiguration);
}

function queueConfiguration({ Id, Queue, Event, Filter }: ParsedQueue): QueueConfiguration {
  for (const event of Event) {
    if (!EVENT_PATTERN.test(event))
      throw invalidArgument(`The event "${event}" is not supported for notifications.`);
  }
  const rules = Filter?.S3Key?.FilterRule ?? [];
  const value = (name: 'prefix' | 'suffix') => rules.find((rule) => rule.Name === name)?.Value ?? '';
  return {
    id: Id ?? randomUUID(),
    queueArn: Queue,
    events: Event,
    prefix: value('prefix'),
    suffix: value('suffix'),
  };
}

export function notificationConfigurationElements(queues: readonly QueueConfiguration[]): XmlElements {
  return {
    QueueConfiguration: queues.map(({ id, queueArn, events, prefix, suffix }) => ({
      Id: id,
      Queue: queueArn,
      Event: events,
      Filter: filterElements(prefix, suffix),
    })),
  };
}

function filterElements(prefix: string, suffix: string): XmlElements | undefined {
  const rules = [
    { Name: 'prefix', Value: prefix },
    { Name: 'suffix', Value: suffix },
  ].filter(({ Value }) => Value !== '');
  return rules.length > 0 ? { S3Key: { FilterRule: rules } } : undefined;
}
