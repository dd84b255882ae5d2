// @ts-check
// Drafts: typed text, stored in this browser until it was sent. Each open form has its own record, so
// tabs never overwrite each other: {id, member, action, fields, base, at}. `base` has the fields as
// they were before anybody typed.
//
// They are in IndexedDB, whose commits survive a browser that is killed; Chromium writes localStorage
// to disk only after five seconds and more. A transaction is lost if the page is left at once, so a
// copy is in localStorage, which is synchronous, until IndexedDB has it. The next page that looks for
// drafts first takes over copies whose pages ended too soon.
//
// A form that was sent and not answered yet is a record with `queue`: composing/outbox.js sends it
// again. A mark in localStorage tells pages that there is one, so they load that script only then.

const STORE = "drafts";
const MOST = 50; // records; the oldest go first
const OLDEST = 30 * 24 * 3600 * 1000; // ms
const LONGEST = 200_000; // characters of all fields; the forum accepts a sixth of that
const COPY = "draft "; // followed by the record's id: keys in localStorage
const MARK = "queue "; // followed by the member and the record's id
const MOST_COPIES = 10; // two million characters at most, of the five that browsers allow

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

// A member's drafts for one form, newest first.
/** @param {string} member @param {string} action */
export async function of(member, action) {
  await takeOver();
  const records = await all();
  return records.filter(
    (record) => record.member === member && record.action === action && !record.queue,
  );
}

// What a member has sent and the forum has not answered, oldest first.
/** @param {string} member @returns {Promise<Queued[]>} */
export async function queued(member) {
  const marks = keysOf(`${MARK}${member} `); // before the records are read: one set meanwhile must stay
  await open();
  await takeOver();
  const records = (await all()).filter((record) => record.member === member && record.queue);
  for (const key of marks)
    if (!records.some(({ id }) => key.endsWith(id))) localStorage.removeItem(key);
  return /** @type {Queued[]} */ (records.reverse());
}

// Stores a record, in place of `former` if given. Synchronous up to the copy and the request itself,
// since a page that is left waits for nothing. Rejects if the browser can't store it.
/** @param {Draft} record @param {string | null} former @returns {Promise<void>} */
export async function save(record, former = null) {
  const length = Object.values(record.fields).reduce((sum, value) => sum + value.length, 0);
  if (length > LONGEST) throw new Error("too long a draft");
  const copy = JSON.stringify({ record, former });
  putCopy(record.id, copy);
  mark(record);
  if (former) unmark(former);
  /** @param {IDBObjectStore} store */
  const write = (store) => put(store, record, former);
  await (database ? change(write) : open().then(() => change(write)));
  dropCopy(record.id, copy);
}

/** @param {string} id @returns {Promise<void>} */
export async function remove(id) {
  dropCopy(id);
  unmark(id);
  if (database) await change((store) => store.delete(id));
}

/** @param {IDBObjectStore} store @param {Draft} record @param {string | null} former */
function put(store, record, former) {
  store.put(record);
  if (former) store.delete(former);
}

/** @param {(store: IDBObjectStore) => void} write @returns {Promise<void>} */
function change(write) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, "readwrite");
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    write(transaction.objectStore(STORE));
    transaction.commit?.(); // at once, since the page may be gone in a moment
  });
}

/** @returns {Promise<Draft[]>} newest first */
function all() {
  return new Promise((resolve, reject) => {
    const request = database.transaction(STORE).objectStore(STORE).getAll();
    request.onsuccess = () =>
      resolve(
        request.result.sort(
          (/** @type {Draft} */ one, /** @type {Draft} */ other) => other.at - one.at,
        ),
      );
    request.onerror = () => reject(request.error);
  });
}

/** @param {Draft} record */
function mark({ id, member, queue }) {
  if (!queue) return unmark(id);
  try {
    localStorage.setItem(`${MARK}${member} ${id}`, "");
  } catch {
    // full, or forbidden; the page that has sent it sends it again, if it lives as long
  }
}

/** @param {string} id */
function unmark(id) {
  for (const key of keysOf(MARK)) if (key.endsWith(id)) localStorage.removeItem(key);
}

/** @param {string} prefix @returns {string[]} */
function keysOf(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

// --- Copies ---

/** @param {string} id @param {string} copy */
function putCopy(id, copy) {
  const others = keysOf(COPY).filter((key) => key !== COPY + id);
  try {
    if (others.length < MOST_COPIES) localStorage.setItem(COPY + id, copy);
  } catch {
    // full or disabled; IndexedDB has it in a moment, if the page lives as long
  }
}

// With `copy`, deletes it only if it is unchanged: it may have been written again since.
/** @param {string} id @param {string | null} copy */
function dropCopy(id, copy = readCopy(id)) {
  if (copy !== null && copy === readCopy(id)) localStorage.removeItem(COPY + id);
}

/** @param {string} id @returns {string | null} */
function readCopy(id) {
  try {
    return localStorage.getItem(COPY + id);
  } catch {
    return null;
  }
}

async function takeOver() {
  const ids = keysOf(COPY).map((key) => key.slice(COPY.length));
  const stored = ids.length ? new Map((await all()).map(({ id, at }) => [id, at])) : null;
  for (const id of ids) {
    const copy = readCopy(id);
    if (copy === null) continue; // its page has finished meanwhile
    const { record, former } = JSON.parse(copy);
    if (!(stored.get(id) >= record.at)) await change((store) => put(store, record, former));
    dropCopy(id, copy);
  }
}

async function tidy() {
  const records = (await all()).filter((record) => !record.queue);
  const over = records.filter((record, place) => place >= MOST || record.at < Date.now() - OLDEST);
  if (over.length) await change((store) => over.forEach((record) => store.delete(record.id)));
}
