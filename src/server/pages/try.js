// "Try it": sends one operation's request from this page and shows what came back.
import { el } from "/dom.js";

const LONGEST = 20000;  // characters shown of a text

function field(parameter, schema, id) {
  const example = Object.values(parameter.examples ?? {})[0]?.value;
  const input = schema.enum
    ? el("select", { id }, el("option", { value: "" }, "–"), schema.enum.map((value) => el("option", {}, value)))
    : el("input", { id, required: parameter.required, placeholder: schema.default ?? example ?? "", autocomplete: "off" });
  return { input, node: el("div.field", {}, el("label", { for: id }, parameter.name), input) };
}

function urlOf(path, fields) {
  let url = path;
  const query = new URLSearchParams();
  for (const { parameter, input } of fields) {
    if (input.value === "") continue;
    if (parameter.in === "path") url = url.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    if (parameter.in === "query") query.set(parameter.name, input.value);
  }
  return query.size ? `${url}?${query}` : url;
}

async function showBody(response, place) {
  const type = (response.headers.get("Content-Type") ?? "").split(";")[0];
  if (type === "text/event-stream") {
    const pre = place.appendChild(el("pre", { tabindex: 0 }));
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      pre.textContent = (pre.textContent + decoder.decode(part.value, { stream: true })).slice(-LONGEST);
      pre.scrollTop = pre.scrollHeight;
    }
  } else if (type === "image/svg+xml") {
    const url = URL.createObjectURL(await response.blob());
    place.append(el("img", { src: url, alt: "The picture that was answered", onload: () => URL.revokeObjectURL(url) }));
  } else if (/json$|^text\//.test(type)) {
    let text = await response.text();
    if (type.endsWith("json")) try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it came */ }
    place.append(el("pre", { tabindex: 0 }, text.length > LONGEST ? `${text.slice(0, LONGEST)}\n… ${text.length - LONGEST} more characters` : text));
  } else {
    place.append(el("p", {}, `${(await response.arrayBuffer()).byteLength} bytes of ${type || "an unnamed kind"}`));
  }
}

/** operation: {id, method, path, parameters (resolved), example (text of a JSON body, or null)}. */
export function tryIt(operation, schemaOf, token) {
  const fields = operation.parameters.map((parameter) => ({ parameter, ...field(parameter, schemaOf(parameter), `${operation.id}-${parameter.name}`) }));
  const body = operation.example === null ? null
    : el("textarea", { "aria-label": "Body, JSON", spellcheck: "false" });
  if (body) body.value = operation.example;
  const send = el("button", {}, "Send");
  const stop = el("button.quiet", { type: "button", hidden: true }, "Stop");
  const answer = el("div", { role: "status" });

  async function go(event) {
    event.preventDefault();
    const control = new AbortController();
    stop.onclick = () => control.abort();
    stop.hidden = false;
    send.disabled = true;
    answer.replaceChildren();
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    if (token.value) headers.Authorization = `Bearer ${token.value}`;
    for (const { parameter, input } of fields) if (parameter.in === "header" && input.value) headers[parameter.name] = input.value;
    const began = performance.now();
    try {
      const response = await fetch(urlOf(operation.path, fields), { method: operation.method.toUpperCase(), headers, body: body?.value, signal: control.signal, cache: "no-store" });
      const took = Math.round(performance.now() - began);
      answer.append(el("p", {}, el(`span.status.${response.ok ? "good" : "bad"}`, {}, `${response.status}`), ` after ${took} ms`,
        response.headers.has("X-Request-Id") && [", request ", el("code", {}, response.headers.get("X-Request-Id"))]));
      await showBody(response, answer);
    } catch (error) {
      answer.append(el("p.soft", {}, control.signal.aborted ? "Stopped." : `No answer: ${error.message}`));
    }
    stop.hidden = true;
    send.disabled = false;
  }

  return el("details.part.try", {}, el("summary", {}, "Try it"),
    el("div", {}, el("form", { onsubmit: go }, fields.map(({ node }) => node), body, el("div.row", {}, send, stop)), answer));
}
