// Files out of a drop, a paste or a picker: folders are walked, what is plainly no audio is left out of them.
const plainlyNot =
  /\.(jpe?g|png|gif|webp|pdf|txt|md|nfo|log|cue|m3u8?|html?|json|xml|ini|db|docx?|zip|exe)$/i;

async function filesOf(entry: FileSystemEntry, insideFolder: boolean): Promise<File[]> {
  if (entry.isFile) {
    if (insideFolder && (plainlyNot.test(entry.name) || entry.name.startsWith('.'))) return [];
    return new Promise((resolve) => {
      (entry as FileSystemFileEntry).file(
        (file) => resolve([file]),
        () => resolve([]),
      );
    });
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) =>
      reader.readEntries(resolve, () => resolve([])),
    );
    if (some.length === 0) return found;
    for (const inner of some) found.push(...(await filesOf(inner, true)));
  }
}

export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  // Entries must be taken before the first await: the transfer is emptied when the event is over.
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map((entry) => filesOf(entry, false)))).flat();
}

export function pickedFiles(list: FileList, fromFolder: boolean): File[] {
  return [...list].filter(
    (file) => !fromFolder || !(plainlyNot.test(file.name) || file.name.startsWith('.')),
  );
}

export function addressIn(text: string): string | null {
  const trimmed = text.trim();
  return /^https?:\/\/[^\s]+$/i.test(trimmed) && URL.canParse(trimmed) ? trimmed : null;
}

// One or many, a line or a blank apart; none where anything else stands between them.
export function addressesIn(text: string): string[] {
  const words = text.split(/\s+/).filter(Boolean);
  const addresses = words.flatMap((word) => addressIn(word) ?? []);
  return addresses.length === words.length ? [...new Set(addresses)] : [];
}
