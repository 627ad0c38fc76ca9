// Turns notices on and off. Nothing is asked and nothing is sent before a button is pressed. What was chosen goes, with the address that the browser
// made for it, to the municipality and nowhere else.

const box = document.getElementById("push");
const { worker, subscribe, key, language } = box.dataset;
const words = JSON.parse(document.getElementById("push-words").textContent);
const state = document.getElementById("push-state");
const choices = [...box.querySelectorAll("input[type=checkbox]")];
const buttons = [...box.querySelectorAll("button")];

const say = (text) => (state.textContent = text);

async function subscription() {
  const registration = await navigator.serviceWorker.getRegistration(worker);
  return registration?.pushManager.getSubscription();
}

async function tell(method, body) {
  const options = { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body), credentials: "omit", referrerPolicy: "no-referrer" };
  const response = await fetch(subscribe, options);
  if (!response.ok) throw new Error(String(response.status));
}

/** Whether a subscription was made for the key that the municipality uses now. */
function isOurs({ options }) {
  const bytes = new Uint8Array(options?.applicationServerKey ?? []);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key;
}

async function turnOn() {
  const segments = choices.filter(({ checked }) => checked).map(({ value }) => value);
  if (!segments.length) {
    say(words.choose);
    choices[0].focus();
    return;
  }
  if ((await Notification.requestPermission()) !== "granted") {
    say(words.denied);
    return;
  }
  await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
  const { pushManager } = await navigator.serviceWorker.ready;
  let found = await pushManager.getSubscription();
  if (found && !isOurs(found)) {
    await found.unsubscribe();
    found = null;
  }
  const fresh = found ?? (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  try {
    await tell("POST", { ...fresh.toJSON(), segments, language });
  } catch (error) {
    // What the municipality does not know of would never be used.
    if (!found) await fresh.unsubscribe();
    throw error;
  }
  say(words.on);
}

async function turnOff() {
  const found = await subscription();
  if (!found) {
    say(words.off);
    return;
  }
  const { endpoint } = found;
  // From here on nothing can be shown any more, whether the municipality hears of it or not.
  await found.unsubscribe();
  await tell("DELETE", { endpoint }).catch(() => {});
  say(words.off);
}

function press(act) {
  return async () => {
    // Not disabled, so that the focus stays where it is.
    if (box.ariaBusy === "true") return;
    box.ariaBusy = "true";
    say(words.busy);
    try {
      await act();
    } catch {
      say(words.failed);
    }
    box.ariaBusy = "false";
  };
}

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  document.getElementById("push-on").addEventListener("click", press(turnOn));
  document.getElementById("push-off").addEventListener("click", press(turnOff));
  document.getElementById("push-form").hidden = false;
  const found = await subscription().catch(() => null);
  say(found ? words.is_on : words.is_off);
} else say(words.unsupported);
