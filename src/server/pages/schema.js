// A JSON Schema as nested lists. What a member holds is drawn when it is opened, so that the page is quick and
// a schema that contains itself is no trouble.
import { el } from "/dom.js";
import { markdown } from "/markdown.js";

/** Follows "#/..." references of `document`; keywords beside a $ref win over what it points to. */
export function resolver(document) {
  return function resolve(node) {
    if (!node?.$ref) return node;
    const target = node.$ref.slice(2).split("/").reduce((at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], document);
    const { $ref, ...own } = node;
    return { ...resolve(target), ...own, refName: $ref.split("/").at(-1) };
  };
}

export function schemaView(document) {
  const resolve = resolver(document);

  // allOf as one object; a member narrowed in a later part keeps what the earlier ones said of it.
  function merged(raw) {
    const schema = resolve(raw);
    if (!schema.allOf) return schema;
    const { allOf, ...own } = schema;
    return [...allOf.map(merged), own].reduce((all, part) => {
      const properties = { ...all.properties };
      for (const [name, member] of Object.entries(part.properties ?? {})) {
        properties[name] = properties[name] ? { ...resolve(properties[name]), ...member } : member;
      }
      return { ...all, ...part, properties, required: [...(all.required ?? []), ...(part.required ?? [])] };
    }, {});
  }

  /** The alternatives that are not null, and whether null is one. */
  function alternatives(schema) {
    const all = (schema.oneOf ?? schema.anyOf ?? []).filter((one) => one.type || one.$ref).map(merged);
    return { some: all.filter((one) => one.type !== "null"), nullable: all.some((one) => one.type === "null") };
  }

  function kindOf(raw) {
    const schema = merged(raw);
    const { some, nullable } = alternatives(schema);
    if (some.length && !schema.type) return [...some.map(kindOf), ...(nullable ? ["null"] : [])].join(" or ");
    const types = [schema.type ?? []].flat().map((type) => {
      if (type === "array") return `array of ${kindOf(schema.items ?? {})}`;
      return type === "object" && schema.refName ? schema.refName : type;
    });
    return types.join(" or ") || "any";
  }

  function limitsOf(schema) {
    if (schema.const !== undefined) return [`always ${JSON.stringify(schema.const)}`];
    const limits = [];
    const { format, contentMediaType: media, minimum: low, maximum: high, minLength: shortest, maxLength: longest, minItems: fewest, maxItems: most } = schema;
    if (schema.enum) limits.push(`one of ${schema.enum.filter((value) => value !== null).join(", ")}`);
    if (format && format !== "binary") limits.push(format);
    if (format === "binary" || media) limits.push(media ?? format);
    if (low !== undefined && high !== undefined) limits.push(`${low} to ${high}`);
    else if (low !== undefined) limits.push(`at least ${low}`);
    else if (high !== undefined) limits.push(`at most ${high}`);
    if (shortest !== undefined && shortest === longest) limits.push(`${shortest} characters`);
    else if (longest !== undefined) limits.push(`up to ${longest} characters`);
    if (fewest !== undefined && fewest === most) limits.push(`${fewest} items`);
    else if (most !== undefined) limits.push(`up to ${most} items`);
    if (schema.pattern) limits.push(`like ${schema.pattern}`);
    if (schema.default !== undefined) limits.push(`${JSON.stringify(schema.default)} unless given`);
    return limits;
  }

  function below(raw) {
    const schema = merged(raw);
    const { some } = alternatives(schema);
    if (schema.properties && Object.keys(schema.properties).length) return schema;
    if (schema.items) return below(schema.items);
    if (typeof schema.additionalProperties === "object") return { properties: { "any name": schema.additionalProperties } };
    return some.map(below).find(Boolean) ?? null;
  }

  function members(schema) {
    return el("ul", {}, Object.entries(schema.properties).map(([name, member]) => row(name, member, schema.required?.includes(name))));
  }

  /** One name with its type, limits and description, and what is below it. */
  function row(name, raw, required = false, note) {
    const schema = merged(raw);
    const inner = below(raw);
    const limits = limitsOf(schema);
    const details = inner && el("details", { ontoggle: (event) => {
      if (event.target.open && event.target.childElementCount === 1) event.target.append(members(inner));
    } }, el("summary", {}, "what is in it"));
    return el("li", {}, el("span.name", {}, name), " ", el("span.kind", {}, [kindOf(raw), ...limits].join(" · ")),
      required && el("span.must", {}, " required"), markdown(note ?? schema.description), details);
  }

  return {
    resolve,
    row,
    list: (rows) => el("ul.schema", {}, rows),
    /** A whole body: its members at once, or its kind where it has none. */
    body(raw) {
      const inner = below(raw);
      return el("ul.schema", {}, inner ? [...members(inner).children] : el("li", {}, el("span.kind", {}, [kindOf(raw), ...limitsOf(merged(raw))].join(" · "))));
    },
  };
}
