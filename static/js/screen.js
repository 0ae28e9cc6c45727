// The screen of a hall: one page at a time, turned after data-seconds; after the last the board is loaded anew.
// Arrow keys and the space bar turn by hand, 暂停 stops. Without this module all pages stand below each other.
const screen = document.querySelector("[data-screen]");
const pages = [...document.querySelectorAll("[data-screen-page]")];
const wait = Number(screen.dataset.seconds) * 1000;
const IDLE = 4000;
let at = 0;
let paused = false;
let timer = 0;
let resting = 0;

function show(number) {
  at = (number + pages.length) % pages.length;
  pages.forEach((page, place) => {
    page.hidden = place !== at;
  });
  window.scrollTo(0, 0);
  plan();
}

// A board that changed since is shown from the next round on; where the network is down the old one goes on.
async function again() {
  try {
    const answer = await fetch(window.location.href, { method: "HEAD", redirect: "manual" });
    if (answer.ok) {
      window.location.reload();
      return;
    }
  } catch {
    // No network just now.
  }
  show(0);
}

function plan() {
  clearTimeout(timer);
  if (!paused && pages.length > 0) {
    timer = setTimeout(() => (at + 1 < pages.length ? show(at + 1) : again()), wait);
  }
}

function awake() {
  screen.classList.remove("screen-idle");
  clearTimeout(resting);
  resting = setTimeout(() => screen.classList.add("screen-idle"), IDLE);
}

const pause = document.querySelector("[data-screen-pause]");
pause.hidden = pages.length < 2;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.textContent = paused ? "继续" : "暂停";
  plan();
});
const full = document.querySelector("[data-screen-full]");
full.hidden = !document.fullscreenEnabled;
full.addEventListener("click", () => {
  if (document.fullscreenElement) {
    document.exitFullscreen();
  } else {
    document.documentElement.requestFullscreen();
  }
});
document.addEventListener("fullscreenchange", () => {
  full.textContent = document.fullscreenElement ? "退出全屏" : "全屏";
});
document.addEventListener("keydown", (event) => {
  if (event.target.closest("button, a") || pages.length === 0) {
    return;
  }
  if (event.key === "ArrowRight" || event.key === "PageDown" || event.key === " ") {
    event.preventDefault();
    show(at + 1);
  } else if (event.key === "ArrowLeft" || event.key === "PageUp") {
    show(at - 1);
  }
});
for (const name of ["mousemove", "keydown", "touchstart", "focusin"]) {
  document.addEventListener(name, awake, { passive: true });
}
if (pages.length > 0) {
  show(0);
}
awake();
