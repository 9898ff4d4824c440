// The API reference: /openapi.json as a page. Nothing about the API is written here; all of it is read.
import { el } from "/dom.js";
import { inline, markdown } from "/markdown.js";
import { schemaView } from "/schema.js";
import { tryIt } from "/try.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const $ = (id) => document.getElementById(id);
const token = el("input", { id: "token", autocomplete: "off", spellcheck: "false", placeholder: "only if you have one" });

function operationsOf(api, resolve) {
  return Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({
    ...item[method], method, path,
    id: item[method].operationId,
    parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])].map(resolve),
  })));
}

const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function examplesView(examples, resolve) {
  const all = Object.values(examples ?? {}).map(resolve);
  if (!all.length) return null;
  const code = el("code");
  const choose = (index) => { code.textContent = asText(all[index].value); };
  choose(0);
  const picker = all.length > 1 && el("select", { "aria-label": "Example", onchange: (event) => choose(event.target.selectedIndex) },
    all.map((example) => el("option", {}, example.summary)));
  return el("div.examples", {}, picker || el("span.media", {}, `Example: ${all[0].summary}`), el("pre", { tabindex: 0 }, code));
}

function mediaView(content, view) {
  return Object.entries(content ?? {}).map(([type, media]) => [
    el("span.media", {}, type),
    media["x-events"]
      ? view.list(Object.entries(media["x-events"]).map(([name, schema]) => view.row(name, schema)))
      : view.body(media.schema),
    examplesView(media.examples, view.resolve),
  ]);
}

function answerView(status, raw, view) {
  const answer = view.resolve(raw);
  const fill = (event) => {
    const details = event.target;
    if (!details.open || details.childElementCount > 1) return;
    const headers = Object.entries(answer.headers ?? {}).map(([name, header]) => {
      const { schema, description, required } = view.resolve(header);
      return view.row(name, schema, required, description);
    });
    details.append(el("div", {}, mediaView(answer.content, view),
      headers.length && [el("span.media", {}, "Headers"), view.list(headers)]));
  };
  return el("details.answer", { ontoggle: fill },
    el("summary", {}, el(`span.status.${status < 400 ? "good" : "bad"}`, {}, status), el("span", {}, inline(answer.description))));
}

function curlOf(operation) {
  const url = location.origin + operation.path;
  const type = Object.keys(operation.requestBody?.content ?? {})[0];
  if (type === "multipart/form-data") return `curl -F file=@track.flac ${url}`;
  if (type) return `curl -H 'Content-Type: ${type}' -d '${JSON.stringify(JSON.parse(operation.example))}' ${url}`;
  return ["curl", operation.method === "delete" && "-X DELETE", operation.id.startsWith("stream") && "-N", url].filter(Boolean).join(" ");
}

function operationView(operation, view) {
  const body = operation.requestBody;
  const first = Object.values(Object.values(body?.content ?? {})[0]?.examples ?? {})[0];
  operation.example = first ? asText(first.value) : null;
  const canTry = operation.method === "get" || operation.path === "/v1/predictions";
  return el("article.operation.card", { id: operation.id, "data-words": `${operation.method} ${operation.path} ${operation.summary}`.toLowerCase() },
    el("header", {}, el("h3", {}, el("a", { href: `#${operation.id}` }, operation.summary)),
      el("div.route", {}, el(`span.verb.${operation.method}`, {}, operation.method.toUpperCase()), el("code", {}, operation.path))),
    operation.description && el("div", {}, markdown(operation.description)),
    operation.parameters.length > 0 && el("section", {}, el("h4", {}, "Parameters"),
      view.list(operation.parameters.map((parameter) => view.row(parameter.name, parameter.schema, parameter.required, `${parameter.description ?? ""} In the ${parameter.in}.`)))),
    body && el("details.part", { open: true }, el("summary", {}, "Request body"), el("div", {}, mediaView(body.content, view))),
    el("section", {}, el("h4", {}, "Answers"), Object.entries(operation.responses).map(([status, answer]) => answerView(status, answer, view))),
    el("pre", { tabindex: 0, "aria-label": "As a command" }, el("code", {}, curlOf(operation))),
    canTry && tryIt(operation, (parameter) => view.resolve(parameter.schema), token));
}

function draw(api) {
  const view = schemaView(api);
  const operations = operationsOf(api, view.resolve);
  const tagged = api.tags.map((tag) => ({ ...tag, operations: operations.filter((operation) => operation.tags.includes(tag.name)) }));

  $("main").replaceChildren(
    el("h1", {}, `${api.info.title} API`, " ", el("span.soft.small", {}, api.info.version)),
    el("p.lead", {}, api.info.summary),
    ...markdown(api.info.description),
    el("p", {}, el("a", { href: "/openapi.json" }, "This description as OpenAPI 3.1")),
    el("p", {}, el("label", { for: "token" }, "Bearer token for “Try it”"), el("br"), token),
    ...tagged.map((tag) => el("section.tag", {}, el("h2", { id: tag.name.toLowerCase() }, tag.name), markdown(tag.description),
      tag.operations.map((operation) => operationView(operation, view)))));

  $("nav").replaceChildren(...tagged.map((tag) => el("section", {}, el("h2", {}, tag.name),
    tag.operations.map((operation) => el("a", { href: `#${operation.id}`, title: operation.path, "data-words": `${operation.method} ${operation.path} ${operation.summary}`.toLowerCase() },
      el(`span.verb.${operation.method}`, {}, operation.method === "delete" ? "DEL" : operation.method.toUpperCase()), el("span", {}, operation.summary))))));
}

function filter() {
  const words = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const section of $("nav").children) {
    const links = [...section.querySelectorAll("a")];
    for (const link of links) link.hidden = !words.every((word) => link.dataset.words.includes(word));
    section.hidden = links.every((link) => link.hidden);
  }
}

// The link of the operation that is being read stands out.
function watchReading() {
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const link = $("nav").querySelector(`a[href="#${target.id}"]`);
      if (isIntersecting) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  for (const article of document.querySelectorAll("article.operation")) watcher.observe(article);
}

const narrow = matchMedia("(max-width: 52rem)");
if (narrow.matches) $("contents").open = false;
$("nav").addEventListener("click", (event) => { if (narrow.matches && event.target.closest("a")) $("contents").open = false; });
$("filter").addEventListener("input", filter);

try {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  draw(await response.json());
  watchReading();
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  $("main").replaceChildren(el("h1", {}, "The description could not be shown"), el("p", {}, String(error.message)));
}
