/* The what-if choice on the map: demand points by who serves them, candidates by whether they are built. */
TYW.Drawing = (function () {
  "use strict";
  var DEGREES = 1e5, NOWHERE = -2147483648, CROWDED = 5000, STATES = ["unserved", "gained", "today"];
  /* layers of the plan that the choice stands in for */
  var PLAN = ["demand_covered", "demand_gained", "demand_unserved", "sites", "search_areas", "service_today", "service_plan"];

  function Drawing(map, ty, model, onToggle) {
    this.map = map;
    this.ty = ty;
    this.model = model;
    this.words = model.spec.words;
    this.symbols = model.spec.symbols;
    this.points = L.layerGroup();
    this.sites = L.layerGroup();
    this.markers = [];
    this.members = [];
    this.hidden = [];
    this.townStates = [];
    this.isShown = false;
    this.onToggle = onToggle;
  }

  Drawing.prototype.build = function () {
    var self = this, model = this.model, points = model.spec.points, cands = model.spec.candidates;
    var lat = TYW.ints(points.lat), lng = TYW.ints(points.lng), cls = TYW.ints(points.cls);
    var radius = TYW.bytes(points.radius), hollow = TYW.bytes(points.hollow);
    var residents = TYW.floats(points.residents), under3 = TYW.floats(points.under3);
    this.isCrowded = lat.length > CROWDED;
    for (var i = 0; i < model.nClass; i++) { this.members.push([]); }
    for (i = 0; i < lat.length; i++) {
      if (lat[i] === NOWHERE) { continue; }
      var marker = new TY.Point([lat[i] / DEGREES, lng[i] / DEGREES], this.pointStyle(cls[i], radius[i] / 10, hollow[i]));
      marker.tw = i;
      this.members[cls[i]].push(marker);
      this.points.addLayer(marker);
      marker.on("mouseover", pointTip);
    }
    function pointTip(e) {
      var k = e.target.tw, state = STATES[model.status[cls[k]]];
      self.tip(e.target, points.name[k], [
        TYW.say(self.words.tip_people, { residents: TYW.number(residents[k]), under3: TYW.number(under3[k]) }),
        self.words["state_" + state]
      ]);
    }
    lat = TYW.ints(cands.lat);
    lng = TYW.ints(cands.lng);
    for (var j = 0; j < model.n; j++) {
      if (lat[j] === NOWHERE) { this.markers.push(null); continue; }
      var site = new TY.Point([lat[j] / DEGREES, lng[j] / DEGREES], this.siteStyle(j));
      site.tw = j;
      site.on("click", function (e) { L.DomEvent.stopPropagation(e); self.onToggle(e.target.tw); });
      site.on("mouseover", siteTip);
      this.markers.push(site);
      this.sites.addLayer(site);
    }
    function siteTip(e) {
      var k = e.target.tw, lines = [cands.kind[k], self.words[model.open[k] ? "tip_on" : model.usable[k] ? "tip_off" : "tip_shut"]];
      if (!model.usable[k] && cands.reason[k]) { lines.push(cands.reason[k]); }
      self.tip(e.target, cands.name[k], lines);
    }
    this.hollow = hollow;
    this.radius = radius;
    this.isBuilt = true;
  };

  /* townships are coloured, and say in their popup, how the choice meets their quotas */
  Drawing.prototype.townships = function (figures) {
    var areas = this.ty.index.townships || {}, symbols = this.symbols;
    this.figures = figures;
    if (!this.isShown) { return; }
    this.model.spec.towns.forEach(function (town, k) {
      var state = quotaState(figures.towns[k]);
      /* an area drawn again draws all that lies on it again: only where its colour changes */
      if (areas[town.id] && this.townStates[k] !== state) { areas[town.id].setStyle(plain(symbols[state])); }
      this.townStates[k] = state;
    }, this);
  };

  /* a style that leaves nothing of the one before it */
  function plain(symbol) { return L.extend({ hatch: null, dashArray: null }, symbol); }

  function quotaState(town) {
    return !town.quota ? "no_quota" : town.existing >= town.quota ? "met_today" : town.short ? "not_met" : "met_plan";
  }

  Drawing.prototype.popup = function (popup) {
    var source = popup._source, areas = this.ty.index.townships || {}, self = this;
    if (!this.isShown || !source || !source.feature || areas[source.feature.id] !== source) { return; }
    this.model.spec.towns.forEach(function (town, k) {
      if (town.id !== source.feature.id) { return; }
      var now = self.figures.towns[k], box = document.createElement("div"), head = document.createElement("h3");
      box.className = "ty-popup";
      head.textContent = town.name;
      box.appendChild(head);
      box.appendChild(document.createElement("div")).textContent = TYW.say(self.words.town_popup, {
        quota: now.quota || "—", existing: now.existing, proposed: now.proposed,
        uncovered: TYW.number(now.total.under3 - now.under3)
      });
      popup.setContent(box);
    });
  };

  /* every word of it is set as text */
  Drawing.prototype.tip = function (marker, title, lines) {
    var box = document.createElement("div");
    [title].concat(lines).forEach(function (line, k) {
      var made = document.createElement(k ? "div" : "b");
      made.textContent = line;
      box.appendChild(made);
    });
    if (!marker.getTooltip()) { marker.bindTooltip(box, { sticky: true }); } else { marker.setTooltipContent(box); }
    marker.openTooltip();
  };

  Drawing.prototype.pointStyle = function (cls, radius, hollow) {
    var style = L.extend({}, this.symbols[STATES[this.model.status[cls]]]);
    style.radius = radius;
    if (this.isCrowded) { style.stroke = false; } /* tens of thousands are drawn in half the time without outlines */
    if (hollow) { style.stroke = true; style.color = style.fillColor; style.fillColor = "#ffffff"; style.weight = 1.8; }
    return style;
  };

  Drawing.prototype.siteStyle = function (j) {
    return L.extend({}, this.symbols[this.model.open[j] ? "chosen" : this.model.usable[j] ? "free" : "shut"]);
  };

  /* Draws again only the points of changed classes and the candidates that changed. */
  Drawing.prototype.redraw = function (classes, columns) {
    if (!this.isBuilt) { return; }
    classes.forEach(function (i) {
      this.members[i].forEach(function (marker) {
        marker.setStyle(this.pointStyle(i, this.radius[marker.tw] / 10, this.hollow[marker.tw]));
      }, this);
    }, this);
    columns.forEach(function (j) {
      var marker = this.markers[j];
      if (!marker) { return; }
      marker.setStyle(this.siteStyle(j));
      marker.setRadius(marker.options.radius);
      if (this.isShown && this.model.open[j]) { marker.bringToFront(); }
    }, this);
  };

  Drawing.prototype.show = function () {
    if (this.isShown) { return; }
    if (!this.isBuilt) { this.build(); }
    var map = this.map;
    this.hidden = this.ty.order.filter(function (group) { return PLAN.indexOf(group.tyKey) >= 0 && map.hasLayer(group); });
    this.hidden.forEach(function (group) { map.removeLayer(group); });
    map.addLayer(this.points);
    this.ty.order.forEach(function (group) {
      if (group.tyKey === "institutions" && map.hasLayer(group)) { group.bringToFront(); }
    });
    map.addLayer(this.sites);
    this.isShown = true;
    document.body.classList.add("tw-mode");
    map.closePopup();
    this.legend(true);
    this.ty.changed(map);
    this.townships(this.figures);
  };

  Drawing.prototype.hide = function () {
    if (!this.isShown) { return; }
    var map = this.map;
    map.removeLayer(this.points);
    map.removeLayer(this.sites);
    this.hidden.forEach(function (group) { map.addLayer(group); });
    this.ty.restack(map);
    this.ty.changed(map);
    this.isShown = false;
    document.body.classList.remove("tw-mode");
    map.closePopup();
    this.legend(false);
    this.townStates = [];
    var areas = this.ty.index.townships || {}, symbols = this.symbols;
    this.model.spec.towns.forEach(function (town, k) {
      if (areas[town.id]) { areas[town.id].setStyle(plain(symbols[town.state])); }
    });
  };

  Drawing.prototype.goTo = function (j) {
    var marker = this.markers[j];
    if (marker) { this.map.setView(marker.getLatLng(), Math.max(this.map.getZoom(), 14), { animate: false }); }
  };

  Drawing.prototype.bringIn = function (j) {
    var marker = this.markers[j];
    if (marker) { this.map.panInside(marker.getLatLng(), { padding: [40, 40], animate: false }); }
  };

  /* the legend speaks of the choice: the plan's own layers leave it, the choice's symbols come in */
  Drawing.prototype.legend = function (isTry) {
    var box = this.map.getContainer().querySelector(".leaflet-control-layers-list"), order = this.ty.order;
    if (!box) { return; }
    box.querySelectorAll(".leaflet-control-layers-overlays label").forEach(function (label, k) {
      label.hidden = isTry && PLAN.indexOf(order[k].tyKey) >= 0;
    });
    var key = document.getElementById("tw-key");
    key.hidden = !isTry;
    box.insertBefore(key, box.querySelector(".ty-sized"));
  };

  return Drawing;
})();
