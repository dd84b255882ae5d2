// @ts-check
// What people type, kept in this browser until it was sent. Each open form has a record of its own, so no tab writes over
// what another has kept: {id, member, action, fields, base, at}. `base` is what the form held before anybody typed.
//
// In IndexedDB, since what it has written survives a browser that is killed; Chromium keeps what was written to
// localStorage in memory for five seconds and more.

const STORE = "drafts";
const MOST = 50; // records; the oldest go first
const OLDEST = 30 * 24 * 3600 * 1000; // ms
const LONGEST = 200_000; // characters of all fields; the forum takes a sixth of that

/** @type {IDBDatabase} */
let database = null;
/** @type {Promise<void>} */
let opening = null;

export function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("parley", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(use(request.result));
    request.onerror = () => reject(request.error);
  });
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

/** @param {IDBDatabase} opened */
function use(opened) {
  database = opened;
  database.onversionchange = () => database.close();
  database.onclose = () => (database = opening = null);
  return tidy();
}

// Those of a member for one form, newest first.
/** @param {string} member @param {string} action */
export async function of(member, action) {
  const records = await all();
  return records.filter((record) => record.member === member && record.action === action);
}

// Takes the place of the record `former`, if one is named. Synchronous up to the request itself: a page that is being
// left waits for nothing. Rejects when the browser can't or won't keep it.
/** @param {Draft} record @param {string | null} former @returns {Promise<void>} */
export function save(record, former = null) {
  const length = Object.values(record.fields).reduce((sum, value) => sum + value.length, 0);
  if (length > LONGEST) return Promise.reject(new Error("too long a draft"));
  /** @param {IDBObjectStore} store */
  const write = (store) => {
    store.put(record);
    if (former) store.delete(former);
  };
  return database ? change(write) : open().then(() => change(write));
}

/** @param {string} id @returns {Promise<void>} */
export function remove(id) {
  return database ? change((store) => store.delete(id)) : Promise.resolve();
}

/** @param {(store: IDBObjectStore) => void} write @returns {Promise<void>} */
function change(write) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite");
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    write(transaction.objectStore(STORE));
    transaction.commit?.(); // at once: nobody may be there any more to be asked
  });
}

/** @returns {Promise<Draft[]>} newest first */
function all() {
  return new Promise((resolve, reject) => {
    const request = database.transaction(STORE).objectStore(STORE).getAll();
    request.onsuccess = () =>
      resolve(request.result.sort((/** @type {Draft} */ one, /** @type {Draft} */ other) => other.at - one.at));
    request.onerror = () => reject(request.error);
  });
}

async function tidy() {
  const records = await all();
  const over = records.filter((record, place) => place >= MOST || record.at < Date.now() - OLDEST);
  if (over.length) await change((store) => over.forEach((record) => store.delete(record.id)));
}
