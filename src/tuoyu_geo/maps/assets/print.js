/* One A3 sheet with map, title block and legend; the tables that don't fit it follow on further sheets. */
TY.onFinish(function (map, ty) {
  "use strict";
  var PIXEL_M = 0.0254 / 96, EARTH_M = 40075016.686;
  var kept = null;

  /* the canvas is painted at the next frame, and printing doesn't wait for it */
  function paint() {
    map.eachLayer(function (made) {
      if (made instanceof L.Canvas) { made._update(); made._redraw(); }
    });
  }

  function prepare() {
    if (kept) { return; }
    var body = document.body, sheet = ty.node("div", "ty-sheet"), rest = ty.node("div", "ty-rest");
    var side = document.querySelector(".ty-side"), scroll = document.querySelector(".ty-scroll:not([hidden])");
    kept = { bounds: ty.useful(map), center: map.getCenter(), zoom: map.getZoom(), retina: L.Browser.retina, sheet: sheet, rest: rest };
    map.closePopup();
    body.insertBefore(sheet, body.firstChild);
    body.insertBefore(rest, sheet.nextSibling);
    [side, document.querySelector(".ty-notices"), map.getContainer(), document.querySelector(".ty-foot")].forEach(function (part) {
      sheet.appendChild(part);
    });
    body.classList.add("ty-printing");
    document.querySelectorAll(".ty-side details").forEach(function (one) {
      one.dataset.open = one.open ? "1" : "";
      one.open = true;
    });
    document.querySelectorAll(".leaflet-control-layers-overlays label").forEach(function (label) {
      label.classList.toggle("ty-off", !label.querySelector("input").checked);
    });
    var blocks = Array.prototype.slice.call(scroll.querySelectorAll(".ty-block"));
    while (blocks.length && scroll.scrollHeight > scroll.clientHeight + 1) { rest.insertBefore(blocks.pop(), rest.firstChild); }
    L.Browser.retina = true; /* twice the pixels: lines stay sharp on paper */
    map.invalidateSize({ animate: false, pan: false });
    ty.fit(map, kept.bounds);
    ty.changed(map);
    paint();
    var zoom = map.getZoom(), metres = EARTH_M * Math.cos(map.getCenter().lat * Math.PI / 180) / Math.pow(2, zoom + 8);
    var ratio = metres / PIXEL_M, step = Math.pow(10, Math.floor(Math.log(ratio) / Math.LN10) - 1);
    document.querySelector(".ty-ratio").textContent = ty.words.ratio.replace("{n}", (Math.round(ratio / step) * step).toLocaleString("en-US"));
  }

  function restore() {
    if (!kept) { return; }
    var body = document.body, scroll = document.querySelector(".ty-scroll:not([hidden])"), old = kept;
    kept = null;
    while (old.rest.firstChild) { scroll.appendChild(old.rest.firstChild); }
    while (old.sheet.lastChild) { body.insertBefore(old.sheet.lastChild, body.firstChild); }
    old.sheet.remove();
    old.rest.remove();
    body.classList.remove("ty-printing");
    document.querySelector(".ty-ratio").textContent = "";
    document.querySelectorAll(".ty-side details").forEach(function (one) { one.open = one.dataset.open === "1"; });
    L.Browser.retina = old.retina;
    map.invalidateSize({ animate: false, pan: false });
    map.setView(old.center, old.zoom, { animate: false });
    ty.changed(map);
    paint();
  }

  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  document.querySelectorAll(".ty-print").forEach(function (button) {
    button.addEventListener("click", function () { window.print(); });
  });
});
