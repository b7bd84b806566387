// Uploads: choosing or dropping files is enough, and a bar shows how far they are. Listens on the document, as
// panels are replaced by what the upload answers.
const formOf = (node) => node instanceof Element ? node.closest("[data-upload]") : null;

document.addEventListener("change", (event) => {
  const form = formOf(event.target);
  if (form && event.target.type === "file" && event.target.files.length) send(form);
});

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    const form = formOf(event.target);
    if (!form) return;
    event.preventDefault();
    form.classList.add("is-over");
  });
}
document.addEventListener("dragleave", (event) => formOf(event.target)?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  event.preventDefault();
  form.classList.remove("is-over");
  form.querySelector("input[type=file]").files = event.dataTransfer.files;
  if (event.dataTransfer.files.length) send(form);
});

function send(form) {
  form.classList.add("is-busy");
  tell(form, "");
  form.requestSubmit();
}

function tell(form, words) {
  const state = form.querySelector(".upload-state");
  state.textContent = words;
  state.hidden = !words;
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event.target);
  if (!form || !event.detail.lengthComputable) return;
  const bar = form.querySelector("progress");
  bar.hidden = false;
  bar.value = (100 * event.detail.loaded) / event.detail.total;
});

for (const name of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(name, (event) => {
    const form = formOf(event.target);
    if (!form) return;
    form.classList.remove("is-busy");
    form.querySelector("progress").hidden = true;
    form.reset();
    tell(form, event.detail.xhr.status === 413 ? form.dataset.large : form.dataset.failed);
  });
}
