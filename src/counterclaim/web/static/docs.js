// Starts Swagger UI from this server's own files; nothing is asked of any other host.
(() => {
  "use strict";

  const place = document.getElementById("swagger-ui");

  window.SwaggerUIBundle({
    domNode: place,
    url: place.dataset.description,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    validatorUrl: null,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    persistAuthorization: false,
  });
})();
