import type { ExifChoice } from '../../core/formats/exif/exif-choice.ts';
import type { PortChoice } from '../http/loopback-server.ts';
import type { NetworkAccess } from './network-access.ts';
import type { WatchedFolder, WatchMode } from './watched-folders.ts';

/** What flags and environment say of a start. */
export interface StartOptions {
  readonly ports: Readonly<Record<'s3' | 'dynamodb' | 'http', PortChoice>>;
  readonly access: NetworkAccess;
  /** Holds everything that must survive the process. */
  readonly dataFolder: string;
  /** The name of a model, or its folder. @default the one that comes with Cliptag */
  readonly model: string | undefined;
  /** Label set files, and folders of them. @default those that come with Cliptag */
  readonly labelSets: readonly string[] | undefined;
  /** What is recorded of a picture's EXIF. @default all */
  readonly exif: ExifChoice | undefined;
  /** Folders whose pictures are tagged, too. */
  readonly watched: readonly WatchedFolder[];
  readonly watchMode: WatchMode;
  /** More pictures than this stay where a folder in a watched one disappears with them. @default 500 */
  readonly watchMaximumVanished: number | undefined;
  /** Whether thumbnails are made while pictures are tagged. */
  readonly makesThumbnails: boolean;
  /** Maximum number of S3 object tags that each image gets. @default none */
  readonly objectTagLimit: number | undefined;
  /** Whether result events are printed, one a line. */
  readonly printsResultEvents: boolean;
  /** Whether pictures that another model has tagged are tagged anew. */
  readonly reembeds: boolean;
}
