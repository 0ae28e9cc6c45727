// Messages: closing them, and saying in words when the server could not be reached.

export function say(text, tone = "info") {
  const box = document.getElementById("messages");
  if (!box || [...box.children].some((child) => child.textContent.trim() === text)) {
    return;
  }
  const message = document.createElement("div");
  message.className = `message message-${tone}`;
  const words = document.createElement("span");
  words.textContent = text;
  message.append(words);
  box.append(message);
}

const ANSWERS = {
  401: "登录已过期，请重新登录后再做这一步。",
  403: "您没有做这一步的权限，什么都没有改动。",
  404: "这条记录已不在，或不在您的工作范围内。",
  409: "这条记录的状态已经变了，请刷新后再看。",
  412: "别人刚刚保存过这条记录，请刷新后核对。",
};

export function start() {
  for (const button of document.querySelectorAll("[data-dismiss]")) {
    button.hidden = false;
  }
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss]")?.closest(".message")?.remove();
  });
  document.addEventListener("htmx:responseError", (event) => {
    say(ANSWERS[event.detail.xhr.status] ?? "这一步没有做成，请稍后再试；仍不行时请联系系统管理员。", "error");
  });
  document.addEventListener("htmx:sendError", () => {
    say("没有连上服务器，请检查网络；恢复后会接着更新。", "warning");
  });
  // A finished job lets the bell look again.
  document.addEventListener("htmx:load", (event) => {
    if (event.target.querySelector?.("[data-job-finished]") || event.target.matches?.("[data-job-finished]")) {
      window.htmx?.trigger(document.body, "lj:jobs");
    }
  });
}
