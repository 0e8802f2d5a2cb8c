import { readFile } from 'node:fs/promises';

const DOCUMENTS = { DynamoDB: 'dynamodb-endpoint.md', S3: 's3-endpoint.md' };

/** The operations of a service that its document says work, and those that it says are refused. */
export async function documentedOperations(service: keyof typeof DOCUMENTS) {
  const text = await readFile(new URL(`../../docs/${DOCUMENTS[service]}`, import.meta.url), 'utf8');
  const section = text.split('**Operations that work:**')[1] ?? '';
  const [works = '', refused = ''] = section.split('**Refused operations:**');
  const [list = ''] = works.split('\n\n');
  // A table's row begins with a line, and says what is refused in its first column.
  const rows = refused.split(/\n\n(?!\|)/)[0]?.match(/^\|[^|]*/gm) ?? [];
  return { works: namesIn(list), refused: namesIn(rows.join('')) };
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).sort();
}
