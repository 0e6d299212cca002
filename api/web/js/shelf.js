// Snapshots in IndexedDB, one per person. A browser that keeps nothing (private windows) only makes opening slower.

const open = () => new Promise((resolve, reject) => {
  const asked = indexedDB.open('social', 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore('snapshots');
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function within(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction('snapshots', mode);
      const asked = work(transaction.objectStore('snapshots'));
      transaction.oncomplete = () => resolve(asked.result ?? null);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

export const shelf = {
  read: (user) => within('readonly', (store) => store.get(user)).catch(() => null),
  write: (user, snapshot) => within('readwrite', (store) => store.put(snapshot, user)).catch(() => {}),
  remove: (user) => within('readwrite', (store) => store.delete(user)).catch(() => {}),
};
