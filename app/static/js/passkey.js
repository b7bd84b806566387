// Passkeys: a form marked data-passkey asks the browser for one, puts its answer into the form, and sends it.
// Binary values travel as base64url, as the API gives and takes them.
const fromText = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withIds = (list) => (list || []).map((each) => ({ ...each, id: fromText(each.id) }));

async function createPasskey(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: fromText(options.challenge),
      user: { ...options.user, id: fromText(options.user.id) },
      excludeCredentials: withIds(options.excludeCredentials),
    },
  });
  return {
    ...named(made),
    response: {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [],
    },
  };
}

async function getPasskey(options) {
  const shown = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: fromText(options.challenge),
      allowCredentials: withIds(options.allowCredentials),
    },
  });
  const { response } = shown;
  return {
    ...named(shown),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  };
}

const named = (credential) => ({
  id: credential.id,
  rawId: toText(credential.rawId),
  type: credential.type,
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: {},
});

async function ask(form) {
  const token = form.elements.csrf_token.value;
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRF-Token": token, "Content-Type": "application/json" },
    body: "{}",
  });
  const said = await answer.json();
  // 10010: it has to be confirmed first who is there.
  if (said.code === 10010 && form.dataset.confirm) {
    location.assign(form.dataset.confirm);
    return null;
  }
  if (said.code !== 0) throw new Error(said.msg);
  return said.data.publicKey;
}

const canPasskey = window.isSecureContext && "PublicKeyCredential" in window;

for (const form of document.querySelectorAll("[data-passkey]")) {
  if (canPasskey) form.hidden = false;
  const says = form.querySelector("[data-passkey-says]");
  const without = document.querySelector("[data-without-passkey]");
  if (!canPasskey && without) without.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    says.hidden = true;
    try {
      const options = await ask(form);
      if (options === null) return;
      const credential = await (form.dataset.passkey === "create" ? createPasskey : getPasskey)(options);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      // What the browser says is in its own words, and often none: ours say what to do.
      says.textContent = form.dataset.failed;
      says.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
