// The page: what the coach tells becomes text and pictures, what the rider presses goes back.
//
// What is said on the socket stands in coach/live/web/__init__.py. The coach's frame is the truth;
// here it is only written out. Texts of others reach the page as text and never as markup.
import { Profile } from './profile.js';
import { Sound } from './sound.js';

const STALE = 2000; // [ms] without a frame
const DEAD = 10000; // [ms] without one, after which the connection is made anew: sleep and radio leave dead ones
const RETRY = [1000, 2000, 3000, 5000]; // [ms] until the coach is looked for again
const DASH = '—';
const TILES = { power: 'power_w', target: 'target_power_w', cadence: 'cadence_rpm', heart: 'heart_rate_bpm' };

const part = (id) => document.getElementById(id);
const seen = new Map(); // what each part shows, so that only what is new is written

/** Write a part of the page: its text, and attributes; a null attribute is taken away. */
function tell(id, text, attributes = {}) {
  const element = part(id);
  const before = seen.get(id) ?? {};
  if (text !== undefined && text !== before.text) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (before[name] === value) continue;
    if (value === null) element.removeAttribute(name);
    else element.setAttribute(name, value);
  }
  seen.set(id, { ...before, ...(text === undefined ? {} : { text }), ...attributes });
}

/** Write lines as the rows of a list; the same lines are not written again. */
function list(element, lines, tag = 'li') {
  const text = lines.join('\n');
  if (element.dataset.lines === text) return;
  element.dataset.lines = text;
  element.replaceChildren(...lines.map((line) => made(tag, line)));
}

function made(tag, text = '', attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const known = (value) => value !== null && value !== undefined;
const number = (value) => (known(value) ? value.toFixed(0) : DASH);

/** Seconds as 0:59, 12:05, 1:02:03. */
function clock(seconds) {
  if (!known(seconds)) return DASH;
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

// --- the coach ------------------------------------------------------------------------------------

let socket = null;
let tries = 0;
let hello = null; // all that the coach told first
let frame = null; // all that it told of this moment
let film = null;
let ended = null;
let opened = -Infinity; // when it was looked for last [ms]
let heard = -Infinity; // when the last frame came [ms]

const profile = new Profile(part('profile'), part('zoom'));
const sound = new Sound((on) => {
  send({ type: 'sound', on });
  showKeys();
});

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function connect() {
  const mine = new WebSocket(`ws://${location.host}/socket`);
  socket = mine;
  opened = performance.now();
  mine.onmessage = (event) => {
    tries = 0;
    take(JSON.parse(event.data));
  };
  mine.onclose = () => lose(mine);
}

/** The coach is gone, or cannot be heard by this connection: look for it again. */
function lose(mine) {
  if (socket !== mine || ended) return;
  socket = null;
  mine.close();
  sound.stop();
  show();
  setTimeout(connect, RETRY[Math.min(tries, RETRY.length - 1)]);
  tries += 1;
}

function take(message) {
  const { type, ...fields } = message;
  if (type === 'hello') greet(fields);
  else if (type === 'frame') {
    sound.follow(message);
    frame = { ...frame, ...fields };
    heard = performance.now();
    profile.frame(fields);
    if (fields.does) showKeys();
    show();
  } else if (type === 'sound') sound.hear(message);
  else if (type === 'cue') part('told').textContent = fields.text;
  else if (type === 'film') {
    film = fields;
    showFilm();
  } else if (type === 'refused') say(fields.why);
  else if (type === 'end') finish(fields);
}

function greet(fields) {
  hello = fields;
  // A moment that was known before is no news, however new the connection is.
  if (!frame || fields.frame?.clock_ms !== frame.clock_ms) heard = performance.now();
  frame = fields.frame;
  film = fields.film;
  showStart();
  showKeys();
  showFilm();
  profile.plan(fields.plan, fields.trace, { whole: fields.mode === 'replay' });
  if (sound.on) send({ type: 'sound', on: true });
  if (fields.end) finish(fields.end);
  else show();
  if (frame) profile.frame(frame);
}

// --- which state it is in, and what it shows then ---------------------------------------------------

function state() {
  if (ended) return 'ended';
  if (!socket || !hello) return 'reconnecting';
  // Between the ride's last moment and its end its files are made, and nothing is told.
  if (frame && frame.state !== 'finished' && performance.now() - heard > STALE) return 'stale';
  if (!frame || frame.state === 'ready') return 'ready';
  if (frame.pause === 'trainer' && !known(frame.resumes_in_s)) return 'reconnecting';
  return frame.state === 'paused' || (film && !film.playing) ? 'paused' : 'riding';
}

function show() {
  const now = state();
  const away = now === 'reconnecting' && (!socket || !hello);
  if (document.body.dataset.state !== now) {
    document.body.dataset.state = now;
    showKeys();
    stayAwake(['riding', 'paused'].includes(now) || (now === 'reconnecting' && !away));
  }
  document.body.toggleAttribute('data-away', away);
  const waiting = (!frame || frame.state === 'ready') && !ended;
  const screen = ended ? 'end' : waiting && hello?.mode === 'ride' ? 'start' : 'ride';
  if (document.body.dataset.screen !== screen) {
    document.body.dataset.screen = screen;
    part('start').hidden = screen !== 'start';
    part('end').hidden = screen !== 'end';
    profile.resize();
  }
  trouble(away, now);
  part('go').hidden = !frame || !hello?.control;
  if (!frame) {
    // A stick and its trainer take some seconds to open, in which nobody can start.
    tell('word', 'WAIT');
    list(part('then'), hello ? ['the trainer is being opened'] : [], 'span');
  }
  if (ended) showOver();
  // What is old is not drawn on: it stays as it was, grey.
  if (!frame || ended || away || now === 'stale') return;
  if (screen === 'start') showDevices();
  showBar();
  if (screen === 'ride') showRide(now);
}

function beat() {
  if (state() === 'stale' && performance.now() - Math.max(heard, opened) > DEAD) lose(socket);
  else show();
}

let words = null; // what the coach refused, for some seconds
function say(why) {
  words = { why, until: performance.now() + 6000 };
  show();
}

function trouble(away, now) {
  const box = part('trouble');
  let text = words && performance.now() < words.until ? words.why : '';
  if (away && hello) text = 'The coach is gone: looking for it. The ride may go on: see its terminal.';
  else if (away) text ||= 'Looking for the coach'; // or what it said instead of letting this page in
  else if (now === 'stale') text = 'STALE: nothing heard from the coach';
  if (box.textContent !== text) box.textContent = text;
  box.hidden = !text;
}

function showBar() {
  const soon = known(frame.resumes_in_s) ? 'riding' : frame.warning;
  const count = frame.countdown_s;
  tell('bar', undefined, { 'data-cue': frame.state === 'riding' ? frame.posture ?? '' : '', 'data-soon': soon });
  tell('word', frame.word);
  list(part('then'), frame.caption, 'span');
  tell('then', undefined, { 'data-next': frame.next_posture ?? '' });
  tell('count', frame.count, { 'data-countdown': known(count) ? String(count) : '' });
}

function showOver() {
  tell('bar', undefined, { 'data-cue': '', 'data-soon': null });
  tell('word', ended.files.length ? 'DONE' : 'OVER');
  list(part('then'), [], 'span');
  tell('count', '');
}

function showRide(now) {
  tell('said', frame.cue);
  for (const [name, key] of Object.entries(TILES)) showTile(name, number(frame[key]));
  showFacts();
  const report = frame.report.length > 0 && now === 'riding';
  part('report').hidden = !report;
  if (report) list(part('report'), frame.report, 'p');
  const waits = frame.pause === 'trainer' || known(frame.resumes_in_s);
  const pause = frame.state === 'paused' && hello.mode !== 'replay' && !waits;
  part('pause').hidden = !pause;
  if (!pause) return;
  const rest = 'The cranks rest, and the load is off. Pedal, and the ride goes on.';
  tell('pause-words', frame.pause === 'rest' ? rest : 'The load is off.');
}

function showTile(name, value) {
  const verdict = { 'data-verdict': frame[`${name}_verdict`] ?? null };
  tell(name, value, { [`data-${name}`]: value === DASH ? '' : value, ...verdict });
  if (name === 'cadence' && frame.gear) tell('cadence-note', frame.gear, { 'data-verdict': null });
  else tell(`${name}-note`, frame[`${name}_note`], verdict);
}

function showFacts() {
  const climbs = frame.kind === 'hill' && known(frame.hill);
  tell('place', frame.place, { 'data-hill': climbs ? String(frame.hill) : '' });
  tell('times', frame.times.join(' · '));
  // What is capped stands where the facts do, so that nothing moves when it comes and goes.
  list(part('limits'), frame.limits);
  tell('more', frame.limits.length ? '' : frame.facts.join(' · '));
  const posture = frame.posture ? `, ${frame.posture}` : '';
  const target = known(frame.target_power_w) ? `, target ${number(frame.target_power_w)} W` : '';
  tell('twin', `${frame.place}${posture}${target}. ${frame.times.join(', ')}.`);
}

// --- before the ride ----------------------------------------------------------------------------------

function showStart() {
  const { start, plan, control } = hello;
  const long = plan.endless ? 'Until you end it' : `${Math.round(start.minutes)} minutes`;
  const hills = start.hills ? ` · ${start.hills} ${start.hills === 1 ? 'hill' : 'hills'}` : '';
  tell('start-title', start.title);
  tell('start-words', `${long}${hills}${start.simulated ? ' · simulated: nobody’s legs are on it' : ''}`);
  const about = [
    start.rider,
    known(start.ftp_w) && `FTP ${number(start.ftp_w)} W`,
    known(start.mass_kg) && `${number(start.mass_kg)} kg`,
  ];
  tell('rider', `${about.filter(Boolean).join(' · ')} (${start.rider_file})`);
  list(part('demands'), start.demands);
  list(part('bike'), start.bike);
  for (const each of document.querySelectorAll('.stop')) list(each, start.stop);
  tell('health', start.health);
  list(part('asked'), start.questions);
  part('questions').hidden = start.questions.length === 0 || !control;
  tell('start-why', control ? '' : 'This page may only look: the ride starts on the computer.');
  document.title = `Six Hills: ${plan.title}`;
}

function showDevices() {
  const { power_w: power, cadence_rpm: cadence, heart_rate_bpm: heart } = frame;
  const trainer = known(power) || known(cadence)
    ? `heard, ${number(power)} W, ${number(cadence)} rpm`
    : 'not heard yet; switch it on and turn the cranks';
  const rows = {
    Trainer: `${hello.start.trainer}: ${trainer}`,
    'Heart strap': known(heart) ? `heard, ${number(heart)} bpm` : 'not heard; the ride works without',
    Posture: frame.position_words || 'not measured; press s or d when you sit or stand',
  };
  const text = JSON.stringify(rows);
  if (part('devices').dataset.lines === text) return;
  part('devices').dataset.lines = text;
  const lines = Object.entries(rows).flatMap(([name, told]) => [made('dt', name), made('dd', told)]);
  part('devices').replaceChildren(...lines);
}

function begin() {
  if (!hello?.control) return;
  const message = { type: 'start' };
  if (hello.start.questions.length) {
    const answer = document.querySelector('input[name="any"]:checked');
    if (!answer || !part('checked').checked) {
      tell('start-why', answer ? 'Check the bike and the trainer first, and tick it.' : 'Answer the question first.');
      (answer ? part('checked') : document.querySelector('input[name="any"]')).focus();
      return;
    }
    message.answers = { any_yes: answer.value === 'yes', bike_checked: true };
  }
  tell('start-why', '');
  if (!hello.quiet) sound.arm();
  send(message);
}

// --- after it -----------------------------------------------------------------------------------------

async function finish(fields) {
  ended = fields;
  tell('end-title', fields.title);
  list(part('end-words'), fields.words);
  list(part('files'), fields.files);
  const rows = fields.hills.map((hill) => {
    const row = document.createElement('tr');
    const cells = [`${number(hill.power_w)} W`, clock(hill.duration_s), clock(hill.standing_s)];
    row.append(made('th', hill.name, { scope: 'row' }), ...cells.map((cell) => made('td', cell)));
    return row;
  });
  part('hills').hidden = rows.length === 0;
  part('hills').tBodies[0].replaceChildren(...rows);
  part('files').previousElementSibling.hidden = fields.files.length === 0;
  show();
  showKeys();
  showFilm();
  tell('told', `The ride is over: ${fields.title}`);
  if (fields.chart) {
    // The dark one, whatever the system prefers: the page around it is dark.
    const alt = 'Chart of the ride: power against target, posture asked and done, cadence, heart rate and'
      + ' elevation over time';
    const image = made('img', '', { alt, src: '/chart-dark.png' });
    part('chart').replaceChildren(image);
    try {
      await image.decode();
    } catch {
      part('chart').replaceChildren(made('p', 'The chart could not be fetched; its file is below.'));
    }
  }
  send({ type: 'seen' });
}

// --- a replay -----------------------------------------------------------------------------------------

const WIND = 200; // between two places that are asked for [ms]: the coach takes ten messages a second
let winding = false; // the rider holds the scrubber
let wound = null; // the place to be asked for next [s]
let waiting = false;

function wind(at) {
  wound = at;
  if (waiting) return;
  waiting = true;
  send({ type: 'seek', at_s: wound });
  wound = null;
  setTimeout(() => {
    waiting = false;
    if (wound !== null) wind(wound);
  }, WIND);
}

function showFilm() {
  part('film').hidden = !film || Boolean(ended);
  if (!film) return;
  tell('play', film.playing ? 'Pause' : 'Play', { disabled: hello.control ? null : '' });
  tell('film-at', clock(film.at_s));
  tell('film-end', clock(film.duration_s));
  const scrub = part('scrub');
  scrub.disabled = !hello.control;
  scrub.max = Math.floor(film.duration_s);
  if (!winding && wound === null) scrub.value = Math.round(film.at_s);
  scrub.setAttribute('aria-valuetext', `${clock(film.at_s)} of ${clock(film.duration_s)}`);
  const choices = part('speed');
  if (choices.options.length !== hello.speeds.length) {
    choices.replaceChildren(...hello.speeds.map((times) => made('option', `${times} ×`, { value: times })));
  }
  choices.disabled = !hello.control;
  choices.value = String(film.speed);
}

part('scrub').addEventListener('input', (event) => {
  winding = true;
  wind(Number(event.target.value));
});
part('scrub').addEventListener('change', () => { winding = false; });
part('play').addEventListener('click', () => press('pause'));
part('speed').addEventListener('change', (event) => send({ type: 'speed', speed: Number(event.target.value) }));

// --- keys and touch -----------------------------------------------------------------------------------

const EXTRA = [
  { key: 'sound', characters: '', name: '', does: 'sound' },
  { key: 'full', characters: 'fF', name: 'f', does: 'full screen' },
  { key: 'help', characters: '?', name: '?', does: 'help' },
];

function press(key, { touched = false } = {}) {
  if (key === 'sound') sound.toggle();
  else if (key === 'help') toggleHelp();
  else if (key === 'full') toggleFull();
  else if (!hello?.control || ended) return;
  else if (key === 'pause' && frame?.state === 'ready') begin();
  else if (key === 'quit' && touched && hello.mode !== 'replay') part('sure').showModal();
  else send({ type: 'key', key });
}

/** What a key does now; the coach says so of its own. */
function does(each) {
  if (each.key === 'sound') {
    return !sound.on && hello.control && frame && frame.state !== 'ready' ? 'Start sound' : 'Sound';
  }
  return frame?.does[hello.keys.indexOf(each)] ?? each.does;
}

function showKeys() {
  if (!hello) return;
  const rides = hello.control && !ended && frame && frame.state !== 'ready';
  const table = [...(rides ? hello.keys : []), ...(ended ? EXTRA.slice(1) : EXTRA)];
  const text = JSON.stringify(table.map((each) => [each.key, does(each), each.key === 'sound' && sound.on]));
  const bar = part('keys');
  if (bar.dataset.lines === text) return;
  bar.dataset.lines = text;
  const focused = bar.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  bar.replaceChildren(...table.map((each) => {
    const button = made('button', '', { type: 'button', 'data-key': each.key });
    if (each.name) button.append(made('kbd', each.name, { 'aria-hidden': 'true' }));
    button.append(does(each));
    if (each.key === 'sound') button.setAttribute('aria-pressed', String(sound.on));
    return button;
  }));
  if (focused) bar.querySelector(`[data-key="${focused}"]`)?.focus();
  const rows = [...hello.keys, ...EXTRA.slice(1)].flatMap((each) => [made('dt', each.name), made('dd', each.does)]);
  part('help-keys').replaceChildren(...rows);
}

part('keys').addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  // After a finger or a mouse the button lets go, so that space pauses and does not press it again.
  if (event.detail > 0) button.blur();
  press(button.dataset.key, { touched: true });
});
part('go').addEventListener('click', begin);
part('sure').addEventListener('close', () => {
  if (part('sure').returnValue === 'end') send({ type: 'key', key: 'quit' });
  part('sure').returnValue = '';
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !hello) return;
  const open = document.querySelector('dialog[open]');
  const on = document.activeElement;
  // Space and letters belong to what has the focus, where that is more than the page.
  if (open && !(open.id === 'help' && event.key === '?')) return;
  if (event.key === ' ' && on?.matches('button, input:not([type="range"]), select, summary')) return;
  if (on?.matches('select, input[type="range"]') && event.key.length > 1) return;
  const each = [...hello.keys, ...EXTRA].find(({ characters }) => event.key.length === 1 && characters.includes(event.key));
  if (!each) return;
  event.preventDefault();
  press(each.key);
});

function toggleHelp() {
  const help = part('help');
  if (help.open) help.close();
  else help.showModal();
}

async function toggleFull() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await document.documentElement.requestFullscreen();
  } catch {
    say('This browser shows no page on the full screen.');
  }
}

let awake = null; // what keeps the screen on
let warned = false;
let ridden = false;

/** Keep the screen on during the ride; say once where the browser cannot. */
async function stayAwake(wanted = ridden) {
  ridden = wanted;
  if (!wanted) {
    const held = awake;
    awake = null;
    await held?.release?.();
    return;
  }
  if (awake || document.visibilityState !== 'visible') return;
  if (!navigator.wakeLock) {
    if (!warned && !window.isSecureContext) say('This screen may dim: set it to stay on.');
    warned = true;
    return;
  }
  try {
    awake = await navigator.wakeLock.request('screen');
    awake.addEventListener('release', () => { awake = null; });
    if (!ridden) stayAwake();
  } catch {
    awake = null; // a battery that is low; asked again with the next change
  }
}
document.addEventListener('visibilitychange', () => stayAwake());

new ResizeObserver(() => profile.resize()).observe(part('picture'));
setInterval(beat, 250);
connect();
