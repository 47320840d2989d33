/* Numbered symbols that would lie on one another stand apart, each with a line to its place. */
TY.onFinish(function (map, ty) {
  "use strict";
  var ROUNDS = 120, GAP = 1.5;

  function numbered() {
    var found = [];
    ty.order.forEach(function (group) {
      if (!map.hasLayer(group)) { return; }
      group.getLayers().forEach(function (made) { if (made.options.label && made.getLatLng) { found.push(made); } });
    });
    return found;
  }

  function spread() {
    var all = numbered(), items = all.map(function (made) {
      var home = map.latLngToLayerPoint(made.getLatLng());
      return { made: made, home: home, x: home.x, y: home.y, r: made.tyRadius(map) };
    });
    for (var round = 0; round < ROUNDS; round++) {
      var moved = false;
      for (var i = 0; i < items.length; i++) {
        for (var j = i + 1; j < items.length; j++) {
          var a = items[i], b = items[j], apart = a.r + b.r + GAP;
          var dx = b.x - a.x, dy = b.y - a.y;
          if (Math.abs(dx) >= apart || Math.abs(dy) >= apart) { continue; }
          var distance = Math.sqrt(dx * dx + dy * dy);
          if (distance >= apart - 0.01) { continue; }
          /* two on one spot part in a direction of their own, the same at every drawing */
          if (distance < 0.01) { dx = Math.cos(2.4 * j); dy = Math.sin(2.4 * j); distance = 1; }
          var push = (apart - distance) / 2 / distance;
          a.x -= dx * push; a.y -= dy * push;
          b.x += dx * push; b.y += dy * push;
          moved = true;
        }
      }
      if (!moved) { break; }
    }
    items.forEach(function (item) {
      var shift = L.point(item.x, item.y).subtract(item.home), old = item.made._shift;
      var still = Math.abs(shift.x) + Math.abs(shift.y) < 0.5;
      if (still && !old) { return; }
      item.made._shift = still ? null : shift;
      item.made.redraw();
    });
  }

  map.on("zoomend overlayadd overlayremove", spread);
  ty.onChange(spread);
  spread();
});
