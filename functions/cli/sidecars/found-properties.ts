import { type XmlElement, xmlElements } from './xml-elements.ts';
import { NAMESPACES, type Prefix } from './xmp-names.ts';

/** A property of a sidecar that is there, as it is written. */
export type FoundProperty =
  | {
      readonly kind: 'list';
      readonly element: XmlElement;
      readonly list: XmlElement;
      readonly items: readonly FoundItem[];
    }
  | { readonly kind: 'text'; readonly element: XmlElement; readonly items: readonly FoundItem[] }
  | {
      readonly kind: 'attribute';
      readonly of: XmlElement;
      readonly name: string;
      readonly items: readonly FoundItem[];
    };

export interface FoundItem {
  readonly text: string;
  /** Of an item in a list. */
  readonly element?: XmlElement;
}

/** The parts of a sidecar that keywords may stand in. */
export interface FoundSidecar {
  readonly rdf: XmlElement;
  readonly descriptions: readonly XmlElement[];
}

/**
 * @throws {Error} saying what is wrong, for what is no XMP
 */
export function foundSidecar(text: string): FoundSidecar {
  const root = xmlElements(text);
  const rdf = [root, ...root.children].find((element) => isOf(element, 'rdf', 'RDF'));
  if (!rdf) throw new Error('there is no rdf:RDF');
  return { rdf, descriptions: rdf.children.filter((element) => isOf(element, 'rdf', 'Description')) };
}

/**
 * A property, wherever it stands.
 *
 * @throws {Error} for one that is no list of texts
 */
export function foundProperty(
  { descriptions }: FoundSidecar,
  prefix: Prefix,
  local: string,
): FoundProperty | undefined {
  for (const description of descriptions) {
    const element = description.children.find((child) => isOf(child, prefix, local));
    if (element) return propertyOf(element);
    const attribute = description.attributes.find(
      (one) => one.uri === NAMESPACES[prefix] && one.local === local,
    );
    if (attribute) {
      const { name, value } = attribute;
      return { kind: 'attribute', of: description, name, items: [{ text: value }] };
    }
  }
  return undefined;
}

function propertyOf(element: XmlElement): FoundProperty {
  const [list, ...others] = element.children;
  if (!list) {
    const text = element.text.trim();
    return { kind: 'text', element, items: text === '' ? [] : [{ text }] };
  }
  const isList = ['Bag', 'Seq', 'Alt'].some((form) => isOf(list, 'rdf', form));
  if (!isList || others.length > 0) throw new Error(`${element.local} is no list of texts`);
  const items = list.children.filter((child) => isOf(child, 'rdf', 'li'));
  return {
    kind: 'list',
    element,
    list,
    items: items.map((item) => ({ text: itemText(item), element: item })),
  };
}

/** An item may have qualifiers, and then its text is its `rdf:value`. */
function itemText(item: XmlElement): string {
  const holders = [item, ...item.children.filter((child) => isOf(child, 'rdf', 'Description'))];
  for (const holder of holders) {
    const value = holder.children.find((child) => isOf(child, 'rdf', 'value'));
    if (value) return value.text.trim();
    const attribute = holder.attributes.find(({ uri, local }) => uri === NAMESPACES.rdf && local === 'value');
    if (attribute) return attribute.value;
  }
  return item.text.trim();
}

function isOf({ uri, local }: XmlElement, prefix: Prefix, name: string): boolean {
  return uri === NAMESPACES[prefix] && local === name;
}
