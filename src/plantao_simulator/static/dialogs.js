// The new-customer form and the panel of faults.
import { api } from "./api.js";
import { h } from "./dom.js";
import { T } from "./texts.js";

function dialog(title, intro, fields, buttons, onSubmit) {
  const problem = h("p", { class: "problem", role: "alert", hidden: true });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, title),
    h("p", {}, intro),
    fields,
    problem,
    h("div", { class: "actions" }, buttons),
  );
  const box = h("dialog", { "aria-label": title }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await onSubmit(new FormData(form));
      box.close();
    } catch (error) {
      problem.hidden = false;
      problem.textContent = `${T.failed} (${error.message})`;
    }
  });
  box.addEventListener("close", () => box.remove());
  document.getElementById("dialogs").append(box);
  box.showModal();
  return box;
}

const field = (label, props, hint) =>
  h("label", { class: "field" }, label, h("input", props), hint && h("small", {}, hint));
const check = (name, label, checked) =>
  h("label", { class: "check" }, h("input", { type: "checkbox", name, checked }), label);
const submit = (label) => h("button", { class: "button main", type: "submit" }, label);

export function newCustomer(onCreated) {
  const F = T.form;
  const cancel = h("button", { class: "button", type: "button", onclick: () => box.close() }, T.cancel);
  const fields = [
    field(F.name, { name: "name", required: true, maxlength: "80", autocomplete: "off" }),
    field(F.phone, { name: "phone", inputmode: "tel", autocomplete: "off" }, F.phoneHint),
    field(F.username, { name: "username", autocomplete: "off" }),
    check("hidden", F.hidden),
    check("blocked", F.blocked),
  ];
  const box = dialog(F.title, F.intro, fields, [cancel, submit(T.create)], async (data) => {
    const phone = data.get("hidden") ? null : data.get("phone").trim() || "auto";
    const username = data.get("username").trim() || null;
    onCreated(await api.create({ name: data.get("name").trim(), phone, username, on_whatsapp: !data.get("blocked") }));
  });
}

export function faults(current) {
  const F = T.faultForm;
  const names = ["copies", "batch", "reverse_statuses", "skip_delivered", "omit_contacts", "bad_signature"];
  const on = (name) => (name === "copies" ? current.webhook.copies > 1 : Boolean(current.webhook[name]));
  const options = Object.entries(F.graphKinds).map(([value, label]) => h("option", { value }, label));
  const next = h("label", { class: "field" }, F.graph, h("select", { name: "graph" }, options));
  const clear = h(
    "button",
    { class: "button", type: "button", onclick: () => api.clearFaults().then(() => box.close()) },
    T.clearFaults,
  );
  const fields = [...names.map((name) => check(name, F[name], on(name))), next];
  const box = dialog(F.title, F.intro, fields, [clear, submit(T.saveFaults)], (data) => {
    const has = (name) => data.get(name) !== null;
    const webhook = {
      copies: has("copies") ? 2 : 1,
      batch: has("batch"),
      gather: has("batch") ? 5 : 1,
      reverse_statuses: has("reverse_statuses"),
      skip_delivered: has("skip_delivered"),
      omit_contacts: has("omit_contacts"),
      bad_signature: has("bad_signature") ? 3 : 0,
    };
    const [kind, code] = data.get("graph").split(":");
    const graph = kind
      ? [{ kind, ...(code ? { code: Number(code) } : {}), ...(kind === "slow" ? { seconds: 8 } : {}) }]
      : [];
    return api.setFaults({ webhook, graph });
  });
}
