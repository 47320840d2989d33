/* The what-if panel: controls, figures and tables. Every text from the data is set as text, never as markup. */
(function () {
  "use strict";
  var words, model, drawing, plan, planFigures, map, rows = [], undo = [], filter = "", effectsTimer = null, shown = {}, sliding, lastEffects = null;

  /* a sentence with its {places} filled */
  TYW.say = function (sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  };
  var formats = [0, 1].map(function (digits) {
    return new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  });
  TYW.number = function (value, digits) { return formats[digits || 0].format(value); };
  var say = TYW.say, number = TYW.number;
  function by(id) { return document.getElementById("tw-" + id); }
  function node(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text !== undefined) { made.textContent = text; }
    return made;
  }
  /* rounded down as everywhere, so that one just under a target never reads as the target; bounds and distances up */
  function share(value) { return value === null ? words.no_share : (Math.floor(value * 1000 + 1e-6) / 10).toFixed(1) + "%"; }
  function shareUp(value) { return (Math.ceil(value * 1000 - 1e-6) / 10).toFixed(1) + "%"; }
  function pointsUp(value) { return (Math.ceil(value * 1000 - 1e-6) / 10).toFixed(1); }
  function tell(text, isFault) {
    by("status").textContent = text;
    by("status").className = "tw-status" + (isFault ? " tw-fault" : "");
  }
  function name(j) { return model.spec.candidates.name[j]; }

  /* --- a choice from outside: a file or a link; nothing of it is believed before it is checked --- */
  function check(text) {
    var spec = model.spec, faults = [], choice;
    if (text.length > 4e6) { return { faults: [words.fault_large] }; }
    try { choice = JSON.parse(text); } catch (_) { return { faults: [words.fault_json] }; }
    if (!choice || typeof choice !== "object" || Array.isArray(choice) || choice.kind !== "tuoyu-geo scenario") {
      return { faults: [words.fault_kind] };
    }
    if (choice.schema_version !== spec.schema_version) { return { faults: [say(words.fault_version, { expected: spec.schema_version })] }; }
    var own = spec.project, theirs = choice.project || {};
    if (theirs.title !== own.title || theirs.county_code !== own.county_code) {
      return { faults: [say(words.fault_project, { found: String(theirs.title).slice(0, 60), found_code: String(theirs.county_code).slice(0, 12),
        expected: own.title, expected_code: own.county_code })] };
    }
    var standard = choice.standard === undefined ? null : choice.standard, limits = spec.standards;
    if (standard !== null) {
      var metres = standard && standard.walk_m;
      if (typeof metres !== "number" || !(metres >= limits[0] && metres <= limits[1]) || metres % limits[2] !== 0 ||
          (standard.scope !== "urban" && standard.scope !== "all")) {
        faults.push(say(words.fault_standard, { least: limits[0], most: limits[1], step: limits[2] }));
      } else { standard = { walk_m: metres, scope: standard.scope }; }
    }
    var enrolment = choice.enrolment === undefined || choice.enrolment === null ? spec.initial.enrolment : choice.enrolment;
    if (typeof enrolment !== "number" || !(enrolment >= 0 && enrolment <= 1)) { faults.push(words.fault_enrolment); }
    if (!Array.isArray(choice.sites)) { faults.push(words.fault_sites); return { faults: faults }; }
    var sites = [], taken = {};
    choice.sites.slice(0, 100000).forEach(function (site) {
      var id = site && site.id, j = typeof id === "string" ? model.index[id] : undefined;
      var said = { id: String(id).slice(0, 40) };
      if (j === undefined) { faults.push(say(words.fault_unknown, said)); return; }
      if (taken[j]) { faults.push(say(words.fault_twice, said)); return; }
      taken[j] = true;
      var sizes = spec.candidates.sizes[j], places = site.places === undefined || site.places === null ? sizes[sizes.length - 1][0] : site.places;
      if (!sizes.some(function (size) { return size[0] === places; })) { faults.push(say(words.fault_size, said)); }
      if (!model.usable[j]) { faults.push(say(words.fault_unusable, said)); }
      sites.push({ id: id, places: places });
    });
    spec.conflicts.forEach(function (plot) {
      var both = plot.filter(function (j) { return taken[j]; });
      if (both.length > 1) { faults.push(say(words.fault_conflict, { names: both.map(name).join(words.comma) })); }
    });
    return { faults: faults, choice: { standard: standard, enrolment: enrolment, sites: sites } };
  }

  function takeFrom(text, done) {
    var found = check(text);
    if (found.faults.length) {
      var more = found.faults.length - 5;
      tell([words.fault_head].concat(found.faults.slice(0, 5), more > 0 ? [say(words.fault_more, { n: more })] : []).join("\n"), true);
      return false;
    }
    change(function () { model.take(found.choice); });
    tell(done);
    return true;
  }

  /* --- changing the choice --- */
  /* a slider that is still being moved is one step to undo */
  function change(work, slide) {
    if (!slide || slide !== sliding) { undo.push(model.choice()); }
    if (undo.length > 200) { undo.shift(); }
    sliding = slide;
    var before = Array.from(model.open);
    work();
    refresh(before);
  }

  function toggle(j) {
    var cands = model.spec.candidates;
    if (model.open[j]) {
      if (cands.locked[j] === true) { tell(say(words.locked_on, { name: name(j) }), true); return refresh(); }
    } else {
      if (!model.usable[j]) { tell(say(words.unusable, { name: name(j), reason: cands.reason[j] || "" }), true); return refresh(); }
      if (cands.locked[j] === false) { tell(say(words.locked_off, { name: name(j) }), true); return refresh(); }
      var clashes = model.clashes(j);
      if (clashes.length) {
        tell(say(words.conflict, { name: name(j), names: clashes.map(name).join(words.comma) }), true);
        return refresh();
      }
    }
    change(function () { model.toggle(j); });
    tell(say(model.open[j] ? words.toggled_on : words.toggled_off, { name: name(j) }));
  }

  /* --- showing it --- */
  function refresh(before) {
    var changed = model.settle(), columns = [];
    for (var j = 0; before && j < model.n; j++) { if (before[j] !== model.open[j]) { columns.push(j); } }
    var figures = model.figures();
    drawing.redraw(changed, columns);
    drawing.townships(figures);
    controls();
    tiles(figures);
    tables(figures);
    (before ? columns : model.open).forEach(function (_, k) { row(before ? columns[k] : k); });
    TYW.figures = figures;
    clearTimeout(effectsTimer);
    effectsTimer = setTimeout(function () { afterwards(figures); }, 0);
  }

  /* what needs every candidate's effect waits until the map is drawn */
  function afterwards(figures) {
    var effects = model.effects(), best = model.best(figures, effects), take = by("best-take");
    TYW.best = best;
    lastEffects = effects;
    rows.forEach(function (one, j) { if (one.isSeen) { effect(j); } });
    take.hidden = true;
    if (!best) { by("best").textContent = words.not_compared; return; }
    var said = { n: figures.n_sites, reading: words["reading_" + model.spec.reading], own: share(best.own), gap: pointsUp(best.share - best.own) };
    if (best.share - best.own <= 1e-9) {
      by("best").textContent = say(words.best_equal, said);
    } else if (best.isProven) {
      by("best").textContent = say(words["best_" + best.rule], Object.assign(said, { best: share(best.share) }));
      take.hidden = false;
    } else {
      by("best").textContent = say(words.best_most, Object.assign(said, { best: shareUp(best.share) }));
    }
    take.columns = best.columns;
  }

  /* only rows in sight are written: to lay out thousands at every click would take longer than to count */
  function effect(j) {
    var text = !model.usable[j] || !lastEffects ? "" : (model.open[j] ? "−" : "+") + number(lastEffects[j]);
    if (rows[j].effect.textContent !== text) { rows[j].effect.textContent = text; }
  }

  function watchRows() {
    var eye = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        var j = entry.target.twIndex;
        rows[j].isSeen = entry.isIntersecting;
        if (entry.isIntersecting) { effect(j); }
      });
    }, { root: by("panel") });
    rows.forEach(function (one, j) { one.row.twIndex = j; eye.observe(one.row); });
    window.addEventListener("beforeprint", function () { rows.forEach(function (_, j) { effect(j); }); });
  }

  function controls() {
    var standard = model.standard, walk = by("walk");
    by("scope").value = standard ? standard.scope : "policy";
    walk.value = standard ? standard.walk_m : model.spec.urban_m || 1000;
    var metres = say(words.metres, { n: number(Number(walk.value)) });
    by("walk-value").textContent = standard ? metres : words.standard_policy;
    by("walk-value").className = standard ? "" : "tw-off";
    walk.setAttribute("aria-valuetext", standard ? metres : words.standard_policy);
    by("enrolment").value = Math.round(model.enrolment * 1000);
    by("enrolment-value").textContent = (model.enrolment * 100).toFixed(2).replace(/\.?0+$/, "") + "%";
    by("enrolment").setAttribute("aria-valuetext", by("enrolment-value").textContent);
    by("undo").disabled = !undo.length;
    by("reset").disabled = JSON.stringify(model.choice()) === plan;
  }

  function tiles(figures) {
    var was = planFigures, reading = model.spec.reading, box = by("figures"), balance = figures.places - figures.places_needed;
    var unknown = figures.unknown.length, spec = model.spec, over = [];
    if (spec.max_new !== null && figures.n_sites > spec.max_new) { over.push(say(words.over_sites, { n: spec.max_new })); }
    if (spec.max_cost !== null && figures.cost > spec.max_cost * (1 + 1e-9)) { over.push(say(words.over_cost, { n: number(spec.max_cost, 1) })); }
    var said = [
      [words["reading_" + reading], share(figures.readings[reading]), say(words.plan_was, { value: share(was.readings[reading]) }),
        model.spec.target === null ? "" : figures.readings[reading] !== null && figures.readings[reading] >= model.spec.target - 1e-9 ? "ty-good" : "ty-bad"],
      [words.uncovered_under3, say(words.people, { n: number(figures.uncovered_under3) }), say(words.plan_was, { value: number(was.uncovered_under3) })],
      [words.quotas, figures.quotas_met + " / " + figures.quotas_asked, say(words.plan_was, { value: was.quotas_met + " / " + was.quotas_asked }),
        figures.quotas_met === figures.quotas_asked ? "ty-good" : "ty-bad"],
      [words.per_1000, (Math.floor(figures.per_1000 * 100 + 1e-6) / 100).toFixed(2),
        say(words.per_1000_of, { required: model.spec.per_1000, value: (Math.floor(was.per_1000 * 100 + 1e-6) / 100).toFixed(2) }),
        figures.per_1000 >= model.spec.per_1000 - 1e-9 ? "ty-good" : "ty-bad"],
      [say(words.new_sites, { n: figures.n_sites, places: number(figures.new_places) }),
        say(words.cost, { n: number(figures.cost, 1) }),
        unknown ? say(words.unknown_cost, { n: unknown, names: figures.unknown.slice(0, 3).map(name).join(words.comma) + (unknown > 3 ? "…" : "") })
          : say(words.plan_was, { value: number(was.cost, 1) }), over.length ? "ty-bad" : ""],
      [say(words.needed, { n: number(figures.places_needed) }), say(balance < 0 ? words.shortage : words.surplus, { n: number(Math.abs(balance)) }),
        say(words.have, { n: number(figures.places) }), balance < 0 ? "ty-bad" : "ty-good"]
    ];
    box.textContent = "";
    said.forEach(function (one) {
      var tile = node("div");
      tile.appendChild(node("span", "", one[0]));
      tile.appendChild(node("b", one[3] || "", one[1]));
      tile.appendChild(node("i", "", one[2]));
      box.appendChild(tile);
    });
    by("over").textContent = over.join(words.comma);
  }

  function fill(table, lines) {
    var body = by(table).tBodies[0];
    if (shown[table] === JSON.stringify(lines)) { return; }
    shown[table] = JSON.stringify(lines);
    body.textContent = "";
    lines.forEach(function (line) {
      var made = node("tr", line.className || "");
      line.cells.forEach(function (cell, k) { made.appendChild(node("td", line.kinds[k] || "", cell)); });
      body.appendChild(made);
    });
  }

  function tables(figures) {
    fill("readings", ["residents", "under3", "communities", "townships"].map(function (reading) {
      return { className: reading === model.spec.reading ? "tw-headline" : "", kinds: ["", "ty-n", "ty-n", "ty-n"],
        cells: [words["reading_" + reading], share(figures.today[reading]), share(planFigures.readings[reading]), share(figures.readings[reading])] };
    }));
    var lines = figures.towns.map(function (town, k) {
      var state = !town.quota ? words.no_quota : town.short ? say(words.quota_short, { n: town.short }) : words.quota_met;
      return {
        kinds: ["", "ty-n", "ty-n", "ty-n", "ty-k " + (!town.quota ? "" : town.short ? "ty-bad" : "ty-good"), "ty-n", "ty-n"],
        cells: [model.spec.towns[k].name, town.quota ? String(town.quota) : "—", String(town.existing), String(town.proposed), state,
          share(town.total.residents > 0 ? town.residents / town.total.residents : null), number(town.total.under3 - town.under3)]
      };
    });
    fill("towns", lines);
  }

  function list() {
    var cands = model.spec.candidates, body = by("sites").tBodies[0], towns = model.spec.towns;
    for (var j = 0; j < model.n; j++) { body.appendChild(candidateRow(j)); }
    body.appendChild(node("tr", "tw-nobody")).appendChild(node("td", "", words.no_match)).colSpan = 5;
    body.lastChild.hidden = true;
    function candidateRow(j) {
      var made = node("tr"), box = node("input"), called = node("td"), link = node("button", "tw-name", cands.name[j]), size = node("td", "ty-n");
      var town = model.home[j] >= 0 ? towns[model.home[j]].name : "", effect = node("td", "ty-n"), cost = node("td", "ty-n");
      box.type = "checkbox";
      box.setAttribute("aria-label", say(words.row_on, { name: cands.name[j], town: town }));
      box.addEventListener("change", function () { toggle(j); box.checked = !!model.open[j]; });
      link.type = "button";
      link.addEventListener("click", function () { drawing.goTo(j); });
      called.appendChild(link);
      called.appendChild(node("small", "", model.usable[j] ? town : town + " · " + (cands.reason[j] || "")));
      var chooser = null;
      if (cands.sizes[j].length > 1 && model.usable[j]) {
        chooser = node("select");
        chooser.setAttribute("aria-label", say(words.size_of, { name: cands.name[j] }));
        cands.sizes[j].forEach(function (one, k) { chooser.appendChild(node("option", "", number(one[0]))).value = k; });
        chooser.addEventListener("change", function () { change(function () { model.size[j] = Number(chooser.value); }); row(j); });
        size.appendChild(chooser);
      } else { size.textContent = number(cands.sizes[j][0][0]); }
      var first = node("td");
      first.appendChild(box);
      [first, called, size, cost, effect].forEach(function (cell) { made.appendChild(cell); });
      rows[j] = { row: made, box: box, chooser: chooser, effect: effect, cost: cost, said: (cands.name[j] + " " + town + " " + cands.kind[j] + " " + cands.id[j]).toLowerCase() };
      return made;
    }
  }

  function row(j) {
    var one = rows[j], cost = model.spec.candidates.sizes[j][model.size[j]][1];
    one.box.checked = !!model.open[j];
    one.box.disabled = !model.usable[j];
    one.row.className = model.open[j] ? "tw-on" : model.usable[j] ? "" : "tw-shut";
    if (one.chooser) { one.chooser.value = model.size[j]; }
    one.cost.textContent = cost === null ? words.no_cost : number(cost, cost % 1 ? 1 : 0);
  }

  function sift() {
    var found = 0;
    rows.forEach(function (one) {
      var isIn = one.said.indexOf(filter) >= 0;
      one.row.hidden = !isIn;
      found += isIn;
    });
    by("sites").tBodies[0].lastChild.hidden = found > 0;
  }

  /* --- in and out --- */
  function save() {
    var blob = new Blob([JSON.stringify(model.choice(), null, 1) + "\n"], { type: "application/json" }), link = node("a");
    link.href = URL.createObjectURL(blob);
    link.download = words.file_name + ".json";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    tell(words.saved);
  }

  function open() {
    var file = by("file").files[0];
    if (!file) { return; }
    if (file.size > 4e6) { tell([words.fault_head, words.fault_large].join("\n"), true); return; }
    var reader = new FileReader();
    reader.onload = function () { takeFrom(String(reader.result).replace(/^\ufeff/, ""), say(words.loaded, { name: file.name })); };
    reader.readAsText(file);
    by("file").value = "";
  }

  function link() {
    var fragment = "#what-if=" + encodeURIComponent(JSON.stringify(model.choice())), address = fragment, box = by("link-text");
    try { history.replaceState(null, "", fragment); address = location.href; } catch (_) { /* a notebook's frame has no address */ }
    box.hidden = false;
    box.value = address;
    box.select();
    var done = function () { tell(words.copied); }, byHand = function () { tell(words.copy_by_hand); };
    if (navigator.clipboard && navigator.clipboard.writeText) { navigator.clipboard.writeText(address).then(done, byHand); } else { byHand(); }
  }

  function fromAddress() {
    var found = /^#what-if=(.*)$/.exec(location.hash), text = null;
    if (!found) { return; }
    try { text = decodeURIComponent(found[1]); } catch (_) { text = ""; }
    tab(true);
    takeFrom(text, words.loaded_link);
  }

  function tab(isTry) {
    by("panel").hidden = !isTry;
    document.querySelectorAll(".ty-tools, .ty-side > .ty-scroll:not(.tw-panel)").forEach(function (part) { part.hidden = isTry; });
    by("tab-plan").setAttribute("aria-selected", String(!isTry));
    by("tab-try").setAttribute("aria-selected", String(isTry));
    if (isTry) { drawing.show(); } else { drawing.hide(); }
  }

  function wire() {
    by("tab-plan").addEventListener("click", function () { tab(false); });
    by("tab-try").addEventListener("click", function () { tab(true); });
    by("tabs").addEventListener("keydown", function (e) {
      if (e.key !== "ArrowLeft" && e.key !== "ArrowRight") { return; }
      tab(e.key === "ArrowRight");
      by(e.key === "ArrowRight" ? "tab-try" : "tab-plan").focus();
    });
    by("scope").addEventListener("change", function () {
      var scope = by("scope").value, metres = Number(by("walk").value);
      change(function () { model.setStandard(scope === "policy" ? null : { walk_m: metres, scope: scope }); });
    });
    by("walk").addEventListener("input", function () {
      var scope = model.standard ? model.standard.scope : "urban", metres = Number(by("walk").value);
      change(function () { model.setStandard({ walk_m: metres, scope: scope }); }, "walk");
    });
    ["walk", "enrolment"].forEach(function (id) { by(id).addEventListener("change", function () { sliding = undefined; }); });
    by("enrolment").addEventListener("input", function () {
      var value = Number(by("enrolment").value) / 1000;
      change(function () { model.enrolment = value; }, "enrolment");
    });
    by("undo").addEventListener("click", back);
    by("panel").addEventListener("keydown", function (e) {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "z" && e.target.type !== "search" && e.target.type !== "text") { e.preventDefault(); back(); }
    });
    by("reset").addEventListener("click", function () { change(function () { model.take(model.spec.initial); }); tell(words.reset_done); });
    by("next").addEventListener("click", function () {
      var effects = model.effects(), j = model.next(effects);
      if (j < 0) { tell(words.next_none); return; }
      change(function () { model.toggle(j); });
      tell(say(words.next_added, { name: name(j), n: number(effects[j]), reading: words["unit_" + model.spec.reading] }));
      drawing.bringIn(j);
    });
    by("best-take").addEventListener("click", function () {
      var columns = by("best-take").columns || [], sizes = model.spec.candidates.sizes;
      change(function () {
        model.take({ standard: model.standard, enrolment: model.enrolment, sites: columns.map(function (j) {
          return { id: model.spec.candidates.id[j], places: sizes[j][sizes[j].length - 1][0] };
        }) });
      });
      tell(say(words.best_loaded, { n: columns.length }));
    });
    by("save").addEventListener("click", save);
    by("open").addEventListener("click", function () { by("file").click(); });
    by("file").addEventListener("change", open);
    by("link").addEventListener("click", link);
    by("filter").addEventListener("input", function () { filter = by("filter").value.trim().toLowerCase(); sift(); });
    window.addEventListener("hashchange", fromAddress);
    map.on("popupopen", function (e) { drawing.popup(e.popup); });
  }

  function back() {
    var last = undo.pop(), before = Array.from(model.open);
    if (!last) { return; }
    model.take(last);
    refresh(before);
    tell(words.undone);
  }

  TY.onFinish(function (made, ty) {
    var spec = JSON.parse(by("data").textContent), side = document.querySelector(".ty-side");
    by("data").remove();
    map = made;
    words = spec.words;
    model = TYW.model = new TYW.Model(spec);
    model.settle();
    planFigures = model.figures();
    plan = JSON.stringify(model.choice());
    drawing = TYW.drawing = new TYW.Drawing(map, ty, model, toggle);
    side.insertBefore(by("tabs"), side.querySelector(".ty-tools"));
    side.insertBefore(by("panel"), side.querySelector(".ty-sources"));
    by("tabs").hidden = false;
    list();
    watchRows();
    refresh();
    wire();
    fromAddress();
  });
})();
