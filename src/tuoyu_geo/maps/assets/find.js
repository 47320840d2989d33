/* Search for a place, and filters by township and kind. */
TY.onFinish(function (map, ty) {
  "use strict";
  var MOST = 12, words = ty.words;
  var box = document.querySelector(".ty-tools");
  if (!box) { return; }
  var input = box.querySelector(".ty-search"), list = box.querySelector(".ty-found");
  var byTownship = box.querySelector(".ty-by-township"), byKind = box.querySelector(".ty-by-kind");
  var reset = box.querySelector(".ty-reset"), told = box.querySelector(".ty-told");
  var townships = {}, entries = [], found = [], at = -1;

  function plain(text) { return String(text).toLowerCase().replace(/\s+/g, ""); }

  function option(select, value, text) {
    var made = ty.node("option", "", text);
    made.value = value;
    select.appendChild(made);
  }

  /* what can be found and what can be filtered by, read from the layers */
  var seen = {}, kinds = [];
  ty.order.forEach(function (group) {
    var spec = group.tySpec;
    group.tyAll = group.getLayers();
    if (spec.key === "townships") {
      group.tyAll.forEach(function (made) { townships[made.feature.id] = made.feature.properties.t; });
    }
  });
  ty.order.forEach(function (group) {
    var spec = group.tySpec;
    group.tyAll.forEach(function (made) {
      var p = made.feature.properties;
      if (p.g !== undefined || p.k !== undefined) { group.tyFiltered = true; }
      if (p.k !== undefined && !seen["k" + p.k]) { seen["k" + p.k] = true; kinds.push(p.k); }
      if (spec.interactive && (made.getLatLng || spec.labelled) || spec.key === "townships") {
        entries.push({ key: spec.key, id: made.feature.id, text: p.t, plain: plain(p.t), under: townships[p.g] || "", layer: spec.name });
      }
    });
  });
  entries.reverse(); /* the top layer's first: it says most of a place */
  Object.keys(townships).forEach(function (id) { option(byTownship, id, townships[id]); });
  kinds.forEach(function (kind) { option(byKind, kind, kind); });
  byTownship.parentNode.hidden = Object.keys(townships).length < 2;
  byKind.parentNode.hidden = kinds.length < 2;

  /* --- filters */
  function passes(p, township, kind) { return (!township || p.g === township) && (!kind || p.k === kind); }

  function filter() {
    var township = byTownship.value, kind = byKind.value, shown = 0;
    map.closePopup();
    ty.order.forEach(function (group) {
      if (!group.tyFiltered) { return; }
      var wanted = group.tyAll.filter(function (made) { return passes(made.feature.properties, township, kind); });
      var there = group.getLayers();
      if (wanted.length !== there.length || wanted.some(function (made, i) { return made !== there[i]; })) {
        group.clearLayers();
        wanted.forEach(function (made) { group.addLayer(made); });
      }
      if (map.hasLayer(group)) { shown += wanted.length; }
    });
    document.querySelectorAll("tr[data-layer]").forEach(function (row) {
      var made = (ty.index[row.dataset.layer] || {})[row.dataset.id];
      if (!made) { return; }
      var p = made.feature.properties;
      row.hidden = row.dataset.layer === "townships" ? !!township && row.dataset.id !== township : !passes(p, township, kind);
    });
    reset.hidden = !township && !kind;
    told.textContent = reset.hidden ? "" : words.filtered.replace("{n}", shown);
    ty.restack(map);
    ty.changed(map);
    if (township && ty.index.townships[township]) { ty.fit(map, ty.index.townships[township].getBounds()); }
  }

  function clear() {
    byTownship.value = "";
    byKind.value = "";
    filter();
  }

  byTownship.addEventListener("change", filter);
  byKind.addEventListener("change", filter);
  reset.addEventListener("click", clear);
  /* what a row or a search goes to must not stay filtered away */
  ty.reveal = function (made) {
    if (!reset.hidden && !passes(made.feature.properties, byTownship.value, byKind.value)) { clear(); }
  };

  /* --- search */
  function look() {
    var wanted = plain(input.value);
    at = -1;
    found = wanted ? entries.filter(function (entry) { return entry.plain.indexOf(wanted) >= 0; }) : [];
    found.sort(function (a, b) { return a.plain.indexOf(wanted) - b.plain.indexOf(wanted) || a.plain.length - b.plain.length; });
    var total = found.length;
    found = found.slice(0, MOST);
    list.textContent = "";
    found.forEach(function (entry, i) {
      var item = ty.node("li");
      item.id = "ty-found-" + i;
      item.setAttribute("role", "option");
      item.appendChild(ty.node("b", "", entry.text));
      item.appendChild(ty.node("small", "", [entry.under, entry.layer].filter(Boolean).join(" · ")));
      item.addEventListener("mousedown", function (e) { e.preventDefault(); choose(i); });
      list.appendChild(item);
    });
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
    told.textContent = !wanted ? "" : total ? words.found.replace("{n}", total) : words.found_none;
  }

  function mark(next) {
    if (!found.length) { return; }
    at = (next + found.length) % found.length;
    Array.prototype.forEach.call(list.children, function (item, i) {
      item.setAttribute("aria-selected", String(i === at));
      if (i === at) { item.scrollIntoView({ block: "nearest" }); }
    });
    input.setAttribute("aria-activedescendant", "ty-found-" + at);
  }

  function shut() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
  }

  function choose(i) {
    var entry = found[i];
    if (!entry) { return; }
    shut();
    input.value = entry.text;
    ty.go(map, entry.key, entry.id);
  }

  input.addEventListener("input", look);
  input.addEventListener("blur", shut);
  input.addEventListener("keydown", function (e) {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (list.hidden) { look(); }
      mark(e.key === "ArrowDown" ? at + 1 : at < 0 ? found.length - 1 : at - 1);
    } else if (e.key === "Enter") {
      e.preventDefault();
      if (list.hidden) { look(); }
      choose(Math.max(at, 0));
    } else if (e.key === "Escape") {
      shut();
    }
  });
});
