// What a rider hears on the page: tones always, words where the browser has a voice.
//
//   const sound = new Sound((on) => ...);   told whenever the page begins or ceases to be heard
//   sound.arm();                            from a click or a key: browsers allow no sound before
//   sound.toggle();                         off, and on again
//   sound.follow(message);                  each message that has clock_ms: how late is usual
//   sound.hear(message);                    a message of type "sound"
//   sound.stop();                           silence now: the coach is gone
//
// The newest words replace those that are not yet said; what is more than a second late is dropped.

// Each tone as notes: frequency [Hz], begin [s], length [s]. Stand rises and sit falls, so that the
// posture is told without words.
const TONES = {
  tick: [[660, 0, 0.1]],
  stand: [[660, 0, 0.16], [990, 0.18, 0.26]],
  sit: [[990, 0, 0.16], [660, 0.18, 0.26]],
  note: [[523, 0, 0.16]],
  end: [[660, 0, 0.16], [784, 0.18, 0.16], [990, 0.36, 0.4]],
};
const LOUDNESS = { note: 0.12 };
const USUAL_LOUDNESS = 0.3;
const ATTACK = 0.008; // [s]; an edge without a slope is a click
const RELEASE = 0.03; // [s]
const AHEAD = 0.02; // [s]; a tone is never asked for in the past

const TURNS = new Set(['stand', 'sit', 'end']);
const LATEST = 1000; // [ms] after which a sound is no longer worth hearing
const CROWDED = 120; // [ms] in which a tick or a note after another tone would run into it
const BREATH = 80; // [ms]: words right after cancel() are dropped by some browsers
const WINDOW = 10000; // [ms] over which the promptest message tells how late is usual

/**
 * Schedule a tone.
 *
 * @param {BaseAudioContext} context
 * @param {string} tone  A key of TONES; any other is silence.
 * @param {number} at  When, on the context's clock [s].
 * @returns {number}  When it is over [s].
 */
export function render(context, tone, at) {
  let over = at;
  for (const [frequency, begin, length] of (Object.hasOwn(TONES, tone) ? TONES[tone] : [])) {
    const from = at + begin;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    const loudness = LOUDNESS[tone] ?? USUAL_LOUDNESS;
    oscillator.type = 'triangle';
    oscillator.frequency.value = frequency;
    over = from + length;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loudness, from + ATTACK);
    gain.gain.setValueAtTime(loudness, over - RELEASE);
    gain.gain.linearRampToValueAtTime(0, over);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(over);
  }
  return over;
}

/** How late a message is, against the promptest of the last seconds: the clocks differ. */
class Lateness {
  #began = -Infinity;
  #now = Infinity;
  #before = Infinity;

  /**
   * @param {number} clock  The coach's clock [ms].
   * @returns {number}  How much later than usual the message came [ms].
   */
  of(clock) {
    const here = performance.now();
    if (here - this.#began > WINDOW) {
      // A clock that stood still while its machine slept is believed again before long.
      [this.#began, this.#before, this.#now] = [here, this.#now, Infinity];
    }
    const offset = here - clock;
    this.#now = Math.min(this.#now, offset);
    return offset - Math.min(this.#now, this.#before);
  }
}

export class Sound {
  #changed;
  #context = null;
  #wanted = null; // null until the rider has said anything
  #told = false;
  #lateness = new Lateness();
  #lastTone = -Infinity;
  #soon = 0;
  #utterance = null; // held: some browsers forget to finish one that nobody holds

  /** @param {(on: boolean) => void} changed */
  constructor(changed = () => {}) {
    this.#changed = changed;
    // Asked for once, since voices load late.
    globalThis.speechSynthesis?.getVoices();
  }

  /** Whether this page is heard now. */
  get on() {
    const heard = this.#context ? this.#context.state === 'running' : this.#canSpeak;
    return this.#wanted === true && heard;
  }

  /** Allow sound; to be called from a click or a key. Does nothing once it was turned off. */
  arm() {
    if (this.#wanted === false) return;
    const first = this.#wanted === null;
    this.#wanted = true;
    this.#open();
    if (first) {
      // Said and sounded within the click: it unlocks the voice of phones, and the rider hears
      // that there is sound.
      this.#speak('Sound on');
      this.#play('note');
    }
    this.#tell();
  }

  /** Turn sound off, or on again; to be called from a click or a key. Returns whether it is on. */
  toggle() {
    if (this.#wanted) {
      this.#wanted = false;
      this.stop();
      this.#tell();
    } else {
      this.#wanted = null;
      this.arm();
    }
    return this.#wanted;
  }

  /** Learn from a message how late is usual. */
  follow(message) {
    if (Number.isFinite(message.clock_ms)) this.#lateness.of(message.clock_ms);
  }

  /** Sound what the coach sends. */
  hear(message) {
    const late = Number.isFinite(message.clock_ms) ? this.#lateness.of(message.clock_ms) : 0;
    if (!this.#wanted || late > LATEST) return;
    const due = performance.now();
    const lasts = this.#play(message.tone, due);
    if (message.words) this.#say(message.words, due, lasts);
  }

  /** Be silent at once. */
  stop() {
    clearTimeout(this.#soon);
    this.#utterance = null;
    globalThis.speechSynthesis?.cancel();
  }

  get #canSpeak() {
    return 'speechSynthesis' in globalThis && 'SpeechSynthesisUtterance' in globalThis;
  }

  #open() {
    const Context = globalThis.AudioContext ?? globalThis.webkitAudioContext;
    try {
      if (!this.#context && Context) {
        this.#context = new Context();
        this.#context.addEventListener('statechange', () => this.#tell());
      }
    } catch {
      return; // no device: words alone
    }
    this.#wake();
  }

  /** A phone takes the sound away from a page that is not seen, and may give it back. */
  async #wake() {
    try {
      await this.#context?.resume();
    } catch {
      // Not allowed yet: the next click asks again.
    }
    this.#tell();
  }

  #tell() {
    if (this.on === this.#told) return;
    this.#told = this.on;
    this.#changed(this.#told);
  }

  /** Play a tone; returns how long it lasts [ms]. */
  #play(tone, due = performance.now()) {
    const context = this.#context;
    if (!context || !Object.hasOwn(TONES, tone ?? '')) return 0;
    if (context.state !== 'running') {
      this.#wake().then(() => {
        const inTime = performance.now() - due < LATEST;
        if (this.#wanted && inTime && context.state === 'running') this.#play(tone, due);
      });
      return 0;
    }
    if (!TURNS.has(tone) && due - this.#lastTone < CROWDED) return 0;
    this.#lastTone = due;
    const at = context.currentTime + AHEAD;
    return 1000 * (render(context, tone, at) - at);
  }

  /** Say words after their tone, instead of all that is not yet said. */
  #say(words, due, lasts) {
    if (!this.#canSpeak) return;
    this.stop();
    this.#soon = setTimeout(() => {
      // A hidden page's timers are late.
      if (this.#wanted && performance.now() - due < LATEST) this.#speak(words);
    }, Math.max(BREATH, lasts));
  }

  #speak(words) {
    if (!this.#canSpeak) return;
    const voices = speechSynthesis.getVoices();
    // The others would send the words to somebody's server.
    const own = voices.filter((voice) => voice.localService !== false);
    if (voices.length && !own.length) return;
    const english = own.filter((voice) => /^en\b/i.test(voice.lang ?? ''));
    const voice = english.find((each) => each.default) ?? english[0];
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = voice?.lang ?? 'en';
    if (voice) {
      try {
        utterance.voice = voice;
      } catch {
        // The voice has gone meanwhile: the browser takes another.
      }
    }
    this.#utterance = utterance;
    utterance.onend = () => {
      if (this.#utterance === utterance) this.#utterance = null;
    };
    speechSynthesis.resume?.();
    speechSynthesis.speak(utterance);
  }
}
