// The push button of the subscribe page: asks for permission only when pressed, and tells the site what is wanted.
(() => {
  "use strict";
  const box = document.querySelector("[data-push]");
  if (!box) return;
  const state = box.querySelector("[data-state]"), form = box.querySelector("form");
  const on = box.querySelector("[data-on]"), off = box.querySelector("[data-off]");
  const topics = [...form.querySelectorAll("[name=topic]")], quiet = form.querySelector("[name=quiet]");
  const KEPT = "push-wishes";
  const say = (words) => { state.textContent = words; };
  if (/MicroMessenger/i.test(navigator.userAgent)) { say("微信里收不到浏览器推送：请关注公众号，或者点右上角“…”用浏览器打开本页。"); return; }
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    say(/iPhone|iPad/.test(navigator.userAgent)
      ? "在苹果手机上，请先用“分享”里的“添加到主屏幕”，再从主屏幕打开本站开启推送（需要 iOS 16.4 以上）。"
      : "您的浏览器不支持推送，请改用公众号或阅读器。");
    return;
  }
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const wishes = () => ({ topics: topics.filter((one) => one.checked).map((one) => one.value), keeps_quiet: quiet.checked });
  const send = async (method, told) => {
    const answer = await fetch(box.dataset.to, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(told) });
    if (!answer.ok) {
      const refusal = await answer.json().catch(() => ({}));
      throw new Error(refusal.detail || "没有成功，请过一会儿再试。");
    }
  };
  const show = (subscribed) => {
    on.textContent = subscribed ? "保存选择" : "开启推送";
    off.hidden = !subscribed;
    say(subscribed ? "推送已开启。" : Notification.permission === "denied" ? "浏览器不允许本站推送，请在浏览器的网站设置里改为允许。" : "推送未开启。");
  };
  const start = async () => {
    const worker = await navigator.serviceWorker.ready;
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
      if (kept) { topics.forEach((one) => { one.checked = kept.topics.includes(one.value); }); quiet.checked = kept.keeps_quiet; }
    } catch { /* nothing kept */ }
    show(Boolean(await worker.pushManager.getSubscription()));
    form.hidden = false;
    form.addEventListener("change", (event) => {
      if (event.target.name !== "topic" || !event.target.checked) return;
      topics.forEach((one) => { if ((one.value === "site") !== (event.target.value === "site")) one.checked = false; });
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wanted = wishes();
      if (!wanted.topics.length) { say("请至少选一项内容。"); return; }
      on.disabled = true;
      try {
        if (await Notification.requestPermission() !== "granted") { show(false); return; }
        const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) };
        const subscription = await worker.pushManager.subscribe(options);
        await send("PUT", { ...subscription.toJSON(), ...wanted });
        try { localStorage.setItem(KEPT, JSON.stringify(wanted)); } catch { /* private mode */ }
        show(true);
      } catch (error) {
        say(error.name === "AbortError" || error.name === "NotAllowedError" ? "这台设备连不上推送服务，请改用公众号或阅读器。" : error.message);
      } finally { on.disabled = false; }
    });
    off.addEventListener("click", async () => {
      const subscription = await worker.pushManager.getSubscription();
      try {
        if (subscription) { await send("DELETE", { endpoint: subscription.endpoint }); await subscription.unsubscribe(); }
        show(false);
      } catch (error) { say(error.message); }
    });
  };
  say("正在准备……");
  start().catch(() => say("推送暂时用不了，请改用公众号或阅读器。"));
})();
