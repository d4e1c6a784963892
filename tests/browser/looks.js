// What an eye would find wrong on a page, found by measuring; most functions return a list of words.
// The boxes that the ink of an element's own text takes, line by line: a line's box is as high as
// its font, the ink in it is what must not be cut.
function inks(element) {
  const style = getComputedStyle(element);
  const context = (inks.context ??= document.createElement("canvas").getContext("2d"));
  const boxes = [];
  for (const node of element.childNodes) {
    if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue;
    context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const shown = style.textTransform === "uppercase" ? node.data.toUpperCase() : node.data;
    const ink = context.measureText(shown.trim());
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      if (line.width < 1) continue;
      const spare = line.height - ink.fontBoundingBoxAscent - ink.fontBoundingBoxDescent;
      const base = line.top + spare / 2 + ink.fontBoundingBoxAscent;
      boxes.push({
        left: line.left,
        right: line.right,
        top: base - ink.actualBoundingBoxAscent,
        bottom: base + ink.actualBoundingBoxDescent,
      });
    }
  }
  return boxes;
}

function seen(element) {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  // Words for a screen reader alone are cut to a pixel on purpose.
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const told = style.clipPath !== "none" || style.clip !== "auto";
  return !(told && box.width <= 2 && box.height <= 2);
}

function named(element) {
  const mark = element.id ? `#${element.id}` : [...element.classList].map((name) => `.${name}`).join("");
  const data = [...element.attributes].filter((each) => each.name.startsWith("data-"));
  const names = data.map((each) => `[${each.name}]`).join("");
  return `${element.localName}${mark}${names} "${element.textContent.trim().slice(0, 40)}"`;
}

function texts(root) {
  return [...root.querySelectorAll("*")].filter(
    (each) => seen(each) && inks(each).length && !each.closest("[inert]"),
  );
}

const cuts = (style) => style.overflowX !== "visible" || style.overflowY !== "visible";
const scrolls = (style) => /auto|scroll/.test(style.overflowX + style.overflowY);
const paints = (style) =>
  parseFloat(style.borderTopWidth) > 0 || !/, 0\)$|^transparent$/.test(style.backgroundColor);

// Text that leaves what it stands in: a tile, whatever cuts it off, or the screen.
function clipped(root = document.body) {
  const wrong = new Set();
  for (const element of texts(root)) {
    const style = getComputedStyle(element);
    if (element.clientWidth && element.scrollWidth > element.clientWidth + 1 && !scrolls(style)) {
      wrong.add(`${named(element)}: ${element.scrollWidth} px wide in ${element.clientWidth}`);
    }
    for (const ink of inks(element)) {
      let scrolled = false;
      for (let each = element; each && each !== document.body; each = each.parentElement) {
        const around = getComputedStyle(each);
        if (around.display === "inline" || around.display === "contents") continue;
        scrolled ||= scrolls(around);
        if (scrolled || !(cuts(around) || paints(around))) continue;
        const box = each.getBoundingClientRect();
        const out = [
          ["left", box.left - ink.left],
          ["right", ink.right - box.right],
          ["top", box.top - ink.top],
          ["bottom", ink.bottom - box.bottom],
        ].filter(([, by]) => by > 1.5);
        for (const [side, by] of out) {
          wrong.add(`${named(element)}: ${by.toFixed(0)} px out of ${named(each)} at the ${side}`);
        }
      }
      if (scrolled) continue;
      const page = document.scrollingElement;
      if (ink.left < -1 || ink.right > page.clientWidth + 1) {
        wrong.add(`${named(element)}: beside the screen`);
      }
      if (ink.top + scrollY < -1 || ink.bottom + scrollY > page.scrollHeight + 1) {
        wrong.add(`${named(element)}: above or below the page`);
      }
    }
  }
  return [...wrong];
}

// Whether the middle of a box of an element is neither cut off nor painted over.
function onTop(element, box) {
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const found = document.elementsFromPoint(x, y);
  if (!found.length) return true; // beside the screen
  const at = found.indexOf(element);
  const over = found.slice(0, at).filter((each) => !element.contains(each));
  return at >= 0 && !over.some((each) => paints(getComputedStyle(each)));
}

// Texts that lie on each other, as far as both are to be seen.
function overlapping(root = document.body) {
  const all = texts(root).map((element) => [
    element,
    inks(element).filter((ink) => onTop(element, ink)),
  ]);
  const wrong = [];
  for (const [at, [one, inksOfOne]] of all.entries()) {
    for (const [other, inksOfOther] of all.slice(at + 1)) {
      const over = inksOfOne.some((a) =>
        inksOfOther.some(
          (b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5 &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1.5,
        ),
      );
      if (over) wrong.push(`${named(one)} lies on ${named(other)}`);
    }
  }
  return wrong;
}

// Pictures that something from beside them lies on.
function covered() {
  const wrong = [];
  for (const picture of [...document.querySelectorAll("canvas, img")].filter(seen)) {
    const box = picture.getBoundingClientRect();
    const around = picture.closest("main") ?? picture.parentElement;
    for (const y of [box.top + 2, box.bottom - 2]) {
      const over = document.elementFromPoint((box.left + box.right) / 2, y);
      if (over && !around.contains(over)) wrong.push(`${named(over)} lies on ${named(picture)}`);
    }
  }
  return wrong;
}

// How high the ink of an element's text is [px].
function inkHeight(element) {
  const boxes = inks(element);
  return boxes.length ? Math.max(...boxes.map((each) => each.bottom - each.top)) : 0;
}

// What is to be touched and is too small for a thumb.
function smallTargets(least) {
  const touched = "button, a[href], summary, input, select, label:has(input), [role=button]";
  return [...document.querySelectorAll(touched)]
    .filter((each) => seen(each) && !each.closest("[inert]"))
    .filter((each) => !(each.localName === "input" && each.closest("label")))
    .map((each) => [each, each.getBoundingClientRect()])
    .filter(([, box]) => box.width < least - 0.5 || box.height < least - 0.5)
    .map(([each, box]) => `${named(each)}: ${box.width.toFixed(0)} x ${box.height.toFixed(0)} px`);
}

// What moves by itself just now.
function moving() {
  return document
    .getAnimations()
    .filter((each) => each.playState === "running")
    .map((each) => named(each.effect.target));
}
