import { readFile } from 'node:fs/promises';

/** What docs/s3-endpoint.md says about the operations of a service: those that work, and those that are refused. */
export async function documentedOperations(service: 'DynamoDB' | 'S3') {
  const text = await readFile(new URL('../../docs/s3-endpoint.md', import.meta.url), 'utf8');
  const section = text.split(`**Operations of ${service}:**`)[1] ?? '';
  const [works = '', refused = ''] = section.split(`**Refused operations of ${service}:**`);
  const [list = ''] = works.split('\n\n');
  // A table's row begins with a line, and says what is refused in its first column.
  const rows = refused.split(/\n\n(?!\|)/)[0]?.match(/^\|[^|]*/gm) ?? [];
  return { works: namesIn(list), refused: namesIn(rows.join('')) };
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).sort();
}
