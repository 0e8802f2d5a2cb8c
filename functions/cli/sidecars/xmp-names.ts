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

/** How a property's keywords are listed: XMP has a bag, and PhotoPrism reads a sequence only. */
export type ListForm = 'Bag' | 'Seq';

/**
 * The properties that programs read keywords from, and beside each the one of ours that remembers which of them are
 * Cliptag's.
 */
export const KEYWORD_PROPERTIES = {
  /** Lightroom, darktable, digiKam, PhotoPrism, and most others. */
  subject: { prefix: 'dc', local: 'subject', ours: 'subject' },
  /** Lightroom, darktable, Immich: `animal|dog`. */
  hierarchical: { prefix: 'lr', local: 'hierarchicalSubject', ours: 'hierarchicalSubject' },
  /** digiKam, Immich: `animal/dog`. */
  tagsList: { prefix: 'digiKam', local: 'TagsList', ours: 'tagsList' },
} as const;

export type KeywordProperty = keyof typeof KEYWORD_PROPERTIES;

/** What a picture's sidecar says of it: keywords, property by property. */
export type Keywords = Readonly<Record<KeywordProperty, readonly string[]>>;
