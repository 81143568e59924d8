// Talks to the simulator. Every call answers the parsed body, or throws with its message.
async function call(method, path, body, keepalive = false) {
  const file = body instanceof Blob;
  const answer = await fetch(`/_sim${path}`, {
    method,
    keepalive, // the call outlives the page that makes it
    headers:
      body === undefined ? {} : { "Content-Type": file ? body.type || "application/octet-stream" : "application/json" },
    body: file || body === undefined ? body : JSON.stringify(body),
  });
  const parsed = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(parsed.error ?? String(answer.status));
  return parsed;
}

export const api = {
  state: () => call("GET", "/state"),
  create: (customer) => call("POST", "/customers", customer),
  change: (id, fields) => call("PATCH", `/customers/${id}`, fields),
  write: (id, writing) => call("POST", `/customers/${id}/messages`, writing),
  tap: (id, messageId, optionId) =>
    call("POST", `/customers/${id}/tap`, { message_id: messageId, option_id: optionId }),
  play: (id, messageId) => call("POST", `/customers/${id}/play`, { message_id: messageId }),
  open: (id, open) => call("POST", `/customers/${id}/chat`, { open }),
  leave: (id) => call("POST", `/customers/${id}/chat`, { open: false }, true),
  upload: (blob, filename) => call("POST", `/media?filename=${encodeURIComponent(filename)}`, blob),
  record: (blob) => call("POST", "/media?voice=1", blob),
  outage: (customers) => call("POST", "/outage", { customers }),
  setFaults: (faults) => call("POST", "/faults", faults),
  clearFaults: () => call("DELETE", "/faults"),
};

export const mediaUrl = (id) => `/_sim/media/${encodeURIComponent(id)}`;

// The browser reconnects by itself; after each (re)connection the caller reads the whole state again, because
// what happened in between was not seen.
export function watch({ connected, lost, happened }) {
  const stream = new EventSource("/_sim/events");
  stream.onopen = connected;
  stream.onerror = () => {
    lost();
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => watch({ connected, lost, happened }), 1000);
  };
  for (const kind of ["customer", "message", "reset"]) {
    stream.addEventListener(kind, (event) => happened(kind, JSON.parse(event.data)));
  }
}
