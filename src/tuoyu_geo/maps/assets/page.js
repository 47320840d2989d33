/* What the maps do in the browser. Every text from the data is set as text, never as markup. */
window.TY = (function () {
  "use strict";
  var shapes = {}, words = {}, order = [], index = {}, named = [], finishers = [], watchers = [];

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
      if (layer._shift) { leader(ctx, p, r, layer); }
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

  /* from where a symbol stands to the place it means */
  function leader(ctx, p, r, layer) {
    var away = Math.sqrt(layer._shift.x * layer._shift.x + layer._shift.y * layer._shift.y);
    if (away < r) { return; }
    var home = p.subtract(layer._shift);
    ctx.globalAlpha = 1;
    ctx.setLineDash([]);
    ctx.strokeStyle = ctx.fillStyle = layer.options.color;
    ctx.lineWidth = 1.2;
    ctx.beginPath();
    ctx.moveTo(home.x, home.y);
    ctx.lineTo(p.x - layer._shift.x * r / away, p.y - layer._shift.y * r / away);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(home.x, home.y, 2.2, 0, 2 * Math.PI);
    ctx.fill();
  }

  /* areas that a print in black and white must tell apart carry lines besides their colour */
  var fillStroke = L.Canvas.prototype._fillStroke, hatches = {};
  L.Canvas.include({
    _fillStroke: function (ctx, layer) {
      var options = layer.options;
      if (options.fill && options.hatch) {
        ctx.globalAlpha = options.fillOpacity;
        ctx.fillStyle = options.fillColor;
        ctx.fill("evenodd");
        ctx.globalAlpha = 0.35;
        ctx.fillStyle = hatch(ctx, options.hatch);
        ctx.fill("evenodd");
        var plain = L.extend({}, options, { fill: false });
        layer.options = plain;
        fillStroke.call(this, ctx, layer);
        layer.options = options;
      } else {
        fillStroke.call(this, ctx, layer);
      }
    }
  });

  function hatch(ctx, kind) {
    if (!hatches[kind]) {
      var tile = document.createElement("canvas"), size = tile.width = tile.height = 10, brush = tile.getContext("2d");
      brush.strokeStyle = "#555";
      brush.lineWidth = 1;
      brush.beginPath();
      [-size, 0, size].forEach(function (x) {
        if (kind !== "left") { brush.moveTo(x, size); brush.lineTo(x + size, 0); }
        if (kind !== "right") { brush.moveTo(x, 0); brush.lineTo(x + size, size); }
      });
      brush.stroke();
      hatches[kind] = ctx.createPattern(tile, "repeat");
    }
    return hatches[kind];
  }

  /* a number must be readable even on the whole county */
  var READABLE = 8.5;

  var Point = L.CircleMarker.extend({
    tyRadius: function (map) {
      return Math.max(this.options.label ? READABLE : 2, this.options.radius * scale(map.getZoom()));
    },
    _project: function () {
      this._radius = this.tyRadius(this._map);
      L.CircleMarker.prototype._project.call(this);
    },
    _updateBounds: function () {
      var home = this._point;
      if (this._shift) { this._point = home.add(this._shift); }
      L.CircleMarker.prototype._updateBounds.call(this);
      if (this._shift) { this._pxBounds.extend(home.subtract([4, 4])).extend(home.add([4, 4])); }
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
    if (feature.properties.h) {
      var link = node("a", "", feature.properties.h[1]);
      link.href = feature.properties.h[0];
      box.appendChild(link);
    }
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

  var DODGES = [0, -18, 18, -34, 34, -50, 50]; /* pixels down */

  /* a label that is wider than its area or would lie on another one loses its second line, then goes */
  function thin(map) {
    var taken = [], numbers = numberBoxes(map);
    named.forEach(function (label) {
      if (!map.hasLayer(label.marker)) { return; }
      var b = label.bounds;
      var across = map.latLngToLayerPoint(b.getSouthEast()).x - map.latLngToLayerPoint(b.getNorthWest()).x;
      function clear(boxes) {
        var box = label.text.getBoundingClientRect();
        return across > 0.8 * box.width && !boxes.some(function (other) {
          return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
        });
      }
      /* best beside all numbers, whole or short; else on a number rather than nowhere */
      var found = ["", "ty-short"].some(function (look) {
        label.text.className = look;
        return DODGES.some(function (down) { label.text.style.marginTop = down + "px"; return clear(taken) && clear(numbers); });
      });
      if (!found) { label.text.style.marginTop = ""; }
      var hit = !found && !clear(taken);
      label.text.style.visibility = hit ? "hidden" : "";
      if (!hit) { taken.push(label.text.getBoundingClientRect()); }
    });
  }

  /* where the numbered symbols stand on the screen */
  function numberBoxes(map) {
    var frame = map.getContainer().getBoundingClientRect(), found = [];
    order.forEach(function (group) {
      if (!map.hasLayer(group)) { return; }
      group.getLayers().forEach(function (made) {
        if (!made.options.label || !made._point) { return; }
        var p = map.layerPointToContainerPoint(made._point), r = made._radius;
        found.push({ left: frame.left + p.x - r, right: frame.left + p.x + r, top: frame.top + p.y - r, bottom: frame.top + p.y + r });
      });
    });
    return found;
  }

  /* lines and areas come as differences in hundred-thousandths of a degree */
  function unpack(part) {
    if (typeof part[0] !== "number") { return part.map(unpack); }
    var x = 0, y = 0, made = [];
    for (var i = 0; i < part.length; i += 2) {
      x += part[i];
      y += part[i + 1];
      made.push([x / 1e5, y / 1e5]);
    }
    return made;
  }

  function unpackGeometry(geometry) {
    (geometry.geometries || []).forEach(unpackGeometry);
    if (geometry.packed) {
      geometry.coordinates = unpack(geometry.packed);
      delete geometry.packed;
    }
  }

  function layer(spec) {
    spec.data.features.forEach(function (feature) { unpackGeometry(feature.geometry); });
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
    group.tySpec = spec;
    order.push(group);
    if (spec.interactive) {
      /* the tooltip first: a click opens both, and the popup, which comes second, closes it */
      group.bindTooltip(function (made) { return node("span", "", made.feature.properties.t); }, { sticky: true });
      group.bindPopup(function (made) { return popup(spec, made.feature); },
        { maxWidth: 330, maxHeight: Math.max(180, Math.round(window.innerHeight * 0.5)) });
      group.on("popupopen", function (e) {
        group.closeTooltip();
        say(e.popup.getElement().querySelector(".ty-popup"));
      });
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
    if (shared.reveal) { shared.reveal(made); }
    order.forEach(function (group) { if (group.tyKey === key && !map.hasLayer(group)) { group.addTo(map); } });
    if (made.getLatLng) {
      map.setView(made.getLatLng(), Math.max(map.getZoom(), 15), { animate: false });
    } else {
      fit(map, made.getBounds());
    }
    /* the popup belongs to the whole layer, which hears its features' clicks */
    made.fire("click", { latlng: made.getLatLng ? made.getLatLng() : made.getBounds().getCenter() }, true);
  }

  /* a place by its id alone: of the layers that have it, the first of those named, else the one on top */
  function goTo(map, id, keys) {
    var having = order.map(function (group) { return group.tyKey; }).filter(function (key) { return index[key][id]; }).reverse();
    var wanted = keys.filter(function (key) { return having.indexOf(key) >= 0; })[0] || having[0];
    if (wanted) { go(map, wanted, id); }
  }

  /* what a popup says, for readers who hear the page */
  function say(content) {
    var told = document.querySelector(".ty-said");
    if (!told || !content) { return; }
    told.textContent = Array.prototype.map.call(content.querySelectorAll("h3, tr"), function (line) {
      return Array.prototype.map.call(line.childNodes, function (part) { return part.textContent; }).join(words.colon);
    }).join(words.list_semicolon);
  }

  function changed(map) {
    watchers.forEach(function (watch) { watch(map); });
    thin(map);
  }

  var Scale = L.Control.Scale.extend({
    _updateMetric: function (maxMeters) {
      var metres = this._getRoundNum(maxMeters);
      var label = metres < 1000 ? metres + " " + words.metres : metres / 1000 + " " + words.kilometres;
      this._updateScale(this._mScale, label, metres / maxMeters);
    }
  });

  /* the legend lies over the map's right edge: keep what is shown clear of it where the map is wide enough */
  function free(map) {
    var legend = map.getContainer().querySelector(".leaflet-control-layers"), wide = map.getSize().x;
    var covered = legend && legend.offsetWidth < wide * 0.4 ? legend.offsetWidth + 14 : 14;
    return { paddingTopLeft: [wide > 600 ? 50 : 14, 14], paddingBottomRight: [covered, 14] };
  }

  function fit(map, bounds) {
    map.fitBounds(bounds, L.extend({ animate: false }, free(map)));
    map.tyFitted = bounds;
    map.once("movestart", function () { map.tyFitted = null; });
  }

  /* what is to be seen of the map: what it was fitted to and not moved since, else what lies beside the legend */
  function useful(map) {
    if (map.tyFitted) { return map.tyFitted; }
    var room = free(map), size = map.getSize();
    return L.latLngBounds(map.containerPointToLatLng(room.paddingTopLeft), map.containerPointToLatLng(size.subtract(room.paddingBottomRight)));
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

  /* below everything, so that what it can't load leaves the map as it is */
  function base(map, parts, bar) {
    var layers = parts.map(function (part) {
      return part.image ? L.imageOverlay(part.image, part.bounds, { pane: "tilePane" })
        : L.tileLayer(part.url, { subdomains: part.subdomains || "a", maxNativeZoom: part.most, maxZoom: 19, errorTileUrl: BLANK });
    });
    var button = node("button", "ty-base", words.base_off);
    button.type = "button";
    button.addEventListener("click", function () {
      var on = map.hasLayer(layers[0]);
      layers.forEach(function (one) { if (on) { one.remove(); } else { one.addTo(map); } });
      button.textContent = on ? words.base_on : words.base_off;
    });
    layers.forEach(function (one) { one.addTo(map); });
    bar.appendChild(button);
  }

  var BLANK = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

  function legendHead(map, sized) {
    var box = map.getContainer().querySelector(".leaflet-control-layers");
    if (!box) { return; }
    var head = node("button", "ty-legend-head", words.legend);
    head.type = "button";
    head.appendChild(node("small", "ty-hint", words.legend_tick));
    head.setAttribute("aria-expanded", "true");
    head.addEventListener("click", function () {
      head.setAttribute("aria-expanded", String(!box.classList.toggle("ty-folded")));
    });
    box.insertBefore(head, box.firstChild);
    if (map.getSize().x < 640) { head.click(); }
    if (sized) { box.querySelector(".leaflet-control-layers-list").appendChild(node("p", "ty-sized", words.sized)); }
  }

  function rows(map) {
    document.querySelectorAll("[data-layer]").forEach(function (row) {
      row.addEventListener("click", function () { go(map, row.dataset.layer, row.dataset.id); });
    });
    document.querySelectorAll("[data-place]").forEach(function (one) {
      one.addEventListener("click", function () { goTo(map, one.dataset.place, one.dataset.layers.split(" ")); });
    });
    document.querySelectorAll(".ty-fold").forEach(function (button) {
      button.addEventListener("click", function () {
        button.setAttribute("aria-expanded", String(!document.body.classList.toggle("ty-narrow")));
        map.invalidateSize();
      });
    });
  }

  function finish(map, spec) {
    L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(map);
    var bar = views(map, spec.views.length > 1 ? spec : { views: [] });
    if (spec.base.length) { base(map, spec.base, bar); }
    if (bar.firstChild) { corner("topleft", bar).addTo(map); }
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
    map.getContainer().setAttribute("aria-label", words.map);
    map.getContainer().setAttribute("role", "application");
    shared.words = words;
    finishers.forEach(function (finisher) { finisher(map, shared); });
    thin(map);
  }

  /* what the page's other scripts work with; `reveal` is called with a feature that is to be shown */
  var shared = {
    order: order, index: index, node: node, go: go, fit: fit, useful: useful, restack: restack, changed: changed, reveal: null,
    onChange: function (watch) { watchers.push(watch); }
  };

  return {
    setup: function (spec) {
      shapes = spec.shapes;
      words = spec.words;
      document.documentElement.lang = words.html_lang;
    },
    layer: layer,
    onFinish: function (finisher) { finishers.push(finisher); },
    Point: Point,
    finish: finish
  };
})();
