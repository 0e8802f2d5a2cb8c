/** A file and its name with the folders that it was in. */
export interface DroppedFile {
  readonly file: File;
  readonly name: string;
}

/**
 * The files of what was dropped, those in folders included. What was dropped must be asked for at once, for it is gone
 * after the event.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly DroppedFile[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files].map((file) => ({ file, name: file.name }));
  // A file that a script made is no entry.
  if (entries.length === 0 || entries.some((entry) => entry === null)) return plain;
  const files: DroppedFile[] = [];
  for (const entry of entries) if (entry !== null) for await (const file of filesOf(entry)) files.push(file);
  return files;
}

async function* filesOf(entry: FileSystemEntry): AsyncGenerator<DroppedFile> {
  if (entry instanceof FileSystemFileEntry || entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    yield { file, name: entry.fullPath.replace(/^\//, '') };
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader answers by the hundred, and with none when it is done.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) yield* filesOf(one);
  }
}
