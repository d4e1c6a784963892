// The profile of the ride: what was asked, what was done, and the next minutes of it.
//
// Three pictures are kept off screen: the plan bright for what is to come, the plan dark for what
// is behind, and the trace. A frame puts them together and draws the line of now, so that it costs
// the same in the first minute and in the sixth hour. Nothing moves between two frames.

// Zones 1 to 6. Ahead they are bright: at least 3.8 : 1 on the page's ground, neighbours at least
// 22 apart (CIE76) for whoever sees no red or green and 14 for whoever sees no blue. Behind they
// are those of the charts, dark enough for a white trace (3.3 : 1 and more, and it has a halo).
const AHEAD = ["#8593a1", "#4a90d0", "#2fb391", "#f0c93a", "#e8722e", "#c43d63"];
const BEHIND = ["#3a4652", "#2c5f8a", "#1f7a66", "#a88a20", "#97430f", "#7d1f3a"];
const INK_ON = ["#06121c", "#06121c", "#06121c", "#06121c", "#06121c", "#ffffff"];
// The road, the steeper the brighter: below 2, 5, 8 % and above, as in the charts.
const GRADES = [2, 5, 8];
const SLOPES = ["#2b3743", "#425262", "#627a8e", "#8ba3b8"];
const SLOPES_BEHIND = ["#1d262f", "#27323d", "#33414d", "#44535f"];
const GROUND = "#0b0f14", INK = "#f4f7fa", LABEL = "#a9b8c6";
const SEATED = "#56b4e9", STANDING = "#ffb000";
const SEATED_BEHIND = "#2f6f9c", STANDING_BEHIND = "#96690a";

const ZOOM = { s: { before: 10, after: 180 }, m: { before: 50, after: 1000 } };
const FIRST_VIEW_S = 1800; // of a ride without an end: half an hour, and half as much again
const CODES = { "seated measured": 1, "standing measured": 2, "seated declared": 3, "standing declared": 4 };

// Letters that are 7 mm high on a screen of 24 inches, and never smaller than a phone needs.
const letters = () => Math.round(Math.min(48, Math.max(13, Math.min(innerWidth / 72, innerHeight / 41))));

const slope = (grade) => GRADES.filter((bound) => grade >= bound).length;

// A canvas of so many CSS pixels, whatever the screen makes of one.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  return ctx;
}

function hatching(ctx, colour, thick) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const t = tile.getContext("2d");
  t.strokeStyle = colour;
  t.lineWidth = thick;
  for (const at of [-8, 0, 8]) {
    t.beginPath();
    t.moveTo(at - 2, 10);
    t.lineTo(at + 10, -2);
    t.stroke();
  }
  return ctx.createPattern(tile, "repeat");
}

function line(ctx, x0, y0, x1, y1, colour, width) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

export class Profile {
  #canvas;
  #zoom;
  #ahead = document.createElement("canvas");
  #behind = document.createElement("canvas");
  #trace = document.createElement("canvas");
  #plan = null;
  #now = {};
  #powers = [];
  #codes = [];
  #step = 1;
  #last = null; // where the last frame was, and what was ridden by then
  #top = 1; // the highest power there is room for [W]
  #box = null; // where things are in the picture, in CSS pixels
  #heights = null;
  #view = 1; // how much of the plan is shown: all of it, unless it has no end
  #swapped = "";
  #family = "sans-serif";

  constructor(canvas, zoomCanvas) {
    this.#canvas = canvas;
    this.#zoom = zoomCanvas;
  }

  // Take in a plan and what was ridden of it so far (`coach.live.plan`).
  plan(plan, trace) {
    this.#plan = plan;
    this.#now = {};
    this.#last = null;
    this.#swapped = "";
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
    this.#heights = plan.elevation.length ? plan.elevation : null;
    this.#view = plan.endless ? FIRST_VIEW_S : plan.length;
    this.#widen(trace.power_w.length * trace.step);
    this.resize();
  }

  // Show a moment: a frame, whole or only what is new of it.
  frame(frame) {
    Object.assign(this.#now, frame);
    if (!this.#plan) return;
    const touched = this.#ride();
    const swapped = (this.#now.swapped ?? []).join();
    const first = touched && this.#codes[touched[1]] && this.#box && !this.#box.names.length;
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
    const plan = this.#plan;
    if (!plan) return;
    const width = this.#canvas.clientWidth, height = this.#canvas.clientHeight;
    if (width && height) {
      const size = letters();
      const asked = plan.stretches.some((each) => each.posture);
      const names = [...(asked ? ["asked"] : []), ...(asked || this.#codes.some((code) => code) ? ["done"] : [])];
      const row = Math.round(Math.min(size * 1.15, height * 0.13));
      const ctx = sized(this.#canvas, width, height);
      this.#family = getComputedStyle(this.#canvas).fontFamily;
      ctx.font = this.#font(size);
      const left = Math.ceil(Math.max(...[...names, "FTP", `${plan.ftp_w} W`].map((text) => ctx.measureText(text).width))) + 10;
      const bottom = height - names.length * (row + 4) - 2;
      this.#box = { width, height, size, row, names, left, bottom, wide: Math.max(1, width - left - 2) };
      this.#drawPlan(sized(this.#ahead, width, height), AHEAD, SLOPES, SEATED, STANDING, INK);
      this.#drawPlan(sized(this.#behind, width, height), BEHIND, SLOPES_BEHIND, SEATED_BEHIND, STANDING_BEHIND, LABEL);
      sized(this.#trace, width, height);
      this.#drawTrace(0, this.#powers.length - 1);
    } else this.#box = null;
    this.#show();
  }

  // --- what was ridden ---------------------------------------------------------------------------

  // Keep this moment where it was ridden; the same rule as in `coach.live.plan.Trace`.
  #ride() {
    const now = this.#now;
    if (now.state !== "riding" || now.at == null || !this.#powers.length) {
      this.#last = null;
      return null;
    }
    const cell = this.#cell(now.at);
    const ridden = this.#plan.unit === "m" ? now.distance_m : now.timer_time_s;
    let first = cell;
    if (this.#last) {
      const gone = now.at - this.#last.at;
      if (gone >= 0 && gone <= 2 * (ridden - this.#last.ridden) + 1) {
        first = Math.min(cell, this.#cell(this.#last.at) + 1);
      }
    }
    this.#last = { at: now.at, ridden };
    const code = CODES[`${now.position} ${now.position_source}`] ?? 0;
    this.#powers.fill(now.power_w === null ? NaN : Math.round(now.power_w), first, cell + 1);
    this.#codes.fill(code, first, cell + 1);
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

  #font(size, bold = false) {
    return `${bold ? "700 " : ""}${size}px ${this.#family}`;
  }

  #x(at) {
    return this.#box.left + (at / this.#view) * this.#box.wide;
  }

  #y(power) {
    const { bottom } = this.#box;
    return bottom - Math.min(1, Math.max(0, power / this.#top)) * (bottom - 3);
  }

  #drawPlan(ctx, zones, slopes, seated, standing, ink) {
    const plan = this.#plan, box = this.#box, place = { x: (at) => this.#x(at), y: (power) => this.#y(power), bottom: box.bottom };
    ctx.fillStyle = GROUND;
    ctx.fillRect(0, 0, box.width, box.height);
    const bars = plan.stretches.some((each) => each.start_w !== null);
    if (this.#heights) drawRoad(ctx, this.#heights, place, bars || plan.unit === "s" ? [slopes[0]] : slopes, 0.94 * box.bottom);
    for (const each of plan.stretches) drawBar(ctx, each, place, zones, 1, plan.unit === "s" && !plan.endless);
    const level = this.#y(plan.ftp_w);
    ctx.setLineDash([10, 8]);
    line(ctx, box.left, level, box.width, level, ink, 1.5);
    ctx.setLineDash([]);
    ctx.fillStyle = LABEL;
    ctx.font = this.#font(box.size);
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    const words = Math.max(box.size, level - 4);
    ctx.fillText("FTP", 2, words);
    ctx.fillText(`${plan.ftp_w} W`, 2, words + box.size);
    ctx.textBaseline = "middle";
    box.names.forEach((name, index) => ctx.fillText(name, 2, this.#base(index) - box.row / 2));
    this.#drawAsked(ctx, seated, standing);
    this.#drawHills(ctx, ink);
  }

  // Where a row of postures stands on.
  #base(index) {
    return this.#box.bottom + (index + 1) * (this.#box.row + 4);
  }

  #drawAsked(ctx, seated, standing) {
    const { row } = this.#box, base = this.#base(0);
    for (const each of this.#plan.stretches) {
      for (const [start, end, posture] of this.#asked(each)) {
        const stands = posture === "standing", high = stands ? row : row * 0.4;
        ctx.fillStyle = stands ? standing : seated;
        ctx.fillRect(this.#x(start), base - high, Math.max(1, this.#x(end) - this.#x(start)), high);
      }
    }
  }

  // What is asked in a stretch, now that the rider may have swapped the rest of it.
  #asked(stretch) {
    if (!stretch.posture) return [];
    const [first, last] = stretch.segments, end = stretch.start + stretch.length;
    if (stretch.posture === "seated") return [[stretch.start, end, "seated"]];
    const swapped = (this.#now.swapped ?? []).filter((index) => index >= first && index <= last).length;
    const turn = end - (stretch.length * swapped) / (last - first + 1);
    return [[stretch.start, turn, "standing"], [turn, end, "seated"]].filter(([from, to]) => to > from);
  }

  #drawHills(ctx, ink) {
    const { bottom, size } = this.#box;
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    ctx.font = this.#font(size, true);
    ctx.lineWidth = 5;
    ctx.lineJoin = "round";
    ctx.strokeStyle = GROUND;
    ctx.fillStyle = ink;
    let free = 0;
    for (const [hill, [start, end]] of hillsOf(this.#plan.stretches)) {
      const x = this.#x((start + end) / 2), half = ctx.measureText(hill).width / 2;
      if (x - half < free) continue;
      free = x + half + 4;
      ctx.strokeText(hill, x, bottom - 6);
      ctx.fillText(hill, x, bottom - 6);
    }
  }

  // The hill that is being climbed stands out.
  #drawHill(ctx, hill) {
    const span = hillsOf(this.#plan.stretches).get(hill), { bottom, size } = this.#box;
    if (!span) return;
    ctx.font = this.#font(size, true);
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    const x = this.#x((span[0] + span[1]) / 2), wide = ctx.measureText(hill).width + 10;
    ctx.fillStyle = GROUND;
    ctx.fillRect(x - wide / 2 - 2, bottom - 8 - size, wide + 4, size + 6);
    ctx.fillStyle = INK;
    ctx.fillRect(x - wide / 2, bottom - 6 - size, wide, size + 2);
    ctx.fillStyle = GROUND;
    ctx.fillText(hill, x, bottom - 5 - 0.1 * size);
  }

  // Draw the trace and the postures done over some cells, and nothing beside them.
  #drawTrace(first, last) {
    const box = this.#box;
    if (!box || !this.#powers.length) return;
    const shown = Math.min(this.#powers.length, Math.ceil(this.#view / this.#step));
    const count = Math.max(1, Math.min(shown, Math.round(box.wide)));
    const bucket = (cell) => Math.min(count - 1, Math.floor((cell * count) / shown));
    const thick = Math.max(1.5, box.size / 11), reach = 1 + Math.ceil((2.4 * thick * count) / box.wide);
    const from = Math.max(0, bucket(first) - reach), to = Math.min(count - 1, bucket(last) + reach);
    const cellsOf = (b) => [Math.ceil((b * shown) / count), Math.ceil(((b + 1) * shown) / count)];
    // On the screen's own pixels: what is drawn anew leaves no seam.
    const ratio = this.#trace.width / box.width;
    const edge = (b) => Math.round(this.#x(cellsOf(b)[0] * this.#step) * ratio) / ratio;
    const middle = (b) => (edge(b) + edge(b + 1)) / 2;
    const ctx = this.#trace.getContext("2d");
    ctx.save();
    ctx.beginPath();
    ctx.rect(edge(from), 0, edge(to + 1) - edge(from), box.height);
    ctx.clip();
    ctx.clearRect(0, 0, box.width, box.height);
    const path = new Path2D();
    let drawing = false;
    for (let b = Math.max(0, from - reach); b <= Math.min(count - 1, to + reach); b++) {
      const power = this.#mean(...cellsOf(b));
      if (Number.isNaN(power)) drawing = false;
      else if (drawing) path.lineTo(middle(b), this.#y(power));
      else {
        path.moveTo(edge(b), this.#y(power));
        path.lineTo(middle(b), this.#y(power));
        drawing = true;
      }
    }
    ctx.lineJoin = "round";
    ctx.strokeStyle = GROUND;
    ctx.lineWidth = 2.4 * thick;
    ctx.stroke(path);
    ctx.strokeStyle = "#ffffff";
    ctx.lineWidth = thick;
    ctx.stroke(path);
    if (box.names.length) this.#drawDone(ctx, from, to, cellsOf, edge);
    ctx.restore();
  }

  // Standing is tall and hatched, seated low and plain; thinner where only a key said so.
  #drawDone(ctx, from, to, cellsOf, edge) {
    const { row, names } = this.#box, base = this.#base(names.length - 1);
    const thick = hatching(ctx, STANDING, 3.5), thin = hatching(ctx, STANDING, 1.2);
    for (let b = from; b <= to; b++) {
      const code = this.#code(...cellsOf(b));
      if (!code) continue;
      const stands = code === 2 || code === 4, declared = code > 2;
      const high = stands ? row : row * 0.4, x = edge(b), wide = edge(b + 1) - x;
      if (stands) {
        ctx.fillStyle = declared ? GROUND : "#5c4200";
        ctx.fillRect(x, base - high, wide, high);
        ctx.fillStyle = declared ? thin : thick;
        ctx.fillRect(x, base - high, wide, high);
      } else if (declared) {
        ctx.fillStyle = SEATED_BEHIND;
        ctx.fillRect(x, base - high, wide, 2);
        ctx.fillRect(x, base - 2, wide, 2);
      } else {
        ctx.fillStyle = SEATED_BEHIND;
        ctx.fillRect(x, base - high, wide, high);
      }
    }
  }

  #mean(first, end) {
    let sum = 0, known = 0;
    for (let cell = first; cell < end; cell++) {
      if (!Number.isNaN(this.#powers[cell])) {
        sum += this.#powers[cell];
        known++;
      }
    }
    return known ? sum / known : NaN;
  }

  #code(first, end) {
    for (let cell = end - 1; cell >= first; cell--) if (this.#codes[cell]) return this.#codes[cell];
    return 0;
  }

  #show() {
    const box = this.#box;
    if (box) {
      const ctx = this.#canvas.getContext("2d");
      const at = this.#now.at ?? 0, x = this.#x(at), ratio = this.#canvas.width / box.width;
      const turn = Math.round(x * ratio), { width, height } = this.#canvas;
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      if (turn > 0) ctx.drawImage(this.#behind, 0, 0, turn, height, 0, 0, turn, height);
      if (turn < width) ctx.drawImage(this.#ahead, turn, 0, width - turn, height, turn, 0, width - turn, height);
      ctx.drawImage(this.#trace, 0, 0);
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.#drawNow(ctx, x, box.height, this.#now.power_w == null ? null : this.#y(this.#now.power_w));
      if (this.#now.kind === "hill") this.#drawHill(ctx, this.#now.hill);
    }
    this.#drawZoom();
  }

  #drawNow(ctx, x, height, y) {
    const size = letters();
    line(ctx, x, 0, x, height, GROUND, size / 4 + 2);
    line(ctx, x, 0, x, height, "#ffffff", size / 8);
    if (y === null) return;
    ctx.fillStyle = "#ffffff";
    ctx.strokeStyle = GROUND;
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.arc(x, y, size / 3, 0, 2 * Math.PI);
    ctx.fill();
    ctx.stroke();
  }

  // --- the next minutes --------------------------------------------------------------------------

  #drawZoom() {
    const canvas = this.#zoom, plan = this.#plan;
    const width = canvas?.clientWidth, height = canvas?.clientHeight;
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    const fits = canvas.width === Math.round(width * ratio) && canvas.height === Math.round(height * ratio);
    const ctx = fits ? canvas.getContext("2d") : sized(canvas, width, height);
    const size = Math.min(letters(), height / 4), at = this.#now.at ?? 0;
    const { before, after } = ZOOM[plan.unit];
    const low = at - before, high = Math.min(at + after, plan.endless ? Infinity : plan.length);
    const postures = plan.stretches.some((each) => each.posture);
    const bottom = height - (postures ? 1.5 * size : 2), roof = 1.5 * size;
    const place = {
      x: (where) => ((where - low) / (before + after)) * width,
      y: (power) => bottom - Math.min(1, Math.max(0, power / this.#top)) * (bottom - roof),
      bottom,
    };
    ctx.fillStyle = GROUND;
    ctx.fillRect(0, 0, width, height);
    const near = plan.stretches.filter((each) => each.start < high && each.start + each.length > low);
    const bars = plan.stretches.some((each) => each.start_w !== null);
    const road = this.#heights && !bars && plan.unit === "m" ? this.#zoomRoad(ctx, place, low, high, size, bottom - roof) : null;
    const intensity = (this.#now.intensity_pct ?? 100) / 100;
    for (const each of near) {
      const share = each.fixed ? 1 : intensity;
      drawBar(ctx, each, place, AHEAD, share, plan.unit === "s" && !plan.endless);
      this.#nameBar(ctx, each, place, width, size, share);
    }
    if (postures) this.#namePostures(ctx, near, place, width, size, height);
    ctx.fillStyle = "rgba(11, 15, 20, 0.6)";
    ctx.fillRect(0, 0, place.x(at), height);
    this.#countMarks(ctx, place, at, high, size, bottom);
    const power = this.#now.power_w;
    this.#drawNow(ctx, place.x(at), height, road ?? (power == null ? null : place.y(power)));
  }

  // Write what a stretch asks for, where it can be seen of it.
  #nameBar(ctx, each, place, width, size, share) {
    const left = Math.max(place.x(each.start), place.x(this.#now.at ?? 0)) + 4;
    const right = Math.min(place.x(each.start + each.length), width) - 4;
    const [first, last] = [each.start_w, each.end_w].map((power) => power === null ? null : Math.round(power * share));
    const watts = last === null ? "" : first === last ? `${last} W` : `${first} → ${last} W`;
    const metres = this.#plan.unit === "m";
    const texts = [`${metres ? "" : each.label} ${watts}`.trim(), watts, last === null ? "" : `${last}`];
    ctx.font = this.#font(size, true);
    const text = texts.find((each) => ctx.measureText(each).width <= right - left);
    if (text === "" || right <= left) return;
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    const level = last === null ? place.y(0.6 * this.#top) : place.y(Math.min(first, last));
    const inside = place.bottom - level > 1.4 * size, middle = (left + right) / 2;
    if (text === undefined) {
      // A short effort is higher than what is around it: its watts may reach out over that.
      ctx.lineWidth = 5;
      ctx.strokeStyle = GROUND;
      ctx.fillStyle = INK;
      ctx.strokeText(texts[2], middle, level + size);
      ctx.fillText(texts[2], middle, level + size);
      return;
    }
    const zone = each.zones.length ? each.zones[each.zones.length - 1][1] : 0;
    ctx.fillStyle = inside && zone ? INK_ON[zone - 1] : INK;
    ctx.fillText(text, middle, inside ? place.bottom - 0.45 * size : level - 0.3 * size);
  }

  #namePostures(ctx, near, place, width, size, height) {
    const high = 1.35 * size, at = place.x(this.#now.at ?? 0);
    const spans = [];
    for (const [start, end, posture] of near.flatMap((each) => this.#asked(each))) {
      const before = spans[spans.length - 1];
      if (before && before[2] === posture && Math.abs(before[1] - start) < 0.2) before[1] = end;
      else spans.push([start, end, posture]);
    }
    ctx.font = this.#font(size, true);
    ctx.textBaseline = "middle";
    ctx.textAlign = "center";
    for (const [start, end, posture] of spans) {
      const stands = posture === "standing";
      const x = Math.max(0, place.x(start)), right = Math.min(width, place.x(end));
      const tall = stands ? high : 0.82 * high;
      ctx.fillStyle = stands ? STANDING : SEATED;
      ctx.fillRect(x, height - tall, right - x - 1, tall);
      const left = Math.max(x, at);
      const text = stands ? "STAND" : "SEATED";
      ctx.fillStyle = "#06121c";
      if (ctx.measureText(text).width < right - left - 6) ctx.fillText(text, (left + right) / 2, height - tall / 2 + 1);
    }
  }

  // A tick every ten seconds, a word every minute: what comes, and in how long.
  #countMarks(ctx, place, at, high, size, bottom) {
    const metres = this.#plan.unit === "m";
    const [every, word] = metres ? [50, 250] : [10, 60];
    ctx.font = this.#font(size);
    ctx.textBaseline = "top";
    for (let ahead = every; at + ahead <= high + 0.5; ahead += every) {
      const x = place.x(at + ahead), named = ahead % word === 0;
      line(ctx, x, 1.25 * size - (named ? 4 : 0), x, 1.25 * size + 5, LABEL, named ? 3 : 1.5);
      if (!named) continue;
      const text = metres ? `${ahead} m` : `${ahead / 60} min`;
      const half = ctx.measureText(text).width / 2;
      ctx.textAlign = "center";
      ctx.fillStyle = LABEL;
      ctx.fillText(text, Math.min(x, place.x(at) + (ctx.canvas.clientWidth - place.x(at)) - half - 2), 2);
    }
  }

  // The road ahead with its grades, at a scale of its own.
  #zoomRoad(ctx, place, low, high, size, tall) {
    const inside = cut(this.#heights, Math.max(0, low), high);
    const y = drawRoad(ctx, inside, place, SLOPES, tall, 30);
    ctx.font = this.#font(size, true);
    ctx.textAlign = "center";
    ctx.textBaseline = "alphabetic";
    ctx.lineWidth = 5;
    ctx.strokeStyle = GROUND;
    ctx.fillStyle = INK;
    for (const [x, grade, wide] of grades(inside, place)) {
      const text = `${grade.toFixed(0)} %`.replace("-0", "0");
      if (ctx.measureText(text).width + 6 > wide) continue;
      ctx.strokeText(text, x, place.bottom - 0.4 * size);
      ctx.fillText(text, x, place.bottom - 0.4 * size);
    }
    return y(cut(inside, this.#now.at ?? 0, high)[0][1]);
  }
}

function hillsOf(stretches) {
  const hills = new Map();
  for (const each of stretches) {
    if (each.hill === null || each.kind !== "hill") continue;
    const [start] = hills.get(each.hill) ?? [each.start];
    hills.set(each.hill, [start, each.start + each.length]);
  }
  return hills;
}

// One stretch in the colours of its zones; where no power is asked, a frame says that it is there.
function drawBar(ctx, each, place, zones, share, framed) {
  const end = each.start + each.length;
  if (each.start_w === null) {
    if (!framed) return;
    const top = place.bottom * 0.6;
    ctx.fillStyle = "#1d262f";
    ctx.fillRect(place.x(each.start), top, place.x(end) - place.x(each.start) - 1, place.bottom - top);
    ctx.setLineDash([4, 6]);
    line(ctx, place.x(each.start), top, place.x(end) - 1, top, LABEL, 2);
    ctx.setLineDash([]);
    return;
  }
  const power = (at) => share * (each.start_w + ((each.end_w - each.start_w) * (at - each.start)) / each.length);
  each.zones.forEach(([from, zone], index) => {
    const to = each.zones[index + 1]?.[0] ?? end;
    const gap = to === end && place.x(end) - place.x(each.start) > 4 ? 1 : 0;
    ctx.fillStyle = zones[zone - 1];
    ctx.beginPath();
    ctx.moveTo(place.x(from), place.bottom);
    ctx.lineTo(place.x(from), place.y(power(from)));
    ctx.lineTo(place.x(to) - gap, place.y(power(to)));
    ctx.lineTo(place.x(to) - gap, place.bottom);
    ctx.fill();
  });
}

// The silhouette of a road, in one colour or by its grades; a flat one stays flat. Returns what
// makes a height of it one of the picture.
function drawRoad(ctx, heights, place, colours, tall, least = 20) {
  const levels = heights.map(([, height]) => height);
  const low = Math.min(...levels), range = Math.max(least, Math.max(...levels) - low);
  const y = (height) => place.bottom - (0.12 + (0.88 * (height - low)) / range) * tall;
  for (let index = 1; index < heights.length; index++) {
    const [[a, from], [b, to]] = [heights[index - 1], heights[index]];
    const grade = (100 * (to - from)) / Math.max(1e-9, b - a);
    ctx.fillStyle = colours.length > 1 ? colours[slope(grade)] : colours[0];
    ctx.beginPath();
    ctx.moveTo(place.x(a), place.bottom);
    ctx.lineTo(place.x(a), y(from));
    ctx.lineTo(place.x(b) + 0.5, y(to));
    ctx.lineTo(place.x(b) + 0.5, place.bottom);
    ctx.fill();
  }
  return y;
}

// The part of a polyline between two places.
function cut(heights, low, high) {
  const inside = [];
  for (let index = 1; index < heights.length; index++) {
    const [[a, from], [b, to]] = [heights[index - 1], heights[index]];
    if (b <= low || a >= high) continue;
    const level = (at) => from + ((to - from) * (at - a)) / (b - a);
    if (!inside.length) inside.push([Math.max(a, low), level(Math.max(a, low))]);
    inside.push([Math.min(b, high), level(Math.min(b, high))]);
  }
  return inside.length ? inside : [[low, 0], [high, 0]];
}

// Where to write which grade, and how much room there is.
function grades(heights, place) {
  return heights.slice(1).map(([b, to], index) => {
    const [a, from] = heights[index];
    return [(place.x(a) + place.x(b)) / 2, (100 * (to - from)) / Math.max(1e-9, b - a), place.x(b) - place.x(a)];
  });
}
