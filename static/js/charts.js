// Charts: <div data-chart="id"> reads the spec from the json_script of that id (see templates/components/chart.html)
// and draws it with ECharts, fetched only where a page has a chart. Tooltips are drawn on the canvas: the page's
// content security policy allows no style attributes.
import { fresh, meta } from "./dom.js";

let library = null;
const drawn = new Map();

function load() {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = meta("lj-echarts");
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
}

// The same thing has the same colour on every page; other names take the free colours in their order.
const OWN_COLOUR = {
  党员: 0, 村民代表: 4, 村民户: 2, 本期: 0, 上年同期: 7, 上期: 7, 累计: 6, 目标: 7, 经营收入: 2, 发包及上交收入: 1, 投资收益: 3,
  补助收入: 4, 其他收入: 7, 办结: 2, 已办结: 2, 办理中: 1, 逾期: 5, 新村: 0, 联建片区: 0, 党建联合体: 3,
};

function colourOf(series, taken) {
  const wished = series.colour ?? OWN_COLOUR[series.name];
  if (wished !== undefined && (series.colour !== undefined || !taken.has(wished))) {
    taken.add(wished);
    return wished;
  }
  let free = 0;
  while (taken.has(free) && free < 7) {
    free += 1;
  }
  taken.add(free);
  return free;
}

const token = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();
const number = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 2 });
const figure = (value) => (value === null || value === undefined || value === "-" ? "无数据" : number.format(value));

function merge(base, over) {
  for (const [key, value] of Object.entries(over)) {
    const deep = value && typeof value === "object" && !Array.isArray(value) && base[key] && typeof base[key] === "object";
    base[key] = deep && !Array.isArray(base[key]) ? merge(base[key], value) : value;
  }
  return base;
}

function optionOf(element, spec) {
  const text = token(element, "--lj-text");
  const secondary = token(element, "--lj-secondary");
  const line = token(element, "--lj-line");
  const size = parseInt(token(element, "--lj-size-note"), 10) || 12;
  const palette = Array.from({ length: 8 }, (_, index) => token(element, `--lj-chart-${index}`));
  const series = spec.series ?? [];
  const unit = spec.unit ?? "";
  const flat = spec.type === "hbar" || spec.type === "hstack";
  const pie = spec.type === "pie";
  // On a phone the names of the series need a line of their own, below the unit.
  const below = element.clientWidth < 480 && unit && !pie && series.length > 1;
  const taken = new Set();
  const label = { color: secondary, fontSize: size };

  const option = {
    animation: false,
    aria: { enabled: true },
    color: palette,
    textStyle: { fontFamily: token(element, "--lj-font"), color: text },
    tooltip: {
      renderMode: "richText",
      trigger: pie || spec.type === "scatter" ? "item" : "axis",
      confine: true,
      axisPointer: { type: spec.type === "line" || spec.type === "area" ? "line" : "shadow" },
      backgroundColor: token(element, "--lj-card"),
      borderColor: token(element, "--lj-line-strong"),
      textStyle: { color: text, fontSize: size + 1 },
      valueFormatter: (value) => (Array.isArray(value) ? value.map(figure).join("，") : `${figure(value)}${unit && value !== null ? ` ${unit}` : ""}`),
    },
    legend: { show: pie || series.length > 1, top: below ? 22 : 0, left: 0, right: unit && !pie && !below ? 96 : 0, itemWidth: 12, itemHeight: 8, icon: "rect", textStyle: label, type: "scroll" },
  };

  if (pie) {
    const parts = (spec.categories ?? []).map((name, index) => ({
      name,
      value: series[0]?.data[index],
      itemStyle: { color: palette[colourOf({ name }, taken)] },
    }));
    option.legend = { ...option.legend, orient: "vertical", left: "58%", top: "middle" };
    option.series = [{
      name: series[0]?.name, type: "pie", radius: ["46%", "72%"], center: ["29%", "50%"], data: parts,
      label: { show: false }, itemStyle: { borderColor: token(element, "--lj-card"), borderWidth: 2 },
    }];
    return merge(option, spec.option ?? {});
  }

  const names = {
    type: "category", data: spec.categories ?? [], inverse: flat, axisTick: { show: false },
    axisLine: { lineStyle: { color: token(element, "--lj-line-strong") } },
    axisLabel: { ...label, hideOverlap: !flat, interval: flat ? 0 : "auto", width: flat ? 150 : undefined, overflow: flat ? "truncate" : undefined },
  };
  const values = {
    type: "value", splitLine: { lineStyle: { color: line } }, axisLabel: { ...label, formatter: figure },
  };
  if (unit) {
    option.title = { text: `单位：${unit}`, right: 8, top: 0, padding: [5, 0, 0, 0], textStyle: { ...label, fontWeight: "normal" } };
  }
  option.grid = { left: 8, right: flat ? 56 : 16, top: below ? 50 : option.legend.show || unit ? 28 : 10, bottom: 6, containLabel: true };
  option.xAxis = flat ? values : names;
  option.yAxis = flat ? names : values;
  if (spec.type === "scatter") {
    option.xAxis = { ...values, name: spec.x_unit ?? "", nameTextStyle: label };
  }
  option.series = series.map((one) => {
    const colour = palette[colourOf(one, taken)];
    const kind = one.type ?? ({ hbar: "bar", stack: "bar", hstack: "bar", area: "line" }[spec.type] ?? spec.type ?? "bar");
    return {
      name: one.name, type: kind, data: one.data, barMaxWidth: 22, symbolSize: kind === "scatter" ? 8 : 5,
      stack: spec.type === "stack" || spec.type === "hstack" ? "all" : undefined,
      itemStyle: { color: colour }, lineStyle: { width: 2, color: colour }, areaStyle: spec.type === "area" ? { opacity: 0.12 } : undefined,
      emphasis: { focus: series.length > 1 ? "series" : "none" },
      label: spec.type === "hbar" && series.length === 1 ? { show: true, position: "right", ...label, formatter: ({ value }) => figure(value) } : undefined,
      cursor: one.urls || spec.urls ? "pointer" : "default",
    };
  });
  if (spec.target && option.series[0]) {
    option.series[0].markLine = {
      silent: true, symbol: "none", lineStyle: { color: secondary, type: "dashed" },
      label: { ...label, formatter: `${spec.target.name} ${figure(spec.target.value)}`, position: "insideEndTop" },
      data: [flat ? { xAxis: spec.target.value } : { yAxis: spec.target.value }],
    };
  }
  return merge(option, spec.option ?? {});
}

async function draw(element) {
  const source = document.getElementById(element.dataset.chart);
  if (!source) {
    return;
  }
  const spec = JSON.parse(source.textContent);
  const echarts = await load();
  const chart = echarts.init(element, null, { renderer: "canvas", locale: "ZH" });
  chart.setOption(optionOf(element, spec));
  chart.on("click", (event) => {
    const address = spec.series?.[event.seriesIndex]?.urls?.[event.dataIndex] ?? spec.urls?.[event.dataIndex];
    if (address) {
      window.location.assign(address);
    }
  });
  drawn.set(element.dataset.chart, chart);
  new ResizeObserver(() => chart.resize()).observe(element);
}

function savePicture(id) {
  const chart = drawn.get(id);
  if (!chart) {
    return;
  }
  const title = document.getElementById(`${id}-title`)?.textContent.trim() || id;
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: token(document.body, "--lj-card") });
  link.download = `${title}.png`;
  link.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-png], [data-chart-table]");
  if (button?.dataset.chartPng) {
    savePicture(button.dataset.chartPng);
  } else if (button) {
    const table = document.getElementById(`${button.dataset.chartTable}-table`);
    if (table) {
      table.open = true;
      table.scrollIntoView({ block: "nearest" });
    }
  }
});

// htmx takes parts away: let go of their charts.
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  const id = event.target.dataset?.chart;
  if (id && drawn.has(id)) {
    drawn.get(id).dispose();
    drawn.delete(id);
  }
});

export function start(root) {
  fresh(root, "[data-chart]", "Chart").forEach(draw);
}
