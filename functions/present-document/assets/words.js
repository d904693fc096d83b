// Dates, sizes and names as people read them.

export function localTime(text) {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" }) + ` (${zoneName(at)})`;
}

function zoneName(at) {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value || "local time";
}

export function fileSize(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function fileName(text) {
  return `${text.replace(/\.pdf$/i, "").replace(/[^\p{L}\p{N} ._-]/gu, "_").slice(0, 80)}.pdf`;
}
