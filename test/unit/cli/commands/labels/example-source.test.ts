import { describe, expect, it } from 'vitest';
import {
  type ExampleSource,
  exampleSource,
  sourceFault,
} from '../../../../../functions/cli/commands/labels/learn/example-source.ts';

describe('exampleSource', () => {
  it.each<[string, ExampleSource]>([
    ['corrections', { kind: 'corrections' }],
    ['label:dog prefix:2024/', { kind: 'query', query: 'label:dog prefix:2024/' }],
    ['-LABEL:dog', { kind: 'query', query: '-LABEL:dog' }],
    ['(label:dog OR label:cat) score>0.9', { kind: 'query', query: '(label:dog OR label:cat) score>0.9' }],
    ['query:puppy beach', { kind: 'query', query: 'puppy beach' }],
    ['query:label:dog', { kind: 'query', query: 'label:dog' }],
    ['s3://photos/2024/a b.jpg', { kind: 'image', bucket: 'photos', key: '2024/a b.jpg' }],
    ['s3://photos/label:dog', { kind: 'image', bucket: 'photos', key: 'label:dog' }],
    ['s3://photos/2024/', { kind: 'prefix', bucket: 'photos', prefix: '2024/' }],
    ['s3://photos/', { kind: 'prefix', bucket: 'photos', prefix: '' }],
    ['./corrections', { kind: 'name', name: './corrections' }],
    ['./label:dog', { kind: 'name', name: './label:dog' }],
    ['stripes/', { kind: 'name', name: 'stripes/' }],
    ['labels/dog.jpg', { kind: 'name', name: 'labels/dog.jpg' }],
    ['C:\\dog.jpg', { kind: 'name', name: 'C:\\dog.jpg' }],
  ])('takes %s for what it is', (text, source) => {
    expect(exampleSource(text)).toEqual(source);
    expect(sourceFault(text)).toBeUndefined();
  });

  it.each([
    ['', /a folder, a file, a key/],
    [' ', /a folder, a file, a key/],
    ['query: ', /a query after query:/],
    ['s3://photos', /s3:\/\/BUCKET\/KEY/],
    ['s3:///dog.jpg', /s3:\/\/BUCKET\/KEY/],
  ])('rejects %j, which is nothing', (text, fault) => {
    expect(sourceFault(text)).toMatch(fault);
  });
});
