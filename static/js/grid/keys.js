// The keyboard and the mouse on the sheet.

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Keys on the editor's box; `act` are the grid's own actions by name. */
export function listenToKeys(editor, selection, sheet, act) {
  editor.box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    const handled = editor.mode ? whileEditing(event, command) : whileChoosing(event, command);
    if (handled) {
      event.preventDefault();
      event.stopPropagation();
    }
  });

  function leave(down, right) {
    editor.takeMarked();
    editor.commit();
    selection.next(down, right);
    return true;
  }

  function whileEditing(event, command) {
    const { key } = event;
    if (editor.isOpen && (key === "ArrowDown" || key === "ArrowUp")) {
      editor.turn(key === "ArrowDown" ? 1 : -1);
      return true;
    }
    if (key === "Enter" && event.altKey) {
      editor.box.setRangeText("\n", editor.box.selectionStart, editor.box.selectionEnd, "end");
      return true;
    }
    if (key === "Enter") {
      return leave(event.shiftKey ? -1 : 1, 0);
    }
    if (key === "Tab") {
      return leave(0, event.shiftKey ? -1 : 1);
    }
    if (key === "Escape") {
      editor.cancel();
      return true;
    }
    if (editor.mode === "typed" && key in MOVES && !event.shiftKey && !command) {
      return leave(...MOVES[key]);
    }
    return false;
  }

  function whileChoosing(event, command) {
    const { key } = event;
    if (key in MOVES) {
      if (event.altKey) {
        editor.begin("opened");
      } else {
        selection.step(...MOVES[key], { extend: event.shiftKey, far: command });
      }
      return true;
    }
    if (command) {
      return withControl(event);
    }
    const page = sheet.rowsInView;
    const plain = {
      Enter: () => selection.next(event.shiftKey ? -1 : 1, 0),
      Tab: () => selection.next(0, event.shiftKey ? -1 : 1),
      F2: () => editor.begin("opened"),
      Delete: () => act.clear(),
      Backspace: () => act.clear(),
      Home: () => (event.shiftKey ? selection.reach(selection.toRow, 0) : selection.choose(selection.row, 0)),
      End: () => (event.shiftKey ? selection.reach(selection.toRow, Infinity) : selection.choose(selection.row, Infinity)),
      PageUp: () => selection.step(-page, 0, { extend: event.shiftKey }),
      PageDown: () => selection.step(page, 0, { extend: event.shiftKey }),
      Escape: () => selection.choose(selection.row, selection.column),
    };
    if (key === "Tab" && leavesTheSheet(event.shiftKey)) {
      return false;
    }
    if (plain[key]) {
      plain[key]();
      return true;
    }
    return false;
  }

  // From the first and the last cell Tab goes on to the rest of the page: nobody is caught in the sheet.
  function leavesTheSheet(back) {
    const { rows, columns } = editor.model;
    return back
      ? selection.row === 0 && selection.column === 0
      : selection.row === rows.length - 1 && selection.column === columns.length - 1;
  }

  function withControl(event) {
    const actions = {
      z: () => (event.shiftKey ? act.redo() : act.undo()),
      y: act.redo,
      d: act.fill,
      a: () => selection.choose(0, 0, Infinity, Infinity),
      home: () => selection.choose(0, 0),
      end: () => selection.choose(editor.model.filled.length - 1, Infinity),
    };
    const name = event.key.toLowerCase();
    if (name === "c" || name === "x") {
      // A box without chosen text copies nothing: the copy event then finds something to replace.
      editor.box.value = " ";
      editor.box.select();
      setTimeout(() => editor.mode || (editor.box.value = ""));
      return false;
    }
    if (actions[name]) {
      actions[name]();
      return true;
    }
    return false;
  }
}

/**
 * Choosing with the mouse or a finger: cells, whole rows by their number, whole columns by their heading; and filling
 * by pulling the corner of what is chosen.
 */
export function listenToMouse(editor, selection, sheet, act) {
  let pull = null; // what the mouse does with the cell it is drawn to
  let far = [0, 0]; // the cell it was drawn to last
  let creeping = 0;

  const begin = (event) => {
    if (event.button !== 0 || event.target.closest(".tabulator-col-resize-handle")) {
      return;
    }
    const heading = sheet.heading(event.target);
    const place = sheet.place(event.target);
    if (heading === null && !place) {
      return;
    }
    event.preventDefault();
    editor.takeMarked();
    editor.commit();
    if (event.pointerType !== "touch" && sheet.onHandle(event)) {
      pull = (row, column) => selection.stretch(row, column);
      far = [selection.bottom, selection.right];
    } else if (heading !== null) {
      selection.choose(0, Math.max(heading, 0), Infinity, heading < 0 ? Infinity : heading);
    } else if (place.at < 0) {
      selection.choose(event.shiftKey ? selection.row : place.index, 0, place.index, Infinity);
    } else if (event.shiftKey) {
      selection.reach(place.index, place.at);
    } else {
      const again = place.index === selection.row && place.at === selection.column;
      selection.choose(place.index, place.at);
      if (event.pointerType !== "touch") {
        pull = (row, column) => selection.reach(row, column);
        far = [place.index, place.at];
      }
      if (again && event.pointerType === "touch") {
        editor.begin("opened");
      }
    }
    if (event.pointerType !== "touch") {
      editor.focus();
    }
  };

  const drag = (event) => {
    clearInterval(creeping);
    if (!pull) {
      return;
    }
    const draw = (row, column) => {
      far = [Math.max(0, Math.min(row, editor.model.rows.length - 1)), Math.max(column, 0)];
      pull(...far);
      sheet.show(...far);
    };
    const place = sheet.place(event.target);
    if (place) {
      draw(place.index, place.at);
    }
    const frame = sheet.scroller.getBoundingClientRect();
    const step = event.clientY < frame.top ? -1 : event.clientY > frame.bottom ? 1 : 0;
    if (step) {
      creeping = setInterval(() => draw(far[0] + step, far[1]), 60);
    }
  };

  const end = (event) => {
    pull = null;
    clearInterval(creeping);
    const open = selection.stretched && selection.release();
    if (open && event.type === "pointerup") {
      act.fillOut(open);
    }
  };

  sheet.holder.addEventListener("pointerdown", begin);
  document.addEventListener("pointermove", drag);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
  sheet.holder.addEventListener("dblclick", (event) => {
    if (sheet.place(event.target)?.at >= 0) {
      editor.begin("opened");
    }
  });
}
