// The audio that was dropped here, kept by this browser alone so that it can be played with its picture: the
// server deletes it when it has been measured. The oldest go when the shelf is full.
const databaseName = 'hitscope';
const storeName = 'audio';
const mostBytes = 400_000_000;
const mostFiles = 40;

interface Kept {
  id: string;
  file: Blob;
  name: string;
  at: number;
}

const hand = new Map<string, File>(); // of this page: works where storage is forbidden

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function makeRoom(db: IDBDatabase): Promise<void> {
  const all = (await done(db.transaction(storeName).objectStore(storeName).getAll())) as Kept[];
  all.sort((a, b) => b.at - a.at);
  let total = 0;
  const writing = db.transaction(storeName, 'readwrite').objectStore(storeName);
  all.forEach((kept, index) => {
    total += kept.file.size;
    if (index >= mostFiles || total > mostBytes) writing.delete(kept.id);
  });
}

export async function keep(id: string, file: File): Promise<void> {
  hand.set(id, file);
  try {
    const db = await database();
    const kept: Kept = { id, file, name: file.name, at: Date.now() };
    await done(db.transaction(storeName, 'readwrite').objectStore(storeName).put(kept));
    await makeRoom(db);
    db.close();
  } catch {
    // A private window, or no room: it plays until the page is closed.
  }
}

export async function take(id: string): Promise<File | null> {
  const near = hand.get(id);
  if (near) return near;
  try {
    const db = await database();
    const kept = (await done(db.transaction(storeName).objectStore(storeName).get(id))) as Kept | undefined;
    db.close();
    return kept ? new File([kept.file], kept.name, { type: kept.file.type }) : null;
  } catch {
    return null;
  }
}

export async function discard(id: string): Promise<void> {
  hand.delete(id);
  try {
    const db = await database();
    await done(db.transaction(storeName, 'readwrite').objectStore(storeName).delete(id));
    db.close();
  } catch {
    // Nothing was kept.
  }
}

// Whether this is the very file that was analysed. Null where the browser cannot tell (plain http).
export async function isSameFile(file: File, sha256: string | null): Promise<boolean | null> {
  if (!sha256 || !globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('') === sha256;
}
