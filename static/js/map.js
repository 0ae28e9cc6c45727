// The village map: <div data-map="address of its data"> drawn with Leaflet (window.L, vendored). The list beside it is
// the way for the keyboard; nothing is drawn that the list does not say. Colours come from map.css by class names.
import { csrfToken } from "./csrf.js";
import { fresh } from "./dom.js";

const HIDDEN_BELOW = 11; // zoom under which names would only cover each other

// Leaflet takes texts for HTML: every name goes in as an element of its own.
function worded(text) {
  const part = document.createElement("span");
  part.textContent = text;
  return part;
}

class VillageMap {
  constructor(element) {
    this.element = element;
    this.mini = "mapMini" in element.dataset;
    this.focus = element.dataset.mapFocus || "";
    this.status = document.getElementById("map-status");
    this.villages = new Map();
    this.hullNames = [];
    this.placing = null;
    const L = window.L;
    this.map = L.map(element, {
      attributionControl: false, zoomControl: !this.mini, zoomSnap: 0.25, minZoom: 5, maxZoom: 18,
      scrollWheelZoom: !this.mini, center: [36.9, 121.5], zoom: 10,
    });
    L.control.attribution({ prefix: false }).addAttribution(worded(element.dataset.mapSource || "").innerHTML).addTo(this.map);
    if (element.dataset.mapTiles) {
      L.tileLayer(element.dataset.mapTiles, { maxZoom: 18 }).addTo(this.map);
      element.classList.add("with-tiles");
    }
    if (!this.mini) {
      L.control.scale({ imperial: false }).addTo(this.map);
    }
    this.hulls = this.pane("hulls", 350);
    this.map.on("moveend zoomend resize", () => this.label());
    this.map.on("click", (event) => this.placing && this.put(event.latlng));
    element.addEventListener("keydown", (event) => this.pressed(event));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.placing && this.stop("已取消。"));
  }

  pane(name, level) {
    this.map.createPane(name).style.zIndex = level;
    return name;
  }

  async load() {
    const answer = await fetch(this.element.dataset.map, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      this.say("地图数据没有取到，请刷新页面后再试。");
      return;
    }
    const data = await answer.json();
    this.measure = data.measure;
    for (const village of data.villages) {
      if (village.point) {
        this.draw(village);
      }
      this.villages.set(village.code, village);
    }
    for (const town of data.towns) {
      window.L.marker(town.point, {
        icon: window.L.divIcon({ className: "map-town", html: "", iconSize: null }), interactive: false, keyboard: false,
      }).addTo(this.map).bindTooltip(worded(town.name), { permanent: true, direction: "center", className: "map-town-name", offset: [0, 14] });
    }
    this.layers(data.layers);
    this.frame();
    this.label();
    this.element.dataset.mapReady = "1";
  }

  // --- villages

  draw(village) {
    const names = ["map-village", village.placed ? "map-placed" : "map-unplaced"];
    if (this.measure) {
      names.push(village.band === null ? "map-class-none" : `map-class-${village.band}`);
    }
    if (village.code === this.focus) {
      names.push("map-focus");
    }
    village.marker?.remove();
    village.marker = window.L.circleMarker(village.point, {
      radius: village.code === this.focus ? 9 : 7, className: names.join(" "), bubblingMouseEvents: false,
    });
    village.marker.bindTooltip(worded(village.name), {
      permanent: true, direction: "right", offset: [8, 0], interactive: false,
      className: village.placed ? "map-label" : "map-label map-label-unplaced",
    });
    village.marker.on("click", (event) => (this.placing ? this.put(event.latlng) : this.open(village)));
    village.marker.addTo(this.map);
  }

  open(village) {
    const box = document.createElement("div");
    const title = document.createElement("a");
    title.href = village.url;
    title.textContent = village.name;
    title.className = "map-popup-title";
    box.append(title, this.line(`${village.town} ${village.kind}`));
    if (this.measure) {
      const value = village.value ? `${village.value} ${this.measure.unit}` : "没有数据";
      box.append(this.line(`${this.measure.title}：${value}`));
    }
    if (!village.placed) {
      box.append(this.line("未定位，画在镇街驻地旁"));
    }
    window.L.popup({ autoPanPadding: [24, 24] }).setLatLng(village.point).setContent(box).openOn(this.map);
  }

  line(text) {
    const part = document.createElement("p");
    part.textContent = text;
    return part;
  }

  go(code) {
    const village = this.villages.get(code);
    if (!village?.point) {
      this.say(`“${village?.name ?? code}”还没有位置。`);
      return;
    }
    this.map.setView(village.point, Math.max(this.map.getZoom(), 13), { animate: false });
    this.open(village);
    this.say(`已在地图上标出“${village.name}”${village.placed ? "" : "（未定位）"}。`);
  }

  /** Names where there is room for them: the hulls', then the focused village's, then those of placed ones. */
  label() {
    const shown = [];
    const free = (box) => !shown.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
    for (const { name, title, top } of this.hullNames) {
      const element = name.getElement();
      if (element?.isConnected) {
        const at = this.map.latLngToContainerPoint(top);
        const half = title.length * 6 + 4;
        const box = { left: at.x - half, right: at.x + half, top: at.y - 36, bottom: at.y - 16 };
        const fits = free(box);
        element.classList.toggle("map-label-hidden", !fits);
        if (fits) {
          shown.push(box);
        }
      }
    }
    const order = [...this.villages.values()].filter((village) => village.marker);
    order.sort((a, b) => (b.code === this.focus) - (a.code === this.focus) || b.placed - a.placed);
    const few = order.length <= 60 || this.map.getZoom() >= HIDDEN_BELOW;
    for (const village of order) {
      const at = this.map.latLngToContainerPoint(village.point);
      const long = 12 + village.name.length * 12;
      const right = { left: at.x - 8, right: at.x + long, top: at.y - 9, bottom: at.y + 9, side: "right" };
      const left = { ...right, left: at.x - long, right: at.x + 8, side: "left" };
      const box = few || village.code === this.focus ? [right, left].find(free) : undefined;
      const label = village.marker.getTooltip();
      label?.getElement()?.classList.toggle("map-label-hidden", !box);
      if (box && label.options.direction !== box.side) {
        label.options.direction = box.side;
        label.options.offset = window.L.point(box.side === "right" ? 8 : -8, 0);
        label.update();
      }
      if (box) {
        shown.push(box);
      }
    }
  }

  frame() {
    const focused = this.villages.get(this.focus);
    const placed = [...this.villages.values()].filter((village) => village.point);
    if (focused?.point) {
      this.map.setView(focused.point, this.mini ? 12.5 : 13, { animate: false });
      return;
    }
    if (placed.length) {
      this.map.fitBounds(window.L.latLngBounds(placed.map((village) => village.point)), { padding: [36, 36], maxZoom: 14, animate: false });
    }
  }

  // --- layers

  layers(layers) {
    const box = this.mini ? null : document.querySelector("[data-map-layers]");
    for (const layer of layers) {
      const group = window.L.layerGroup(layer.shapes.map((shape) => this.shape(layer, shape)));
      if (layer.on || this.mini) {
        if (!this.mini || layer.on) {
          group.addTo(this.map);
        }
      }
      if (box) {
        const label = document.createElement("label");
        const input = document.createElement("input");
        input.type = "checkbox";
        input.checked = layer.on;
        input.addEventListener("change", () => {
          if (input.checked) {
            group.addTo(this.map);
          } else {
            group.remove();
          }
          this.label();
        });
        label.append(input, ` ${layer.title}（${layer.shapes.length}）`);
        box.append(label);
        box.hidden = false;
      }
    }
  }

  shape(layer, shape) {
    const name = `map-colour-${shape.colour}`;
    const hull = layer.kind === "hull";
    const options = { className: `${hull ? "map-hull" : "map-point"} ${name}`, pane: hull ? this.hulls : undefined, bubblingMouseEvents: hull };
    // A thick, round border gives the hull room around its villages, whatever the zoom.
    const drawn = hull ? window.L.polygon(shape.points, { ...options, weight: 34 }) : window.L.circleMarker(shape.points[0], { ...options, radius: 5 });
    drawn.on("click", (event) => {
      if (this.placing) {
        return;
      }
      const box = document.createElement("div");
      const title = document.createElement(shape.url ? "a" : "b");
      title.textContent = shape.title;
      title.className = "map-popup-title";
      if (shape.url) {
        title.href = shape.url;
      }
      box.append(title, this.line(shape.note));
      window.L.popup({ autoPanPadding: [24, 24] }).setLatLng(event.latlng).setContent(box).openOn(this.map);
    });
    // Also for a hull, whose name may find no room.
    drawn.bindTooltip(worded(shape.title), { sticky: true });
    if (!hull || this.mini) {
      return drawn;
    }
    // Its name stands above its northernmost village.
    const top = shape.points.reduce((best, point) => (point[0] > best[0] ? point : best));
    const above = window.L.tooltip({ permanent: true, direction: "top", offset: [0, -16], className: "map-hull-name", interactive: false });
    this.hullNames.push({ name: above, title: shape.title, top });
    return window.L.layerGroup([drawn, above.setLatLng(top).setContent(worded(shape.title))]);
  }

  // --- putting a village in its place

  begin(code) {
    this.placing = this.villages.get(code);
    this.map.closePopup();
    this.element.classList.add("map-placing");
    this.element.focus({ preventScroll: false });
    this.say(`请在地图上点击“${this.placing.name}”的位置。用键盘时：方向键移动地图，回车放在十字处，Esc 取消。`);
  }

  pressed(event) {
    if (this.placing && event.key === "Enter") {
      event.preventDefault();
      this.put(this.map.getCenter());
    }
  }

  stop(text) {
    this.placing = null;
    this.element.classList.remove("map-placing");
    this.say(text);
  }

  async put(at) {
    const village = this.placing;
    this.placing = null; // one click, one place
    const form = new FormData();
    form.set("latitude", at.lat.toFixed(6));
    form.set("longitude", at.lng.toFixed(6));
    form.set("version", village.version);
    let answer;
    try {
      answer = await fetch(village.place_url, { method: "POST", body: form, headers: { "X-CSRFToken": csrfToken(), Accept: "application/json" } });
    } catch {
      this.stop("没有保存：网络不通，请稍后再试。");
      return;
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      this.stop(`没有保存：${told.detail ?? "请刷新页面后再试"}。`);
      return;
    }
    Object.assign(village, { point: told.point, version: told.version, placed: true });
    this.draw(village);
    this.label();
    this.listed(village);
    this.stop(`“${village.name}”已定位。`);
  }

  listed(village) {
    const line = document.querySelector(`[data-map-list] [data-code="${village.code}"]`);
    if (!line) {
      return;
    }
    line.classList.remove("unplaced");
    line.querySelector(".map-dot")?.classList.remove("map-unplaced");
    const button = line.querySelector("[data-map-place]");
    if (button?.firstChild) {
      button.firstChild.textContent = "移动 ";
      button.focus();
    }
    const left = [...this.villages.values()].filter((one) => !one.placed).length;
    const count = document.querySelector("[data-map-count]");
    if (count) {
      count.firstChild.textContent = left ? `${left} 个未定位。` : "全部已定位。";
    }
  }

  say(text) {
    if (this.status) {
      this.status.textContent = text;
    }
  }
}

function listen(map) {
  const list = document.querySelector("[data-map-list]");
  list?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-map-go], [data-map-place]");
    if (button?.dataset.mapGo) {
      map.go(button.dataset.mapGo);
    } else if (button) {
      map.begin(button.dataset.mapPlace);
    }
  });
  document.querySelector("[data-map-filter]")?.addEventListener("input", (event) => {
    const wanted = event.target.value.trim();
    for (const line of list.querySelectorAll("[data-code]")) {
      line.hidden = Boolean(wanted) && !line.querySelector(".map-name").textContent.includes(wanted);
    }
  });
  document.querySelector("form[data-auto-submit]")?.addEventListener("change", (event) => event.target.form.requestSubmit());
}

for (const element of fresh(document, "[data-map]", "Map")) {
  const map = new VillageMap(element);
  if (!map.mini) {
    listen(map);
  }
  map.load();
}
