/* The map of many counties: one moment at a time, and a search for counties. */
TY.onFinish(function (map, ty) {
  "use strict";
  var said = TY.rollup, groups = {}, buttons = {}, bar = ty.node("div", "ty-views leaflet-bar");
  ty.order.forEach(function (group) { groups[group.tyKey] = group; });
  document.querySelector(".ty-search").placeholder = said.search;
  document.querySelector(".ty-search").setAttribute("aria-label", said.search);

  function show(when) {
    ["today", "plan"].forEach(function (one) {
      var on = one === when;
      if (on && !map.hasLayer(groups[one])) { groups[one].addTo(map); }
      if (!on && map.hasLayer(groups[one])) { groups[one].remove(); }
    });
    ty.restack(map);
  }

  /* the legend's ticks say the same as the buttons */
  function mark() {
    ["today", "plan"].forEach(function (one) { buttons[one].setAttribute("aria-pressed", String(map.hasLayer(groups[one]))); });
  }

  ["today", "plan"].forEach(function (when) {
    var button = buttons[when] = ty.node("button", "", said[when]);
    button.type = "button";
    button.addEventListener("click", function () { show(when); });
    bar.appendChild(button);
  });
  map.on("layeradd layerremove", mark);
  mark();
  var control = L.control({ position: "topleft" });
  control.onAdd = function () { L.DomEvent.disableClickPropagation(bar); return bar; };
  control.addTo(map);
});
