// What the grid asks its own address for.
import { csrfToken } from "../csrf.js";

export class Unreachable extends Error {}

/** POST to the page's own address; returns {status, body}. Raises Unreachable in words for people. */
export async function ask(body) {
  let answer;
  try {
    answer = await fetch(window.location.pathname, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken(), Accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable("没有连上服务器，填写的内容还在；网络恢复后再保存");
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    throw new Unreachable("登录已过期。请在另一个标签页里登录，再回来保存，填写的内容还在");
  }
  if (!answer.headers.get("Content-Type")?.includes("json")) {
    throw new Unreachable(
      answer.status === 403
        ? "没有保存的权限，或页面停留太久。填写的内容还在，可以先复制出来再刷新"
        : "这一步没有做成，请稍后再试；仍不行时请联系系统管理员。填写的内容还在",
    );
  }
  const told = await answer.json();
  if (told.detail) {
    throw new Unreachable(told.detail);
  }
  return { status: answer.status, body: told };
}
