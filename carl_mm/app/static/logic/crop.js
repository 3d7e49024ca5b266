// Boxes [x, y, width, height] in shares of a picture: what is shown of it, and exported.

export const WHOLE = [0, 0, 1, 1];
const LEAST = 0.05;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

export const isWhole = (box) => box[2] >= 0.999 && box[3] >= 0.999;

export const inside = ([x, y, width, height]) => {
  const [w, h] = [clamp(width, LEAST, 1), clamp(height, LEAST, 1)];
  return [clamp(x, 0, 1 - w), clamp(y, 0, 1 - h), w, h];
};

// Larger than 1 zooms in; around a place in shares of the picture.
export const zoomed = ([x, y, w, h], factor, at = [x + w / 2, y + h / 2]) => {
  const by = clamp(factor, Math.max(w, h), Math.min(w, h) / LEAST); // within the picture
  return inside([at[0] - (at[0] - x) / by, at[1] - (at[1] - y) / by, w / by, h / by]);
};

export const moved = ([x, y, w, h], dx, dy) => inside([x + dx, y + dy, w, h]);

export const spanned = (a, b) => inside([
  Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]),
]);

// Where a picture of `video` pixels lies in a stage that contains it.
export const placed = (stage, video) => {
  const scale = Math.min(stage[0] / video[0], stage[1] / video[1]);
  const size = [video[0] * scale, video[1] * scale];
  return {size, left: (stage[0] - size[0]) / 2, top: (stage[1] - size[1]) / 2};
};

// {zoom, x, y}: scale by zoom, then move by x, y, so that the box fills the stage.
export const transform = (box, stage, video) => {
  if (isWhole(box) || !stage[0] || !video[0]) return {zoom: 1, x: 0, y: 0};
  const {size, left, top} = placed(stage, video);
  const zoom = Math.min(stage[0] / (box[2] * size[0]), stage[1] / (box[3] * size[1]));
  const middle = [left + (box[0] + box[2] / 2) * size[0], top + (box[1] + box[3] / 2) * size[1]];
  return {zoom, x: stage[0] / 2 - zoom * middle[0], y: stage[1] / 2 - zoom * middle[1]};
};

// The place of the picture, in shares, that a point of the stage shows.
export const placeOf = (point, box, stage, video) => {
  const {zoom, x, y} = transform(box, stage, video);
  const {size, left, top} = placed(stage, video);
  return [
    clamp(((point[0] - x) / zoom - left) / size[0], 0, 1),
    clamp(((point[1] - y) / zoom - top) / size[1], 0, 1),
  ];
};
