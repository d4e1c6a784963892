// The profile of the ride: what was asked, what was done, and the next minutes of it.
//
// Three pictures are kept off screen: the plan bright for what is to come, the plan dark for what
// is behind, and the trace. A frame puts them together and draws the line of now, so that it costs
// the same in the first minute and in the sixth hour. Nothing moves between two frames.

// Zones 1 to 6. Ahead they are bright: at least 3.8 : 1 on the page's ground, neighbours at least
// 22 apart (CIE76) for whoever sees no red or green and 14 for whoever sees no blue. Behind they
// are those of the charts, dark enough for a white trace (3.3 : 1 and more, and it has a halo).
// The road is the brighter the steeper: below 2, 5, 8 % and above, as in the charts.
const GROUND = '#0b0f14', INK = '#f4f7fa', LABEL = '#a9b8c6', DARK = '#06121c';
const AHEAD = {
  zones: ['#8593a1', '#4a90d0', '#2fb391', '#f0c93a', '#e8722e', '#c43d63'],
  slopes: ['#2b3743', '#425262', '#627a8e', '#8ba3b8'],
  seated: '#56b4e9',
  standing: '#ffb000',
  ink: INK,
};
const BEHIND = {
  zones: ['#3a4652', '#2c5f8a', '#1f7a66', '#a88a20', '#97430f', '#7d1f3a'],
  slopes: ['#1d262f', '#27323d', '#33414d', '#44535f'],
  seated: '#2f6f9c',
  standing: '#96690a',
  ink: LABEL,
};
const FREE = '#1d262f'; // where no power is asked
const BROWN = '#5c4200'; // under the hatching of who was measured standing
const slope = (grade) => [2, 5, 8].filter((bound) => grade >= bound).length;

const ZOOM = { s: { before: 10, after: 180, tick: 10, word: 60 }, m: { before: 50, after: 1000, tick: 50, word: 250 } };
const FIRST_VIEW_S = 1800; // of a ride without an end: half an hour, and half as much again
const CODES = { 'seated measured': 1, 'standing measured': 2, 'seated declared': 3, 'standing declared': 4 };

// Letters that are 7 mm high on a screen of 24 inches, and never smaller than a phone needs.
const letters = () => Math.round(Math.min(48, Math.max(13, Math.min(innerWidth / 72, innerHeight / 41))));

// The context of a canvas of so many CSS pixels, whatever the screen makes of one.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.max(1, Math.round(width * ratio)), high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const ctx = canvas.getContext('2d');
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.lineJoin = 'round';
  return ctx;
}

function line(ctx, x0, y0, x1, y1, colour, width, dash = []) {
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
  ctx.setLineDash([]);
}

// Write at the middle of a line unless told otherwise; with a halo where the ground is not known.
function write(ctx, text, x, y, colour, { align = 'center', base = 'alphabetic', halo = false } = {}) {
  ctx.textAlign = align;
  ctx.textBaseline = base;
  if (halo) {
    ctx.strokeStyle = GROUND;
    ctx.lineWidth = 5;
    ctx.strokeText(text, x, y);
  }
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y);
}

function box(ctx, x, y, width, height, colour) {
  ctx.fillStyle = colour;
  ctx.fillRect(x, y, width, height);
}

// A piece of ground under a slanted edge.
function block(ctx, x0, y0, x1, y1, bottom, colour) {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x0, bottom);
  ctx.lineTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.lineTo(x1, bottom);
  ctx.fill();
}

function hatching(ctx, colour, thick) {
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const small = tile.getContext('2d');
  for (const at of [-8, 0, 8]) line(small, at - 2, 10, at + 10, -2, colour, thick);
  return ctx.createPattern(tile, 'repeat');
}

export class Profile {
  #canvas;
  #zoom;
  #ahead = document.createElement('canvas');
  #behind = document.createElement('canvas');
  #trace = document.createElement('canvas');
  #plan = null;
  #hills = new Map(); // where each begins and ends
  #asks = {}; // whether any of the plan asks for power, for postures
  #now = {};
  #powers = []; // of each place of the trace; NaN where it is not known
  #codes = []; // the posture done there; 0 where it is not known
  #step = 1;
  #whole = false;
  #last = null; // where the last frame was, and what was ridden by then
  #top = 1; // the highest power there is room for [W]
  #view = 1; // how much of the plan is shown: all of it, unless it has no end
  #size = null; // where things are in the picture, in CSS pixels
  #swapped = '';
  #family = 'sans-serif';

  constructor(canvas, zoomCanvas) {
    this.#canvas = canvas;
    this.#zoom = zoomCanvas;
  }

  // Take in a plan and what was ridden of it so far (`coach.live.plan`), or all of a recording: the
  // `whole` of it is there from the start, and leaping about in it adds nothing.
  plan(plan, trace, { whole = false } = {}) {
    this.#plan = plan;
    this.#whole = whole;
    this.#now = {};
    this.#last = null;
    this.#swapped = '';
    this.#asks.power = plan.stretches.some((each) => each.start_w !== null);
    this.#asks.posture = plan.stretches.some((each) => each.posture);
    this.#hills.clear();
    for (const each of plan.stretches) {
      if (each.hill === null || each.kind !== 'hill') continue;
      const [start] = this.#hills.get(each.hill) ?? [each.start];
      this.#hills.set(each.hill, [start, each.start + each.length]);
    }
    this.#step = trace.step;
    const cells = Math.ceil(plan.length / trace.step);
    this.#powers = new Float32Array(cells).fill(NaN);
    this.#codes = new Uint8Array(cells);
    trace.power_w.forEach((power, cell) => {
      if (power !== null) this.#powers[cell] = power;
    });
    for (const [first, end, posture, source] of trace.postures) {
      this.#codes.fill(CODES[`${posture} ${source}`], first, end);
    }
    this.#top = this.#planned();
    this.#raise(Math.max(...trace.power_w));
    this.#view = plan.endless ? FIRST_VIEW_S : Math.max(1, plan.length);
    this.#widen(trace.power_w.length * trace.step);
    this.resize();
  }

  // Show a moment: a frame, whole or only what is new of it.
  frame(frame) {
    Object.assign(this.#now, frame);
    if (!this.#plan) return;
    const touched = this.#whole ? null : this.#ride();
    const swapped = (this.#now.swapped ?? []).join();
    const first = touched && this.#codes[touched[1]] && this.#size && !this.#size.names.length;
    const widened = this.#widen(this.#now.at ?? 0), raised = touched && this.#raise(this.#powers[touched[1]]);
    const anew = first || widened || raised || swapped !== this.#swapped;
    this.#swapped = swapped;
    if (anew) this.resize();
    else {
      if (touched) this.#drawTrace(...touched);
      this.#show();
    }
  }

  // Draw everything anew, at the size that the canvases have now.
  resize() {
    const plan = this.#plan, width = this.#canvas.clientWidth, height = this.#canvas.clientHeight;
    if (!plan) return;
    this.#size = null;
    this.#family = getComputedStyle(this.#canvas).fontFamily;
    if (width && height) {
      const text = letters(), ctx = sized(this.#canvas, width, height);
      const done = this.#asks.posture || this.#codes.some((code) => code);
      const names = [...(this.#asks.posture ? ['asked'] : []), ...(done ? ['done'] : [])];
      const row = Math.round(Math.min(text * 1.15, height * 0.13));
      ctx.font = this.#font(text);
      const widths = [...names, 'FTP', `${plan.ftp_w} W`].map((word) => ctx.measureText(word).width);
      const left = Math.ceil(Math.max(...widths)) + 10, bottom = height - names.length * (row + 4) - 2;
      const wide = Math.max(1, width - left - 2);
      const hatch = { 2: hatching(ctx, AHEAD.standing, 3.5), 4: hatching(ctx, AHEAD.standing, 1.2) };
      this.#size = { width, height, text, row, names, left, bottom, wide, hatch };
      this.#drawPlan(sized(this.#ahead, width, height), AHEAD);
      this.#drawPlan(sized(this.#behind, width, height), BEHIND);
      sized(this.#trace, width, height);
      this.#drawTrace(0, this.#powers.length - 1);
    }
    this.#show();
  }

  // --- what was ridden ---------------------------------------------------------------------------

  // Keep this moment where it was ridden; the same rule as in `coach.live.plan.Trace`.
  #ride() {
    const now = this.#now;
    if (now.state !== 'riding' || now.at == null || !this.#powers.length) {
      this.#last = null;
      return null;
    }
    const cell = this.#cell(now.at), ridden = this.#plan.unit === 'm' ? now.distance_m : now.timer_time_s;
    let first = cell;
    if (this.#last) {
      const gone = now.at - this.#last.at;
      const skipped = gone < 0 || gone > 2 * (ridden - this.#last.ridden) + 1;
      if (!skipped) first = Math.min(cell, this.#cell(this.#last.at) + 1);
    }
    this.#last = { at: now.at, ridden };
    this.#powers.fill(now.power_w == null ? NaN : Math.round(now.power_w), first, cell + 1);
    this.#codes.fill(CODES[`${now.position} ${now.position_source}`] ?? 0, first, cell + 1);
    return [first, cell];
  }

  #cell(at) {
    return Math.min(this.#powers.length - 1, Math.floor(at / this.#step));
  }

  // Show more of a ride without an end; tell whether that changed.
  #widen(at) {
    if (!this.#plan.endless) return false;
    const before = this.#view;
    while (at > 0.95 * this.#view) this.#view *= 1.5;
    this.#view = Math.min(this.#view, this.#plan.length);
    return this.#view !== before;
  }

  #planned() {
    return 1.12 * Math.max(this.#plan.highest_w ?? 0, this.#plan.ftp_w, 50);
  }

  // Make room for more power than was planned, up to twice as much; tell whether that changed.
  #raise(power) {
    const most = 2 * this.#planned();
    if (!(power > this.#top) || this.#top >= most) return false;
    this.#top = Math.min(most, 1.1 * power);
    return true;
  }

  // --- the picture -------------------------------------------------------------------------------

  #font(size, weight = 400) {
    return `${weight} ${size}px ${this.#family}`;
  }

  #x(at) {
    return this.#size.left + (at / this.#view) * this.#size.wide;
  }

  #y(power) {
    const { bottom } = this.#size;
    return bottom - Math.min(1, Math.max(0, power / this.#top)) * (bottom - 3);
  }

  // Where a row of postures stands on.
  #base(index) {
    return this.#size.bottom + (index + 1) * (this.#size.row + 4);
  }

  #drawPlan(ctx, colours) {
    const { ftp_w, elevation, stretches } = this.#plan;
    const { width, height, text, row, names, left, bottom } = this.#size;
    const place = { x: (at) => this.#x(at), y: (power) => this.#y(power), bottom };
    box(ctx, 0, 0, width, height, GROUND);
    if (elevation.length) this.#drawRoad(ctx, elevation, place, colours.slopes, 0.94 * bottom, 20);
    for (const each of stretches) this.#drawStretch(ctx, each, place, colours.zones, 1);
    const level = this.#y(ftp_w), words = Math.max(text, level - 4);
    line(ctx, left, level, width, level, colours.ink, 1.5, [10, 8]);
    ctx.font = this.#font(text);
    write(ctx, 'FTP', 2, words, LABEL, { align: 'left' });
    write(ctx, `${ftp_w} W`, 2, words + text, LABEL, { align: 'left' });
    names.forEach((name, index) => {
      write(ctx, name, 2, this.#base(index) - row / 2, LABEL, { align: 'left', base: 'middle' });
    });
    for (const [start, end, posture] of stretches.flatMap((each) => this.#asked(each))) {
      const high = posture === 'standing' ? row : row * 0.4, x = this.#x(start);
      box(ctx, x, this.#base(0) - high, Math.max(1, this.#x(end) - x), high, colours[posture]);
    }
    ctx.font = this.#font(text, 700);
    let free = 0;
    for (const [hill, [start, end]] of this.#hills) {
      const x = this.#x((start + end) / 2), half = ctx.measureText(hill).width / 2;
      if (x - half < free) continue;
      free = x + half + 4;
      write(ctx, hill, x, bottom - 6, colours.ink, { halo: true });
    }
  }

  // What is asked in a stretch, now that the rider may have swapped the rest of it.
  #asked({ start, length, segments: [first, last], posture }) {
    const end = start + length;
    if (posture !== 'standing') return posture ? [[start, end, posture]] : [];
    const swapped = (this.#now.swapped ?? []).filter((index) => index >= first && index <= last).length;
    const turn = end - (length * swapped) / (last - first + 1);
    return [[start, turn, 'standing'], [turn, end, 'seated']].filter(([from, to]) => to > from);
  }

  // One stretch in the colours of its zones; where no power is asked, a frame says that it is there.
  #drawStretch(ctx, each, place, zones, share) {
    const end = each.start + each.length, x = place.x(each.start), right = place.x(end);
    if (each.start_w === null) {
      if (this.#plan.unit === 'm' || this.#plan.endless) return;
      const top = place.y(0.45 * this.#top);
      box(ctx, x, top, right - x - 1, place.bottom - top, FREE);
      line(ctx, x, top, right - 1, top, LABEL, 2, [4, 6]);
      return;
    }
    const y = (at) => place.y(share * (each.start_w + ((each.end_w - each.start_w) * (at - each.start)) / each.length));
    each.zones.forEach(([from, zone], index) => {
      const to = each.zones[index + 1]?.[0] ?? end, gap = to === end && right - x > 4 ? 1 : 0;
      block(ctx, place.x(from), y(from), place.x(to) - gap, y(to), place.bottom, zones[zone - 1]);
    });
  }

  // The silhouette of a road, by its grades where it is all there is; one that is flat stays flat.
  // Returns what makes a height of it one of the picture.
  #drawRoad(ctx, heights, place, colours, tall, least) {
    const levels = heights.map(([, height]) => height), low = Math.min(...levels);
    const range = Math.max(least, Math.max(...levels) - low);
    const y = (height) => place.bottom - (0.12 + (0.88 * (height - low)) / range) * tall;
    const graded = this.#plan.unit === 'm' && !this.#asks.power;
    heights.slice(1).forEach(([b, to], index) => {
      const [a, from] = heights[index], colour = graded ? slope(grade(heights, index)) : 0;
      block(ctx, place.x(a), y(from), place.x(b) + 0.5, y(to), place.bottom, colours[colour]);
    });
    return y;
  }

  // Draw the trace and the postures done over some cells, and nothing beside them.
  #drawTrace(first, last) {
    const size = this.#size, cells = this.#powers.length;
    if (!size || !cells) return;
    // Cells share a pixel where there are more of them.
    const shown = Math.min(cells, Math.ceil(this.#view / this.#step));
    const count = Math.max(1, Math.min(shown, Math.round(size.wide)));
    const within = (index) => Math.min(count - 1, Math.max(0, index));
    const at = (cell) => Math.floor((cell * count) / shown);
    const thick = Math.max(1.5, size.text / 11), reach = 1 + Math.ceil((2.4 * thick * count) / size.wide);
    const from = within(at(first) - reach), to = within(at(last) + reach);
    const cellsOf = (index) => [Math.ceil((index * shown) / count), Math.ceil(((index + 1) * shown) / count)];
    // On the screen's own pixels: what is drawn anew leaves no seam.
    const ratio = this.#trace.width / size.width;
    const edge = (index) => Math.round(this.#x(cellsOf(index)[0] * this.#step) * ratio) / ratio;
    const ctx = this.#trace.getContext('2d');
    ctx.save();
    ctx.beginPath();
    ctx.rect(edge(from), 0, edge(to + 1) - edge(from), size.height);
    ctx.clip();
    ctx.clearRect(0, 0, size.width, size.height);
    const path = new Path2D();
    let drawing = false;
    for (let index = within(from - reach); index <= within(to + reach); index++) {
      const power = this.#mean(...cellsOf(index));
      if (Number.isNaN(power)) {
        drawing = false;
        continue;
      }
      const y = this.#y(power);
      if (!drawing) path.moveTo(edge(index), y);
      path.lineTo((edge(index) + edge(index + 1)) / 2, y);
      drawing = true;
    }
    for (const [colour, width] of [[GROUND, 2.4 * thick], ['#ffffff', thick]]) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.stroke(path);
    }
    if (size.names.length) {
      for (let index = from; index <= to; index++) {
        const x = edge(index);
        this.#drawDone(ctx, x, edge(index + 1) - x, this.#code(...cellsOf(index)));
      }
    }
    ctx.restore();
  }

  // Standing is tall and hatched, seated low and plain; thinner where only a key said so.
  #drawDone(ctx, x, wide, code) {
    const { row, names, hatch } = this.#size, base = this.#base(names.length - 1), low = row * 0.4;
    if (code === 1) box(ctx, x, base - low, wide, low, BEHIND.seated);
    if (code === 2) box(ctx, x, base - row, wide, row, BROWN);
    if (code === 3) for (const y of [base - low, base - 2]) box(ctx, x, y, wide, 2, BEHIND.seated);
    if (hatch[code]) box(ctx, x, base - row, wide, row, hatch[code]);
  }

  #mean(first, end) {
    const known = this.#powers.subarray(first, end).filter((power) => !Number.isNaN(power));
    return known.reduce((sum, power) => sum + power, 0) / known.length;
  }

  #code(first, end) {
    return this.#codes.subarray(first, end).findLast((code) => code) ?? 0;
  }

  #show() {
    if (this.#size) {
      const { width, height, text, bottom } = this.#size, { at = 0, power_w, kind, hill } = this.#now;
      const ctx = this.#canvas.getContext('2d'), ratio = this.#canvas.width / width;
      const x = this.#x(at ?? 0), turn = Math.round(x * ratio), { width: wide, height: high } = this.#canvas;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      if (turn > 0) ctx.drawImage(this.#behind, 0, 0, turn, high, 0, 0, turn, high);
      if (turn < wide) ctx.drawImage(this.#ahead, turn, 0, wide - turn, high, turn, 0, wide - turn, high);
      ctx.drawImage(this.#trace, 0, 0);
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.#drawNow(ctx, x, height, power_w == null ? null : this.#y(power_w));
      const span = kind === 'hill' && this.#hills.get(hill);
      if (span) {
        // The hill that is being climbed stands out.
        ctx.font = this.#font(text, 700);
        const half = ctx.measureText(hill).width / 2 + 5, middle = this.#x((span[0] + span[1]) / 2);
        box(ctx, middle - half - 2, bottom - 8 - text, 2 * half + 4, text + 6, GROUND);
        box(ctx, middle - half, bottom - 6 - text, 2 * half, text + 2, INK);
        write(ctx, hill, middle, bottom - 5 - 0.1 * text, GROUND);
      }
    }
    this.#drawZoom();
  }

  #drawNow(ctx, x, height, y) {
    const text = letters();
    line(ctx, x, 0, x, height, GROUND, text / 4 + 2);
    line(ctx, x, 0, x, height, '#ffffff', text / 8);
    if (y === null) return;
    ctx.fillStyle = '#ffffff';
    ctx.strokeStyle = GROUND;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(x, y, text / 3, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }

  // --- the next minutes --------------------------------------------------------------------------

  #drawZoom() {
    const plan = this.#plan, width = this.#zoom?.clientWidth, height = this.#zoom?.clientHeight;
    if (!width || !height) return;
    const ctx = sized(this.#zoom, width, height), text = Math.min(letters(), height / 4);
    const at = this.#now.at ?? 0, { before, after, tick, word } = ZOOM[plan.unit];
    const low = at - before, high = plan.endless ? at + after : Math.min(at + after, plan.length);
    const bottom = height - (this.#asks.posture ? 1.5 * text : 2), tall = bottom - 1.5 * text;
    const place = {
      x: (where) => ((where - low) / (before + after)) * width,
      y: (power) => bottom - Math.min(1, Math.max(0, power / this.#top)) * tall,
      bottom,
    };
    const now = place.x(at), power = this.#now.power_w;
    box(ctx, 0, 0, width, height, GROUND);
    ctx.font = this.#font(text, 700);
    let dot = power == null ? null : place.y(power);
    if (plan.elevation.length && plan.unit === 'm' && !this.#asks.power) {
      dot = this.#zoomRoad(ctx, place, low, high, text, tall);
    }
    const near = plan.stretches.filter((each) => each.start < high && each.start + each.length > low);
    const intensity = (this.#now.intensity_pct ?? 100) / 100;
    for (const each of near) {
      const left = Math.max(place.x(each.start), now), right = Math.min(place.x(each.start + each.length), width);
      this.#drawStretch(ctx, each, place, AHEAD.zones, each.fixed ? 1 : intensity);
      this.#nameStretch(ctx, each, place, left + 4, right - 4, text, each.fixed ? 1 : intensity);
    }
    this.#namePostures(ctx, near, place, width, height, text);
    box(ctx, 0, 0, now, height, 'rgba(11, 15, 20, 0.6)');
    // How far it is: a tick every ten seconds, a word every minute.
    ctx.font = this.#font(text);
    for (let ahead = tick; at + ahead <= high + 0.5; ahead += tick) {
      const x = place.x(at + ahead), named = ahead % word === 0;
      line(ctx, x, 1.25 * text - (named ? 4 : 0), x, 1.25 * text + 5, LABEL, named ? 3 : 1.5);
      if (!named) continue;
      const words = plan.unit === 'm' ? `${ahead} m` : `${ahead / 60} min`;
      const half = ctx.measureText(words).width / 2;
      write(ctx, words, Math.min(x, width - half - 2), 2, LABEL, { base: 'top' });
    }
    this.#drawNow(ctx, now, height, dot);
  }

  // Write what a stretch asks for, where it can be seen of it.
  #nameStretch(ctx, each, place, left, right, text, share) {
    const [first, last] = [each.start_w, each.end_w].map((power) => power === null ? null : Math.round(power * share));
    const watts = last === null ? '' : first === last ? `${last} W` : `${first} → ${last} W`;
    const label = this.#plan.unit === 'm' ? '' : each.label;
    const names = [label.endsWith(watts) ? label : `${label} ${watts}`.trim(), watts, `${last ?? ''}`];
    const name = names.find((each) => ctx.measureText(each).width <= right - left);
    if (name === '' || right <= left) return;
    const level = place.y(last === null ? 0.45 * this.#top : Math.min(first, last)), middle = (left + right) / 2;
    if (name === undefined) {
      // A short effort is higher than what is around it: its watts may reach out over that, but not
      // over the line of now.
      if (middle - ctx.measureText(names[2]).width / 2 < place.x(this.#now.at ?? 0) + text / 3) return;
      write(ctx, names[2], middle, level + text, INK, { halo: true });
      return;
    }
    const inside = place.bottom - level > 1.4 * text, zone = each.zones.at(-1)?.[1];
    const colour = inside && zone && zone < 6 ? DARK : INK;
    write(ctx, name, middle, inside ? place.bottom - 0.45 * text : level - 0.3 * text, colour);
  }

  #namePostures(ctx, near, place, width, height, text) {
    const now = place.x(this.#now.at ?? 0), spans = [];
    for (const [start, end, posture] of near.flatMap((each) => this.#asked(each))) {
      const before = spans.at(-1);
      if (before && before[2] === posture && Math.abs(before[1] - start) < 0.2) before[1] = end;
      else spans.push([start, end, posture]);
    }
    for (const [start, end, posture] of spans) {
      const [name, tall] = posture === 'standing' ? ['STAND', 1.35 * text] : ['SEATED', 1.1 * text];
      const x = Math.max(0, place.x(start)), right = Math.min(width, place.x(end)), left = Math.max(x, now);
      box(ctx, x, height - tall, right - x - 1, tall, AHEAD[posture]);
      if (ctx.measureText(name).width > right - left - 6) continue;
      write(ctx, name, (left + right) / 2, height - tall / 2 + 1, DARK, { base: 'middle' });
    }
  }

  // The road ahead with its grades, at a scale of its own; returns how high the rider is on it.
  #zoomRoad(ctx, place, low, high, text, tall) {
    const inside = cut(this.#plan.elevation, Math.max(0, low), high);
    if (!inside.length) return null;
    const y = this.#drawRoad(ctx, inside, place, AHEAD.slopes, tall, 30);
    inside.slice(1).forEach(([end], index) => {
      const start = inside[index][0], words = `${Math.round(grade(inside, index)) || 0} %`;
      if (ctx.measureText(words).width + 6 > place.x(end) - place.x(start)) return;
      write(ctx, words, place.x((start + end) / 2), place.bottom - 0.4 * text, INK, { halo: true });
    });
    const [here] = cut(this.#plan.elevation, this.#now.at ?? 0, high);
    return here ? y(here[1]) : null;
  }
}

// The grade of one piece of a polyline [%].
function grade(heights, index) {
  const [[a, from], [b, to]] = heights.slice(index, index + 2);
  return (100 * (to - from)) / Math.max(1e-9, b - a);
}

// The part of a polyline between two places.
function cut(heights, low, high) {
  const inside = [];
  heights.slice(1).forEach(([b, to], index) => {
    const [a, from] = heights[index], level = (at) => from + ((to - from) * (at - a)) / (b - a);
    if (b <= low || a >= high) return;
    if (!inside.length) inside.push([Math.max(a, low), level(Math.max(a, low))]);
    inside.push([Math.min(b, high), level(Math.min(b, high))]);
  });
  return inside;
}
