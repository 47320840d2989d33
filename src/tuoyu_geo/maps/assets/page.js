/* What the maps do in the browser. Every text from the data is set as text, never as markup. */
window.TY = (function () {
  "use strict";
  var shapes = {}, words = {}, order = [], index = {}, named = [];

  /* points shrink on the whole county and grow in the street */
  function scale(zoom) { return Math.max(0.55, Math.min(1.5, 0.55 + (zoom - 10) * 0.12)); }

  function node(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text !== undefined && text !== null) { made.textContent = text; }
    return made;
  }

  L.Canvas.include({
    _updateShape: function (layer) {
      if (!this._drawing || layer._empty()) { return; }
      var ctx = this._ctx, p = layer._point, r = layer._radius, corners = shapes[layer.options.shape] || [];
      ctx.beginPath();
      if (corners.length) {
        corners.forEach(function (c, i) { ctx[i ? "lineTo" : "moveTo"](p.x + r * c[0], p.y + r * c[1]); });
        ctx.closePath();
      } else {
        ctx.arc(p.x, p.y, r, 0, 2 * Math.PI);
      }
      this._fillStroke(ctx, layer);
      if (layer.options.label) {
        ctx.globalAlpha = 1;
        ctx.setLineDash([]);
        ctx.fillStyle = layer.options.color;
        ctx.font = "bold " + Math.round(r * (layer.options.label.length > 1 ? 1.05 : 1.3)) + "px Arial, sans-serif";
        ctx.textAlign = "center";
        ctx.textBaseline = "middle";
        ctx.fillText(layer.options.label, p.x, p.y + 0.5);
      }
    }
  });

  var Point = L.CircleMarker.extend({
    _project: function () {
      this._radius = Math.max(2, this.options.radius * scale(this._map.getZoom()));
      L.CircleMarker.prototype._project.call(this);
    },
    _updatePath: function () { this._renderer._updateShape(this); }
  });

  function popup(spec, feature) {
    var box = node("div", "ty-popup"), table = node("table"), values = feature.properties.v || [];
    box.appendChild(node("h3", "", feature.properties.t));
    values.forEach(function (value, i) {
      if (value === null || value === undefined) { return; }
      var row = node("tr");
      row.appendChild(node("th", "", spec.fields[i]));
      row.appendChild(node("td", "", value));
      table.appendChild(row);
    });
    box.appendChild(table);
    return box;
  }

  function labels(group, spec) {
    var texts = L.layerGroup();
    spec.data.features.forEach(function (feature) {
      if (!feature.properties.n || !feature.properties.c) { return; }
      var text = node("div");
      feature.properties.n.split("\n").forEach(function (line, i) { text.appendChild(node(i ? "small" : "b", "", line)); });
      var marker = L.marker(feature.properties.c, {
        interactive: false, keyboard: false,
        icon: L.divIcon({ className: "ty-label", html: text, iconSize: null })
      }).addTo(texts);
      named.push({ marker: marker, text: text, bounds: index[spec.key][feature.id].getBounds() });
    });
    group.on("add", function (e) { texts.addTo(e.target._map); thin(e.target._map); });
    group.on("remove", function (e) { texts.remove(); });
  }

  /* a label that is wider than its area or would lie on another one loses its second line, then goes */
  function thin(map) {
    var taken = [];
    named.forEach(function (label) {
      if (!map.hasLayer(label.marker)) { return; }
      var b = label.bounds;
      var across = map.latLngToLayerPoint(b.getSouthEast()).x - map.latLngToLayerPoint(b.getNorthWest()).x;
      function fits() {
        var box = label.text.getBoundingClientRect();
        return across > 0.8 * box.width && !taken.some(function (other) {
          return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
        });
      }
      label.text.className = "";
      if (!fits()) { label.text.className = "ty-short"; }
      var hit = !fits();
      label.text.style.visibility = hit ? "hidden" : "";
      if (!hit) { taken.push(label.text.getBoundingClientRect()); }
    });
  }

  function layer(spec) {
    var found = index[spec.key] = {};
    var group = L.geoJSON(spec.data, {
      interactive: spec.interactive,
      style: function (feature) {
        var style = L.extend({}, spec.classes[feature.properties.s]);
        if (feature.properties.r) { style.radius = feature.properties.r; }
        return style;
      },
      pointToLayer: function (feature, latlng) {
        return new Point(latlng, { interactive: spec.interactive, label: feature.properties.n });
      },
      onEachFeature: function (feature, made) { found[feature.id] = made; }
    });
    group.tyKey = spec.key;
    order.push(group);
    if (spec.interactive) {
      /* the tooltip first: a click opens both, and the popup, which comes second, closes it */
      group.bindTooltip(function (made) { return node("span", "", made.feature.properties.t); }, { sticky: true });
      group.bindPopup(function (made) { return popup(spec, made.feature); },
        { maxWidth: 330, maxHeight: Math.max(180, Math.round(window.innerHeight * 0.5)) });
      group.on("popupopen", function () { group.closeTooltip(); });
    }
    if (spec.labelled) { labels(group, spec); }
    return group;
  }

  function restack(map) {
    order.forEach(function (group) { if (map.hasLayer(group)) { group.bringToFront(); } });
  }

  function go(map, key, id) {
    var made = (index[key] || {})[id];
    if (!made) { return; }
    order.forEach(function (group) { if (group.tyKey === key && !map.hasLayer(group)) { group.addTo(map); } });
    if (made.getLatLng) {
      map.setView(made.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
    } else {
      fit(map, made.getBounds());
    }
    /* the popup belongs to the whole layer, which hears its features' clicks */
    made.fire("click", { latlng: made.getLatLng ? made.getLatLng() : made.getBounds().getCenter() }, true);
  }

  var Scale = L.Control.Scale.extend({
    _updateMetric: function (maxMeters) {
      var metres = this._getRoundNum(maxMeters);
      var label = metres < 1000 ? metres + " " + words.metres : metres / 1000 + " " + words.kilometres;
      this._updateScale(this._mScale, label, metres / maxMeters);
    }
  });

  /* the legend lies over the map's right edge: keep what is shown clear of it where the map is wide enough */
  function fit(map, bounds) {
    var legend = map.getContainer().querySelector(".leaflet-control-layers"), wide = map.getSize().x;
    var covered = legend && legend.offsetWidth < wide * 0.4 ? legend.offsetWidth + 14 : 14;
    map.fitBounds(bounds, { animate: false, paddingTopLeft: [wide > 600 ? 50 : 14, 14], paddingBottomRight: [covered, 14] });
  }

  function corner(position, made) {
    var control = L.control({ position: position });
    control.onAdd = function () { L.DomEvent.disableClickPropagation(made); return made; };
    return control;
  }

  function north() {
    var made = node("div", "ty-north", words.north), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 20 30");
    [["M10 0L18 28L10 22Z", "#1a1a1a"], ["M10 0L2 28L10 22Z", "#fff"]].forEach(function (half) {
      var path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", half[0]);
      path.setAttribute("fill", half[1]);
      path.setAttribute("stroke", "#1a1a1a");
      svg.appendChild(path);
    });
    made.appendChild(svg);
    return made;
  }

  function views(map, spec) {
    var made = node("div", "ty-views leaflet-bar");
    spec.views.forEach(function (view) {
      var button = node("button", "", view.name);
      button.type = "button";
      button.addEventListener("click", function () { fit(map, view.bounds); });
      made.appendChild(button);
    });
    return made;
  }

  function legendHead(map, sized) {
    var box = map.getContainer().querySelector(".leaflet-control-layers");
    if (!box) { return; }
    var head = node("button", "ty-legend-head", words.legend);
    head.type = "button";
    head.addEventListener("click", function () { box.classList.toggle("ty-folded"); });
    box.insertBefore(head, box.firstChild);
    if (map.getSize().x < 640) { box.classList.add("ty-folded"); }
    if (sized) { box.querySelector(".leaflet-control-layers-list").appendChild(node("p", "ty-sized", words.sized)); }
  }

  function rows(map) {
    document.querySelectorAll("[data-layer]").forEach(function (row) {
      row.addEventListener("click", function () { go(map, row.dataset.layer, row.dataset.id); });
      row.addEventListener("keydown", function (e) { if (e.key === "Enter") { go(map, row.dataset.layer, row.dataset.id); } });
    });
    document.querySelectorAll(".ty-fold").forEach(function (button) {
      button.addEventListener("click", function () {
        document.body.classList.toggle("ty-narrow");
        map.invalidateSize();
      });
    });
  }

  function finish(map, spec) {
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    if (spec.views.length > 1) { corner("topleft", views(map, spec)).addTo(map); }
    new Scale({ imperial: false, maxWidth: 140 }).addTo(map);
    corner("bottomleft", north()).addTo(map);
    legendHead(map, spec.sized);
    map.on("overlayadd", function () { restack(map); });
    map.on("zoomend", function () { thin(map); });
    window.addEventListener("resize", function () { map.invalidateSize(); });
    fit(map, spec.views[0].bounds);
    restack(map);
    thin(map);
    rows(map);
    map.tyOrder = order;
    map.tyIndex = index;
  }

  return {
    setup: function (spec) {
      shapes = spec.shapes;
      words = spec.words;
      document.documentElement.lang = "zh-CN";
    },
    layer: layer,
    finish: finish
  };
})();
