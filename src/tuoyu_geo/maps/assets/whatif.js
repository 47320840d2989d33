/* What the what-if panel counts: the same rules as the Python code, on classes of demand points that nothing tells apart. */
window.TYW = (function () {
  "use strict";
  var OWN = 64, STEP_BITS = 63;

  function bytes(base64) {
    var raw = atob(base64), found = new Uint8Array(raw.length);
    for (var i = 0; i < raw.length; i++) { found[i] = raw.charCodeAt(i); }
    return found;
  }
  function ints(base64) { return new Int32Array(bytes(base64).buffer); }
  function floats(base64) { return new Float64Array(bytes(base64).buffer); }

  /* differences in 7-bit groups, candidate by candidate */
  function unpack(columns, n) {
    var count = ints(columns.count), step = bytes(columns.step), code = bytes(columns.code);
    var start = new Int32Array(n + 1), at = new Int32Array(code.length), k = 0, e = 0;
    for (var j = 0; j < n; j++) {
      var value = 0;
      for (var c = 0; c < count[j]; c++) {
        var shift = 0, part;
        do { part = step[k++]; value += (part & 127) << shift; shift += 7; } while (part & 128);
        at[e++] = value;
      }
      start[j + 1] = e;
    }
    return { start: start, at: at, code: code };
  }

  function Model(spec) {
    var cls = spec.classes, cands = spec.candidates, n = cands.id.length;
    this.spec = spec;
    this.n = n;
    this.nClass = cls.n;
    this.today = bytes(cls.today);
    this.urban = bytes(cls.urban);
    this.town = ints(cls.town);
    this.residents = floats(cls.residents);
    this.under3 = floats(cls.under3);
    this.points = ints(cls.points);
    this.home = ints(cands.town);
    this.usable = bytes(cands.usable);
    this.weight = { residents: this.residents, under3: this.under3, communities: this.points }[spec.reading];
    var entries = unpack(spec.columns, n);
    this.start = entries.start;
    this.at = entries.at;
    this.code = entries.code;
    this.index = Object.create(null);
    for (var j = 0; j < n; j++) { this.index[cands.id[j]] = j; }
    this.clash = [];
    for (j = 0; j < n; j++) { this.clash.push([]); }
    spec.conflicts.forEach(function (plot) {
      plot.forEach(function (a) { plot.forEach(function (b) { if (a !== b) { this.clash[a].push(b); } }, this); }, this);
    }, this);
    this.open = new Uint8Array(n);
    this.size = new Int32Array(n);
    this.count = new Int32Array(this.nClass);
    this.status = new Uint8Array(this.nClass);
    this.inside = new Uint8Array(256);
    this.total = { residents: 0, under3: 0, communities: 0 };
    this.byTown = spec.towns.map(function (town) { return { residents: town.residents, under3: town.under3 }; });
    for (var i = 0; i < this.nClass; i++) {
      this.total.communities += this.points[i];
      if (this.town[i] >= 0) {
        this.byTown[this.town[i]].residents += this.residents[i];
        this.byTown[this.town[i]].under3 += this.under3[i];
      }
    }
    /* everybody counts, those of no known place and those of no township of the layer too */
    for (i = 0; i < this.nClass; i++) { this.total.residents += this.residents[i]; this.total.under3 += this.under3[i]; }
    spec.towns.forEach(function (town) { this.total.residents += town.residents; this.total.under3 += town.under3; }, this);
    this.take(spec.initial);
  }

  Model.prototype.full = function (j) { return this.spec.candidates.sizes[j].length - 1; };

  /* Which codes count as covered, for rural (0..127) and urban (128..255) points; both comparisons are closed. */
  Model.prototype.setStandard = function (standard) {
    var limits = this.spec.standards, step = standard ? (standard.walk_m - limits[0]) / limits[2] + 1 : 0;
    this.standard = standard;
    for (var code = 0; code < 128; code++) {
      var walk = (code & STEP_BITS) > 0 && (code & STEP_BITS) <= step, own = (code & OWN) > 0;
      this.inside[code] = standard && standard.scope === "all" ? walk : own;
      this.inside[128 + code] = standard ? walk : own;
    }
    this.count.fill(0);
    for (var j = 0; j < this.n; j++) { if (this.open[j]) { this.add(j, 1); } }
  };

  Model.prototype.add = function (j, sign) {
    var at = this.at, code = this.code, inside = this.inside, urban = this.urban, count = this.count;
    for (var e = this.start[j], end = this.start[j + 1]; e < end; e++) {
      var i = at[e];
      if (inside[(urban[i] << 7) | code[e]]) { count[i] += sign; }
    }
  };

  /* A whole choice: {standard, enrolment, sites: [{id, places}]}, checked before. */
  Model.prototype.take = function (choice) {
    this.open.fill(0);
    for (var j = 0; j < this.n; j++) { this.size[j] = this.full(j); }
    choice.sites.forEach(function (site) {
      var at = this.index[site.id], sizes = this.spec.candidates.sizes[at];
      this.open[at] = 1;
      sizes.forEach(function (size, k) { if (size[0] === site.places) { this.size[at] = k; } }, this);
    }, this);
    this.enrolment = choice.enrolment;
    this.setStandard(choice.standard);
  };

  Model.prototype.choice = function () {
    var sites = [];
    for (var j = 0; j < this.n; j++) {
      if (this.open[j]) { sites.push({ id: this.spec.candidates.id[j], places: this.spec.candidates.sizes[j][this.size[j]][0] }); }
    }
    return {
      schema_version: this.spec.schema_version, kind: "tuoyu-geo scenario", project: this.spec.project,
      standard: this.standard, enrolment: this.enrolment, sites: sites
    };
  };

  Model.prototype.toggle = function (j) {
    this.open[j] = this.open[j] ? 0 : 1;
    this.add(j, this.open[j] ? 1 : -1);
  };

  /* Open candidates that can't stand beside this one. */
  Model.prototype.clashes = function (j) {
    return this.clash[j].filter(function (other) { return this.open[other]; }, this);
  };

  Model.prototype.mayOpen = function (j) {
    return this.usable[j] && this.spec.candidates.locked[j] !== false && !this.clashes(j).length;
  };

  /* 2 covered today, 1 by the choice, 0 by nothing; says which classes changed. */
  Model.prototype.settle = function () {
    var changed = [];
    for (var i = 0; i < this.nClass; i++) {
      var now = this.inside[(this.urban[i] << 7) | this.today[i]] ? 2 : this.count[i] > 0 ? 1 : 0;
      if (now !== this.status[i]) { this.status[i] = now; changed.push(i); }
    }
    return changed;
  };

  /* Every figure of the choice; `settle` comes first. Sums are made anew each time, in one order. */
  Model.prototype.figures = function () {
    var spec = this.spec, covered = { residents: 0, under3: 0, communities: 0 }, i, j;
    var today = { residents: 0, under3: 0, communities: 0 };
    var towns = spec.towns.map(function (town) {
      return { existing: town.existing, proposed: 0, places: town.places, quota: town.quota, owed: town.owed,
        residents: 0, under3: 0, today: 0 };
    });
    for (i = 0; i < this.nClass; i++) {
      if (!this.status[i]) { continue; }
      covered.residents += this.residents[i];
      covered.under3 += this.under3[i];
      covered.communities += this.points[i];
      if (this.status[i] === 2) {
        today.residents += this.residents[i];
        today.under3 += this.under3[i];
        today.communities += this.points[i];
      }
      if (this.town[i] >= 0) {
        towns[this.town[i]].residents += this.residents[i];
        towns[this.town[i]].under3 += this.under3[i];
      }
    }
    var existing = spec.places_now, places = 0, cost = 0, unknown = [], nSites = 0;
    for (j = 0; j < this.n; j++) {
      if (!this.open[j]) { continue; }
      var size = spec.candidates.sizes[j][this.size[j]];
      nSites++;
      places += size[0];
      if (size[1] === null) { unknown.push(j); } else { cost += size[1]; }
      if (this.home[j] >= 0) { towns[this.home[j]].proposed++; towns[this.home[j]].places += size[0]; }
    }
    var total = this.total, withOne = 0, before = 0, asked = 0, met = 0, kept = true, byTown = this.byTown;
    towns.forEach(function (town, k) {
      town.total = byTown[k];
      town.short = Math.max(town.quota - town.existing - town.proposed, 0);
      withOne += town.existing + town.proposed > 0;
      before += town.existing > 0;
      asked += town.quota > 0;
      met += town.quota > 0 && !town.short;
      if (town.proposed < town.owed) { kept = false; }
    });
    function share(part, of) { return of > 0 ? part / of : null; }
    function readings(part, townships) {
      return { residents: share(part.residents, total.residents), under3: share(part.under3, total.under3),
        communities: share(part.communities, total.communities), townships: share(townships, towns.length) };
    }
    return {
      n_sites: nSites, covered: covered, readings: readings(covered, withOne), today: readings(today, before),
      uncovered_under3: total.under3 - covered.under3, uncovered_residents: total.residents - covered.residents,
      places: existing + places, new_places: places, per_1000: total.residents > 0 ? 1000 * (existing + places) / total.residents : 0,
      places_needed: Math.ceil(total.under3 * spec.of_age * this.enrolment - 1e-9),
      cost: cost, unknown: unknown, towns: towns, quotas_asked: asked, quotas_met: met, keeps_quotas: kept
    };
  };

  /* What each candidate adds to the compared reading, or takes from it where it is open. */
  Model.prototype.effects = function () {
    var found = new Float64Array(this.n), at = this.at, code = this.code, inside = this.inside, urban = this.urban;
    var today = this.today, count = this.count, weight = this.weight;
    for (var j = 0; j < this.n; j++) {
      var sum = 0, only = this.open[j] ? 1 : 0;
      for (var e = this.start[j], end = this.start[j + 1]; e < end; e++) {
        var i = at[e], side = urban[i] << 7;
        if (count[i] === only && inside[side | code[e]] && !inside[side | today[i]]) { sum += weight[i]; }
      }
      found[j] = sum;
    }
    return found;
  };

  /* The candidate that adds most to the compared reading; of equals the first. -1 where none adds anything. */
  Model.prototype.next = function (effects) {
    var best = -1;
    for (var j = 0; j < this.n; j++) {
      if (!this.open[j] && effects[j] > 0 && (best < 0 || effects[j] > effects[best]) && this.mayOpen(j)) { best = j; }
    }
    return best;
  };

  /* What is known of the most that as many sites can cover of the compared reading: {share, own, isProven, rule, columns}.
     Where no best plan was worked out beforehand, a bound of this choice's own: what it covers and the largest gains of as
     many others, since covered weight is submodular; and never more than all candidates together. */
  Model.prototype.best = function (figures, effects) {
    var spec = this.spec, total = this.total[spec.reading], n = figures.n_sites, own = figures.covered[spec.reading];
    if (!(total > 0)) { return null; }
    var point = null;
    if (!this.standard) {
      point = (figures.keeps_quotas ? spec.best.ruled : spec.best.free).filter(function (one) { return one[0] === n; })[0];
    }
    if (point) {
      var stands = this.stands(point[3]), top = Math.max(point[2], own);
      return { share: top / total, own: own / total, rule: figures.keeps_quotas ? "ruled" : "free",
        isProven: stands && point[2] <= point[1] * (1 + 1e-9), columns: stands ? point[3] : null };
    }
    var gains = [], bound = own;
    for (var j = 0; j < this.n; j++) {
      if (!this.open[j] && this.usable[j] && spec.candidates.locked[j] !== false && effects[j] > 0) { gains.push(effects[j]); }
    }
    gains.sort(function (a, b) { return b - a; });
    for (j = 0; j < Math.min(n, gains.length); j++) { bound += gains[j]; }
    bound = Math.max(Math.min(bound, this.everything()), own);
    return { share: bound / total, own: own / total, rule: "free", isProven: false, columns: null };
  };

  /* Whether some columns keep plots and locks. */
  Model.prototype.stands = function (columns) {
    var taken = {};
    columns.forEach(function (j) { taken[j] = true; });
    return columns.every(function (j) {
      return !this.clash[j].some(function (other) { return taken[other]; });
    }, this);
  };

  /* Weight that all candidates together cover, with what exists. */
  Model.prototype.everything = function () {
    var key = JSON.stringify(this.standard);
    if (this.allKey === key) { return this.allWeight; }
    var hit = new Uint8Array(this.nClass), sum = 0, i, j, e;
    for (j = 0; j < this.n; j++) {
      if (!this.usable[j] || this.spec.candidates.locked[j] === false) { continue; }
      for (e = this.start[j]; e < this.start[j + 1]; e++) {
        i = this.at[e];
        if (this.inside[(this.urban[i] << 7) | this.code[e]]) { hit[i] = 1; }
      }
    }
    for (i = 0; i < this.nClass; i++) {
      if (hit[i] || this.inside[(this.urban[i] << 7) | this.today[i]]) { sum += this.weight[i]; }
    }
    this.allKey = key;
    this.allWeight = sum;
    return sum;
  };

  return { Model: Model, ints: ints, floats: floats, bytes: bytes };
})();
