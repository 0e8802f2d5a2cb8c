import { RdfXmlParser } from 'rdfxml-streaming-parser';

interface Term {
  readonly termType: string;
  readonly value: string;
}

interface Quad {
  readonly subject: Term;
  readonly predicate: Term;
  readonly object: Term;
}

/** What the RDF in a sidecar says, as another reader of RDF than ours has it. */
export async function quadsOf(text: string): Promise<readonly Quad[]> {
  const rdf = /<(\w+):RDF[\s\S]*<\/\1:RDF>/.exec(text)?.[0] ?? '';
  const parser = new RdfXmlParser({ baseIRI: 'http://example.com/photo.jpg', validateUri: false });
  const quads: Quad[] = [];
  return new Promise((resolve, reject) => {
    parser.on('data', (quad: Quad) => quads.push(quad));
    parser.on('error', reject);
    parser.on('end', () => resolve(quads));
    parser.end(rdf);
  });
}

/** Every statement whose object is a text or an address: lists have other names of their own each time. */
export async function triplesOf(text: string): Promise<readonly string[]> {
  return (await quadsOf(text))
    .filter(({ object, predicate }) => object.termType === 'Literal' && !/#_\d+$/.test(predicate.value))
    .map(({ predicate, object }) => `${predicate.value} ${object.value}`);
}

const NAMES = ['subject', 'hierarchicalSubject', 'TagsList'];

/** The keywords of a sidecar by the names of their properties, without ours. */
export async function keywordsIn(text: string): Promise<Record<string, readonly string[]>> {
  const quads = await quadsOf(text);
  const values = (list: Term) =>
    quads
      .filter(({ subject, predicate }) => subject.value === list.value && /#_\d+$/.test(predicate.value))
      .map(({ object }) =>
        object.termType === 'Literal'
          ? object.value
          : (quads.find(
              ({ subject, predicate }) =>
                subject.value === object.value && predicate.value.endsWith('#value'),
            )?.object.value ?? ''),
      );
  const found: Record<string, readonly string[]> = {};
  for (const { predicate, object } of quads) {
    const name = NAMES.find((one) => predicate.value.endsWith(`/${one}`));
    if (name !== undefined && !predicate.value.startsWith('urn:cliptag:')) {
      found[name] = object.termType === 'Literal' ? [object.value] : values(object);
    }
  }
  return found;
}
