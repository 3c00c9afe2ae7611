// Keeps the page as it is in the books: when the daemon says that something changed, the page is fetched again, and the
// parts that are marked data-live take the place of the old ones. Without this script a reload does the same.
(() => {
  "use strict";
  const parts = () => document.querySelectorAll("[data-live][id]");
  const label = document.getElementById("live");
  if (!label || !window.EventSource) return;
  let busy = false, again = false, wasOpen = false;

  // A part in which somebody types or reads on is left alone.
  const isInUse = (part) =>
    part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea, [tabindex]");

  async function renew() {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts()) {
        const fresh = page.getElementById(part.id);
        if (!fresh || isInUse(part)) continue;
        part.querySelectorAll("details").forEach((old, index) => {
          const other = fresh.querySelectorAll("details")[index];
          if (other) other.open = old.open;
        });
        if (part.innerHTML === fresh.innerHTML) continue;
        part.replaceWith(document.adoptNode(fresh));
      }
      const [old, fresh] = [document, page].map((each) => each.querySelector("nav ul"));
      if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.adoptNode(fresh));
      document.documentElement.dataset.renewed = String(Date.now());
    } catch {
      // The stream says when the daemon is back.
    } finally {
      busy = false;
      if (again) { again = false; setTimeout(renew, 200); }
    }
  }

  function listen() {
    const source = new EventSource("/events");
    source.addEventListener("open", () => {
      label.textContent = "Live";
      label.dataset.state = "live";
      if (wasOpen) renew();
      wasOpen = true;
    });
    source.addEventListener("change", renew);
    source.addEventListener("error", () => {
      label.textContent = "Reconnecting";
      label.dataset.state = "lost";
      // A browser gives up after an answer that is no stream; we do not.
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    });
    window.addEventListener("pagehide", () => source.close(), { once: true });
  }
  listen();
  window.addEventListener("pageshow", (event) => { if (event.persisted) { listen(); renew(); } });
})();
