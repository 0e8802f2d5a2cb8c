// @ts-check
/** Shows the images that the pipeline tells of, newest first, and uploads what is dropped. */

/** @typedef {{bucket: string, key: string, status: string, reason?: string, eTag?: string, tags: {set: string, label: string, score: number}[], isOfOtherModel?: boolean}} ShownImage */

const list = /** @type {HTMLElement} */ (document.getElementById('images'));
const counts = /** @type {HTMLElement} */ (document.getElementById('counts'));
const drop = /** @type {HTMLElement} */ (document.getElementById('drop'));
const uploading = /** @type {HTMLElement} */ (document.getElementById('uploading'));

/** Cards by the names of their images, the oldest first. @type {Map<string, HTMLElement>} */
const cards = new Map();

/** As many as the server lists: a page that stays open must not grow with every image. */
const MAXIMUM_SHOWN = 500;

/** @param {string} name @param {string} text @param {string} [className] */
function element(name, text = '', className = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** @param {ShownImage} image */
function picture(image) {
  if (image.status !== 'tagged') return element('div', image.status === 'unsupported' ? '?' : '!', 'nothing');
  const shown = document.createElement('img');
  shown.loading = 'lazy';
  shown.alt = image.tags.map(({ label }) => label).join(', ') || image.key;
  shown.src = `/thumbnail?${new URLSearchParams({ bucket: image.bucket, key: image.key, eTag: image.eTag ?? '' })}`;
  return shown;
}

/** @param {ShownImage} image */
function description({ status, reason, tags }) {
  if (status !== 'tagged') return element('p', `${status}: ${reason ?? 'no reason given'}`);
  if (tags.length === 0) return element('p', 'No label fits well enough.');
  const lines = element('ol');
  for (const { label, score, set } of tags) {
    const line = element('li');
    const meter = document.createElement('meter');
    meter.value = score;
    meter.setAttribute('aria-hidden', 'true');
    const name = element('span', label);
    name.title = `label set ${set}`;
    line.append(name, element('span', score.toFixed(2), 'score'), meter);
    lines.append(line);
  }
  return lines;
}

/** @param {ShownImage} image */
function show(image) {
  const name = `${image.bucket}/${image.key}`;
  const earlier = cards.get(name);
  earlier?.remove();
  cards.delete(name);
  if (image.status !== 'deleted') {
    const card = element('li', '', `image ${image.status}`);
    card.append(picture(image), element('h2', image.key), description(image));
    if (image.isOfOtherModel)
      card.append(element('p', 'Tagged by another model: its scores do not compare.'));
    list.prepend(card);
    cards.set(name, card);
  }
  const [oldest] = cards.keys();
  if (cards.size > MAXIMUM_SHOWN && oldest !== undefined) {
    cards.get(oldest)?.remove();
    cards.delete(oldest);
  }
}

/** There may be more images than are shown, and nobody counts them for the page. */
function showCounts() {
  const failed = list.querySelectorAll('.failed, .unsupported').length;
  const newest = cards.size === MAXIMUM_SHOWN ? 'the newest ' : '';
  counts.textContent = `${newest}${cards.size} images${failed ? `, ${failed} without tags` : ''}`;
}

/** @param {Iterable<File>} files */
async function upload(files) {
  const faults = [];
  for (const file of files) {
    uploading.textContent = `Uploading ${file.name} …`;
    const answer = await fetch(`/upload?${new URLSearchParams({ key: file.name })}`, {
      method: 'PUT',
      body: file,
    });
    if (!answer.ok) faults.push(`${file.name}: ${await answer.text()}`);
  }
  uploading.textContent = faults.join(' ');
}

drop.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
// A file dropped beside the box would otherwise replace the page.
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  void upload(event.dataTransfer?.files ?? []);
});
drop.querySelector('input')?.addEventListener('change', (event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  void upload([...(input.files ?? [])]).then(() => {
    input.value = '';
  });
});

// Listening begins before the list is asked for, so that no image falls between the two.
const events = new EventSource('/events');
events.addEventListener('image', (event) => {
  show(JSON.parse(event.data));
  showCounts();
});
events.addEventListener('open', async () => {
  const answer = await fetch('/images.json');
  /** @type {ShownImage[]} */
  const images = await answer.json();
  for (const image of images) show(image);
  showCounts();
});
