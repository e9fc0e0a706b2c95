// Comfort only: without this file everything can be read, found and subscribed to.
(() => {
  "use strict";
  const root = document.documentElement;
  const front = new URL("../", document.currentScript.src);
  const keep = (name, on) => { try { localStorage.setItem(name, on ? "1" : ""); } catch { /* private mode */ } };
  const kept = (name) => { try { return localStorage.getItem(name) === "1"; } catch { return false; } };
  const modes = ["large", "contrast"];
  const set = (name, on) => { if (on) root.dataset[name] = ""; else delete root.dataset[name]; };
  root.dataset.script = "";
  modes.forEach((name) => set(name, kept(name)));

  const say = (button) => {
    const speech = window.speechSynthesis;
    const article = document.querySelector("[data-read]");
    if (!speech || !article) return;
    const language = article.lang || root.lang;
    // Chinese is read by whatever voice there is; Mongolian by none of those, which would say nothing or nonsense.
    const show = () => {
      const voices = speech.getVoices();
      button.hidden = language !== root.lang && !voices.some((voice) => voice.lang.startsWith(language.slice(0, 2)));
    };
    show();
    if (speech.addEventListener) speech.addEventListener("voiceschanged", show);
    const idle = button.textContent;
    const stop = () => { speech.cancel(); button.textContent = idle; };
    button.addEventListener("click", () => {
      if (speech.speaking) { stop(); return; }
      const blocks = [...article.querySelectorAll("h1, h2, h3, h4, p, li, td, th")].map((b) => b.textContent.trim());
      blocks.filter(Boolean).forEach((words) => {
        const part = new SpeechSynthesisUtterance(words);
        part.lang = language;
        speech.speak(part);
        part.addEventListener("end", () => { if (!speech.pending) button.textContent = idle; });
      });
      button.textContent = "停止朗读";
    });
    window.addEventListener("pagehide", stop);
  };

  const copy = (button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "已复制";
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    modes.forEach((name) => {
      const box = document.getElementById(name);
      if (!box) return;
      box.checked = kept(name);
      box.addEventListener("change", () => { keep(name, box.checked); set(name, box.checked); });
    });
    document.querySelectorAll("[data-say]").forEach(say);
    document.querySelectorAll("[data-copy]").forEach(copy);
    const tab = document.querySelector(".tabs [aria-current]");
    if (tab && tab.parentElement.offsetLeft > innerWidth * 0.7) tab.closest("ul").scrollLeft = tab.parentElement.offsetLeft - 24;
  });
  if ("serviceWorker" in navigator && isSecureContext) {
    addEventListener("load", () => { navigator.serviceWorker.register(new URL("sw.js", front)).catch(() => {}); });
  }
})();
