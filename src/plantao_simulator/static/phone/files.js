// Files that a person picks, pastes or drops: which kind a phone would make of them, and a picture to look at.
import { h } from "../dom.js";

export const LARGEST = 100 * 1024 * 1024; // bytes

const KINDS = {
  "image/jpeg": "image",
  "image/png": "image",
  "image/gif": "image",
  "image/webp": "image",
  "video/mp4": "video",
  "video/3gpp": "video",
};

export function kindOf(file) {
  if (KINDS[file.type]) return KINDS[file.type];
  return file.type.startsWith("audio/") ? "audio" : "document";
}

// Phones send photos as JPEG, whatever they were; a file that no browser can draw stays as it is.
export async function asPhoto(file) {
  if (file.type === "image/jpeg" || file.type === "image/png") return file;
  const canvas = await picture(file, 1600);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
}

export async function picture(file, longest = 640) {
  const bitmap = await createImageBitmap(file);
  const part = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = h("canvas", { width: Math.round(bitmap.width * part), height: Math.round(bitmap.height * part) });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff"; // JPEG knows no transparency
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}
