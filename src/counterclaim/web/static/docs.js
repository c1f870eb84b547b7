// Starts Swagger UI from this server's own files; nothing is asked of any other host.
(() => {
  "use strict";

  // Swagger UI 4 reads OpenAPI 3.0 only. It is shown the same description in the words of 3.0;
  // /openapi.json itself stays as it is.
  const isNull = (schema) => schema && schema.type === "null";

  function asVersion30(node) {
    if (Array.isArray(node)) return node.map(asVersion30);
    if (node === null || typeof node !== "object") return node;
    const made = {};
    for (const [key, value] of Object.entries(node)) made[key] = asVersion30(value);
    if (Array.isArray(made.anyOf) && made.anyOf.some(isNull)) {
      const rest = made.anyOf.filter((one) => !isNull(one));
      delete made.anyOf;
      if (rest.length === 1 && !rest[0].$ref) return { ...rest[0], ...made, nullable: true };
      return { ...made, [rest.length === 1 ? "allOf" : "anyOf"]: rest, nullable: true };
    }
    if (typeof made.const === "string" || typeof made.const === "number") {
      made.enum = [made.const];
      delete made.const;
    }
    return made;
  }

  const place = document.getElementById("swagger-ui");

  function show(description) {
    place.replaceChildren();
    const old = (window.versions?.swaggerUi?.version ?? "4").startsWith("4");
    const spec = old && description.openapi.startsWith("3.1")
      ? { ...asVersion30(description), openapi: "3.0.3" }
      : description;
    window.SwaggerUIBundle({
      domNode: place,
      spec,
      presets: [window.SwaggerUIBundle.presets.apis],
      layout: "BaseLayout",
      deepLinking: true,
      validatorUrl: null,
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      persistAuthorization: false,
      syntaxHighlight: { activated: true },
    });
  }

  fetch(place.dataset.description, { headers: { Accept: "application/json" } })
    .then((answer) => answer.json())
    .then(show)
    .catch((error) => {
      place.textContent = `The description could not be loaded: ${error.message}`;
    });
})();
