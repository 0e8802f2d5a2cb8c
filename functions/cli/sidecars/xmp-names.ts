/** Namespaces of XMP (ISO 16684-1) and of the programs whose properties sidecars have. */
export const NAMESPACES = {
  x: 'adobe:ns:meta/',
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  dc: 'http://purl.org/dc/elements/1.1/',
  lr: 'http://ns.adobe.com/lightroom/1.0/',
  digiKam: 'http://www.digikam.org/ns/1.0/',
  /** Ours: which of the keywords Cliptag has written. */
  cliptag: 'urn:cliptag:xmp:1.0#',
} as const;

export type Prefix = keyof typeof NAMESPACES;

/** How keywords are listed: `dc:subject` is a bag in XMP, and PhotoPrism reads a sequence only. */
export type ListForm = 'Bag' | 'Seq';

/**
 * The properties that programs read keywords from, and beside each the one of ours that remembers which of them are
 * Cliptag's: of another name, for some readers look at no namespace.
 */
export const KEYWORD_PROPERTIES = {
  /** Lightroom, darktable, digiKam, PhotoPrism, and most others. */
  subject: { prefix: 'dc', local: 'subject', ours: 'writtenSubject' },
  /** Lightroom, darktable, Immich: `animal|dog`. */
  hierarchical: { prefix: 'lr', local: 'hierarchicalSubject', ours: 'writtenHierarchicalSubject' },
  /** digiKam, Immich: `animal/dog`. */
  tagsList: { prefix: 'digiKam', local: 'TagsList', ours: 'writtenTagsList' },
} as const;

export type KeywordProperty = keyof typeof KEYWORD_PROPERTIES;

/** How the list of a property is written: digiKam has a sequence. */
export function listFormOf(property: KeywordProperty, subjectForm: ListForm): ListForm {
  if (property === 'subject') return subjectForm;
  return property === 'tagsList' ? 'Seq' : 'Bag';
}

/** What a picture's sidecar says of it: keywords, property by property. */
export type Keywords = Readonly<Record<KeywordProperty, readonly string[]>>;
